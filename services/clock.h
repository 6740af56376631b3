/* clock.h - the time that passes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVICES_CLOCK_H
#define SERVICES_CLOCK_H 1

#include <stdint.h>

/* Milliseconds of a clock that nobody sets.  */
int64_t clock_now(void);

/* The milliseconds from NOW until THEN, at least 0, as a timeout.  */
int clock_until(int64_t now, int64_t then);

#endif /* SERVICES_CLOCK_H */
