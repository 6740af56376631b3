/* datagram-pktinfo.c - the local address of IPv4 datagrams, by IP_PKTINFO
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <netinet/in.h>
#include <string.h>

#include "private.h"

/* Linux and macOS have one name for option and message, illumos two.  */
#ifdef IP_RECVPKTINFO
enum { ask_option = IP_RECVPKTINFO };
#else
enum { ask_option = IP_PKTINFO };
#endif

int sonde__local4_ask(int fd)
{
    return sonde__set_option(fd, IPPROTO_IP, ask_option, 1);
}

int sonde__local4_take(struct cmsghdr *message, struct in_addr *local,
                       int *group)
{
    struct in_pktinfo info;
    if (message->cmsg_level != IPPROTO_IP || message->cmsg_type != IP_PKTINFO)
        return 0;
    memcpy(&info, CMSG_DATA(message), sizeof info);
    *local = info.ipi_addr;
    /* A group, if the destination is not the address from which Linux would
       answer; macOS leaves ipi_spec_dst 0.  */
    *group = info.ipi_spec_dst.s_addr != 0 &&
             info.ipi_spec_dst.s_addr != info.ipi_addr.s_addr;
    return 1;
}

size_t sonde__local4_put(struct cmsghdr *message, struct in_addr local)
{
    struct in_pktinfo info = {0};
    info.ipi_spec_dst = local;
    message->cmsg_level = IPPROTO_IP;
    message->cmsg_type = IP_PKTINFO;
    message->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(message), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}
