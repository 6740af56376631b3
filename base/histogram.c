/* histogram.c - latency histogram in bounded memory
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdbool.h>

#include "base/histogram.h"

/* The index of the class of NS, at most INT64_MAX nanoseconds: NS itself below
   128; from there on 64 classes for each power of two, by the leading seven
   bits of NS.  */
static size_t class_of(uint64_t ns)
{
    size_t shift = 0;
    while (ns >> shift >= 2 * HISTOGRAM_STEPS)
        shift++;
    return shift * HISTOGRAM_STEPS + (size_t)(ns >> shift);
}

int64_t histogram_class_end(size_t index)
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
            return histogram_class_end(i) < histogram->most
                       ? histogram_class_end(i)
                       : histogram->most;
    }
    return histogram->most;
}

void histogram_subtract(struct histogram *histogram,
                        const struct histogram *earlier)
{
    int64_t least = histogram->least, most = histogram->most;
    histogram->count -= earlier->count;
    histogram->least = histogram->most = 0;
    bool is_first = true;
    for (size_t i = 0; i < HISTOGRAM_CLASSES; i++) {
        int64_t start = i > 0 ? histogram_class_end(i - 1) + 1 : 0;
        int64_t end = histogram_class_end(i);
        histogram->classes[i] -= earlier->classes[i];
        if (histogram->classes[i] == 0)
            continue;
        if (is_first)
            histogram->least = start > least ? start : least;
        histogram->most = end < most ? end : most;
        is_first = false;
    }
}

uint64_t histogram_below(const struct histogram *histogram, int64_t ns)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_CLASSES && histogram_class_end(i) < ns;
         i++)
        seen += histogram->classes[i];
    return seen;
}
