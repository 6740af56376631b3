/* write.c - write all bytes, also to a non-blocking descriptor
   SPDX-License-Identifier: GPL-3.0-or-later

   Clearing O_NONBLOCK is no solution: other processes share the open file.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "base/write.h"

/* A call that began at START failed with ERROR.  Count the failure in FAILURES,
   sleep from the second failure in a row on, and limit their number.  A call
   that a signal interrupted after 1 ms or more has waited for a slow reader and
   is not counted.  Returns 0 to retry, or -1 with errno ERROR to give up.  */
static int write_back_off(int *failures, int64_t start, int error)
{
    enum { FAILURES_MAX = 1000, PAUSE_MS = 10, WAITED = 1000000 };
    int max = error == EINTR ? WAIT_FAILURES : FAILURES_MAX;
    if (error == EINTR && monotonic_now() - start >= WAITED)
        return 0;
    if (*failures >= max) {
        errno = error;
        return -1;
    }
    if ((*failures)++ > 0)
        wait_pause(PAUSE_MS);
    return 0;
}

/* Wait, without a timeout, until FD is writable or has failed.  Returns 0; or
   -1 with the errno of poll, EINTR, EAGAIN and ENOMEM only after many failures
   in a row.  */
static int wait_for_room(int fd, int *failures)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    for (;;) {
        int64_t start = monotonic_now();
        if (poll(&polled, 1, -1) >= 0)
            return 0;
        if (errno != EINTR && errno != EAGAIN && errno != ENOMEM)
            return -1;
        if (write_back_off(failures, start, errno))
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
        /* EAGAIN again for the same byte: poll is wrong, or another writer
           was faster.  */
        if (write_back_off(&failures, start, errno) ||
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
