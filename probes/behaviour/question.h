/* question.h - a question put to the host, and how a probe answers it
   SPDX-License-Identifier: GPL-3.0-or-later

   A file of probes/behaviour/questions/ holds the questions of one topic: a
   list that QUESTIONS begins and END_OF_QUESTIONS ends, and the functions that
   ask.  Such a function runs in a child of its own, so it may block, catch
   signals, use up descriptors and exit; whatever it writes is a finding under
   the question's id.  The finding of the key "answer" is the answer in one
   line; the others are its details.  It asks the system by plain POSIX calls:
   how to cope with what comes out is libsonde's.  */

#ifndef PROBES_BEHAVIOUR_QUESTION_H
#define PROBES_BEHAVIOUR_QUESTION_H 1

#include <stdbool.h>
#include <stdio.h>

#include "probes/run/resource.h"

/* Where a question is put.  */
enum where {
    ON_LOOPBACK,  /* connections over the loopback interface */
    IN_PROGRAM,   /* system calls alone: no packet is sent */
    IN_NAMESPACE, /* a private network, which it cannot do without */
    IN_BOTH,      /* over loopback, and there if that can be had */
};

struct probe;
typedef void ask_function(struct probe *probe);

struct question {
    const char *id;
    const char *text;     /* the question, in one line */
    const char *why;      /* why it matters, and to whom */
    const char *standard; /* what the notes and the standard say of it */
    const char *cope;     /* what in libsonde copes with it */
    ask_function *probe;
    const void *data; /* PROBE's own: what tells it apart from its siblings */
    enum where where;
    int asks_for; /* EMFILE or the like, if that is its answer; or 0 */
    int deadline; /* in milliseconds; 0: the usual */
    int repeats;  /* 0: the usual */
};

enum { DEADLINE_USUAL = 15000, REPEATS_USUAL = 3 };

#define QUESTIONS(name)                                                        \
    extern const struct question name##_questions[];                           \
    const struct question name##_questions[] =
#define END_OF_QUESTIONS                                                       \
    {                                                                          \
        .id = NULL                                                             \
    }

/* A question being asked.  */
struct probe {
    const struct question *question;
    FILE *out;          /* findings go here */
    const char *folder; /* for files, which are removed if it dies; or "" */
};

#ifdef __GNUC__
#define PROBE_FORMAT(format, first)                                            \
    __attribute__((__format__(__printf__, format, first)))
#else
#define PROBE_FORMAT(format, first)
#endif

/* Write the finding KEY: what was measured; what the kernel or a file said;
   what was computed from that, though it might hold measured parts; what was
   known when this was compiled; why it cannot be told here.  */
void probe_report(struct probe *probe, const char *key, const char *format, ...)
    PROBE_FORMAT(3, 4);
void probe_report_read(struct probe *probe, const char *key, const char *format,
                       ...) PROBE_FORMAT(3, 4);
void probe_report_computed(struct probe *probe, const char *key,
                           const char *format, ...) PROBE_FORMAT(3, 4);
void probe_report_constant(struct probe *probe, const char *key,
                           const char *format, ...) PROBE_FORMAT(3, 4);
void probe_report_skip(struct probe *probe, const char *key, const char *format,
                       ...) PROBE_FORMAT(3, 4);

/* Say that the question cannot be answered, and end the child.  */
_Noreturn void probe_skip(struct probe *probe, const char *format, ...)
    PROBE_FORMAT(2, 3);

/* To be among the words of who gives up since this process got no processor:
   then the question is put again (answers_short).  */
#define KEPT_FROM_RUNNING "kept from running"

/* PROBE is the question of this process from now on.  Takes note of what is
   open: it is somebody else's, who started this program and has the same
   sockets.  Called before a question is asked.  */
void question_begin(struct probe *probe);

/* Have every socket that is open since then end by a reset, so that nothing
   stays in TIME_WAIT.  Called when a question has been answered.  */
void question_end(void);

/* Give up unless RESULT is at least 0: errno is CALL's.  Returns RESULT.  */
int probe_check(struct probe *probe, int result, const char *call);

/* ERROR, an errno that came by another way, by name; as resource_check does,
   gives up if it is want of a resource.  */
const char *error_text(int error);

/* RESULT of a call as text: a count, or errno as error_text has it.  The text
   lasts until the eighth call from now.  */
const char *result_text(long result);

/* RESULT of a call that returns no count: "success", or errno as error_text
   has it.  */
const char *status_text(long result);

const char *yes_no(bool yes);

#endif /* PROBES_BEHAVIOUR_QUESTION_H */
