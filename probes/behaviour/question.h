/* question.h - questions of sockprobe, and how their probes report findings
   SPDX-License-Identifier: GPL-3.0-or-later

   A file of probes/behaviour/questions/ holds the questions of one topic: a
   list that QUESTIONS begins and END_OF_QUESTIONS ends, and the probe
   functions. A probe function runs in a child process, so the function may
   block, catch signals, use up descriptors and exit. Each report is a finding
   under the question's id. The finding of the key "answer" is the answer in
   one line; all other findings are its details. Probe functions use plain
   POSIX calls, since libsonde would hide the differences.  */

#ifndef PROBES_BEHAVIOUR_QUESTION_H
#define PROBES_BEHAVIOUR_QUESTION_H 1

#include <stdbool.h>
#include <stdio.h>

#include "probes/finding/finding.h"
#include "probes/run/resource.h"

/* Where the measurement takes place.  */
enum where {
    ON_LOOPBACK,  /* connections over the loopback interface */
    IN_PROGRAM,   /* system calls alone: no packet is sent */
    IN_NAMESPACE, /* a private network namespace, which is necessary */
    IN_BOTH,      /* over loopback, and in a namespace if there is one */
};

/* A probe function makes the measurement of a question and reports findings to
   PROBE->out.  Descriptors may stay open (see question_end).  */
struct probe;
typedef void probe_function(struct probe *probe);

/* A question.  The texts are printed by sockprobe; all of them must be
   given.  */
struct question {
    const char *id;
    const char *text;     /* the question, in one line */
    const char *why;      /* why the answer matters, and for which programs */
    const char *standard; /* the notes and the standard on the question */
    const char *cope; /* the function of libsonde that handles all answers */
    probe_function *probe;
    const void *data; /* parameters of PROBE: questions may share a function */
    enum where where;
    int expected_errno; /* EMFILE or the like, if that may be the answer; or 0
                         */
    int deadline;       /* in milliseconds; 0: the usual */
    int repeats;        /* 0: the usual */
};

enum { DEADLINE_USUAL = 15000, REPEATS_USUAL = 3 };

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

#ifdef __GNUC__
#define PROBE_FORMAT(format, first)                                            \
    __attribute__((__format__(__printf__, format, first)))
#else
#define PROBE_FORMAT(format, first)
#endif

/* Write the finding KEY of the question at once, with the value, or for
   HOW_NOT_TESTABLE the reason, that FORMAT makes.  The text is cut at 2047
   bytes.  Write errors are left to ferror (PROBE->out).  */
void probe_report_how(struct probe *probe, const char *key, enum how how,
                      const char *format, ...) PROBE_FORMAT(4, 5);

/* The same for: a measured value; a value read from the kernel or a file; a
   value computed from read values and perhaps measured values; a value known at
   compile time; the reason why KEY cannot be measured here (probe_report_skip,
   which skips a single finding and returns).  */
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

/* Skip the question: report the finding "answer" without a value, with the
   reason that FORMAT makes, and end the process, after question_end.  Earlier
   findings are kept.  The exit status is 0, or 2 on a write error.  */
_Noreturn void probe_skip(struct probe *probe, const char *format, ...)
    PROBE_FORMAT(2, 3);

/* Include this text in a skip reason caused by CPU starvation: the question is
   then retried (answers_lack_resources).  */
#define REASON_STARVED "starved of CPU time"

/* Set PROBE as the question of this process, and note the open descriptors:
   they are inherited, and shared with the program that started this one.  From
   now on resource_check skips the question on a lack of descriptors or memory,
   unless the errno is the question's expected_errno.  Called before the probe
   function.  */
void question_begin(struct probe *probe);

/* Make every socket that was opened after question_begin end by RST when
   closed, so that no connection stays in TIME_WAIT.  Descriptors from 512 on
   are left alone, and none is closed here.  Called after the probe function,
   and by probe_skip.  */
void question_end(void);

/* Skip the question (probe_skip), with CALL and errno as the reason, if RESULT
   is below 0, also if errno is the question's expected_errno.  Otherwise
   returns RESULT.  */
int probe_check(struct probe *probe, int result, const char *call);

/* The name of ERROR, an errno returned in another way than by errno, such as by
   SO_ERROR.  Sets errno to ERROR.  As resource_check does, skips the question
   if ERROR is a lack of resources.  */
const char *error_text(int error);

/* RESULT of a call as text: the number, or if RESULT is negative, the name of
   errno by error_text.  The text of a number is valid until the eighth call
   from now.  */
const char *result_text(long result);

/* RESULT of a call that returns no count: "success", or if RESULT is negative,
   the name of errno by error_text.  */
const char *status_text(long result);

/* Report RESULT of a call as the finding KEY, by result_text or status_text. */
#define probe_report_result(probe, key, result)                                \
    probe_report(probe, key, "%s", result_text(result))
#define probe_report_status(probe, key, result)                                \
    probe_report(probe, key, "%s", status_text(result))

const char *yes_no(bool yes);

#endif /* PROBES_BEHAVIOUR_QUESTION_H */
