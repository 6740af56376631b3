/* dontwait.c - a send that does not block, on a blocking socket
   SPDX-License-Identifier: LGPL-2.1-or-later

   macOS ignores MSG_DONTWAIT in send (xnu-1228, macOS 10.5, to xnu-11417, 15.4:
   sosendcheck tests SS_NBIO and MSG_NBIO), so a send without enough room blocks
   until all bytes are taken.  NetBSD (sosend of 7.99.34) ignores the flag, too,
   but its headers have MSG_NBIO, included in sonde__dontwait.

   O_NONBLOCK for the call would be wrong: other threads and processes sharing
   the open file description would see EAGAIN.  So the library tests the kernel
   once, on a full socket pair: EAGAIN before the SO_SNDTIMEO of the pair can
   have expired proves that the flag works.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "private.h"

enum {
    /* SO_SNDTIMEO of the pair, in milliseconds, and a shorter time: old kernels
       count the timeout in ticks of 10 ms and round down.  */
    pair_timeout = 30,
    pair_fast = 15,
    /* A busy host makes a fast call slow, but no slow call fast.  */
    slow_max = 2,
    tries_max = 8,
    piece = 4096,
    pieces_max = 4096,
    /* The bytes that fit after POLLOUT where SO_SNDLOWAT is no help: Linux
       reports POLLOUT when a third of the buffer is free.  */
    usual_lowat = 2048
};

/* Milliseconds of CLOCK_MONOTONIC, even if a test replaces sonde__sys.now.  */
static int64_t dontwait_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Write BYTES, of piece bytes, to FD, a blocking socket, again and again until
   no more bytes fit, and leave FD blocking.  Returns 0; or -1, and FD may be
   non-blocking: with the errno of a failed call; EPROTO: pieces_max pieces do
   not fill FD.  */
static int fill_pair(int fd, const char *bytes)
{
    int pieces = 0, flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
        return -1;
    while (pieces < pieces_max && write(fd, bytes, piece) > 0)
        pieces++;
    if (pieces == pieces_max)
        return sonde__fail(EPROTO);
    if (!sonde__not_now(errno))
        return -1;
    return fcntl(fd, F_SETFL, flags);
}

/* Whether send of BYTES, of piece bytes, to FD, a full blocking socket with the
   timeout pair_timeout, returns at once with the flag sonde__dontwait.  Returns
   1; 0, after slow_max timeouts; or -1 with errno if the test failed: EPROTO:
   send took bytes; EINTR or EAGAIN: no result in tries_max tries, because of
   interruptions; or another errno of send.  */
static int test_full(int fd, const char *bytes)
{
    for (int slow = 0, i = 0; i < tries_max; i++) {
        int64_t start = dontwait_milliseconds();
        if (send(fd, bytes, piece, sonde__dontwait) >= 0)
            return sonde__fail(EPROTO);
        if (errno == EINTR)
            continue;
        if (!sonde__not_now(errno))
            return -1;
        if (dontwait_milliseconds() - start < pair_fast)
            return 1;
        if (++slow == slow_max)
            return 0;
    }
    return -1;
}

#ifdef SOCK_CLOEXEC
enum { pair_type = SOCK_STREAM | SOCK_CLOEXEC };
#else
enum { pair_type = SOCK_STREAM };
#endif

/* Run test_full on a full socket pair, made for the test and closed.  Returns
   1: the flag works; 0: ignored, after 60 ms; -1: not testable, with errno
   as of the failed call, fill_pair or test_full.  May change errno in each
   case.  */
static int test_pair(void)
{
    static const char bytes[piece];
    struct timeval timeout = {.tv_usec = pair_timeout * 1000};
    int pair[2], size = piece, result = -1;
    if (socketpair(AF_UNIX, pair_type, 0, pair))
        return -1;
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    /* A small buffer is soon full; the system raises a size too small.  */
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (!setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &timeout,
                    sizeof timeout) &&
        !fill_pair(pair[0], bytes))
        result = test_full(pair[0], bytes);
    int saved = errno;
    close(pair[0]);
    close(pair[1]);
    errno = saved;
    return result;
}

/* The result for macOS is known; a test would add 60 ms to the first deadline
   of each process.  */
enum { UNKNOWN, HONOURED, IGNORED };
#ifdef __APPLE__
static atomic_int known = IGNORED;
#else
static atomic_int known = UNKNOWN;
#endif

int sonde__honours_dontwait(void)
{
    if (sonde__sys.honours_dontwait)
        return sonde__sys.honours_dontwait();
    int state = known;
    if (state != UNKNOWN)
        return state == HONOURED;
    int saved = errno;
    int result = test_pair();
    if (result >= 0 || sonde_accept_class(errno) != SONDE_ACCEPT_BACKOFF)
        known = result ? HONOURED : IGNORED;
    errno = saved;
    return result != 0;
}

int sonde__send_may_block(int fd)
{
    if (sonde__honours_dontwait())
        return 0;
    int saved = errno, flags = sonde__sys.fcntl(fd, F_GETFL, 0);
    errno = saved;
    return flags >= 0 && !(flags & O_NONBLOCK);
}

size_t sonde__send_limit(int fd, size_t size)
{
    int type, lowat;
    if (sonde__get_option(fd, SOL_SOCKET, SO_TYPE, &type) ||
        type != SOCK_STREAM)
        return size;
    if (sonde__get_option(fd, SOL_SOCKET, SO_SNDLOWAT, &lowat) || lowat < 1)
        lowat = usual_lowat;
    /* Linux reports 1, a meaningless constant that cannot be set.  Where 1 can
       be set, a program has chosen the value, and poll promises one byte.  */
    if (lowat == 1 && sonde__set_option(fd, SOL_SOCKET, SO_SNDLOWAT, lowat))
        lowat = usual_lowat;
    return size < (size_t)lowat ? size : (size_t)lowat;
}
