/* rule.c - a formula for what a backlog of n lets wait
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>

#include "probes/rule.h"

/* The slopes tried, the simplest first; with each goes whatever is to be added,
   so no list of known kernels is behind this.  */
static const struct {
    long times, by;
} slopes[] = {
    {1, 1}, {3, 2}, {2, 1}, {1, 2}, {3, 1}, {4, 1}, {5, 1}, {8, 1}, {4, 3},
    {5, 3}, {5, 2}, {5, 4}, {6, 5}, {7, 4}, {3, 4}, {2, 3}, {0, 1},
};

long rule_value(const struct rule *rule, long n)
{
    long value = n * rule->times / rule->by + rule->plus;
    return value < rule->floor ? rule->floor : value;
}

long rule_inverse(const struct rule *rule, long count)
{
    if (rule->times == 0)
        return -1;
    long n = ((count - rule->plus) * rule->by + rule->by - 1) / rule->times;
    return n >= 0 && rule_value(rule, n) == count ? n : -1;
}

static size_t count_fits(const struct sample *samples, size_t count,
                         const struct rule *rule)
{
    size_t fits = 0;
    for (size_t i = 0; i < count; i++)
        fits += rule_value(rule, samples[i].n) == samples[i].count;
    return fits;
}

/* Take CANDIDATE if it fits more than what was the best so far.  */
static void try_rule(const struct sample *samples, size_t count,
                     const struct rule *candidate, struct rule *best,
                     size_t *fits)
{
    size_t these = count_fits(samples, count, candidate);
    if (these > *fits) {
        *best = *candidate;
        *fits = these;
    }
}

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

static long least_count(const struct sample *samples, size_t count)
{
    long least = samples[0].count;
    for (size_t i = 1; i < count; i++)
        least = samples[i].count < least ? samples[i].count : least;
    return least;
}

bool rule_fit(const struct sample *samples, size_t count, struct rule *rule,
              size_t *fits)
{
    *fits = 0;
    if (count_different(samples, count) < 3)
        return false;
    long floors[] = {RULE_NO_FLOOR, least_count(samples, count)};
    for (size_t f = 0; f < 2; f++)
        for (size_t s = 0; s < sizeof slopes / sizeof *slopes; s++)
            for (size_t i = 0; i < count; i++) {
                struct rule candidate = {slopes[s].times, slopes[s].by, 0,
                                         floors[f]};
                candidate.plus = samples[i].count -
                                 samples[i].n * candidate.times / candidate.by;
                try_rule(samples, count, &candidate, rule, fits);
            }
    return true;
}

/* The part with n in it: "", "n", "2n", "3n/2".  */
static void print_slope(const struct rule *rule, char *text, size_t size)
{
    char times[24] = "", by[24] = "";
    if (rule->times > 1)
        snprintf(times, sizeof times, "%ld", rule->times);
    if (rule->by > 1)
        snprintf(by, sizeof by, "/%ld", rule->by);
    snprintf(text, size, "%s%s%s", times, rule->times ? "n" : "",
             rule->times ? by : "");
}

/* The part behind it: "", "+1", " - 2"; or all of a rule without n.  */
static void print_plus(const struct rule *rule, bool spaced, char *text,
                       size_t size)
{
    long amount = rule->plus < 0 ? -rule->plus : rule->plus;
    const char *sign = rule->plus < 0 ? "-" : "+";
    const char *space = spaced ? " " : "";
    if (rule->times == 0)
        snprintf(text, size, "%ld", rule->plus);
    else if (amount == 0)
        snprintf(text, size, "%s", "");
    else
        snprintf(text, size, "%s%s%s%ld", space, sign, space, amount);
}

void rule_print(const struct rule *rule, bool spaced, char *text, size_t size)
{
    char slope[64], plus[32];
    const char *space = spaced ? " " : "";
    print_slope(rule, slope, sizeof slope);
    print_plus(rule, spaced, plus, sizeof plus);
    if (rule->floor != RULE_NO_FLOOR)
        snprintf(text, size, "max%s(%ld,%s%s%s)", space, rule->floor, space,
                 slope, plus);
    else
        snprintf(text, size, "%s%s", slope, plus);
}
