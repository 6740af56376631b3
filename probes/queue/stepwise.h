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

/* Make *STEPWISE anew, with a listener of FAMILY and BACKLOG (queue_listener)
   and no client.  Returns 0; or -1 with errno, and the name of the failed call
   in FAILED of *STEPWISE.  Call stepwise_close in each case.  */
int stepwise_open(struct stepwise *stepwise, int family, int backlog);

/* As stepwise_open, but write a failure as the finding KEY of PREFIX, not
   testable.  Returns 0, and the caller calls stepwise_close; or -1, and nothing
   is left open.  */
int stepwise_listen(struct stepwise *stepwise, const struct prefix *prefix,
                    const char *key, int family, int backlog);

/* Connect another client.  Before, none must be pending, and fewer than
   STEPWISE_CLIENTS be connected.  WAIT is the silence timeout in milliseconds.
   For TCP a silent client is checked again after a reference connection, which
   takes up to REFERENCE_TIMEOUT on a busy host.  Sets DROPS.  Returns the state
   of the client: CONNECTED, and the client joins CLIENTS; PENDING, and the
   client stays open in PENDING; FAILED, also without a socket, or UNKNOWN if
   poll failed, with the errno in ERROR, and the client is closed.  After a
   SHORTAGE, which may be of the reference connection, the state is no result of
   the host.  */
enum client_state stepwise_add(struct stepwise *stepwise, int wait);

/* Connect clients, by stepwise_add with WAIT, until one is silent or fails, or
   one that this call connected was reset: then FULL is set, and a silent client
   stays pending.  Before, no client must be pending.  FULL is false if
   STEPWISE_CLIENTS are connected, after a SHORTAGE, also of an earlier call, or
   if the kernel counts room (DISTURBED).  Clients of earlier calls count
   towards STEPWISE_CLIENTS, but are not checked.  ERROR is the errno of the
   last client, or 0.  */
void stepwise_fill(struct stepwise *stepwise, int wait);

/* Wait up to WAIT milliseconds for the pending client.  Returns the state of
   the client: CONNECTED, and the client joins CLIENTS; PENDING, and the client
   stays pending; FAILED, or UNKNOWN if poll failed, with the errno in ERROR,
   and the client is closed; a shortage is recorded.  If none is pending,
   returns CLIENT_FAILED at once, and changes nothing.  */
enum client_state stepwise_settle(struct stepwise *stepwise, int wait);

/* The number of CLIENTS that were not reset.  To be called before any accept,
   since stepwise_accept resets clients.  Does not wait.  Returns -1 if poll
   fails, and records the failure as a shortage.  */
long stepwise_connected(struct stepwise *stepwise);

/* Accept up to MAX connections, without waiting, and close them, so that their
   clients, which stay in CLIENTS, are reset.  Returns the number of accepted
   connections, also if accept then fails; only a shortage or a failed poll is
   recorded.  */
long stepwise_accept(struct stepwise *stepwise, long max);

/* Close the listener and all clients, also the pending client.  Harmless when
   repeated, and after a failed stepwise_open.  */
void stepwise_close(struct stepwise *stepwise);

/* Write COUNT as the finding KEY of PREFIX, measured.  Not testable, with the
   reason, after a shortage, or if STEPWISE is not FULL; otherwise COUNT must be
   at least 0.  */
void stepwise_put(const struct stepwise *stepwise, const struct prefix *prefix,
                  const char *key, long count);

#endif /* PROBES_QUEUE_STEPWISE_H */
