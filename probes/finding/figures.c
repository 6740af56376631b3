/* figures.c - compare two runs of one host by some of their findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/finding/figures.h"

/* Read TEXT, a decimal number that an int64_t holds, into *NUMBER.  Returns
   whether TEXT is one.  */
static bool figure_parse(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

int figures_check(const struct findings *findings, const struct figure *list,
                  size_t count, const char *name, char *problem, size_t size)
{
    int64_t number;
    for (size_t i = 0; i < count; i++) {
        const char *text = findings_text(findings, list[i].id, list[i].key);
        if (!text || list[i].is_setting || figure_parse(text, &number))
            continue;
        snprintf(problem, size, "%s: '%.40s' is no number: %s %s", name, text,
                 list[i].id, list[i].key);
        return -1;
    }
    return 0;
}

/* Compare the numbers HERE and THERE.  Returns whether HERE is more than
   TOLERANCE percent above or below THERE; REMARK of SIZE bytes is the
   difference in percent, with its sign; empty if THERE is 0.  */
static bool figure_differs(const char *here, const char *there, long tolerance,
                           char *remark, size_t size)
{
    int64_t a = 0, b = 0;
    figure_parse(here, &a);
    figure_parse(there, &b);
    double difference = (double)a - (double)b;
    *remark = '\0';
    if (b > 0)
        snprintf(remark, size, " (%+.1f %%)", 100 * difference / (double)b);
    return (difference < 0 ? -difference : difference) * 100 >
           (double)tolerance * (double)b;
}

/* Compare HERE and THERE by FIGURE; write a difference, and add to
   COMPARISON.  */
static void figure_compare(FILE *out, const struct figure *figure,
                           const struct findings *here,
                           const struct findings *there, long tolerance,
                           struct comparison *comparison)
{
    const char *a = findings_text(here, figure->id, figure->key);
    const char *b = findings_text(there, figure->id, figure->key);
    struct finding named = {.id = figure->id, .key = figure->key};
    char remark[40] = "";
    bool differs = a && b && strcmp(a, b);
    if (!a && !b)
        return;
    if (differs && !figure->is_setting)
        differs = figure_differs(a, b, tolerance, remark, sizeof remark);
    comparison->here_only += a && !b;
    comparison->there_only += b && !a;
    comparison->different += differs;
    comparison->same += a && b && !differs;
    if (differs || !a || !b)
        comparison_put(out, &named, a ? a : "missing", b ? b : "missing",
                       remark);
}

struct comparison figures_compare(FILE *out, const struct figure *list,
                                  size_t count, const struct findings *here,
                                  const struct findings *there, long tolerance)
{
    struct comparison comparison = {0};
    char how[60];
    for (size_t i = 0; i < count; i++)
        figure_compare(out, &list[i], here, there, tolerance, &comparison);
    snprintf(how, sizeof how, " (tolerance %ld %%)", tolerance);
    comparison_end(out, &comparison, how);
    return comparison;
}
