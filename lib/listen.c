/* listen.c - listen on an address
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "private.h"

int sonde__set_v6only(int fd)
{
    int on = 0;
    if (sonde__set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) {
        if (errno == ENOPROTOOPT || errno == EINVAL)
            errno = EOPNOTSUPP; /* no such option, or read-only */
        return -1;
    }
    if (sonde__get_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on))
        return -1;
    return on ? 0 : sonde__fail(EOPNOTSUPP);
}

void sonde__remove_path(const struct sonde_address *address)
{
    char path[sizeof address->storage];
    int saved = errno;
    sonde__path_copy(address, path);
    if (*path != '\0')
        unlink(path);
    errno = saved;
}

/* Bind FD, a new stream socket of the family of ADDRESS, to ADDRESS, an IPv6
   socket for IPv6 alone, and listen with a queue for at least WANTED
   connections.  With SONDE_REUSEADDR in FLAGS sets SO_REUSEADDR, unless UNIX;
   other flags are ignored.  Returns 0, or -1 with errno; FD stays open, and the
   file of a UNIX address is removed if bind made the file.  */
static int listen_start(int fd, const struct sonde_address *address, int wanted,
                        unsigned flags)
{
    int family = address->storage.ss_family;
    if ((flags & SONDE_REUSEADDR && family != AF_UNIX &&
         sonde__set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)) ||
        (family == AF_INET6 && sonde__set_v6only(fd)) ||
        sonde__sys.bind(fd, (const void *)&address->storage, address->length))
        return -1;
    if (sonde__sys.listen(fd, sonde_backlog(wanted))) {
        sonde__remove_path(address);
        return -1;
    }
    return 0;
}

int sonde_listen(const struct sonde_address *address, int wanted,
                 unsigned flags, struct sonde_queue *queue)
{
    int saved = errno;
    int fd = sonde_socket(address->storage.ss_family, SOCK_STREAM,
                          flags & ~SONDE_REUSEADDR);
    if (fd < 0)
        return -1;
    if (listen_start(fd, address, wanted, flags))
        return sonde__close_failed(fd);
    if (queue && sonde_queue(fd, queue))
        *queue = (struct sonde_queue){-1, -1, -1, -1};
    errno = saved;
    return fd;
}
