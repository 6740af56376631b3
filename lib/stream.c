/* stream.c - read and write a connection, whole and without SIGPIPE
   SPDX-License-Identifier: LGPL-2.1-or-later

   With a deadline every call has MSG_DONTWAIT, so that a blocking descriptor
   keeps its mode.  Without a deadline the kernel may wait, which saves a call;
   not for sonde_write, which would wait until all bytes are taken.  Pipes and
   terminals are always polled first; so are sockets if send ignores
   MSG_DONTWAIT (lib/dontwait.c).  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "private.h"

enum {
    /* More than INT_MAX at once is EINVAL on macOS.  */
    piece = 1 << 30,
    /* Retries before EPROTOTYPE counts as an error.  */
    retries = 16
};

/* The bytes taken without blocking by a pipe reported as writable.  */
#ifdef PIPE_BUF
enum { pipe_piece = PIPE_BUF };
#else
enum { pipe_piece = _POSIX_PIPE_BUF };
#endif

/* The smaller of SIZE and LIMIT.  */
static size_t at_most(size_t size, size_t limit)
{
    return size < limit ? size : limit;
}

/* After a failed call on FD, with its errno: whether to repeat the call.  After
   EAGAIN wait for EVENTS on FD until DEADLINE, as sonde__again; count the
   failure in ROW and perhaps sleep, as sonde__row_sleep.  A descriptor that
   poll reports at once after a second EAGAIN continues the row whatever time
   the calls took: under a tracer, or with a small share of a processor, more
   than a millisecond.  Returns 0 to repeat; or -1: with the errno of
   sonde__again, EAGAIN at DEADLINE; EAGAIN or EINTR if ROW is full and DEADLINE
   is SONDE_NEVER.  */
static int stream_again(int fd, short events, int64_t deadline,
                        struct sonde__row *row)
{
    int error = errno;
    if (row->failures > 0 && sonde__not_now(error) &&
        sonde__wait(fd, events, 0) == 0)
        row->last = INT64_MAX;
    errno = error;
    if (sonde__again(fd, events, deadline))
        return -1;
    return sonde__row_sleep(row, deadline);
}

/* A reader with a deadline mostly waits, so poll comes first; with a timeout of
   0 the caller has polled already.  A writer mostly need not wait.  */
ssize_t sonde__read(int fd, void *buffer, size_t size, int64_t deadline)
{
    size = at_most(size, piece);
    if (deadline != SONDE_NEVER && sonde_deadline_left(deadline) > 0 &&
        sonde__wait(fd, POLLIN, deadline))
        return -1;
    int flags = deadline == SONDE_NEVER ? 0 : MSG_DONTWAIT;
    for (struct sonde__row row = {0};;) {
        ssize_t count = sonde__sys.recv(fd, buffer, size, flags);
        if (count < 0 && errno == ENOTSOCK) { /* a pipe or a terminal */
            if (sonde__wait(fd, POLLIN, deadline))
                return -1;
            count = read(fd, buffer, size);
        }
        if (count >= 0)
            return count;
        if (stream_again(fd, POLLIN, deadline, &row))
            return -1;
    }
}

/* send on the socket FD without SIGPIPE, as sonde__nosigpipe_begin, which may
   leave SO_NOSIGPIPE set.  Returns and fails as send.  */
static ssize_t send_nosigpipe(int fd, const void *buffer, size_t size,
                              int flags)
{
    struct sonde__nosigpipe nosigpipe;
    sonde__nosigpipe_begin(&nosigpipe, fd);
    ssize_t count = sonde__sys.send(fd, buffer, size, flags | nosigpipe.flags);
    sonde__nosigpipe_end(&nosigpipe, count);
    return count;
}

/* Write at most SIZE bytes, not 0, to FD in pieces.  Call after poll has
   reported room on FD: the first piece is written without another poll.  Each
   further piece is written only while poll reports room and DEADLINE has not
   passed.
   FLAGS not 0: FD is a socket, FLAGS are those of send, a piece has at most
   sonde__send_limit bytes, and SIGPIPE is prevented here.
   FLAGS 0: FD is a terminal, a piece is one byte, and the caller prevents
   SIGPIPE.  The terminal may have room for a single byte, and a longer write
   would wait until all bytes are taken.
   Returns the count of bytes written, also if a later call fails; or, if the
   first call wrote nothing, the result and the errno of the first call.  */
static ssize_t write_pieces(int fd, const char *bytes, size_t size, int flags,
                            int64_t deadline)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    size_t done = 0;
    /* SIZE bounds the loop.  */
    do {
        ssize_t count =
            flags ? send_nosigpipe(fd, bytes + done,
                                   sonde__send_limit(fd, size - done), flags)
                  : write(fd, bytes + done, 1);
        if (count < 1)
            return done ? (ssize_t)done : count;
        done += (size_t)count;
    } while (done < size && sonde_deadline_left(deadline) != 0 &&
             sonde__sys.poll(&ready, 1, 0) == 1);
    return (ssize_t)done;
}

/* Wait until FD, not a socket, is writable, or DEADLINE passes, and write
   without SIGPIPE at most pipe_piece bytes: once, or byte by byte to a
   terminal, as long as poll reports room.  Returns the count, or -1 with the
   errno of write, or -2 with the errno of sonde__wait: the caller does not
   repeat the call.  */
static ssize_t write_other(int fd, const void *buffer, size_t size,
                           int64_t deadline)
{
    if (sonde__wait(fd, POLLOUT, deadline))
        return -2;
    struct sonde__nosigpipe nosigpipe;
    size = at_most(size, pipe_piece);
    sonde__nosigpipe_block(&nosigpipe);
    ssize_t count = isatty(fd) ? write_pieces(fd, buffer, size, 0, SONDE_NEVER)
                               : write(fd, buffer, size);
    sonde__nosigpipe_end(&nosigpipe, count);
    return count;
}

/* Send once with FLAGS, without SIGPIPE.  If FLAGS are not 0, and send may
   block nevertheless, wait until DEADLINE for room, and send pieces.  Returns
   the count; -1 with the errno of send, ENOTSOCK: not a socket; -2 with the
   errno of sonde__wait: the caller does not repeat the call.  */
static ssize_t write_socket(int fd, const void *buffer, size_t size, int flags,
                            int64_t deadline)
{
    if (!flags || !sonde__send_may_block(fd))
        return send_nosigpipe(fd, buffer, size, flags);
    if (sonde__wait(fd, POLLOUT, deadline))
        return -2;
    return write_pieces(fd, buffer, size, flags, deadline);
}

/* Write some of the SIZE bytes, not 0, without SIGPIPE, waiting until DEADLINE;
   FLAGS are those of send on a socket: sonde__dontwait; or 0 without a
   deadline, and then send itself may wait.  Returns the count, from 1 to 2^30,
   or -1 with errno: EAGAIN: no room at DEADLINE; without a deadline EAGAIN or
   EINTR, as sonde__row_sleep; EPIPE, also instead of the 16th EPROTOTYPE; or of
   the call.  May change errno on success.  */
static ssize_t stream_write_some(int fd, const void *buffer, size_t size,
                                 int flags, int64_t deadline)
{
    size = at_most(size, piece);
    struct sonde__row row = {0};
    for (int races = 0;;) {
        ssize_t count = write_socket(fd, buffer, size, flags, deadline);
        if (count == -1 && errno == ENOTSOCK)
            count = write_other(fd, buffer, size, deadline);
        if (count > 0)
            return count;
        if (count == -2)
            return -1;
        if (count == 0) /* unexpected: no progress */
            errno = EAGAIN;
        if (errno == EPROTOTYPE) {
            /* macOS, during the teardown of the connection.  */
            if (++races < retries)
                continue;
            errno = EPIPE;
        }
        if (stream_again(fd, POLLOUT, deadline, &row))
            return -1;
    }
}

ssize_t sonde_read(int fd, void *buffer, size_t size, int timeout)
{
    int saved = errno;
    if (size == 0)
        return 0;
    ssize_t count =
        sonde__read(fd, buffer, size, sonde__call_deadline(timeout));
    if (count >= 0)
        errno = saved;
    return count;
}

ssize_t sonde_write(int fd, const void *buffer, size_t size, int timeout)
{
    int saved = errno;
    if (size == 0)
        return 0;
    ssize_t count = stream_write_some(fd, buffer, size, sonde__dontwait,
                                      sonde__call_deadline(timeout));
    if (count >= 0)
        errno = saved;
    return count;
}

int sonde_read_all(int fd, void *buffer, size_t size, int timeout, size_t *done)
{
    int saved = errno;
    int64_t deadline = sonde__call_deadline(timeout);
    *done = 0;
    while (*done < size) {
        ssize_t count =
            sonde__read(fd, (char *)buffer + *done, size - *done, deadline);
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        *done += (size_t)count;
        if (*done < size && sonde__is_late(timeout, deadline))
            return -1;
    }
    errno = saved;
    return 0;
}

int sonde_write_all(int fd, const void *buffer, size_t size, int timeout,
                    size_t *done)
{
    int saved = errno;
    int64_t deadline = sonde__call_deadline(timeout);
    int flags = deadline == SONDE_NEVER ? 0 : sonde__dontwait;
    *done = 0;
    while (*done < size) {
        ssize_t count = stream_write_some(fd, (const char *)buffer + *done,
                                          size - *done, flags, deadline);
        if (count < 0)
            return -1;
        *done += (size_t)count;
        if (*done < size && sonde__is_late(timeout, deadline))
            return -1;
    }
    errno = saved;
    return 0;
}

int sonde_half_close(int fd)
{
    int saved = errno;
    /* Any other errno is that of a lost connection.  */
    if (sonde__sys.shutdown(fd, SHUT_WR) &&
        (errno == EBADF || errno == ENOTSOCK))
        return -1;
    errno = saved;
    return 0;
}
