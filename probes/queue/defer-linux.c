/* defer-linux.c - handshakes kept incomplete by TCP_DEFER_ACCEPT
   SPDX-License-Identifier: GPL-3.0-or-later

   With this option the kernel ignores the last ACK of a handshake, so that the
   request stays in the SYN queue (net/ipv4/tcp_minisocks.c, tcp_check_req).
   The client is connected all the same.  */

#include <config.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "probes/queue/defer.h"

int defer_handshakes(int listener)
{
    int seconds = 60;
    return setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
                      sizeof seconds);
}
