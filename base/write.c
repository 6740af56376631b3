/* write.c - write all of a text, whatever the descriptor's mode
   SPDX-License-Identifier: GPL-3.0-or-later

   Clearing O_NONBLOCK would be no way: the flag belongs to the open file, which
   other processes share.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "base/write.h"

/* A call that began at START failed with ERROR.  FAILURES counts those in a
   row: from the second on rest a while, and not for ever.  A call that a signal
   interrupted after a millisecond or more has waited, for a reader that is
   late, and is not counted.  Returns 0, or -1 with ERROR.  */
static int rest(int *failures, int64_t start, int error)
{
    enum { TIMES_MAX = 1000, REST_MS = 10, WAITED = 1000000 };
    int most = error == EINTR ? WAIT_FAILURES : TIMES_MAX;
    if (error == EINTR && monotonic_now() - start >= WAITED)
        return 0;
    if (*failures >= most) {
        errno = error;
        return -1;
    }
    if ((*failures)++ > 0)
        wait_pause(REST_MS);
    return 0;
}

/* Wait until FD takes something.  Returns 0, or -1 with poll's errno.  */
static int wait_for_room(int fd, int *failures)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    for (;;) {
        int64_t start = monotonic_now();
        if (poll(&polled, 1, -1) >= 0)
            return 0;
        if (errno != EINTR && errno != EAGAIN && errno != ENOMEM)
            return -1;
        if (rest(failures, start, errno))
            return -1;
    }
}

int write_all(int fd, const void *bytes, size_t size)
{
    const char *next = bytes;
    int saved = errno, failures = 0;
    while (size > 0) {
        int64_t start = monotonic_now();
        ssize_t count = write(fd, next, size);
        if (count > 0) {
            next += count;
            size -= (size_t)count;
            failures = 0;
            continue;
        }
        if (count == 0 || errno == EWOULDBLOCK)
            errno = EAGAIN;
        if (errno != EINTR && errno != EAGAIN)
            return -1;
        bool is_full = errno == EAGAIN;
        /* A second time for the same byte, poll is wrong, or another writer
           has taken the room.  */
        if (rest(&failures, start, errno) ||
            (is_full && wait_for_room(fd, &failures)))
            return -1;
    }
    errno = saved;
    return 0;
}

bool write_has_no_reader(int error)
{
    return error == EPIPE || error == ECONNRESET;
}
