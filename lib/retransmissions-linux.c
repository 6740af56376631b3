/* retransmissions-linux.c - retransmitted segments of a connection on Linux
   SPDX-License-Identifier: LGPL-2.1-or-later

   tcpi_total_retrans counts each segment sent again, a SYN, too: the counter is
   raised in __tcp_retransmit_skb, which also sends the SYN again, and is not
   cleared when the connection is established (net/ipv4/tcp_output.c).  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>

#include "private.h"

long sonde_retransmissions(int fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (sonde__sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size)) {
        int is_missing = errno == ENOPROTOOPT || errno == EOPNOTSUPP;
        return sonde__fail(is_missing ? ENOTSUP : errno);
    }
    if (size < offsetof(struct tcp_info, tcpi_total_retrans) +
                   sizeof info.tcpi_total_retrans)
        return sonde__fail(ENOTSUP);
    if (info.tcpi_state == TCP_LISTEN)
        return sonde__fail(EINVAL);
    return info.tcpi_total_retrans > INT_MAX ? INT_MAX
                                             : (long)info.tcpi_total_retrans;
}
