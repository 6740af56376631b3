/* plan.h - what to measure of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_PLAN_H
#define PROBES_QUEUE_PLAN_H 1

#include <stdbool.h>
#include <stddef.h>

enum {
    BACKLOGS_MAX = 1024, /* as many values -b may name */
    WAIT_MIN = 1,        /* milliseconds; at 1 s the SYN is sent again, */
    WAIT_MAX = 900,      /*   and old Linux then lets more clients in */
    WAIT_USUAL = 60
};

struct queue_plan {
    bool inet, inet6, local; /* local: AF_UNIX */
    bool incomplete;         /* the incomplete queue, too */
    bool half_open;          /* that by half-open handshakes, too */
    bool again;              /* what a second listen does */
    bool overflow;           /* what becomes of the client outside */
    bool cap;                /* fill the largest queue there is */
    bool least;              /* fill no more than it takes to tell one row */
    /* "net.core.somaxconn=128", to be in force in a network namespace of the
       measurement's own; of COUNT 0, it takes the host as it is.  */
    const char *const *settings;
    size_t setting_count;
    int wait;      /* how long a client may be silent, in milliseconds */
    int *backlogs; /* in the order asked for, each once */
    size_t count;
};

/* Set the backlogs of PLAN from TEXT: numbers and ranges, separated by commas,
   "max" for INT_MAX: "0-14,128,-1,max".  A number named twice counts once.
   Returns 0; or -1, with the sentence that says what is wrong, and where, in
   PROBLEM of SIZE bytes.  The list is the caller's to free with plan_free.  */
int plan_backlogs(struct queue_plan *plan, const char *text, char *problem,
                  size_t size);

void plan_free(struct queue_plan *plan);

#endif /* PROBES_QUEUE_PLAN_H */
