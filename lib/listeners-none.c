/* listeners-none.c - a system without a known list of listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data)
{
    (void)timeout;
    (void)each;
    (void)data;
    errno = family == AF_INET || family == AF_INET6 || family == AF_UNIX
                ? ENOTSUP
                : EAFNOSUPPORT;
    return -1;
}
