/* deadline.c - wait for a descriptor, but not longer than was agreed
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>

#include "private.h"

enum { nanoseconds_in_millisecond = 1000000 };

int64_t sonde__deadline(int timeout)
{
    if (timeout < 0)
        return sonde__never;
    return sonde__sys.now() + (int64_t)timeout * nanoseconds_in_millisecond;
}

int sonde__left(int64_t deadline)
{
    if (deadline == sonde__never)
        return -1;
    int64_t left = deadline - sonde__sys.now();
    if (left <= 0)
        return 0;
    left = (left + nanoseconds_in_millisecond - 1) / nanoseconds_in_millisecond;
    return left < INT_MAX ? (int)left : INT_MAX;
}

int sonde__wait(int fd, short events, int64_t deadline)
{
    for (;;) {
        struct pollfd waited = {.fd = fd, .events = events};
        int left = sonde__left(deadline);
        int count = sonde__sys.poll(&waited, 1, left);
        if (count > 0)
            return 0;
        if (count < 0 && errno != EINTR && !sonde__not_now(errno))
            return -1;
        if (left == 0) {
            errno = EAGAIN;
            return -1;
        }
    }
}

int sonde__not_now(int error)
{
#if EWOULDBLOCK != EAGAIN
    if (error == EWOULDBLOCK)
        return 1;
#endif
    return error == EAGAIN;
}
