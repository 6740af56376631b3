/* histogram.h - latency histogram in bounded memory
   SPDX-License-Identifier: GPL-3.0-or-later

   A class for each value below 128, then 64 classes for each power of two:
   quantiles are at most 1/64 too large.  Min and max are exact.  */

#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H 1

#include <stddef.h>
#include <stdint.h>

/* 64 classes for each power 2^6 to 2^62, and the 64 values below 2^6.  */
enum { HISTOGRAM_STEPS = 64, HISTOGRAM_CLASSES = 58 * HISTOGRAM_STEPS };

/* All zero is empty.  */
struct histogram {
    uint64_t count;
    int64_t least, most; /* min and max in nanoseconds; 0 if empty */
    uint64_t classes[HISTOGRAM_CLASSES];
};

/* Count NS nanoseconds; a negative NS counts as 0.  */
void histogram_add(struct histogram *histogram, int64_t ns);

/* The smallest value that at least SHARE (0 to 1; 0: min) of all values do not
   exceed, rounded up to the end of its class, at most the max; 0 if empty.  */
int64_t histogram_quantile(const struct histogram *histogram, double share);

/* The largest value, in nanoseconds, of the class INDEX, which is less than
   HISTOGRAM_CLASSES.  */
int64_t histogram_class_end(size_t index);

/* Remove the values of EARLIER, a copy of HISTOGRAM at an earlier time.  The
   min and the max of the rest are known to the class only: the lower and the
   upper end of their classes, within the exact min and max of all.  */
void histogram_subtract(struct histogram *histogram,
                        const struct histogram *earlier);

/* The number of values below NS, without those in the class of NS.  */
uint64_t histogram_below(const struct histogram *histogram, int64_t ns);

#endif /* BASE_HISTOGRAM_H */
