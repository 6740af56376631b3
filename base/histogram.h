/* histogram.h - how often which latency, in bounded memory
   SPDX-License-Identifier: GPL-3.0-or-later

   Nanoseconds are counted in classes: one for each value below 128, then 64 for
   each power of two.  A class is at most 1/64 of its values wide, so what is
   read from it is at most 1.6 % too large.  Least and most are exact.  */

#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H 1

#include <stdint.h>

/* 64 for each of the powers 2^6 to 2^62, and the 64 values below.  */
enum { HISTOGRAM_STEPS = 64, HISTOGRAM_CLASSES = 58 * HISTOGRAM_STEPS };

/* All zero is empty.  */
struct histogram {
    uint64_t count;
    int64_t least, most;
    uint64_t classes[HISTOGRAM_CLASSES];
};

/* A negative NS counts as 0.  */
void histogram_add(struct histogram *histogram, int64_t ns);

/* The least value that is not exceeded by SHARE (0 to 1) of all, rounded up to
   the end of its class, but never beyond the largest; 0 if there are none.  */
int64_t histogram_quantile(const struct histogram *histogram, double share);

/* How many are below NS, to the precision of the classes.  */
uint64_t histogram_below(const struct histogram *histogram, int64_t ns);

#endif /* BASE_HISTOGRAM_H */
