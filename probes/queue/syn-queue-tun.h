/* syn-queue-tun.h - the SYN queue, by half-open handshakes
   SPDX-License-Identifier: GPL-3.0-or-later

   A second method, independent of the first (probes/queue/syn-queue.h): in a
   new network namespace, with the settings of the first method, this program
   plays a host that sends SYNs and never answers the SYN-ACKs.  The kernel
   retransmits the SYN-ACKs of the handshakes in its SYN queue after a second,
   but no SYN-ACKs with SYN cookies.

   Findings, under the id "listen.queue":

       inet.half-open      whether this method works here
       inet.N.half-open    handshakes in the SYN queue  */

#ifndef PROBES_QUEUE_SYN_QUEUE_TUN_H
#define PROBES_QUEUE_SYN_QUEUE_TUN_H 1

#include "probes/queue/plan.h"
#include "probes/run/runner.h"

/* Measure for those backlogs of PLAN, a struct queue_plan, that are from 0 to
   1024, in IPv4 only.  The process, of one thread, enters a new network
   namespace, and cannot return; the soft limit of descriptors is raised.  Takes
   one to two seconds, until the kernel retransmits; on a busy host more.
   Returns true also if this method does not work here: the finding
   "inet.half-open" then has the reason.  Returns false, without figures, if the
   reader of OUT is gone.  Write errors stay with OUT.  */
measurement measure_half_open;

#endif /* PROBES_QUEUE_SYN_QUEUE_TUN_H */
