/* overflow.h - the next client of a full queue
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "listen.overflow"; FAMILY is inet, inet6 or unix:

       FAMILY.connected     clients connected before the queue was full, with a
                            backlog of 1
       FAMILY.next          result of the next client: silence, refused, reset,
                            an errno by name; or "reset after connect" if a
                            connected client was reset
       FAMILY.accepted      how many of these accept returned: if fewer, some
                            connections were complete at the client only
       FAMILY.enters        whether the next client's connect completes after an
                            accept: yes or no
       FAMILY.blocking      for UNIX sockets, a blocking connect: waits,
                            connects, or an errno by name
       FAMILY.data          data sent before accept: kept or lost
       tcp_abort_on_overflow    the setting

   and under "volatile": overflow.FAMILY.enters-ms, overflow.FAMILY.data-bytes.

   Usually one to three seconds, until TCP retransmits; at worst, see below.  */

#ifndef PROBES_QUEUE_OVERFLOW_H
#define PROBES_QUEUE_OVERFLOW_H 1

#include <stdio.h>

/* Measure in FAMILY, called NAME in the keys, what happens at a full queue, and
   write and flush the findings to OUT.  SIGPIPE must be ignored.  If the queue
   cannot be filled, "next" is not testable, with the reason, and "connected",
   "enters" and "accepted" are not written.  Any other figure that cannot be
   measured is not testable, with the reason.  Of UNIX sockets "enters" is
   written only if the blocking connect waits.  WAIT is the silence timeout in
   milliseconds.  May take some 8 seconds each for a client that does not begin
   or never enters, and for lost data.  For UNIX sockets a child process is
   started and reaped.  Nothing is left open.  Write errors stay with OUT.  */
void overflow_family(FILE *out, int family, const char *name, int wait);

/* Write the setting tcp_abort_on_overflow of this network namespace to OUT; not
   testable, with the reason, if the setting cannot be read.  */
void overflow_setting(FILE *out);

#endif /* PROBES_QUEUE_OVERFLOW_H */
