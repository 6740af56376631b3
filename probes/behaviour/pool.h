/* pool.h - run many questions in parallel, each in child processes
   SPDX-License-Identifier: GPL-3.0-or-later

   Every question is repeated several times, each time in a new child that has a
   deadline and a process group.  A child that hangs, crashes or leaves
   processes behind costs its own answer only: the group is killed.  A watchdog
   kills the groups if this process dies.  */

#ifndef PROBES_BEHAVIOUR_POOL_H
#define PROBES_BEHAVIOUR_POOL_H 1

#include <signal.h>

#include "probes/behaviour/question.h"
#include "probes/finding/finding.h"

/* Maximum number of parallel children; fewer where memory or processes are
   scarce (base/budget.h).  */
enum { POOL_MAX = 24 };

/* The same for TIMES repeats of a question that waits (DEADLINE_SECONDS): they
   take memory, but no CPU time.  */
enum { POOL_WAITING_MAX = 96 };

/* What to run.  */
struct pool_request {
    const struct question *const *questions;
    size_t count;
    /* The number of repeats of each question, of which the answers are counted
       (merge_rates); 0: the question's own number, and merge_repeats.  */
    long times;
    /* Unless NULL: run no further child once this is not 0.  Set by the
       caller's handler of SIGINT and SIGTERM, which children do not keep.  */
    const volatile sig_atomic_t *stop;
    /* Unless NULL: called when a child ends, with the numbers of ended
       children, which falls for retries, and of all children (each repeat is a
       child), and the milliseconds since the start.  */
    void (*progress)(size_t done, size_t total, long elapsed);
};

/* Run the questions of REQUEST and add the merged findings to FINDINGS, sorted:
   for each question at least the finding "answer" (with TIMES, if a repeat has
   ended).  If repeats disagree, the finding has all values and is not stable.
   Without TIMES, a repeat that passed its deadline, while another repeat of the
   same question succeeded, is retried alone, once, and ignored if the retry
   fails as well.  A repeat that ran out of ports, descriptors, processes,
   memory or CPU time is retried in each case.  A retry that does not end, as
   after *STOP, leaves the former result.  No retry begins later than a minute
   after the first.  Blocks until all children have ended; after *STOP the
   running children are killed, and only the ended ones are merged.  The caller
   ignores SIGPIPE.  All output streams are flushed.

   Returns 0; or -1 with errno, and perhaps a part added: ENOMEM, no process, no
   pipe, poll keeps failing, or EAGAIN if there are too few resources for even
   one question.  WHY of SIZE bytes, at least 1, gets the end of a sentence in
   this case of EAGAIN, or if a child was killed because memory ran out;
   otherwise WHY is empty.  */
int pool_ask(const struct pool_request *request, struct findings *findings,
             char *why, size_t size);

#endif /* PROBES_BEHAVIOUR_POOL_H */
