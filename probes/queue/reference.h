/* reference.h - connections to a listener that has room
   SPDX-License-Identifier: GPL-3.0-or-later

   A client that hears nothing may stand before a full queue, or the host may
   be busy.  A control connection, begun after that client and to a listener
   that certainly has room, tells: only when it is through does the silence
   count.  */

#ifndef PROBES_QUEUE_REFERENCE_H
#define PROBES_QUEUE_REFERENCE_H 1

#include <stdbool.h>
#include <stdint.h>

struct reference {
    int family;
    int listener;
    int client;    /* made beforehand: there may be no descriptor left later */
    bool begun;    /* it is connecting */
    int64_t since; /* when it began, by monotonic_ms */
    int error;     /* why the last one failed */
    const char *failed; /* and the call: "connect", or "poll", which says
                           nothing of the host */
};

/* How long a control connection may take, in milliseconds.  */
enum { REFERENCE_TIMEOUT = 5000 };

/* Prepare REFERENCE for FAMILY; open, but unused, until reference_close.
   Returns 0; or -1 with errno, and the call that failed in *FAILED.  */
int reference_open(struct reference *reference, int family,
                   const char **failed);

/* Begin a connection if none is under way.  */
void reference_begin(struct reference *reference);

/* Returns 1 if the connection is through, which ends it; 0 if not yet; -1 if
   it failed or takes too long, which ends it too.  */
int reference_check(struct reference *reference);

void reference_close(struct reference *reference);

/* Whether one connection over the loopback interface works in FAMILY.  Returns
   0; or -1 with errno, and the call that failed in *FAILED.  Waits for at most
   REFERENCE_TIMEOUT.  */
int reference_try(int family, const char **failed);

#endif /* PROBES_QUEUE_REFERENCE_H */
