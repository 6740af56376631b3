/* merge.h - one answer from several repeats
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_MERGE_H
#define PROBES_BEHAVIOUR_MERGE_H 1

#include "probes/behaviour/question.h"
#include "probes/run/runner.h"

/* A repeat of QUESTION: its findings, and the failure, if any: the repeat
   failed if the text of TROUBLE is not empty.  */
struct repeat {
    const struct question *question;
    struct findings findings;
    struct run_trouble trouble;
    struct run *run; /* while running; otherwise NULL */
    bool done;
};

/* Whether the question was skipped because ports, descriptors, processes,
   memory or CPU time ran out, which parallel questions may have used up: the
   reason of the finding "answer" contains the name of such an errno, or
   REASON_STARVED.  */
bool repeat_lacks_resources(const struct repeat *repeat);

/* Add to FINDINGS the merged findings of COUNT repeats of a question.  A value
   is stable if all repeats that have a value of the key agree; otherwise the
   value is "A or B", in alphabetic order, and not stable.  A reason is kept
   only if no repeat has a value.  At most 16 values of a key are compared, and
   joined values are cut at 599 bytes.  Findings of failed repeats are ignored.
   If there is no finding "answer" then, one is added with the reason of a
   failed repeat, or "no answer from the probe".  Returns 0, or -1 with ENOMEM;
   FINDINGS may then have a part of the merged findings.  */
int merge_repeats(struct findings *findings, const struct repeat *repeats,
                  size_t count);

/* Remove all findings of REPEAT but the answer.  Without memory all are
   removed, and the repeat fails.  */
void repeat_reduce(struct repeat *repeat);

/* Add to FINDINGS how often each answer came in the COUNT repeats of a question
   that are done: "answer", as by merge_repeats; "times", the number of these
   repeats; and for each answer, the most frequent as 1, "times.1.answer",
   "times.1.runs", "times.1.low-ppm" and "times.1.high-ppm", the interval of its
   share (base/interval.h) in millionths.  A repeat without an answer counts as
   "no answer: REASON", a failed repeat included.  At most RATES_MAX answers are
   listed.  Adds nothing if no repeat is done.  Returns 0, or -1 with ENOMEM.
 */
enum { RATES_MAX = 16 };
int merge_rates(struct findings *findings, const struct repeat *repeats,
                size_t count);

#endif /* PROBES_BEHAVIOUR_MERGE_H */
