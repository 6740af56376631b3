/* interval.h - how far a counted share may be from the true one
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_INTERVAL_H
#define BASE_INTERVAL_H 1

/* A share between 0 and 1, and the ends of its interval.  */
struct interval {
    double low, high;
};

/* The 95 % interval of Clopper and Pearson (1934) for an event that was counted
   COUNT times in TOTAL independent trials, 0 <= COUNT <= TOTAL, TOTAL at least
   1: the shares under which a count as far from the mean has a probability of
   at least 2.5 % on its side.  Whatever the true share, the interval holds it
   in at least 95 % of all experiments; simpler formulas hold less for rare
   events.  */
struct interval interval_of(long count, long total);

#endif /* BASE_INTERVAL_H */
