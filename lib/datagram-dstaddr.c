/* datagram-dstaddr.c - the local address of IPv4 datagrams, by IP_RECVDSTADDR
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <netinet/in.h>
#include <string.h>

#include "private.h"

int sonde__local4_ask(int fd)
{
    return sonde__set_option(fd, IPPROTO_IP, IP_RECVDSTADDR, 1);
}

int sonde__local4_take(struct cmsghdr *message, struct in_addr *local,
                       int *group)
{
    if (message->cmsg_level != IPPROTO_IP ||
        message->cmsg_type != IP_RECVDSTADDR)
        return 0;
    memcpy(local, CMSG_DATA(message), sizeof *local);
    *group = 0; /* unknown here; see MSG_BCAST in datagram.c */
    return 1;
}

size_t sonde__local4_put(struct cmsghdr *message, struct in_addr local)
{
    message->cmsg_level = IPPROTO_IP;
    message->cmsg_type = IP_SENDSRCADDR;
    message->cmsg_len = CMSG_LEN(sizeof local);
    memcpy(CMSG_DATA(message), &local, sizeof local);
    return CMSG_SPACE(sizeof local);
}
