/* question.h - questions of sockprobe, and how their probes report findings
   SPDX-License-Identifier: GPL-3.0-or-later

   A file of probes/behaviour/questions/ holds the questions of one topic: a
   list that QUESTIONS begins and END_OF_QUESTIONS ends, and the probe
   functions.  Each runs in a child process, which may block, catch signals, use
   up descriptors and exit.  Each report is a finding under the question's id:
   the key "answer" is the answer in one line, all others are details.  Probe
   functions use plain POSIX calls: libsonde would hide the differences.  */

#ifndef PROBES_BEHAVIOUR_QUESTION_H
#define PROBES_BEHAVIOUR_QUESTION_H 1

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "probes/finding/finding.h"
#include "probes/run/resource.h"

/* Where the measurement takes place.  */
enum where {
    ON_LOOPBACK,  /* connections over the loopback interface */
    IN_PROGRAM,   /* system calls alone: no packet is sent */
    IN_NAMESPACE, /* a private network namespace, which is necessary */
    IN_BOTH,      /* over loopback, and in a namespace if there is one */
};

/* Measure and report findings to PROBE->out.  Descriptors may stay open (see
   question_end).  */
struct probe;
typedef void probe_function(struct probe *probe);

/* A question.  All texts must be given: sockprobe prints them.  */
struct question {
    const char *id;
    const char *text;     /* the question, in one line */
    const char *why;      /* why the answer matters, and for which programs */
    const char *standard; /* the notes and the standard on the question */
    const char *cope; /* the function of libsonde that handles all answers */
    probe_function *probe;
    const void *data; /* parameters of PROBE: questions may share a function */
    enum where where;
    int expected_errno; /* EMFILE or the like, if that may be the answer */
    int deadline;       /* in milliseconds; 0: the usual */
    int repeats;        /* 0: the usual */
};

/* DEADLINE_SECONDS: of questions that take a second or more and so begin before
   the others (pool_ask).  */
enum { DEADLINE_USUAL = 15000, DEADLINE_SECONDS = 16000, REPEATS_USUAL = 3 };

#define QUESTIONS(name)                                                        \
    extern const struct question name##_questions[];                           \
    const struct question name##_questions[] =
#define END_OF_QUESTIONS                                                       \
    {                                                                          \
        .id = NULL                                                             \
    }

/* A question while the probe function runs, in a child process.  */
struct probe {
    const struct question *question;
    FILE *out;          /* findings go here */
    const char *folder; /* for files, removed if the process dies; or "" */
};

#define PROBE_FORMAT(format, first)                                            \
    __attribute__((__format__(__printf__, format, first)))

/* Write the finding KEY of the question, with the value, or for
   HOW_NOT_TESTABLE the reason, that FORMAT makes, cut at 2047 bytes.  KEY is
   cut at 63 bytes.  Write errors are left to ferror (PROBE->out).  */
void probe_report_how(struct probe *probe, const char *key, enum how how,
                      const char *format, ...) PROBE_FORMAT(4, 5);

/* The same by the kinds of enum how; probe_report_skip gives the reason why KEY
   alone cannot be measured here, and returns.  */
#define probe_report(probe, key, ...)                                          \
    probe_report_how(probe, key, HOW_MEASURED, __VA_ARGS__)
#define probe_report_read(probe, key, ...)                                     \
    probe_report_how(probe, key, HOW_READ, __VA_ARGS__)
#define probe_report_computed(probe, key, ...)                                 \
    probe_report_how(probe, key, HOW_COMPUTED, __VA_ARGS__)
#define probe_report_constant(probe, key, ...)                                 \
    probe_report_how(probe, key, HOW_CONSTANT, __VA_ARGS__)
#define probe_report_skip(probe, key, ...)                                     \
    probe_report_how(probe, key, HOW_NOT_TESTABLE, __VA_ARGS__)

/* Skip the question: report "answer" without a value, with the reason that
   FORMAT makes, and end the process, after question_end, with status 0, or 2 on
   a write error.  Earlier findings are kept.  A process of probe_fork reports
   nothing and exits with FORK_SKIPPED.  */
_Noreturn void probe_skip(struct probe *probe, const char *format, ...)
    PROBE_FORMAT(2, 3);

/* Include this text in a skip reason caused by CPU starvation: the question is
   then retried (repeat_lacks_resources).  */
#define REASON_STARVED "starved of CPU time"

/* Called before the probe function: set PROBE as the question of this process.
   PROBE is not copied, and must last until the process ends.  Note the open
   descriptors, which the program that started this one shares: question_end
   leaves their sockets alone.  From now on resource_check skips the question on
   a lack of descriptors or memory, unless the errno is the question's
   expected_errno.  */
void question_begin(struct probe *probe);

/* Called after the probe function, and by probe_skip: make every socket whose
   descriptor, from 3 to 511, was free at question_begin end by RST when closed,
   so that no connection stays in TIME_WAIT.  None is closed here; failures are
   ignored.  In a process of probe_fork nothing is done: the sockets are
   shared.  */
void question_end(void);

/* Skip the question, with CALL and errno as the reason, if RESULT is below 0,
   also if errno is the question's expected_errno.  Otherwise returns RESULT. */
int probe_check(struct probe *probe, int result, const char *call);

/* fork; on failure the question is skipped.  Returns the child, or 0 in the
   child.  The child's findings are discarded, and a skip in the child ends the
   child alone, never with status 0: with wait_status_of the errno of the failed
   call (probe_check, resource_check), or with FORK_SKIPPED (probe_skip).  The
   child does not hold the pipe of the findings open: the question ends with its
   process, even if the child lives on.  SIGALRM, with its default action, ends
   the child after DEADLINE_USUAL, in case the child blocks and no process kills
   the child.  */
enum { FORK_SKIPPED = 255 };
pid_t probe_fork(struct probe *probe);

/* As probe_check, in a function without PROBE: for the question of this
   process.  Outside of a question RESULT is returned.  */
int question_check(int result, const char *call);

/* The name of ERROR, such as of SO_ERROR.  Sets errno to ERROR, which
   resource_check checks: a lack of resources may skip the question.  */
const char *error_text(int error);

/* RESULT of a call as text. result_text: the number, valid until the eighth
   call from now; status_text: "success".  If RESULT is negative, both: errno by
   error_text.  */
const char *result_text(long result);
const char *status_text(long result);

/* Report RESULT of a call as the finding KEY, by result_text or status_text. */
#define probe_report_result(probe, key, result)                                \
    probe_report(probe, key, "%s", result_text(result))
#define probe_report_status(probe, key, result)                                \
    probe_report(probe, key, "%s", status_text(result))

/* "yes" or "no".  */
const char *yes_no(bool yes);

#endif /* PROBES_BEHAVIOUR_QUESTION_H */
