/* keepalive.c - notice a peer that vanished
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "private.h"

/* The option for the idle time in seconds; -1 where a single socket has none
   (OpenBSD, older NetBSD).  macOS has TCP_KEEPALIVE instead, which has another
   meaning on old systems.  */
#if defined TCP_KEEPIDLE
enum { idle_option = TCP_KEEPIDLE };
#elif defined TCP_KEEPALIVE && defined __APPLE__
enum { idle_option = TCP_KEEPALIVE };
#else
enum { idle_option = -1 };
#endif

/* The result of sonde_keepalive where the idle time of FD cannot be set: 0 for
   a TCP socket, for which the system's own time applies; else -1 with
   ENOPROTOOPT, or the errno for no socket.  Changes errno.  */
static int lacks_idle(int fd)
{
    int type = 0;
    int family = sonde_address_family(fd);
    if (family < 0 || sonde__get_option(fd, SOL_SOCKET, SO_TYPE, &type))
        return -1;
    errno = ENOPROTOOPT;
    return type == SOCK_STREAM && (family == AF_INET || family == AF_INET6)
               ? 0
               : -1;
}

/* Set the idle time of FD to SECONDS, more than 0; SO_KEEPALIVE is not changed.
   Returns the seconds in force, 0 for the system's own time (no such option for
   a TCP socket), or -1 with errno: ENOPROTOOPT: no TCP socket; or of the failed
   call.  Changes errno on success.  */
static int set_idle(int fd, int seconds)
{
    int now = 0;
    errno = ENOPROTOOPT;
    if (idle_option < 0 ||
        sonde__set_option(fd, IPPROTO_TCP, idle_option, seconds))
        return errno == ENOPROTOOPT ? lacks_idle(fd) : -1;
    if (!sonde__get_option(fd, IPPROTO_TCP, idle_option, &now))
        return now;
    /* FreeBSD 10.0 sets the option, and does not read it.  */
    return errno == ENOPROTOOPT ? seconds : -1;
}

int sonde_keepalive(int fd, int seconds)
{
    int saved = errno;
    int idle = 0;
    if (seconds < 0)
        return sonde__fail(EINVAL);
    /* The time first: a value may be out of range, the switch hardly fails.  */
    if (seconds > 0)
        idle = set_idle(fd, seconds);
    if (idle < 0 ||
        sonde__set_option(fd, SOL_SOCKET, SO_KEEPALIVE, seconds > 0))
        return -1;
    errno = saved;
    return idle;
}
