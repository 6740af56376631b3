/* datagram-none.c - no local address of IPv4 datagrams on this system
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <netinet/in.h>

#include "private.h"

int sonde__local4_ask(int fd)
{
    return sonde__fail(ENOTSUP);
}

int sonde__local4_take(struct cmsghdr *message, struct in_addr *local,
                       int *group)
{
    return 0;
}

size_t sonde__local4_put(struct cmsghdr *message, struct in_addr local)
{
    return 0;
}
