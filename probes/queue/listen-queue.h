/* listen-queue.h - how many connections wait for accept, by backlog
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "listen.queue"; FAMILY is inet, inet6 or unix:

       FAMILY.available           yes or no, with the reason
       FAMILY.N.effective         the kernel's word on the backlog in force
       FAMILY.N.client            connections the clients saw complete
       FAMILY.N.accepted          connections accept returned
       FAMILY.N.overflow          what the next client saw: silence, refused,
                                  reset, or an errno by name
       FAMILY.N.queued            the kernel's word on the full queue
       FAMILY.N.limit             what of ours stopped the row
       FAMILY.N.repeats           how often it was measured
       FAMILY.incomplete          whether the incomplete queue can be measured
       FAMILY.N.incomplete        connections in it, by a peer never met before
       FAMILY.N.incomplete-known  and by one that was, where that matters
       FAMILY.N.passed            connections that went past it, by SYN cookies

   under "listen.incomplete":

       tcp_syncookies tcp_max_syn_backlog    what these settings say

   and under "listen.cap":

       family effective client accepted overflow limit
       setting scope value        what sonde_backlog_cap says
       initial                    whether it is the host's first namespace
       initial-value              what the setting says there

   A figure that the repeats do not agree on is a range, "14..15", and not
   stable.  Each row's findings are written when it is through.  */

#ifndef PROBES_QUEUE_LISTEN_QUEUE_H
#define PROBES_QUEUE_LISTEN_QUEUE_H 1

#include "probes/queue/plan.h"
#include "probes/run/runner.h"

/* Measure what PLAN, a struct queue_plan, says.  */
measurement measure_listen_queue;

#endif /* PROBES_QUEUE_LISTEN_QUEUE_H */
