/* write.c - write all bytes, also to a non-blocking descriptor
   SPDX-License-Identifier: GPL-3.0-or-later

   Clearing O_NONBLOCK is no solution: other processes share the open file.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/wait.h"
#include "base/write.h"

int write_all(int fd, const void *bytes, size_t size)
{
    enum { FAILURES_MAX = 400, PAUSE_MS = 20 };
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    const char *next = bytes;
    int saved = errno, failures = 0, interrupts = 0;
    while (size > 0) {
        ssize_t count = write(fd, next, size);
        if (count > 0) {
            next += count;
            size -= (size_t)count;
            failures = interrupts = 0;
            continue;
        }
        if (count < 0 && wait_retry(&interrupts))
            continue;
        if (count == 0 || errno == EWOULDBLOCK)
            errno = EAGAIN;
        if (errno != EAGAIN || ++failures > FAILURES_MAX)
            return -1;
        /* EAGAIN again for the same byte: poll is wrong, or another writer
           was faster.  */
        if (failures > 1)
            wait_pause(PAUSE_MS);
        if (poll(&polled, 1, -1) < 0 && errno != EINTR && errno != EAGAIN &&
            errno != ENOMEM)
            return -1;
    }
    errno = saved;
    return 0;
}

bool write_has_no_reader(int error)
{
    return error == EPIPE || error == ECONNRESET;
}
