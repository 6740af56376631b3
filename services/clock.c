/* clock.c - the time that passes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <time.h>

#include "services/clock.h"

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int clock_until(int64_t now, int64_t then)
{
    if (then <= now)
        return 0;
    return then - now < INT_MAX ? (int)(then - now) : INT_MAX;
}
