/* runner.h - run a measurement in a child of its own, under a deadline
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_RUNNER_H
#define PROBES_RUN_RUNNER_H 1

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "probes/finding/finding.h"

/* A measurement: writes findings to OUT, each as soon as it is there.  It
   should end when WATCH, a descriptor, turns readable or in error: then nobody
   listens any more.  No signal is blocked then, those that it may use are at
   their defaults, and SIGPIPE is ignored.  Returns true if it got to its end.
 */
typedef bool measurement(FILE *out, int watch, const void *plan);

/* Why a run ended early, as a sentence's end; "" if it did not.  */
struct run_trouble {
    char text[160];
    bool late;   /* it is that the deadline passed */
    bool memory; /* it is that memory ran out */
};

/* Run MEASURE with PLAN in a child and add what it writes to FINDINGS.  After
   DEADLINE milliseconds it is killed; and when memory runs out, before any
   process of the application's is (base/budget.h).  PROGRESS, if not NULL, is
   called for each line that arrives, with the milliseconds since the start. The
   child is gone when this returns, whatever happened.

   Returns 0, or -1 with *TROUBLE filled in; what arrived before is kept.  */
int run_measurement(measurement *measure, const void *plan, int64_t deadline,
                    struct findings *findings,
                    void (*progress)(const struct findings *, int64_t elapsed),
                    struct run_trouble *trouble);

/* The same by steps, for those who watch over several at once.  START,
   DEADLINE, FINDINGS, PROGRESS and TROUBLE are the caller's to set; TROUBLE
   empty.  */

/* A line of findings is far shorter; what is longer is no such line.  */
enum { RUN_LINE_MAX = 4096 };

struct run {
    int64_t start, deadline; /* by monotonic_ms; milliseconds from then on */
    struct findings *findings;
    void (*progress)(const struct findings *, int64_t elapsed);
    struct run_trouble *trouble;
    /* its own */
    pid_t child;
    int pipe; /* the child's findings: to be polled */
    char line[RUN_LINE_MAX];
    size_t length;
    int late;          /* reads since the deadline */
    int64_t oom_kills; /* before it began, or -1 */
};

/* Start the child.  Returns 0, or -1 with the trouble filled in.  */
int run_begin(struct run *run, measurement *measure, const void *plan);

/* Read once from the pipe, which is readable.  Returns 1 to go on; 0 at the
   end; -1 with the trouble filled in.  */
int run_step(struct run *run);

/* Close the pipe and see the child gone: one that came to its end (WHOLE) by
   itself until the deadline, otherwise killed at once.  Returns 0, or -1 with
   the trouble filled in.  */
int run_end(struct run *run, bool whole);

/* Whether the deadline has passed; to be asked after each look at the pipe,
   which was found IDLE or not.  What the child had written before is taken
   first, for this process may have been stopped in the meantime.  If so, the
   trouble is filled in.  */
bool run_is_late(struct run *run, bool idle);

#endif /* PROBES_RUN_RUNNER_H */
