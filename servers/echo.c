/* echo.c - send back all input (RFC 862)
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "servers/service.h"

/* Set *ANSWER to the data of REQUEST, not copied.  Returns the size of the
   data, perhaps 0.  */
static ssize_t echo_answer(const void *settings,
                           struct datagram_request *request,
                           const char **answer)
{
    *answer = request->data;
    return (ssize_t)request->size;
}

const struct service service_echo = {
    .name = "echo",
    .port = 7,
    .input = connection_write,
    .datagram = echo_answer,
};
