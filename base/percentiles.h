/* percentiles.h - a latency histogram as HdrHistogram's percentile text
   SPDX-License-Identifier: GPL-3.0-or-later

   The form of HdrHistogram's outputPercentileDistribution (.hgrm), read by its
   plotters: a heading; lines of value, percentile, number of values up to this
   value, and 1/(1-percentile); and three lines in "#[...]" with mean, standard
   deviation, maximum, number of values and the sizes of the histogram.  */

#ifndef BASE_PERCENTILES_H
#define BASE_PERCENTILES_H 1

#include <stdio.h>

#include "base/histogram.h"

/* Write HISTOGRAM to OUT, values in milliseconds to the nanosecond.  Each
   percentile has the value of histogram_quantile.  There are five lines for
   each halving of the distance to 100 percent, until all values are reached,
   and a last line of 100 percent; an empty histogram has no such line.  Mean
   and standard deviation take each value as the middle of its class.  Write
   errors are left in OUT.  */
void percentiles_write(FILE *out, const struct histogram *histogram);

#endif /* BASE_PERCENTILES_H */
