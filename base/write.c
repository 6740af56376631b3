/* write.c - write all of a text, whatever the descriptor's mode
   SPDX-License-Identifier: GPL-3.0-or-later

   Clearing O_NONBLOCK would be no way: the flag belongs to the open file, which
   other processes share.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/write.h"

/* Wait until FD takes something.  A second time for the same byte, the room was
   taken by another writer, or poll is wrong: then rest a while, and not for
   ever.  Returns 0, or -1 with errno EAGAIN or poll's.  */
static int write_wait_for_room(int fd, int times)
{
    enum { TIMES_MAX = 1000, REST_MS = 10 };
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    if (times >= TIMES_MAX) {
        errno = EAGAIN;
        return -1;
    }
    if (times > 0)
        poll(NULL, 0, REST_MS);
    while (poll(&polled, 1, -1) < 0)
        if (errno != EINTR)
            return -1;
    return 0;
}

int write_all(int fd, const void *bytes, size_t size)
{
    const char *next = bytes;
    int saved = errno, times = 0;
    while (size > 0) {
        ssize_t count = write(fd, next, size);
        if (count > 0) {
            next += count;
            size -= (size_t)count;
            times = 0;
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            return -1;
        } else if (write_wait_for_room(fd, times++)) {
            return -1;
        }
    }
    errno = saved;
    return 0;
}

bool write_has_no_reader(int error)
{
    return error == EPIPE || error == ECONNRESET;
}
