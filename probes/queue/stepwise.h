/* stepwise.h - one listener and a few clients, step by step
   SPDX-License-Identifier: GPL-3.0-or-later

   For questions about what comes after a queue is full.  */

#ifndef PROBES_QUEUE_STEPWISE_H
#define PROBES_QUEUE_STEPWISE_H 1

#include <stdbool.h>
#include <stddef.h>

#include "probes/queue/queue-client.h"
#include "sonde.h"

enum { STEPWISE_CLIENTS = 24 };

struct stepwise {
    int family, listener;
    int clients[STEPWISE_CLIENTS]; /* connected, at least for a while */
    size_t count;
    bool full;          /* the last one was not let in, or threw another out */
    bool disturbed;     /* not FULL: it was not let in though there is room */
    int pending;        /* a client that nobody let in yet, or -1 */
    long drops;         /* of the listener before the last client, or -1 */
    int error;          /* how the last client failed; 0 if it did not */
    const char *failed; /* the call of ours that failed, with errno */
    int ours;           /* what FAILED for want of something of ours; or 0: then
                           the figures are the host's */
    struct sonde_address address;
};

/* Listen in FAMILY with BACKLOG.  Returns 0, or -1 with errno and FAILED.  */
int stepwise_open(struct stepwise *stepwise, int family, int backlog);

/* Connect one more client, which may be silent for WAIT milliseconds, and for
   longer if the host does not answer elsewhere.  Returns what became of it. */
enum client_state stepwise_add(struct stepwise *stepwise, int wait);

/* Connect clients until one is silent for WAIT milliseconds, though the host
   answers elsewhere, or fails, or one before it was reset, or STEPWISE_CLIENTS
   are connected: then it is not FULL; nor is it if it was OURS, or if the
   kernel counts room in the queue (DISTURBED).  */
void stepwise_fill(struct stepwise *stepwise, int wait);

/* Wait up to WAIT milliseconds for the pending client; then it is one of the
   others, or none.  Returns what became of it.  */
enum client_state stepwise_settle(struct stepwise *stepwise, int wait);

/* Close the pending client, if there is one.  */
void stepwise_give_up(struct stepwise *stepwise);

/* Take up to MOST connections out of the queue, and close them.  Returns how
   many there were.  */
long stepwise_accept(struct stepwise *stepwise, long most);

void stepwise_close(struct stepwise *stepwise);

/* Why SERIAL is not full, if it was not OURS.  */
const char *stepwise_why_not_full(const struct stepwise *stepwise);

#endif /* PROBES_QUEUE_STEPWISE_H */
