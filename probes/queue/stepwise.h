/* stepwise.h - one listener and a few clients, step by step
   SPDX-License-Identifier: GPL-3.0-or-later

   Shows the behavior of a full queue.  */

#ifndef PROBES_QUEUE_STEPWISE_H
#define PROBES_QUEUE_STEPWISE_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/queue-client.h"
#include "probes/finding/prefix.h"
#include "sonde.h"

/* The maximum number of clients.  */
enum { STEPWISE_CLIENTS = 24 };

struct stepwise {
    int family, listener;
    int clients[STEPWISE_CLIENTS]; /* connected, perhaps reset since */
    size_t count;
    bool full;      /* the last client failed, or an earlier one was reset */
    bool disturbed; /* not FULL: the last client failed, despite room */
    int pending;    /* the client with connect in progress, or -1 */
    long drops;     /* of the listener before the last client, or -1 */
    int error;      /* errno of the last client, or 0 */
    const char *failed; /* the call that failed */
    int shortage;       /* errno of FAILED if it ran out of a resource, if it is
                           poll, or of the reference connection; or 0: the
                           figures describe the host */
    struct sonde_address address;
};

/* Listen in FAMILY with BACKLOG.  Returns 0; or -1 with errno, and the call in
   FAILED.  Call stepwise_close in each case.  */
int stepwise_open(struct stepwise *stepwise, int family, int backlog);

/* Listen in FAMILY with BACKLOG, as stepwise_open; write a failure as the
   finding KEY of PREFIX.  Returns 0; or -1, and nothing is left open.  */
int stepwise_listen(struct stepwise *stepwise, const struct prefix *prefix,
                    const char *key, int family, int backlog);

/* Connect another client: none is pending, and fewer than STEPWISE_CLIENTS are
   connected.  WAIT is the silence timeout in milliseconds.  For TCP a silent
   client is checked again after a reference connection, so the timeout grows on
   a busy host.  Returns the client's state: CONNECTED, and the client joins
   CLIENTS; PENDING, and the client stays open in PENDING; FAILED, or UNKNOWN
   if poll failed, with the errno in ERROR, and the client is closed.  After a
   SHORTAGE, which may be of the reference connection, the state is no result of
   the host.  */
enum client_state stepwise_add(struct stepwise *stepwise, int wait);

/* Connect clients until one is silent or fails, as in stepwise_add, or an
   earlier one was reset: then the queue is FULL, and a silent client stays
   pending.  The queue is not FULL if STEPWISE_CLIENTS are connected, after a
   SHORTAGE, or if the kernel counts room (DISTURBED).  Clients of earlier calls
   count, but are not checked.  */
void stepwise_fill(struct stepwise *stepwise, int wait);

/* Wait up to WAIT milliseconds for the pending client.  A connected client
   joins CLIENTS; a failed client is closed, with its errno in ERROR.  Returns
   the client's state; CLIENT_FAILED if none is pending.  */
enum client_state stepwise_settle(struct stepwise *stepwise, int wait);

/* The number of CLIENTS that were not reset; before any accept.  Returns -1 if
   poll fails, which is recorded as a shortage.  */
long stepwise_connected(struct stepwise *stepwise);

/* Accept up to MAX connections, without waiting, and close them; CLIENTS still
   contain their clients.  Returns their number.  A shortage is recorded.  */
long stepwise_accept(struct stepwise *stepwise, long max);

/* Close the listener and all clients, also the pending client.  */
void stepwise_close(struct stepwise *stepwise);

/* Write COUNT as the finding KEY of PREFIX.  Not testable, with the reason,
   after a shortage, if STEPWISE is not full, or if COUNT is negative.  */
void stepwise_put(const struct stepwise *stepwise, const struct prefix *prefix,
                  const char *key, long count);

#endif /* PROBES_QUEUE_STEPWISE_H */
