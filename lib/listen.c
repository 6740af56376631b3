/* listen.c - listen on an address, alike everywhere
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>

#include "private.h"

int sonde__set_v6only(int fd)
{
    int on = 1;
    socklen_t size = sizeof on;
    if (sonde__sys.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)) {
        if (errno == ENOPROTOOPT || errno == EINVAL)
            errno = EOPNOTSUPP; /* no such option, or not to be changed */
        return -1;
    }
    on = 0;
    if (sonde__sys.getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, &size))
        return -1;
    if (!on) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return 0;
}

static int set_options(int fd, int family, unsigned flags)
{
    int on = 1;
    if (flags & SONDE_REBIND && family != AF_UNIX &&
        sonde__sys.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
        return -1;
    return family == AF_INET6 ? sonde__set_v6only(fd) : 0;
}

/* Everything that must be done to FD before it listens, and that.  */
static int start(int fd, const struct sonde_address *address, int wanted,
                 unsigned flags)
{
    const void *storage = &address->storage;
    if (set_options(fd, address->storage.ss_family, flags) ||
        sonde__sys.bind(fd, storage, address->length))
        return -1;
    return sonde__sys.listen(fd, sonde_backlog(wanted));
}

int sonde_listen(const struct sonde_address *address, int wanted,
                 unsigned flags, struct sonde_queue *queue)
{
    int saved = errno;
    int fd = sonde_socket(address->storage.ss_family, SOCK_STREAM,
                          flags & ~SONDE_REBIND);
    if (fd < 0)
        return -1;
    if (start(fd, address, wanted, flags)) {
        sonde__close(fd);
        return -1;
    }
    if (queue && sonde_queue(fd, queue))
        *queue = (struct sonde_queue){-1, -1, -1, -1};
    errno = saved;
    return fd;
}
