/* monotonic.c - the monotonic clock, and sleep
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <time.h>

#include "base/monotonic.h"
#include "sonde.h"

enum { ns_per_ms = 1000000 };

int64_t monotonic_now(void)
{
    return sonde_deadline(0);
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

void monotonic_sleep(int64_t ns)
{
    int error = errno;
    struct timespec time = {.tv_sec = (time_t)(ns / (1000 * ns_per_ms)),
                            .tv_nsec = (long)(ns % (1000 * ns_per_ms))};
    nanosleep(&time, NULL);
    errno = error;
}

bool monotonic_spin(struct monotonic_spin *spin)
{
    enum { FREE = 64, TOLD = 256 };
    if (spin->rounds > TOLD)
        spin->rounds = TOLD; /* return true only once in a row */
    int late = ++spin->rounds - FREE;
    if (late <= 0)
        return false;
    monotonic_sleep((late < 4 ? 1 << (late - 1) : 8) * (int64_t)ns_per_ms);
    return spin->rounds == TOLD;
}
