/* pool.h - put many questions side by side, each in children of its own
   SPDX-License-Identifier: GPL-3.0-or-later

   Every question is asked several times, each time in a new child that leads a
   process group of its own and has a deadline.  One that hangs, crashes or
   leaves processes behind costs its own answer: the group is killed.  One more
   child, the watchdog, does nothing but see the groups dead if this process
   dies.  */

#ifndef PROBES_BEHAVIOUR_POOL_H
#define PROBES_BEHAVIOUR_POOL_H 1

#include "probes/behaviour/question.h"
#include "probes/finding/finding.h"

/* So many children ask at the same time, or fewer where memory or processes are
   few (base/budget.h).  */
enum { POOL_MAX = 24 };

/* Put the COUNT QUESTIONS and add what came out to FINDINGS: for each at least
   the finding "answer".  PROGRESS, if not NULL, is called as each child ends,
   with how many of how many have, and the milliseconds since the start.

   Values that the repeats do not agree on are told all, and marked as not
   stable.  A repeat without an answer, where another has one, is made once
   more, alone; if that does not help it does not count.  So is one that had no
   port, descriptor or process left.

   Returns 0, with a sentence's end in WHY of SIZE bytes if one was killed for
   want of memory; -1 with ENOMEM, or another errno: no process, no pipe. EAGAIN
   with such a text in WHY: too little is left for even one question.
   Otherwise WHY is empty.  */
int pool_ask(const struct question *const *questions, size_t count,
             void (*progress)(size_t done, size_t total, long elapsed),
             struct findings *findings, char *why, size_t size);

#endif /* PROBES_BEHAVIOUR_POOL_H */
