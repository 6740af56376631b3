/* control.h - connections to a listener that has room
   SPDX-License-Identifier: GPL-3.0-or-later

   A client that hears nothing may stand before a full queue, or the host may
   be busy.  A control connection, begun after that client and to a listener
   that certainly has room, tells: only when it is through does the silence
   count.  */

#ifndef PROBES_CONTROL_H
#define PROBES_CONTROL_H 1

#include <stdbool.h>
#include <stdint.h>

struct control {
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
enum { CONTROL_PATIENCE = 5000 };

/* Prepare CONTROL for FAMILY; open, but unused, until control_close.  Returns
   0; or -1 with errno, and the call that failed in *FAILED.  */
int control_open(struct control *control, int family, const char **failed);

/* Begin a connection if none is under way.  */
void control_begin(struct control *control);

/* Returns 1 if the connection is through, which ends it; 0 if not yet; -1 if
   it failed or takes too long, which ends it too.  */
int control_check(struct control *control);

void control_close(struct control *control);

/* Whether one connection over the loopback interface works in FAMILY.  Returns
   0; or -1 with errno, and the call that failed in *FAILED.  Waits for at most
   CONTROL_PATIENCE.  */
int control_try(int family, const char **failed);

#endif /* PROBES_CONTROL_H */
