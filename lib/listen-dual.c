/* listen-dual.c - listen for IPv6 and IPv4, by a socket for each
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* So many ports that are free for one family and taken for the other.  */
enum { tries = 32 };

/* Whether ERROR means that this host lacks the family, or the address.  */
static int listen_dual_is_missing(int error)
{
    return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
           error == EADDRNOTAVAIL;
}

/* Listen on SECOND, at the port on which FD listens.  */
static int listen_beside(int fd, const struct sonde_address *second, int wanted,
                         unsigned flags)
{
    struct sonde_address local, beside = *second;
    if (sonde_address_local(fd, &local))
        return -1;
    sonde_address_set_port(&beside, (uint16_t)sonde_address_port(&local));
    return sonde_listen(&beside, wanted, flags, NULL);
}

/* FIRST is missing on this host: SECOND alone, at the port of FIRST.  */
static int listen_alone(const struct sonde_address *first,
                        const struct sonde_address *second, int wanted,
                        unsigned flags)
{
    struct sonde_address alone = *second;
    int missing = errno;
    sonde_address_set_port(&alone, (uint16_t)sonde_address_port(first));
    int fd = sonde_listen(&alone, wanted, flags, NULL);
    if (fd < 0 && listen_dual_is_missing(errno))
        errno = missing;
    return fd;
}

/* One try.  Returns how many sockets.  */
static int listen_both(const struct sonde_address *first,
                       const struct sonde_address *second, int wanted,
                       unsigned flags, int fds[2])
{
    int one = sonde_listen(first, wanted, flags, NULL), two = -1;
    if (one < 0) {
        if (!listen_dual_is_missing(errno))
            return -1;
        one = listen_alone(first, second, wanted, flags);
        if (one < 0)
            return -1;
    } else {
        two = listen_beside(one, second, wanted, flags);
        if (two < 0 && !listen_dual_is_missing(errno)) {
            sonde__close(one);
            return -1;
        }
    }
    fds[0] = one;
    fds[1] = two;
    return two < 0 ? 1 : 2;
}

int sonde_listen_dual(const struct sonde_address *first,
                      const struct sonde_address *second, int wanted,
                      unsigned flags, int fds[2])
{
    int saved = errno;
    int port = sonde_address_port(first);
    if (port < 0 || sonde_address_port(second) < 0)
        return -1;
    for (int i = 0; i < tries; i++) {
        int count = listen_both(first, second, wanted, flags, fds);
        if (count > 0) {
            errno = saved;
            return count;
        }
        if (port != 0 || errno != EADDRINUSE)
            break;
    }
    return -1;
}
