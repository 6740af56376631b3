/* merge.h - one answer from what several repeats say
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_MERGE_H
#define PROBES_BEHAVIOUR_MERGE_H 1

#include "probes/finding/finding.h"
#include "probes/run/runner.h"

/* What one repeat said, and what went wrong with it.  */
struct answers {
    struct findings findings;
    struct run_trouble trouble;
};

/* Whether ANSWERS say that ID could not be asked for want of a port, a
   descriptor, a process, memory or time, which others may have had
   meanwhile.  */
bool answers_short(const struct answers *answers, const char *id);

/* Add to FINDINGS what the COUNT repeats say under ID: a value on which all
   that have one agree, as it is; others as "A or B", not stable.  Repeats with
   trouble do not count beside one without; if all have, the finding "answer"
   says which.  Returns 0, or -1 with ENOMEM.  */
int merge_answers(struct findings *findings, const char *id,
                  const struct answers *const *repeats, size_t count);

#endif /* PROBES_BEHAVIOUR_MERGE_H */
