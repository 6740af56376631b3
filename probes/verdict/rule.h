/* rule.h - a formula for the queue length by backlog n
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_RULE_H
#define PROBES_VERDICT_RULE_H 1

#include <stdbool.h>
#include <stddef.h>

/* max (floor, n * times / by + plus), in whole numbers, rounded down; n is the
   backlog.  TIMES 0: a constant.  BY is at least 1.  */
struct rule {
    long times, by, plus;
    long floor; /* the minimum, or RULE_NO_FLOOR */
};

enum { RULE_NO_FLOOR = -1 };

/* A backlog, and the connections counted.  */
struct sample {
    long n, count;
};

/* The queue length by RULE for a backlog of N, which is not negative; at most
   LONG_MAX, and at least -1 without a floor.  */
long rule_value(const struct rule *rule, long n);

/* The largest backlog n with rule_value (RULE, n) equal to COUNT; -1 if no
   backlog has this queue length, if RULE is a constant, or if COUNT is so large
   that the computation would overflow.  */
long rule_inverse(const struct rule *rule, long count);

/* Set *RULE to the simplest rule that fits the largest number of the COUNT
   SAMPLES, with figures of at least 0, and *FITS to the number of fitting
   samples.  Not all samples need fit.  Simplest is a constant, then the slope
   with the smallest times + by (times up to 12, by up to 8); a rule with a
   floor, the smallest count, is taken only if it fits more samples.  Returns
   true; or false if there are fewer than three different backlogs, which do not
   determine a rule: then *FITS is 0 and *RULE is unchanged.  */
bool rule_fit(const struct sample *samples, size_t count, struct rule *rule,
              size_t *fits);

/* Write RULE to TEXT as "3n/2+1", with a floor as "max(1,n)"; or with SPACED as
   "3n/2 + 1", "max (1, n)"; a constant as "5".  The text is cut to SIZE bytes,
   NUL included.  */
void rule_print(const struct rule *rule, bool spaced, char *text, size_t size);

#endif /* PROBES_VERDICT_RULE_H */
