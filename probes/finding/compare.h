/* compare.h - findings of two hosts, side by side
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_COMPARE_H
#define PROBES_FINDING_COMPARE_H 1

#include <stddef.h>
#include <stdio.h>

#include "probes/finding/finding.h"

struct comparison {
    size_t same, different;
    size_t here_only, there_only; /* not measured on the other */
};

/* Compare HERE and THERE, which must be sorted, by id and key, and write to OUT
   what is different and what only one of them has; not the hosts' names, what
   was set for the measurement, and what is volatile.  A finding without a value
   is one that is not there.  */
struct comparison compare_findings_of(FILE *out, const struct findings *here,
                                      const struct findings *there);

#endif /* PROBES_FINDING_COMPARE_H */
