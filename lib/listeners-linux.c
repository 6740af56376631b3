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
    name_port = 4,      /* number is 0 for the kernel */
    /* How often in a row a call may fail though nothing keeps it from
       succeeding (EINTR; EAGAIN where poll says that it is ready), and how many
       datagrams in a row may bring nothing.  */
    most_failures = 1000,
    most_idle = 1000,
    most_datagrams = 1 << 20 /* a hundred million listeners */
};

/* Any errno of asking: what means that there is nobody to ask is ENOTSUP.  */
static int not_there(void)
{
    if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ENOENT ||
        errno == ENOSYS || errno == EOPNOTSUPP)
        errno = ENOTSUP;
    return -1;
}

/* After a call on FD that failed, for the *FAILURES-th time in a row: 0 if it
   may be made again, or -1 with errno.  The deadline does not bound this where
   there is none, and until then it would be a loop that does not wait.  */
static int listeners_linux_retry(int fd, short events, int64_t deadline,
                                 int *failures)
{
    if (++*failures > most_failures &&
        (errno == EINTR || sonde__not_now(errno))) {
        errno = EAGAIN;
        return -1;
    }
    return sonde__again(fd, events, deadline);
}

static int listeners_linux_ask(int fd, int family, uint32_t sequence,
                               int64_t deadline)
{
    unsigned char request[sonde__diag_request_size];
    struct iovec piece = {request, 0};
    struct msghdr message;
    int failures = 0;
    memset(&message, 0, sizeof message);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    piece.iov_len = sonde__diag_request(request, family, sequence);
    while (sonde__sys.sendmsg(fd, &message, MSG_DONTWAIT) < 0)
        if (listeners_linux_retry(fd, POLLOUT, deadline, &failures))
            return -1;
    return 0;
}

/* Take a datagram into BUFFER.  Returns its size, 0 if it is not from the
   kernel and does not count.  */
static ssize_t listeners_linux_take(int fd, void *buffer, int64_t deadline)
{
    unsigned char name[name_size];
    struct iovec piece = {buffer, reply_size};
    struct msghdr message;
    ssize_t size;
    for (int failures = 0;;) {
        memset(&message, 0, sizeof message);
        memset(name, 0, sizeof name);
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_name = name;
        message.msg_namelen = sizeof name;
        size = sonde__sys.recvmsg(fd, &message, MSG_DONTWAIT);
        if (size >= 0)
            break;
        if (listeners_linux_retry(fd, POLLIN, deadline, &failures))
            return -1;
    }
    if (message.msg_flags & MSG_TRUNC) {
        errno = EPROTO;
        return -1;
    }
    return sonde_load(name + name_port, 4, SONDE_BYTEORDER) ? 0 : size;
}

/* The listeners of one answer, counted, so that datagrams which bring none are
   noticed.  */
struct tally {
    sonde_listener_each *each;
    void *data;
    uint64_t told;
};

static int tally_each(const struct sonde_listener *listener, void *data)
{
    struct tally *tally = data;
    tally->told++;
    return tally->each(listener, tally->data);
}

/* Whether the loop over datagrams has to end: time is over (with a TIMEOUT of
   0, what is there may be read), or COUNT of them, or IDLE in a row that
   brought nothing, are no answer to the question.  Returns 0, or -1 with errno.
 */
static int check_bounds(int64_t deadline, int timeout, int count, int idle)
{
    if (idle > most_idle || count > most_datagrams)
        errno = EPROTO;
    else if ((timeout > 0 || idle > 0) && sonde_deadline_left(deadline) == 0)
        errno = EAGAIN;
    else
        return 0;
    return -1;
}

static int listeners_linux_list(int fd, int family, int timeout,
                                struct tally *tally)
{
    const uint32_t sequence = 1;
    int64_t deadline = sonde_deadline(timeout);
    void *reply = malloc(reply_size);
    int result =
        reply ? listeners_linux_ask(fd, family, sequence, deadline) : -1;
    for (int idle = 0, count = 1; !result; count++) {
        uint64_t before = tally->told;
        ssize_t size = listeners_linux_take(fd, reply, deadline);
        result = size < 0 ? -1
                          : sonde__diag_read(reply, (size_t)size, sequence,
                                             tally_each, tally);
        idle = tally->told > before ? 0 : idle + 1;
        if (!result)
            result = check_bounds(deadline, timeout, count, idle);
    }
    sonde__free(reply);
    return result < 0 ? -1 : 0;
}

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data)
{
    int saved = errno;
    struct tally tally = {.each = each, .data = data};
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int fd = sonde__sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
                               netlink_sock_diag);
    if (fd < 0)
        return not_there();
    int result = listeners_linux_list(fd, family, timeout, &tally);
    sonde__close(fd);
    if (result)
        return not_there();
    errno = saved;
    return 0;
}
