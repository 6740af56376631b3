/* listeners-none.c - a system without a known list of listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include "private.h"

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data)
{
    return sonde__fail(family == AF_INET || family == AF_INET6 ||
                               family == AF_UNIX
                           ? ENOTSUP
                           : EAFNOSUPPORT);
}
