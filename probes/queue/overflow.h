/* overflow.h - what comes of the client for whom there was no room
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "listen.overflow"; FAMILY is inet, inet6 or unix:

       FAMILY.connected     clients that were connected before one was not, with
                            a backlog of 1
       FAMILY.next          what that one saw: silence, refused, reset, an errno
                            by name; or "reset after connect" if one that was
                            connected was thrown out
       FAMILY.accepted      of those connected, how many accept returned: a
                            smaller number means that some were connected on
                            their side only
       FAMILY.enters        whether it gets in once there is room: yes or no
       FAMILY.blocking      for UNIX sockets, a client that may block: waits, or
                            an errno by name
       FAMILY.data          data sent before accept: kept, lost, or refused
       tcp_abort_on_overflow    what this setting says

   and under "volatile": overflow.FAMILY.enters-ms, overflow.FAMILY.data-bytes.

   It lasts as long as TCP takes to try again, a second or three.  */

#ifndef PROBES_QUEUE_OVERFLOW_H
#define PROBES_QUEUE_OVERFLOW_H 1

#include <stdio.h>

#include "probes/finding/finding.h"

/* Measure it in FAMILY, called NAME, and write the findings to OUT; WAIT is how
   long a client may be silent, in milliseconds.  */
void overflow_family(FILE *out, int family, const char *name, int wait);

/* The setting.  */
void overflow_setting(FILE *out);

#endif /* PROBES_QUEUE_OVERFLOW_H */
