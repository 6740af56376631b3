/* occupancy.h - how full a queue was over time
   SPDX-License-Identifier: GPL-3.0-or-later

   A queue is looked at again and again.  What a look finds counts until the
   next look, but for GAP_MAX at most: the rest of a longer pause is unseen.  */

#ifndef PROBES_LISTENERS_OCCUPANCY_H
#define PROBES_LISTENERS_OCCUPANCY_H 1

#include <stdbool.h>
#include <stdint.h>

/* Classes of fill: empty; then 0 to 100 percent, rounded down.  */
enum { OCCUPANCY_CLASSES = 102, OCCUPANCY_STEPS = 12 };

/* What a look finds; -1: unknown.  Connections, or the bytes of a UDP socket.
 */
struct occupancy_look {
    int64_t at; /* nanoseconds */
    long queued, capacity, drops;
};

/* All zero at first.  */
struct occupancy {
    int64_t looks;
    int64_t seen, unseen; /* nanoseconds of known fill, and in long pauses */
    int64_t classes[OCCUPANCY_CLASSES];
    struct occupancy_look peak;   /* the first of the fullest; CAPACITY 0: none,
                                     the fill was never known */
    struct occupancy_look second; /* the same, since occupancy_next_second */
    struct occupancy_look last;
    int64_t drops;        /* since the first look; -1: not known */
    int64_t second_drops; /* since occupancy_next_second */
    bool is_held;         /* LAST counts until the next look */
};

/* Percent of QUEUED in CAPACITY, from 0 to 100, rounded down: above capacity,
   which was lowered later, 100, and always 100 with a capacity of 0; -1 if
   QUEUED or CAPACITY is negative, unknown.  */
int occupancy_percent(long queued, long capacity);

/* Add LOOK, not earlier than the last, to all figures.  The time since the last
   look counts for the fill of the last look, GAP_MAX nanoseconds at most; LOOK
   counts until the next look.  */
void occupancy_add(struct occupancy *occupancy,
                   const struct occupancy_look *look, int64_t gap_max);

/* The listener has gone, or the watch ends, at AT: the last look counts until
   then, GAP_MAX nanoseconds at most.  Further looks may follow; the time until
   then does not count.  */
void occupancy_stop(struct occupancy *occupancy, int64_t at, int64_t gap_max);

/* Begin a new second: forget SECOND and SECOND_DROPS.  */
void occupancy_next_second(struct occupancy *occupancy);

/* Nanoseconds with a fill of PERCENT or more, from 1 to 100.  */
int64_t occupancy_above(const struct occupancy *occupancy, int percent);

/* Set STEPS to the nanoseconds in each of 12 steps of fill, without overlap:
   empty; above empty and below 10 percent; from 10 to below 20; ... from 90 to
   below 100; full.  */
void occupancy_steps(const struct occupancy *occupancy,
                     int64_t steps[OCCUPANCY_STEPS]);

#endif /* PROBES_LISTENERS_OCCUPANCY_H */
