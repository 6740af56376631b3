/* listeners-linux.c - every listening socket, by netlink's sock_diag
   SPDX-License-Identifier: LGPL-2.1-or-later

   The interface of "ss": no privilege is needed, and the answer covers the
   network namespace of the caller.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "sock-diag.h"

#ifndef AF_NETLINK
#define AF_NETLINK 16
#endif

enum {
    netlink_sock_diag = 4,
    reply_size = 32768, /* the maximum of the kernel */
    name_size = 12,     /* of a netlink address, with the */
    name_port = 4,      /* port number, 0 for the kernel */
    /* The maximum of failures in a row without a reason to fail (EINTR; EAGAIN
       though poll reports the socket), and of datagrams in a row without a
       socket.  */
    max_failures = 1000,
    max_idle = 1000,
    max_datagrams = 1 << 20 /* a hundred million listeners */
};

/* After a failure: set errno to ENOTSUP if errno means that the kernel has no
   such interface, otherwise keep errno.  Returns -1.  */
static int listeners_linux_unsupported(void)
{
    if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ENOENT ||
        errno == ENOSYS || errno == EOPNOTSUPP)
        errno = ENOTSUP;
    return -1;
}

/* After a failed call on FD, with its errno: whether to repeat the call.  After
   EAGAIN waits until FD is ready for EVENTS, or DEADLINE; after EINTR does not
   wait.  Counts the failure in *FAILURES, 0 before the first.  Returns 0:
   repeat; or -1 with errno: that of the call, if neither EAGAIN nor EINTR;
   EAGAIN: DEADLINE has passed, or *FAILURES is above max_failures, without
   which limit the loop would be busy until DEADLINE, or for ever; or of
   poll.  */
static int listeners_linux_retry(int fd, short events, int64_t deadline,
                                 int *failures)
{
    if (++*failures > max_failures && (errno == EINTR || sonde__not_now(errno)))
        return sonde__fail(EAGAIN);
    return sonde__again(fd, events, deadline);
}

/* Send to the kernel on FD the request, of number SEQUENCE, for the sockets of
   FAMILY that SINK takes.  Waits for room until DEADLINE.  Returns 0, or -1
   with errno: EAGAIN: no room at DEADLINE; or of sendmsg or poll.  May change
   errno on success.  */
static int listeners_linux_request(int fd, int family,
                                   const struct sonde__diag_sink *sink,
                                   uint32_t sequence, int64_t deadline)
{
    unsigned char request[sonde__diag_request_size];
    size_t size =
        sink->datagram
            ? sonde__diag_request_datagrams(request, family, sequence)
        : sink->handshake
            ? sonde__diag_request_handshakes(request, family, sequence)
            : sonde__diag_request(request, family, !sink->listener, sequence);
    struct iovec piece = {request, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    int failures = 0;
    while (sonde__sys.sendmsg(fd, &message, MSG_DONTWAIT) < 0)
        if (listeners_linux_retry(fd, POLLOUT, deadline, &failures))
            return -1;
    return 0;
}

/* Receive a datagram on FD into BUFFER, of reply_size bytes, waiting until
   DEADLINE.  Returns its size, 0 for a datagram not sent by the kernel; or -1
   with errno: EAGAIN: none at DEADLINE; EPROTO: the datagram was longer than
   BUFFER; or of recvmsg or poll.  May change errno on success.  */
static ssize_t listeners_linux_take(int fd, void *buffer, int64_t deadline)
{
    struct iovec piece = {buffer, reply_size};
    for (int failures = 0;;) {
        unsigned char name[name_size] = {0};
        struct msghdr message = {.msg_name = name,
                                 .msg_namelen = sizeof name,
                                 .msg_iov = &piece,
                                 .msg_iovlen = 1};
        ssize_t size = sonde__sys.recvmsg(fd, &message, MSG_DONTWAIT);
        if (size >= 0 && (message.msg_flags & MSG_TRUNC))
            return sonde__fail(EPROTO);
        if (size >= 0)
            return sonde_load(name + name_port, 4, SONDE_BYTEORDER) ? 0 : size;
        if (listeners_linux_retry(fd, POLLIN, deadline, &failures))
            return -1;
    }
}

/* Check whether the loop over datagrams may go on, after COUNT datagrams, the
   last IDLE of them without a socket.  Returns 0; or -1: EPROTO: COUNT is above
   max_datagrams or IDLE above max_idle, so there is no valid answer; EAGAIN:
   DEADLINE has passed.  With a TIMEOUT of 0 DEADLINE counts only if IDLE is not
   0: available datagrams are read up to the first without a socket.  */
static int check_bounds(int64_t deadline, int timeout, int count, int idle)
{
    if (idle > max_idle || count > max_datagrams)
        return sonde__fail(EPROTO);
    if ((timeout > 0 || idle > 0) && sonde_deadline_left(deadline) == 0)
        return sonde__fail(EAGAIN);
    return 0;
}

/* Request the sockets of FAMILY that SINK takes on FD, a netlink socket, and
   pass the sockets to SINK, within TIMEOUT milliseconds (negative: no limit).
   Returns 0 at the end of the answer, or -1 with errno, as sonde_listeners, but
   with the kernel's own errno where the interface is missing; sockets may have
   been passed before.  May change errno on success.  */
static int listeners_linux_list(int fd, int family, int timeout,
                                struct sonde__diag_sink *sink)
{
    const uint32_t sequence = 1;
    int64_t deadline = sonde_deadline(timeout);
    void *reply = malloc(reply_size);
    int result =
        reply ? listeners_linux_request(fd, family, sink, sequence, deadline)
              : -1;
    for (int idle = 0, count = 1; !result; count++) {
        uint64_t before = sink->count;
        ssize_t size = listeners_linux_take(fd, reply, deadline);
        result = size < 0
                     ? -1
                     : sonde__diag_read(reply, (size_t)size, sequence, sink);
        idle = sink->count > before ? 0 : idle + 1;
        if (!result)
            result = check_bounds(deadline, timeout, count, idle);
    }
    sonde__free(reply);
    return result < 0 ? -1 : 0;
}

/* Pass to SINK all sockets of FAMILY of the kind that SINK takes, within
   TIMEOUT milliseconds (negative: no limit), by a netlink socket made for this
   call.  Returns 0 with errno kept, or -1 with errno, as sonde_listeners;
   ENOTSUP: this kernel has no sock_diag for FAMILY.  */
static int listeners_linux_read(int family, int timeout,
                                struct sonde__diag_sink *sink)
{
    int saved = errno;
    int fd = sonde__sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
                               netlink_sock_diag);
    if (fd < 0)
        return listeners_linux_unsupported();
    int result = listeners_linux_list(fd, family, timeout, sink);
    sonde__close(fd);
    if (result)
        return listeners_linux_unsupported();
    errno = saved;
    return 0;
}

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data)
{
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
        return sonde__fail(EAFNOSUPPORT);
    struct sonde__diag_sink sink = {.listener = each, .data = data};
    return listeners_linux_read(family, timeout, &sink);
}

int sonde_datagram_sockets(int family, int timeout, sonde_listener_each *each,
                           void *data)
{
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
        return sonde__fail(EAFNOSUPPORT);
    struct sonde__diag_sink sink = {.datagram = each, .data = data};
    return listeners_linux_read(family, timeout, &sink);
}

int sonde_waiting(int family, int timeout, sonde_waiting_each *each, void *data)
{
    if (family != AF_INET && family != AF_INET6)
        return sonde__fail(EAFNOSUPPORT);
    struct sonde__diag_sink sink = {.waiting = each, .data = data};
    return listeners_linux_read(family, timeout, &sink);
}

int sonde_handshakes(int family, int timeout, sonde_handshake_each *each,
                     void *data)
{
    if (family != AF_INET && family != AF_INET6)
        return sonde__fail(EAFNOSUPPORT);
    struct sonde__diag_sink sink = {.handshake = each, .data = data};
    return listeners_linux_read(family, timeout, &sink);
}
