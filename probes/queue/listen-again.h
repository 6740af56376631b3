/* listen-again.h - the effect of a second listen on a queue
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "listen.again":

       FAMILY.grow.before FAMILY.grow.after      connections queued with a
                                                 backlog of 2, then of 5
       FAMILY.shrink.before FAMILY.shrink.kept   queued with a backlog of 5, and
                                                 still queued after listen
                                                 with 1
       FAMILY.shrink.after                       queued anew after that
       FAMILY.grow.error FAMILY.shrink.error     result of the second listen: an
                                                 errno by name, or none  */

#ifndef PROBES_QUEUE_LISTEN_AGAIN_H
#define PROBES_QUEUE_LISTEN_AGAIN_H 1

#include <stdio.h>

/* The backlogs of the two calls.  */
enum { AGAIN_SMALL = 2, AGAIN_LARGE = 5, AGAIN_MIN = 1 };

/* Measure in FAMILY, called NAME in the keys, how a second listen changes the
   queue, and write the findings to OUT.  A figure that cannot be measured is
   not testable, with the reason; if a listener cannot be made, only
   "grow.before" or "shrink.before" of its part is written.  WAIT is the silence
   timeout in milliseconds.  Nothing is left open.  Write errors stay with
   OUT.  */
void listen_again(FILE *out, int family, const char *name, int wait);

#endif /* PROBES_QUEUE_LISTEN_AGAIN_H */
