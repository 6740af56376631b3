/* interrupt.h - signals that come while a call blocks
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_INTERRUPT_H
#define PROBES_BEHAVIOUR_INTERRUPT_H 1

#include "probes/behaviour/question.h"

/* A call that blocks, and what lets it end; both get DATA.  RELEASE runs in
   another process.  */
struct blocking {
    long (*call)(void *data);
    void (*release)(void *data);
    void *data;
};

/* Install HANDLER for signal NUMBER: by sigaction with FLAGS, or by signal.  */
enum { BY_SIGNAL = -1 };
void install_handler(int number, void (*handler)(int), int flags);

/* Make the call, with a handler installed by FLAGS, and send the process
   several signals while it blocks, each after the last has been handled; then
   release it.  Returns what became of it: "restarted", "EINTR", another errno
   by name, or NULL if it returned before any signal: it did not block.  */
const char *interrupt_call(struct probe *probe, const struct blocking *blocking,
                           int flags);

/* Send this process SIGALRM every MILLISECONDS, with a handler that does
   nothing and no SA_RESTART; 0 ends it.  */
void alarm_every(int milliseconds);

#endif /* PROBES_BEHAVIOUR_INTERRUPT_H */
