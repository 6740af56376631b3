/* rule.h - a formula for the queue length by backlog n
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_RULE_H
#define PROBES_VERDICT_RULE_H 1

#include <stdbool.h>
#include <stddef.h>

/* max (floor, n * times / by + plus), in whole numbers.  */
struct rule {
    long times, by, plus;
    long floor; /* the minimum, or RULE_NO_FLOOR */
};

enum { RULE_NO_FLOOR = -1 };

/* A backlog, and the connections counted.  */
struct sample {
    long n, count;
};

long rule_value(const struct rule *rule, long n);

/* The largest n with RULE (n) = COUNT, or -1.  */
long rule_inverse(const struct rule *rule, long count);

/* Set *RULE to the simplest rule that fits the largest number of the COUNT
   samples, and *FITS to that number.  Returns false if there are fewer than
   three different samples, which do not determine a rule.  */
bool rule_fit(const struct sample *samples, size_t count, struct rule *rule,
              size_t *fits);

/* Write RULE as "3n/2+1", "max(1,n)", or with SPACED "3n/2 + 1",
   "max (1, n)".  */
void rule_print(const struct rule *rule, bool spaced, char *text, size_t size);

#endif /* PROBES_VERDICT_RULE_H */
