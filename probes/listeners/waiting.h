/* waiting.h - the connections that wait for accept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_WAITING_H
#define PROBES_LISTENERS_WAITING_H 1

#include "base/json.h"
#include "probes/listeners/listeners.h"

/* A waiting connection, and the address of the listener of the queue: with
   SO_REUSEPORT the system does not report which of several listeners.  */
struct waiting_row {
    struct sonde_waiting connection;
    struct sonde_address listener;
};

/* The queue of ROW, or of all listeners at the address of ROW: the length when
   the list was read, and once more, with waiting_read.  -1: unknown.  */
struct waiting_queue {
    struct listener_row *row;
    long queued, again;
};

/* All zero is empty.  Free with waiting_free.  */
struct waiting {
    struct waiting_row *rows; /* by listener; the longest silence first */
    size_t count, room;
    struct waiting_queue *queues; /* with waiting_read: of each row, by address;
                                     with waiting_keep: of each address with a
                                     queue, by the first row that has one */
    size_t queue_count;
};

/* Append to WAITING, within TIMEOUT milliseconds, the connections that wait in
   the queues of LISTENERS, which has all listeners of the families in it.
   Connections without a listener there are left out.  Then read the queues once
   more, into QUEUED_AGAIN of LISTENERS, 0 if that fails: a connection that is
   in the queue before and after, but not in WAITING, was reset.  Returns 0,
   also if only one of IPv4 and IPv6 has such a list; or -1 with the errno of
   sonde_waiting, with EPERM if LISTENERS has PID, or with ENOMEM.  After -1
   WAITING may have some connections, not sorted, and QUEUED_AGAIN is
   unchanged.  */
int waiting_read(struct waiting *waiting, struct listeners *listeners,
                 int timeout);

/* Set OLDEST of each row of LISTENERS with a queue, within TIMEOUT
   milliseconds, if the system reports waiting connections; otherwise, also
   after a failure, OLDEST stays.  LISTENERS has all listeners of the families
   in it.  Of listeners at the same address, which the system does not tell
   apart, in a group or not, OLDEST is set only if one alone has a queue.  If a
   TCP listener has a queue, sets QUEUED_AGAIN, too (waiting_read).  */
void waiting_set_oldest(struct listeners *listeners, int timeout);

/* Remove from WAITING the connections whose listener is not in LISTENERS, and
   set QUEUES.  LISTENERS has the rows of waiting_read, or some of these.
   WAITING may be empty.  */
void waiting_keep(struct waiting *waiting, struct listeners *listeners);

/* The number of connections of WAITING for ROW and its siblings of the same
   address.  Sets *FIRST to the first, with the longest silence; NULL if the
   number is 0.  WAITING must be sorted, as by waiting_read.  */
size_t waiting_of(const struct waiting *waiting, const struct listener_row *row,
                  const struct waiting_row **first);

/* Free all memory of WAITING, and make WAITING empty.  */
void waiting_free(struct waiting *waiting);

/* Write WAITING below each listener with a queue, in 80 columns; and how many
   connections of each queue are not in WAITING, reset by the client.  Of UNIX
   listeners only the length of the queue is known.  Listeners of the same
   address are written together.  Without any queue, write a line that no
   connection waits.  Call after waiting_keep.  */
void waiting_text(FILE *out, const struct waiting *waiting);

/* Write the member "waiting": an array of all connections, or null if WAITING
   is NULL.  */
void waiting_json(struct json *json, const struct waiting *waiting);

#endif /* PROBES_LISTENERS_WAITING_H */
