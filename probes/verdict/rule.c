/* rule.c - a formula for the queue length by backlog n
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "probes/verdict/rule.h"

/* Every slope times/by up to these is tried, the simplest first, with any
   addend: there is no list of known rules.  */
enum { TIMES_MAX = 12, BY_MAX = 8 };

/* The largest figure; also the value of a rule for a huge n.  */
static const int64_t huge = LONG_MAX;

/* N, not negative, times the slope of RULE, rounded down, without the addend
   and the floor; at most HUGE, also if N times TIMES overflows.  */
static int64_t rule_steep(const struct rule *rule, long n)
{
    if (rule->times > 0 && n > INT64_MAX / rule->times)
        return huge;
    int64_t value = (int64_t)n * rule->times / rule->by;
    return value > huge ? huge : value;
}

long rule_value(const struct rule *rule, long n)
{
    int64_t value = rule_steep(rule, n);
    if (rule->plus > 0 && value > huge - rule->plus)
        value = huge;
    else
        value += rule->plus;
    return value < rule->floor ? rule->floor : (long)value;
}

long rule_inverse(const struct rule *rule, long count)
{
    if (rule->times == 0 || (rule->plus < 0 && count > huge + rule->plus))
        return -1;
    int64_t n = (int64_t)count - rule->plus;
    if (n > INT64_MAX / rule->by - 1)
        return -1;
    n = (n * rule->by + rule->by - 1) / rule->times;
    return n >= 0 && n <= huge && rule_value(rule, (long)n) == count ? (long)n
                                                                     : -1;
}

/* If CANDIDATE gives the counts of more than *FITS of the COUNT SAMPLES, set
   both *BEST to CANDIDATE and *FITS to their number.  On a tie *BEST stays.  */
static void try_rule(const struct sample *samples, size_t count,
                     const struct rule *candidate, struct rule *best,
                     size_t *fits)
{
    size_t candidate_fits = 0;
    for (size_t i = 0; i < count; i++)
        candidate_fits +=
            rule_value(candidate, samples[i].n) == samples[i].count;
    if (candidate_fits > *fits) {
        *best = *candidate;
        *fits = candidate_fits;
    }
}

/* The number of different backlogs in the COUNT SAMPLES.  */
static size_t count_different(const struct sample *samples, size_t count)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < i && samples[k].n != samples[i].n)
            k++;
        different += k == i;
    }
    return different;
}

/* The smallest count in the COUNT SAMPLES; COUNT is at least 1.  */
static long min_count(const struct sample *samples, size_t count)
{
    long min = samples[0].count;
    for (size_t i = 1; i < count; i++)
        min = samples[i].count < min ? samples[i].count : min;
    return min;
}

/* Try SLOPE with the addend by which the line, without the floor, meets a
   sample, for each of the COUNT SAMPLES in turn.  PLUS of SLOPE is ignored.  A
   rule that fits more than *FITS samples replaces *BEST, and *FITS is set
   (try_rule); on a tie nothing changes.  *BEST is never read.  No rule is tried
   once *FITS is COUNT.  */
static void try_slope(const struct sample *samples, size_t count,
                      struct rule slope, struct rule *best, size_t *fits)
{
    for (size_t i = 0; i < count && *fits < count; i++) {
        slope.plus = samples[i].count - (long)rule_steep(&slope, samples[i].n);
        try_rule(samples, count, &slope, best, fits);
    }
}

/* Try constants, then all slopes, in order of times + by, so that 3/2 comes
   before 6/4; all with the minimum FLOOR, or RULE_NO_FLOOR.  Updates *BEST and
   *FITS if a rule fits more samples (try_rule): so a constant precedes a slope
   that fits as many.  */
static void try_slopes(const struct sample *samples, size_t count, long floor,
                       struct rule *best, size_t *fits)
{
    try_slope(samples, count, (struct rule){0, 1, 0, floor}, best, fits);
    for (long sum = 2; sum <= TIMES_MAX + BY_MAX; sum++)
        for (long by = 1; by <= BY_MAX && by < sum; by++)
            if (sum - by <= TIMES_MAX)
                try_slope(samples, count, (struct rule){sum - by, by, 0, floor},
                          best, fits);
}

bool rule_fit(const struct sample *samples, size_t count, struct rule *rule,
              size_t *fits)
{
    *fits = 0;
    if (count_different(samples, count) < 3)
        return false;
    try_slopes(samples, count, RULE_NO_FLOOR, rule, fits);
    try_slopes(samples, count, min_count(samples, count), rule, fits);
    return true;
}

/* Write RULE without its floor to TEXT, cut to SIZE bytes: "n", "3n/2+1", with
   SPACED "3n/2 + 1"; a constant as "5".  */
static void print_line(const struct rule *rule, bool spaced, char *text,
                       size_t size)
{
    char times[24] = "", by[24] = "", plus[32] = "";
    const char *space = spaced ? " " : "";
    if (rule->times > 1)
        snprintf(times, sizeof times, "%ld", rule->times);
    if (rule->by > 1)
        snprintf(by, sizeof by, "/%ld", rule->by);
    if (rule->plus)
        snprintf(plus, sizeof plus, "%s%c%s%ld", space,
                 rule->plus < 0 ? '-' : '+', space, labs(rule->plus));
    if (rule->times)
        snprintf(text, size, "%sn%s%s", times, by, plus);
    else
        snprintf(text, size, "%ld", rule->plus);
}

void rule_print(const struct rule *rule, bool spaced, char *text, size_t size)
{
    char line[96];
    const char *space = spaced ? " " : "";
    print_line(rule, spaced, line, sizeof line);
    if (rule->floor != RULE_NO_FLOOR)
        snprintf(text, size, "max%s(%ld,%s%s)", space, rule->floor, space,
                 line);
    else
        snprintf(text, size, "%s", line);
}
