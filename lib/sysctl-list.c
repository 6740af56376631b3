/* sysctl-list.c - read a sysctl with a list of varying length
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>

#include <sys/sysctl.h>

#include "private.h"

void *sonde__sysctl_list(const char *name, size_t *size)
{
    for (int i = 0; i < 4; i++) {
        if (sysctlbyname(name, NULL, size, NULL, 0)) {
            if (errno == ENOENT)
                errno = ENOTSUP;
            return NULL;
        }
        *size += *size / 4 + 4096;
        void *list = malloc(*size);
        if (!list || !sysctlbyname(name, list, size, NULL, 0))
            return list;
        sonde__free(list);
        if (errno != ENOMEM)
            return NULL;
    }
    return NULL;
}
