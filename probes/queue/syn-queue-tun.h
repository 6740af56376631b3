/* syn-queue-tun.h - the incomplete queue, by handshakes that never end
   SPDX-License-Identifier: GPL-3.0-or-later

   A second way, which shares nothing with the first (probes/queue/syn-queue.h):
   in a network namespace of its own, with the settings of the first, SYNs come
   in from a host that this program plays, and nobody answers the SYN-ACKs.
   Those for which the kernel keeps an entry it sends again after a second;
   those that it answered with a cookie, or not at all, it does not.

   Findings, under the id "listen.queue":

       inet.half-open      whether this can be done here
       inet.N.half-open    handshakes that the kernel kept  */

#ifndef PROBES_QUEUE_SYN_QUEUE_TUN_H
#define PROBES_QUEUE_SYN_QUEUE_TUN_H 1

#include "probes/queue/plan.h"
#include "probes/run/runner.h"

/* Measure it for the backlogs of PLAN, a struct queue_plan, up to 1024.  It
   lasts as long as it takes the kernel to send again: a second or two.  */
measurement measure_half_open;

#endif /* PROBES_QUEUE_SYN_QUEUE_TUN_H */
