/* echo.c - send back what comes (RFC 862)
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "servers/service.h"

static ssize_t answer(const void *settings, struct question *question,
                      const char **answer)
{
    (void)settings;
    *answer = question->data;
    return (ssize_t)question->size;
}

const struct service service_echo = {
    .name = "echo",
    .port = 7,
    .input = connection_write,
    .datagram = answer,
};
