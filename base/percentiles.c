/* percentiles.c - a latency histogram as HdrHistogram's percentile text
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>

#include "base/percentiles.h"

enum {
    /* Lines for each halving of the distance to 100 %, as in HdrHistogram.  */
    PERCENTILES_TICKS = 5,
    PERCENTILES_HALVINGS = 64, /* all values of a 64-bit count are reached */
    PERCENTILES_ROOT_STEPS = 200
};

static const double percentiles_unit = 1e6; /* nanoseconds in a millisecond */

/* The classes read so far, and the number of their values.  */
struct percentiles {
    const struct histogram *histogram;
    size_t next;
    uint64_t seen;
};

/* Write the line of LEVEL, 0 to below 1, at the distance LEFT to 1: the value
   in milliseconds, LEVEL, the number of values read, and 1 / LEFT.  Move STATE
   there: no later LEVEL may be lower.  The value is the end of the last class
   read, at most the maximum.  The histogram is not empty.  */
static void percentiles_put(FILE *out, struct percentiles *state, double level,
                            double left)
{
    const struct histogram *histogram = state->histogram;
    double wanted = level * (double)histogram->count;
    while (state->next < HISTOGRAM_CLASSES &&
           (state->seen == 0 || (double)state->seen < wanted))
        state->seen += histogram->classes[state->next++];
    int64_t value = histogram_class_end(state->next - 1);
    if (value > histogram->most)
        value = histogram->most;
    fprintf(out, "%12.6f %2.12f %10" PRIu64 " %14.2f\n",
            (double)value / percentiles_unit, level, state->seen, 1 / left);
}

/* The square root of VALUE, 0 or more, by Newton's method from above.  The
   programs need no library of mathematics for this alone.  */
static double percentiles_root(double value)
{
    double root = value > 1 ? value : 1;
    for (int i = 0; i < PERCENTILES_ROOT_STEPS; i++) {
        double next = (root + value / root) / 2;
        if (next >= root)
            break;
        root = next;
    }
    return root;
}

/* The middle of class INDEX in nanoseconds; but at least the exact minimum, and
   at most the exact maximum, of HISTOGRAM.  */
static double percentiles_middle(const struct histogram *histogram,
                                 size_t index)
{
    double end = (double)histogram_class_end(index);
    double start = index > 0 ? (double)histogram_class_end(index - 1) + 1 : 0;
    double least = (double)histogram->least, most = (double)histogram->most;
    double middle = (start + end) / 2;
    return middle < least ? least : middle > most ? most : middle;
}

/* Set *MEAN and *DEVIATION, the standard deviation, in nanoseconds; both 0 if
   HISTOGRAM is empty.  */
static void percentiles_moments(const struct histogram *histogram, double *mean,
                                double *deviation)
{
    double count = histogram->count > 0 ? (double)histogram->count : 1;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < HISTOGRAM_CLASSES; i++)
        if (histogram->classes[i] > 0)
            sum += percentiles_middle(histogram, i) *
                   (double)histogram->classes[i];
    *mean = sum / count;
    for (size_t i = 0; i < HISTOGRAM_CLASSES; i++) {
        double distance = percentiles_middle(histogram, i) - *mean;
        squares += distance * distance * (double)histogram->classes[i];
    }
    *deviation = percentiles_root(squares / count);
}

void percentiles_write(FILE *out, const struct histogram *histogram)
{
    struct percentiles state = {.histogram = histogram};
    double half = 1, mean, deviation;
    double most = (double)histogram->most / percentiles_unit;
    fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
            "1/(1-Percentile)");
    for (int i = 0; i < PERCENTILES_HALVINGS; i++, half /= 2)
        for (int tick = 0;
             tick < PERCENTILES_TICKS && state.seen < histogram->count;
             tick++) {
            double left = half * (1 - (double)tick / (2 * PERCENTILES_TICKS));
            percentiles_put(out, &state, 1 - left, left);
        }
    if (histogram->count > 0)
        fprintf(out, "%12.6f %2.12f %10" PRIu64 "\n", most, 1.0,
                histogram->count);
    percentiles_moments(histogram, &mean, &deviation);
    fprintf(out, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n",
            mean / percentiles_unit, deviation / percentiles_unit);
    fprintf(out, "#[Max     = %12.6f, Total count    = %12" PRIu64 "]\n", most,
            histogram->count);
    /* HdrHistogram's terms: half of the sub-buckets of each bucket but the
       first are those of the bucket before.  */
    fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n",
            HISTOGRAM_CLASSES / HISTOGRAM_STEPS - 1, 2 * HISTOGRAM_STEPS);
}
