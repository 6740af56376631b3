/* pace.h - when to look next: at fixed times, with a bounded share of a CPU
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_PACE_H
#define PROBES_LISTENERS_PACE_H 1

#include <stdint.h>

/* Nanoseconds.  Set INTERVAL and SHARE, and NEXT, WINDOW and WINDOW_CPU to the
   time and the CPU time of the start; the rest is 0.  */
struct pace {
    int64_t interval;
    double share;     /* max share of one CPU, in each second */
    int64_t next;     /* when the next look is due */
    int64_t missed;   /* looks left out because the process ran too late */
    int64_t held;     /* looks left out because of SHARE */
    int64_t hold_max; /* max number held in a row; 0: no limit */
    int64_t window, window_cpu;
};

/* After a look, at NOW, with the CPU time CPU of the process: set NEXT, a whole
   number of intervals after the start, so that the rate does not drift.
   INTERVAL and SHARE must be above 0.  Looks are left out, and counted: in
   MISSED, if the process is late; in HELD, HOLD_MAX at most in a row, if the
   process uses more than SHARE.  A look late by less than an interval is made
   up for at once.  SHARE applies to each second: CPU time not used is no credit
   for the next second, but a debt stays.  */
void pace_next(struct pace *pace, int64_t now, int64_t cpu);

#endif /* PROBES_LISTENERS_PACE_H */
