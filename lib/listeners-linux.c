/* listeners-linux.c - every listening socket, by netlink's sock_diag
   SPDX-License-Identifier: LGPL-2.1-or-later

   What "ss" asks, too: everybody may, and the answer is of the asker's network
   namespace.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sock-diag.h"

#ifndef AF_NETLINK
#define AF_NETLINK 16
#endif

enum {
    netlink_sock_diag = 4,
    reply_size = 32768, /* the kernel fills at most so much */
    name_size = 12,     /* of a netlink address, whose */
    name_port = 4       /* number is 0 for the kernel */
};

/* Any errno of asking: what means that there is nobody to ask is ENOTSUP.  */
static int not_there(void)
{
    if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ENOENT ||
        errno == ENOSYS || errno == EOPNOTSUPP)
        errno = ENOTSUP;
    return -1;
}

static int ask(int fd, int family, uint32_t sequence, int64_t deadline)
{
    unsigned char request[sonde__diag_request_size];
    struct iovec piece = {request, 0};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    piece.iov_len = sonde__diag_request(request, family, sequence);
    while (sonde__sys.sendmsg(fd, &message, MSG_DONTWAIT) < 0)
        if (sonde__again(fd, POLLOUT, deadline))
            return -1;
    return 0;
}

/* Take a datagram into BUFFER.  Returns its size, 0 if it is not from the
   kernel and does not count.  */
static ssize_t take(int fd, void *buffer, int64_t deadline)
{
    unsigned char name[name_size];
    struct iovec piece = {buffer, reply_size};
    struct msghdr message;
    ssize_t size;
    for (;;) {
        memset(&message, 0, sizeof message);
        memset(name, 0, sizeof name);
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_name = name;
        message.msg_namelen = sizeof name;
        size = sonde__sys.recvmsg(fd, &message, MSG_DONTWAIT);
        if (size >= 0)
            break;
        if (sonde__again(fd, POLLIN, deadline))
            return -1;
    }
    if (message.msg_flags & MSG_TRUNC) {
        errno = EPROTO;
        return -1;
    }
    return sonde_load(name + name_port, 4, SONDE_BYTEORDER) ? 0 : size;
}

/* Each datagram is taken before DEADLINE, which bounds the loop.  */
static int list(int fd, int family, int64_t deadline, sonde_listener_each *each,
                void *closure)
{
    const uint32_t sequence = 1;
    void *reply = malloc(reply_size);
    int result = reply ? ask(fd, family, sequence, deadline) : -1;
    while (!result) {
        ssize_t size = take(fd, reply, deadline);
        if (size == 0 && sonde__left(deadline) == 0) {
            errno = EAGAIN;
            size = -1;
        }
        result = size < 0 ? -1
                          : sonde__diag_read(reply, (size_t)size, sequence,
                                             each, closure);
    }
    int saved = errno;
    free(reply);
    errno = saved;
    return result < 0 ? -1 : 0;
}

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *closure)
{
    int saved = errno;
    int64_t deadline = sonde__deadline(timeout);
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int fd = sonde__sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
                               netlink_sock_diag);
    if (fd < 0)
        return not_there();
    int result = list(fd, family, deadline, each, closure);
    sonde__close(fd);
    if (result)
        return not_there();
    errno = saved;
    return 0;
}
