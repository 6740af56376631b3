/* monotonic.h - the monotonic clock, and sleep
   SPDX-License-Identifier: GPL-3.0-or-later

   Deadlines in nanoseconds are those of sonde_deadline; sonde_deadline_left is
   a timeout for poll.  */

#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H 1

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds of the clock of sonde_deadline.  */
int64_t monotonic_now(void);

/* monotonic_ms: milliseconds of the clock of monotonic_now, rounded down.
   monotonic_until: the milliseconds from NOW until THEN, both of monotonic_ms,
   as a timeout: at least 0, at most INT_MAX.  */
int64_t monotonic_ms(void);
int monotonic_until(int64_t now, int64_t then);

/* Sleep for NS nanoseconds, less at a signal; none if negative.  Keeps
   errno.  */
void monotonic_sleep(int64_t ns);

/* Rounds of an event loop in a row without progress, although poll returned
   events.  All zero at first, and after progress.  */
struct monotonic_spin {
    int rounds;
};

/* Count one round without progress.  From the 65th in a row on, sleep 1 ms,
   later up to 8 ms: a kernel that keeps reporting events in error must not cost
   a processor.  Returns true once in a row, in the 256th round, after some 1.5
   seconds: time to log.  Keeps errno.  */
bool monotonic_spin(struct monotonic_spin *spin);

#endif /* BASE_MONOTONIC_H */
