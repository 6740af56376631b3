/* histogram.c - latency histogram in bounded memory
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stddef.h>

#include "base/histogram.h"

/* The class of NS: its leading seven bits, and the number of bits behind.  */
static size_t class_of(uint64_t ns)
{
    size_t shift = 0;
    while (ns >> shift >= 2 * HISTOGRAM_STEPS)
        shift++;
    return shift * HISTOGRAM_STEPS + (size_t)(ns >> shift);
}

/* The largest value of class INDEX.  */
static int64_t end_of(size_t index)
{
    size_t shift =
        index < 2 * HISTOGRAM_STEPS ? 0 : index / HISTOGRAM_STEPS - 1;
    uint64_t leading = index - shift * HISTOGRAM_STEPS;
    return (int64_t)(((leading + 1) << shift) - 1);
}

void histogram_add(struct histogram *histogram, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    if (histogram->count == 0 || ns < histogram->least)
        histogram->least = ns;
    if (ns > histogram->most)
        histogram->most = ns;
    histogram->count++;
    histogram->classes[class_of((uint64_t)ns)]++;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
    double wanted = share * (double)histogram->count;
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_CLASSES; i++) {
        seen += histogram->classes[i];
        if (seen > 0 && (double)seen >= wanted)
            return end_of(i) < histogram->most ? end_of(i) : histogram->most;
    }
    return histogram->most;
}

uint64_t histogram_below(const struct histogram *histogram, int64_t ns)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_CLASSES && end_of(i) < ns; i++)
        seen += histogram->classes[i];
    return seen;
}
