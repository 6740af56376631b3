/* interrupt.h - signals during a blocking call
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_INTERRUPT_H
#define PROBES_BEHAVIOUR_INTERRUPT_H 1

#include "probes/behaviour/question.h"

/* A blocking call, and the function that lets the call return; both get DATA.
   RELEASE runs in another process.  */
struct blocking {
    long (*call)(void *data);
    void (*release)(void *data);
    void *data;
};

/* Install HANDLER for signal NUMBER: by sigaction with FLAGS, or by signal.  */
enum { BY_SIGNAL = -1 };
void install_handler(int number, void (*handler)(int), int flags);

/* Make the call, with a handler installed by FLAGS, and send the process
   several signals while the call blocks, each after the handler of the previous
   signal ran; then release the call. Returns "restarted", "EINTR", another
   errno by name, or NULL if the call returned before any signal: the call did
   not block.  */
const char *interrupt_call(struct probe *probe, const struct blocking *blocking,
                           int flags);

/* Send this process SIGALRM every MILLISECONDS, with an empty handler and
   without SA_RESTART; 0 stops the signals.  */
void alarm_every(int milliseconds);

#endif /* PROBES_BEHAVIOUR_INTERRUPT_H */
