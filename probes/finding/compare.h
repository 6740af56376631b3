/* compare.h - compare the findings of two hosts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_COMPARE_H
#define PROBES_FINDING_COMPARE_H 1

#include <stddef.h>
#include <stdio.h>

#include "probes/finding/finding.h"

/* Numbers of findings.  */
struct comparison {
    size_t same, different;
    size_t here_only, there_only; /* not measured on the other host */
};

/* Write to OUT the last line of a comparison, its numbers: "2 of 30 figures
   differ", where 30 is SAME + DIFFERENT; then HOW, which is empty or begins
   with a blank; then, unless 0, "; 3 only here" and "; 4 only there".  */
void comparison_end(FILE *out, const struct comparison *comparison,
                    const char *how);

/* Compare HERE and THERE, which must be sorted, by id and key.  Write to OUT a
   line with id, key and both values ("missing" on one side) for each of: first
   findings with different values, then findings of HERE only, then findings of
   THERE only; last the line of comparison_end.  Left out are findings under
   "host", "volatile" and "with" (settings made for the measurement), and
   findings whose key is, or ends after a dot in, scope, initial, initial-value
   or repeats.  A finding without a value counts as missing.
   tcp_abort_on_overflow on one host only is neither written nor counted: older
   profiles lack it.  Returns the numbers.  Write errors stay with OUT.  */
struct comparison compare_findings_of(FILE *out, const struct findings *here,
                                      const struct findings *there);

#endif /* PROBES_FINDING_COMPARE_H */
