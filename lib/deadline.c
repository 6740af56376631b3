/* deadline.c - wait, but not beyond a moment fixed beforehand
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>

#include "private.h"

int64_t sonde__deadline(int milliseconds)
{
    return sonde__sys.clock() + (milliseconds > 0 ? milliseconds : 0);
}

int sonde__left(int64_t deadline)
{
    int64_t left = deadline - sonde__sys.clock();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

int sonde__poll(struct pollfd *fds, nfds_t count, int64_t deadline)
{
    for (;;) {
        int left = sonde__left(deadline);
        int ready = sonde__sys.poll(fds, count, left);
        if (ready > 0)
            return ready;
        /* EAGAIN: out of memory for a moment, on System V.  */
        if (ready < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (left == 0)
            return 0;
    }
}
