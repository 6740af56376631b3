/* handshakes.h - handshakes in progress, SYN queues and SYN cookies
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_HANDSHAKES_H
#define PROBES_LISTENERS_HANDSHAKES_H 1

#include "base/json.h"
#include "probes/listeners/groups.h"

/* Count, within TIMEOUT milliseconds, the handshakes in progress of all TCP
   rows of LISTENERS, which has all listeners of the families in it, and its
   groups: in QUEUE.INCOMPLETE and RESENT of a listener alone at its address,
   and in its group otherwise, because the system does not report which member
   has a handshake.  Figures that cannot be read are -1: all with PID or PARTS;
   those of a family that is not in DIRECT, or whose list failed, even midway.
   Reads HANDSHAKE_LIMITS, too; -1 with PID or PARTS, also in each part.  On
   systems other than Linux RESENT and HANDSHAKE_LIMITS are -1, and
   QUEUE.INCOMPLETE stays.  */
void handshakes_read(struct listeners *listeners, int timeout);

/* The number of handshakes in progress at ROW, or at all members of its group
   together.  Sets *RESENT to the number of these whose SYN-ACK was
   retransmitted.  Each number is -1 if unknown; on systems other than Linux
   *RESENT is always -1.  Valid only after handshakes_read.  */
long handshakes_of(const struct listener_row *row, long *resent);

/* Write the sentence "SYN queue" on ROW, a listener; and "SYN flood", if the
   SYN queue of ROW seems full now and tcp_syncookies is not 2, or if the
   counters show that a SYN queue of this network namespace was full.  If the
   accept queue of ROW is full, "SYN flood" first names that queue as the cause.
   Nothing for a UNIX listener, or on another system than Linux.  */
void handshakes_explain(FILE *out, const struct listeners *listeners,
                        const struct listener_row *row);

/* Write a note if handshakes are in progress: their number in all; the address
   of one listener or group, with the number there; and whether the SYN queue
   there seems full.  The note names the listener or group with the most
   handshakes, of those whose SYN queue seems full if there are any.  If the
   queue there seems full, the note also counts the SYNs that have found a SYN
   queue full since the network namespace began, unless 0 or unknown.  */
void handshakes_note(FILE *out, const struct listeners *listeners);

/* Write the object "handshakes": the settings, null where unknown.  */
void handshakes_json(struct json *json, const struct listeners *listeners);

/* Write the metrics of handshakes: a sample for each address, by the row with
   the lowest INDEX there: the number of its group or, without a group, the sum
   of the known numbers of the TCP listeners there; and the counters of SYN
   queues and SYN cookies.  Unknown figures are left out.  Leaves the rows
   sorted by address.  */
void handshakes_prometheus(FILE *out, struct listeners *listeners);

#endif /* PROBES_LISTENERS_HANDSHAKES_H */
