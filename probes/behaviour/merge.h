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

/* Add to FINDINGS, which have none of the question, the merged findings of the
   COUNT REPEATS of a question; COUNT is at least 1.  If all repeats that have a
   value of a key agree, the value is as stable as the first repeat reported;
   otherwise the value is "A or B", in alphabetic order, and not stable.  A
   finding without a value is kept, with its reason, only if no repeat has a
   value of the key.  At most 16 values of a key are compared, and joined values
   are cut at 599 bytes.  Findings of failed repeats are ignored.  If there is
   no finding "answer" then, one is added with the reason of the last failed
   repeat, or "no answer from the probe".  Returns 0, or -1 with ENOMEM;
   FINDINGS may then have a part of the merged findings.  */
int merge_repeats(struct findings *findings, const struct repeat *repeats,
                  size_t count);

/* Remove all findings of REPEAT but the answer.  Without memory all are
   removed, and the repeat counts as failed: TROUBLE is "out of memory".  */
void repeat_reduce(struct repeat *repeat);

/* Add to FINDINGS how often each answer came in those of the COUNT REPEATS of a
   question that are done: "answer", joined as by merge_repeats, but stable only
   if these repeats are all alike, also in the reasons for no answer; "times",
   the number of these repeats; and for each answer, the most frequent as 1,
   "times.1.answer", "times.1.runs", "times.1.low-ppm" and "times.1.high-ppm",
   the interval of its share (base/interval.h) in millionths.  A repeat without
   an answer counts as "no answer: REASON", a failed repeat included.  At most
   RATES_MAX answers are listed.  Adds nothing if no repeat is done.  Returns 0,
   or -1 with ENOMEM, and perhaps a part added.  */
enum { RATES_MAX = 16 };
int merge_rates(struct findings *findings, const struct repeat *repeats,
                size_t count);

#endif /* PROBES_BEHAVIOUR_MERGE_H */
