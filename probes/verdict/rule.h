/* rule.h - a formula for what a backlog of n lets wait
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_RULE_H
#define PROBES_VERDICT_RULE_H 1

#include <stdbool.h>
#include <stddef.h>

/* max (floor, n * times / by + plus), in whole numbers.  */
struct rule {
    long times, by, plus;
    long floor; /* RULE_NO_FLOOR, or the least it gives */
};

enum { RULE_NO_FLOOR = -1 };

/* A backlog and the connections counted with it.  */
struct sample {
    long n, count;
};

long rule_value(const struct rule *rule, long n);

/* The greatest n for which RULE gives COUNT, or -1.  */
long rule_inverse(const struct rule *rule, long count);

/* Set *RULE to the simplest rule that fits most of the COUNT samples; *FITS is
   how many.  Returns false if there are too few different ones to tell rules
   apart (below three).  */
bool rule_fit(const struct sample *samples, size_t count, struct rule *rule,
              size_t *fits);

/* Write RULE as "3n/2+1", "max(1,n)", or with SPACED "3n/2 + 1",
   "max (1, n)".  */
void rule_print(const struct rule *rule, bool spaced, char *text, size_t size);

#endif /* PROBES_VERDICT_RULE_H */
