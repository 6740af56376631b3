/* interrupt.h - signals during a blocking call
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_INTERRUPT_H
#define PROBES_BEHAVIOUR_INTERRUPT_H 1

#include "probes/behaviour/question.h"

/* A blocking call, which returns a negative result with errno on failure, and
   the function that lets the call return, such as a write by the peer.  RELEASE
   runs in a child process, with copies of the descriptors and of DATA.  */
struct blocking {
    long (*call)(void *data);
    void (*release)(void *data);
    void *data;
};

/* Install HANDLER for signal NUMBER: by sigaction with FLAGS and an empty mask,
   or by signal if FLAGS is BY_SIGNAL.  On failure the question is skipped.  */
enum { BY_SIGNAL = -1 };
void install_handler(int number, void (*handler)(int), int flags);

/* Make the call, with a handler of SIGUSR1 installed by FLAGS (see
   install_handler).  While the call blocks, a child process sends SIGUSR1 up to
   six times, each time after the handler of the previous signal ran; then the
   child releases the call.  Returns "restarted" if the call succeeded after two
   signals or more, the name of errno if the call failed after at least one, or
   otherwise NULL: the call did not block.  Afterwards the child is dead and
   SIGUSR1 is ignored. The question is skipped if there is no pipe or process,
   or if the call did not block because the child failed.  */
const char *interrupt_call(struct probe *probe, const struct blocking *blocking,
                           int flags);

/* Send this process SIGALRM every MILLISECONDS (below 1000), with an empty
   handler and without SA_RESTART, so that blocking calls fail with EINTR; 0
   stops the signals, and the handler stays.  On failure the question is
   skipped.  */
void alarm_every(int milliseconds);

#endif /* PROBES_BEHAVIOUR_INTERRUPT_H */
