/* listen-queue.h - the length of the accept queue, by backlog
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "listen.queue"; FAMILY is inet, inet6 or unix:

       FAMILY.available           yes or no, with the reason
       FAMILY.N.effective         the backlog in force, as the kernel reports
       FAMILY.N.client            connections complete at the clients
       FAMILY.N.accepted          connections that accept returned
       FAMILY.N.overflow          result of the next client: silence, refused,
                                  reset, or an errno by name
       FAMILY.N.queued            length of the full queue, as the kernel
                                  reports
       FAMILY.N.limit             the limit that ended the row
       FAMILY.N.disturbed         yes, if the last client failed although the
                                  queue had room; otherwise not written
       FAMILY.N.repeats           number of tests
       FAMILY.incomplete          whether the SYN queue can be measured
       FAMILY.N.incomplete        connections in it, of a new peer
       FAMILY.N.incomplete-known  and of a known peer, where that matters
       FAMILY.N.passed            connections accepted by SYN cookie

   under "listen.incomplete":

       tcp_syncookies tcp_max_syn_backlog    the settings

   and under "listen.cap":

       family                     the family of the test
       effective client accepted overflow queued limit disturbed repeats
       setting scope value        from sonde_backlog_cap
       initial                    whether scope is the initial namespace
       initial-value              the value of the setting there

   A figure on which the repeats differ is a range, "14..15", and not stable.
   Each row's findings are written when the row is done.  */

#ifndef PROBES_QUEUE_LISTEN_QUEUE_H
#define PROBES_QUEUE_LISTEN_QUEUE_H 1

#include "probes/queue/plan.h"
#include "probes/run/runner.h"

/* Measure as PLAN, a struct queue_plan, describes; half_open is another
   measurement (syn-queue-tun.h).  With settings, the process first enters a new
   network namespace, and cannot return.  The soft limit of descriptors is
   raised.  Returns true after a complete measurement, and also if the settings
   cannot be applied: the findings then have the reason.  Returns false if WATCH
   became readable or failed, if OUT failed, or without memory.  */
measurement measure_listen_queue;

#endif /* PROBES_QUEUE_LISTEN_QUEUE_H */
