/* spool.c - lines for a reader that may be slow, or stuck
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "progs/spool.h"
#include "sonde.h"

/* A pipe that poll reports as writable takes as many without blocking, a
   terminal fewer, perhaps: POSIX promises 512.  */
#ifdef PIPE_BUF
enum { piece_max = PIPE_BUF };
#else
enum { piece_max = 512 };
#endif

void spool_add(struct spool *spool, const char *line, size_t size,
               bool is_needed)
{
    char *bytes = NULL;
    if (size == 0)
        return;
    if (spool->start > 0)
        memmove(spool->bytes, spool->bytes + spool->start, spool->size);
    spool->start = 0;
    if (is_needed || spool->size == 0 || spool->size + size < SPOOL_MAX)
        bytes = realloc(spool->bytes, spool->size + size);
    if (!bytes) {
        spool->left_out++;
        return;
    }
    memcpy(bytes + spool->size, line, size);
    spool->bytes = bytes;
    spool->size += size;
}

/* Write one piece, of piece_max bytes at most, and remove the bytes written.
   Returns whether more waits and may follow at once, false after any failure.
   A failure other than EINTR or a want of room sets ERROR.  */
static bool spool_write(struct spool *spool)
{
    size_t size = spool->size < piece_max ? spool->size : piece_max;
    ssize_t done = write(spool->fd, spool->bytes + spool->start, size);
    if (done < 0) {
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            spool->error = errno;
        return false;
    }
    spool->start += (size_t)done;
    spool->size -= (size_t)done;
    return spool->size > 0;
}

/* Wait up to TIMEOUT milliseconds for room, then write pieces (spool_write) as
   long as poll reports room.  If nothing waits, wait up to TIMEOUT for the
   reader to go, and set ERROR to EPIPE then; the BSDs report a reader that has
   gone as a hang-up.  ERROR must be 0 before.  A failed write ends the step,
   and sets ERROR unless the errno is EINTR or means a want of room.  A failed
   poll changes nothing.  */
static void spool_step(struct spool *spool, int timeout)
{
    struct pollfd ready = {.fd = spool->fd,
                           .events = spool->size ? POLLOUT : 0};
    while (wait_poll(&ready, 1, timeout) > 0) {
        if (ready.revents & (POLLERR | POLLHUP | POLLNVAL) && spool->size == 0)
            spool->error = EPIPE;
        if (spool->size == 0 || !spool_write(spool))
            return;
        timeout = 0;
    }
}

bool spool_flush(struct spool *spool)
{
    if (!spool->error)
        spool_step(spool, 0);
    return !spool->error;
}

bool spool_drain(struct spool *spool, int timeout)
{
    int64_t deadline = sonde_deadline(timeout);
    while (!spool->error && spool->size > 0) {
        size_t before = spool->size;
        int left = sonde_deadline_left(deadline);
        if (left == 0)
            spool->error = ETIMEDOUT;
        else
            spool_step(spool, left);
        if (spool->size < before)
            deadline = sonde_deadline(timeout);
        else if (left > 0 && !spool->error)
            wait_pause(1); /* poll may report room that there is not */
    }
    return !spool->error;
}

void spool_free(struct spool *spool)
{
    free(spool->bytes);
    *spool = (struct spool){.fd = -1};
}
