/* runner.h - run a measurement in a child process, with a deadline
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_RUNNER_H
#define PROBES_RUN_RUNNER_H 1

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "probes/finding/finding.h"

/* A measurement, in a child process, writes each finding to OUT as soon as it
   is known, and should end when WATCH, the descriptor of OUT, becomes readable
   or fails: the reader is gone.  OUT stays open.  No signal is blocked,
   SIGALRM, SIGCHLD, SIGUSR1 and SIGUSR2 have their defaults, and SIGPIPE is
   ignored.  Returns true after a complete measurement.  */
typedef bool measurement(FILE *out, int watch, const void *plan);

/* Why a run ended early, as the end of a sentence; "" if it did not.  */
struct run_trouble {
    char text[160];
    bool late;   /* the deadline passed */
    bool memory; /* killed by the kernel because memory ran out */
};

/* Run MEASURE with PLAN in a child process, and add its findings to FINDINGS.
   All output streams are flushed first.  The child is killed after DEADLINE
   milliseconds; and if memory runs out, before any process of an application
   (base/budget.h).  PROGRESS, if not NULL, is called for each line, with
   FINDINGS and the milliseconds since the start.  Afterwards the child is gone,
   unless SIGKILL had no effect within ten seconds.  A watchdog
   (run/watchdog.h), if one can be started, kills the child's process group
   then, or when the caller dies.

   Returns 0 with an empty *TROUBLE; or -1 with *TROUBLE filled in, if the child
   could not be started, was killed, did not exit with 0 (MEASURE returned
   false), or wrote a line that is no finding or not complete, or if memory ran
   out here.  Earlier findings are kept.  */
int run_measurement(measurement *measure, const void *plan, int64_t deadline,
                    struct findings *findings,
                    void (*progress)(const struct findings *, int64_t elapsed),
                    struct run_trouble *trouble);

/* The same by steps, without a watchdog, for several runs at a time.  The
   caller sets START, DEADLINE, FINDINGS, PROGRESS and an empty TROUBLE, and all
   else to zero.  The first reason of a failure stays in TROUBLE.  */

/* The maximum length of a finding's line.  */
enum { RUN_LINE_MAX = 4096 };

struct run {
    int64_t start, deadline; /* by monotonic_ms; milliseconds from then on */
    struct findings *findings;
    void (*progress)(const struct findings *, int64_t elapsed);
    struct run_trouble *trouble;
    /* internal */
    pid_t child;
    int pipe; /* the child's findings: to poll */
    char line[RUN_LINE_MAX];
    size_t length;
    int late;          /* reads since the deadline */
    int interruptions; /* of read, in a row */
    int64_t oom_kills; /* before the start, or -1 */
};

/* Start the child, which runs MEASURE with PLAN, after flushing all output
   streams of this process.  Returns 0; or -1 with the trouble filled in and the
   errno of pipe or fork, and nothing left open.  */
int run_begin(struct run *run, measurement *measure, const void *plan);

/* The milliseconds until the deadline, as a timeout for poll: at least 0.  */
int run_left(const struct run *run);

/* To be called after each poll of the pipe.  If IS_READABLE, read once, and add
   the complete lines to the findings.  Then check the deadline; but the first
   64 reads after the deadline are tolerated, since their data may have come
   before the deadline.  Returns 1 to continue; 0 at the end of the pipe; -1
   with the trouble filled in, LATE included after the deadline.  Call run_end
   in the last two cases.  */
int run_step(struct run *run, bool is_readable);

/* Close the pipe and reap the child: after a complete run (WHOLE) wait until
   the deadline, then kill the child; otherwise kill the child at once, unless
   it has ended.  Returns 0 if WHOLE and the child exited with 0 and left no
   incomplete line; otherwise -1 with the trouble filled in, also if the end of
   the child is unknown, as it was reaped elsewhere.  Without WHOLE always
   -1.  */
int run_end(struct run *run, bool whole);

#endif /* PROBES_RUN_RUNNER_H */
