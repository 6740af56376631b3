/* figures.h - compare two runs of one host by some of their findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_FIGURES_H
#define PROBES_FINDING_FIGURES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "probes/finding/compare.h"
#include "probes/finding/finding.h"

/* A finding to compare: a setting, of which the text counts, or a figure, a
   decimal number of 0 to 2^63 - 1, of which the value counts.  */
enum figure_kind {
    FIGURE_SETTING,
    FIGURE_COUNT, /* less is better */
    FIGURE_TIME,  /* nanoseconds; less is better */
    FIGURE_RATE   /* a second; more is better */
};

struct figure {
    const char *id, *key;
    enum figure_kind kind;
};

/* Check the values that FINDINGS, which are sorted, have for the COUNT rows of
   LIST: the value of a figure must be a number.  Settings, and figures without
   a value, pass.  Returns 0; or -1 at the first other value, with a sentence in
   PROBLEM of SIZE bytes (truncated), which begins with NAME, the name of
   FINDINGS.  */
int figures_check(const struct findings *findings, const struct figure *list,
                  size_t count, const char *name, char *problem, size_t size);

/* Compare HERE and THERE, both sorted and accepted by figures_check, by the
   COUNT rows of LIST.  A setting differs if its text differs; a figure, if the
   number of HERE is more than TOLERANCE percent, at least 0, above or below
   that of THERE, or above a 0 of THERE.  Write to OUT, in the order of LIST, a
   line for each row that differs, or has a value on one side only ("missing" on
   the other): id and key, and both values; of a differing figure also the
   difference in percent, unless THERE is 0, and whether HERE is better or
   worse.  Times and rates have units.  Write last the line of comparison_end.
   Returns the numbers of rows; a row without a value on either side does not
   count.  Write errors stay with OUT.  */
struct comparison figures_compare(FILE *out, const struct figure *list,
                                  size_t count, const struct findings *here,
                                  const struct findings *there, long tolerance);

#endif /* PROBES_FINDING_FIGURES_H */
