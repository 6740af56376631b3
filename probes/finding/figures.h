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

/* Check that the figures among the COUNT rows of LIST that FINDINGS, which are
   sorted, have are numbers.  Returns 0; or -1 with a sentence about FINDINGS,
   called NAME, in PROBLEM of SIZE bytes (truncated).  */
int figures_check(const struct findings *findings, const struct figure *list,
                  size_t count, const char *name, char *problem, size_t size);

/* Compare HERE and THERE, sorted and checked, by the COUNT rows of LIST.  A
   setting differs if it is not the same, a figure if HERE is more than
   TOLERANCE percent above or below THERE.  Write the differences, figures with
   units, the percentage and whether HERE is better, and rows that are on one
   side only, to OUT, one a line, and last a line with the numbers.  Returns the
   numbers.  */
struct comparison figures_compare(FILE *out, const struct figure *list,
                                  size_t count, const struct findings *here,
                                  const struct findings *there, long tolerance);

#endif /* PROBES_FINDING_FIGURES_H */
