/* deadline.c - wait for descriptors until a deadline
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>

#include "private.h"

enum {
    nanoseconds_in_millisecond = 1000000,
    /* How often poll may be out of memory; the number of failures in a row
       before sleeping, and before giving up.  */
    retries = 64,
    max_row = 128,
    max_sleep = 32 /* milliseconds */
};

int64_t sonde_deadline(int timeout)
{
    if (timeout < 0)
        return SONDE_NEVER;
    return sonde__sys.now() + (int64_t)timeout * nanoseconds_in_millisecond;
}

int64_t sonde__call_deadline(int timeout)
{
    return timeout == 0 ? 0 : sonde_deadline(timeout);
}

int64_t sonde__sooner(int64_t a, int64_t b)
{
    if (a == SONDE_NEVER)
        return b;
    return b == SONDE_NEVER || a < b ? a : b;
}

int sonde_deadline_left(int64_t deadline)
{
    if (deadline == SONDE_NEVER)
        return -1;
    /* Of a call that does not wait: the clock need not be read.  */
    if (deadline == 0)
        return 0;
    int64_t left = deadline - sonde__sys.now();
    if (left <= 0)
        return 0;
    left = (left + nanoseconds_in_millisecond - 1) / nanoseconds_in_millisecond;
    return left < INT_MAX ? (int)left : INT_MAX;
}

int sonde__is_late(int timeout, int64_t deadline)
{
    if (timeout == 0 || sonde_deadline_left(deadline) != 0)
        return 0;
    errno = EAGAIN;
    return 1;
}

int sonde__since(int64_t start)
{
    int64_t passed = (sonde__sys.now() - start) / nanoseconds_in_millisecond;
    return passed < INT_MAX ? (int)passed : INT_MAX;
}

int sonde__row_count(struct sonde__row *row)
{
    int saved = errno;
    int64_t now = sonde__sys.now();
    if (row->failures && now - row->last >= nanoseconds_in_millisecond)
        row->failures = 0;
    row->last = now;
    errno = saved;
    return row->failures < max_row ? ++row->failures : max_row;
}

int sonde__row_sleep(struct sonde__row *row, int64_t deadline)
{
    int saved = errno;
    int failures = sonde__row_count(row);
    if (failures <= retries)
        return 0;
    if (failures == max_row && deadline == SONDE_NEVER)
        return -1;
    int time =
        failures - retries < 6 ? 1 << (failures - retries - 1) : max_sleep;
    int left = sonde_deadline_left(deadline);
    sonde__sys.sleep(left >= 0 && left < time ? left : time);
    row->last = sonde__sys.now();
    errno = saved;
    return 0;
}

int sonde__poll(struct pollfd *fds, nfds_t count, int64_t deadline)
{
    struct sonde__row row = {0};
    for (int failures = 0, cut_short = 0;;) {
        int left = sonde_deadline_left(deadline);
        int ready = sonde__sys.poll(fds, count, left);
        if (ready > 0)
            return ready;
        /* EAGAIN: out of memory, perhaps for a moment.  */
        if (ready < 0 && sonde__not_now(errno)) {
            if (++failures == retries)
                return sonde__fail(ENOMEM);
            if (left == 0)
                return 0;
            sonde__sys.sleep(1);
            continue;
        }
        if (ready < 0 && errno != EINTR)
            return -1;
        /* A pending signal makes poll fail even with a timeout of 0: the
           descriptors were not checked.  */
        if (left == 0 && ready < 0 && ++cut_short < retries)
            continue;
        if (left == 0)
            return 0;
        if (ready < 0 && sonde__row_sleep(&row, deadline))
            return -1;
    }
}

int sonde__wait(int fd, short events, int64_t deadline)
{
    struct pollfd waited = {.fd = fd, .events = events};
    if (fd < 0)
        return sonde__fail(EBADF); /* poll would ignore FD, and wait */
    int ready = sonde__poll(&waited, 1, deadline);
    return ready > 0 ? 0 : ready < 0 ? -1 : sonde__fail(EAGAIN);
}

int sonde__again(int fd, short events, int64_t deadline)
{
    int interrupted = errno == EINTR;
    if (!interrupted && !sonde__not_now(errno))
        return -1;
    if (sonde_deadline_left(deadline) == 0)
        return sonde__fail(EAGAIN);
    return interrupted ? 0 : sonde__wait(fd, events, deadline);
}

int sonde__not_now(int error)
{
#if EWOULDBLOCK != EAGAIN
    if (error == EWOULDBLOCK)
        return 1;
#endif
    return error == EAGAIN;
}
