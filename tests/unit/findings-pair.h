/* findings-pair.h - the findings of two sides, for tests of comparisons
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef TESTS_UNIT_FINDINGS_PAIR_H
#define TESTS_UNIT_FINDINGS_PAIR_H 1

#include "probes/finding/finding.h"

extern struct findings here, there;

/* Fixtures: begin with no findings; free them.  */
void pair_setup(void);
void pair_teardown(void);

/* Add a stable finding to FINDINGS; or one to here, with the value A, and one
   to there, with B.  Either value may be NULL.  */
void pair_add_to(struct findings *findings, const char *id, const char *key,
                 const char *value);
void pair_add(const char *id, const char *key, const char *a, const char *b);

/* Sort both sides.  */
void pair_sort(void);

#endif /* TESTS_UNIT_FINDINGS_PAIR_H */
