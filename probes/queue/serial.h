/* serial.h - one listener and a few clients, step by step
   SPDX-License-Identifier: GPL-3.0-or-later

   For questions about what comes after a queue is full.  */

#ifndef PROBES_QUEUE_SERIAL_H
#define PROBES_QUEUE_SERIAL_H 1

#include <stdbool.h>
#include <stddef.h>

#include "probes/queue/client.h"
#include "sonde.h"

enum { SERIAL_CLIENTS = 24 };

struct serial {
    int family, listener;
    int clients[SERIAL_CLIENTS]; /* connected, at least for a while */
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
int serial_open(struct serial *serial, int family, int backlog);

/* Connect one more client, which may be silent for WAIT milliseconds, and for
   longer if the host does not answer elsewhere.  Returns what became of it. */
enum client_state serial_add(struct serial *serial, int wait);

/* Connect clients until one is silent for WAIT milliseconds, though the host
   answers elsewhere, or fails, or one before it was reset, or SERIAL_CLIENTS
   are connected: then it is not FULL; nor is it if it was OURS, or if the
   kernel counts room in the queue (DISTURBED).  */
void serial_fill(struct serial *serial, int wait);

/* Wait up to WAIT milliseconds for the pending client; then it is one of the
   others, or none.  Returns what became of it.  */
enum client_state serial_settle(struct serial *serial, int wait);

/* Close the pending client, if there is one.  */
void serial_give_up(struct serial *serial);

/* Take up to MOST connections out of the queue, and close them.  Returns how
   many there were.  */
long serial_accept(struct serial *serial, long most);

void serial_close(struct serial *serial);

/* Why SERIAL is not full, if it was not OURS.  */
const char *serial_why_not_full(const struct serial *serial);

#endif /* PROBES_QUEUE_SERIAL_H */
