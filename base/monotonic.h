/* monotonic.h - time that nobody sets
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H 1

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds since some moment.  */
int64_t monotonic_now(void);

/* Milliseconds since some moment, where that is fine enough; and those from NOW
   until THEN, at least 0, as a timeout.  */
int64_t monotonic_ms(void);
int monotonic_until(int64_t now, int64_t then);

/* Sleep for MS milliseconds; a signal ends it.  */
void monotonic_sleep(int ms);

/* Rounds of a loop in a row that brought nothing although the wait reported
   something.  All zero at first.  */
struct monotonic_spin {
    int rounds;
};

/* One more such round: from the 65th in a row on sleep, 1 ms at first, 8 at
   most, so that a kernel that reports for ever what is not there does not take
   the processor.  Returns true once in a row, after some 1.5 seconds of it:
   time to report it.  Progress is SPIN->rounds = 0.  */
bool monotonic_spin(struct monotonic_spin *spin);

#endif /* BASE_MONOTONIC_H */
