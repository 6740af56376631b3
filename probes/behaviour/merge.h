/* merge.h - one answer from several repeats
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_MERGE_H
#define PROBES_BEHAVIOUR_MERGE_H 1

#include "probes/finding/finding.h"
#include "probes/run/runner.h"

/* The findings of one repeat, and its failure, if any.  */
struct answers {
    struct findings findings;
    struct run_trouble trouble;
};

/* Whether ANSWERS report that ID was skipped because ports, descriptors,
   processes, memory or CPU time ran out, which parallel questions may have used
   up.  */
bool answers_lack_resources(const struct answers *answers, const char *id);

/* Add to FINDINGS the merged findings of ID from COUNT repeats: a value is
   stable if all repeats that have the key agree; otherwise the value is "A or
   B", not stable. Failed repeats are ignored if another repeat succeeded; if
   all failed, the finding "answer" has the reason. Returns 0, or -1 with
   ENOMEM.  */
int merge_answers(struct findings *findings, const char *id,
                  const struct answers *const *repeats, size_t count);

#endif /* PROBES_BEHAVIOUR_MERGE_H */
