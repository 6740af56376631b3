/* monotonic.c - time that nobody sets
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <time.h>

#include "base/monotonic.h"

enum { ns_per_ms = 1000000 };

int64_t monotonic_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * ns_per_ms + now.tv_nsec;
}

int64_t monotonic_ms(void)
{
    return monotonic_now() / ns_per_ms;
}

int monotonic_until(int64_t now, int64_t then)
{
    if (then <= now)
        return 0;
    return then - now < INT_MAX ? (int)(then - now) : INT_MAX;
}

void monotonic_sleep(int ms)
{
    struct timespec time = {.tv_sec = ms / 1000,
                            .tv_nsec = ms % 1000 * (long)ns_per_ms};
    nanosleep(&time, NULL);
}

bool monotonic_spin(struct monotonic_spin *spin)
{
    enum { FREE = 64, TOLD = 256 };
    if (spin->rounds > TOLD)
        spin->rounds = TOLD; /* and never again TOLD for the first time */
    int late = ++spin->rounds - FREE;
    if (late <= 0)
        return false;
    monotonic_sleep(late < 4 ? 1 << (late - 1) : 8);
    return spin->rounds == TOLD;
}
