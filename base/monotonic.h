/* monotonic.h - time that nobody sets
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H 1

#include <stdint.h>

enum { MONOTONIC_NEVER = -1 };

/* Nanoseconds since some moment.  */
int64_t monotonic_now(void);

/* Milliseconds since some moment, where that is fine enough; and those from NOW
   until THEN, at least 0, as a timeout.  */
int64_t monotonic_ms(void);
int monotonic_until(int64_t now, int64_t then);

/* The moment MS milliseconds from now; MONOTONIC_NEVER if MS is negative.  */
int64_t monotonic_deadline(int ms);

/* The milliseconds left until DEADLINE, rounded up, as the library takes
   timeouts: -1 if that is never.  */
int monotonic_left(int64_t deadline);

#endif /* BASE_MONOTONIC_H */
