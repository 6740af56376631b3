/* resource.c - a shortage of resources is not an answer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stddef.h>

#include "probes/run/resource.h"

static resource_handler *current_handler;

const char *resource_missing(int error)
{
    switch (error) {
    case EMFILE:
        return "no descriptor left";
    case ENFILE:
        return "no open file left on the host";
    case ENOMEM:
    case ENOBUFS:
        return "no memory left";
    default:
        return NULL;
    }
}

void resource_set_handler(resource_handler *handler)
{
    current_handler = handler;
}

int resource_check(int result, const char *call)
{
    if (result < 0 && current_handler && resource_missing(errno)) {
        int error = errno;
        current_handler(call, error);
        errno = error;
    }
    return result;
}
