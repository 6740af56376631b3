/* plan.h - what to measure of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_PLAN_H
#define PROBES_QUEUE_PLAN_H 1

#include <stdbool.h>
#include <stddef.h>

enum {
    BACKLOGS_MAX = 1024, /* values of -b */
    WAIT_MIN = 1,        /* milliseconds; after 1 s the SYN is retransmitted, */
    WAIT_MAX = 900,      /*   and old Linux then accepts more clients */
    WAIT_USUAL = 60
};

struct queue_plan {
    bool inet, inet6, local; /* local: AF_UNIX */
    bool incomplete;         /* the SYN queue, too */
    bool half_open;          /* and by half-open handshakes */
    bool again;              /* a second listen */
    bool overflow;           /* the next client of a full queue */
    bool cap;                /* fill the largest possible queue, too */
    bool least;              /* as few repeats as one row needs */
    /* "net.core.somaxconn=128", to set in a new network namespace; none:
       measure the host as it is.  */
    const char *const *settings;
    size_t setting_count;
    int wait;      /* silence timeout, in milliseconds */
    int *backlogs; /* in the order requested, each once */
    size_t count;
};

/* Set BACKLOGS and COUNT of PLAN from TEXT: numbers and ascending ranges,
   separated by commas, "max" for INT_MAX: "0-14,128,-1,max".  Duplicates count
   once; more than BACKLOGS_MAX are an error, and so is an empty TEXT or item.
   An earlier list is not freed.  Returns 0, and the caller frees the list with
   plan_free; or -1, with no list, and in PROBLEM of SIZE bytes (truncated) a
   sentence on the error: the first wrong item in quotes, cut to 40 bytes, and
   what is wrong; or "out of memory".  */
int plan_backlogs(struct queue_plan *plan, const char *text, char *problem,
                  size_t size);

/* Free the list of backlogs, not PLAN; the list is empty then.  A PLAN without
   a list, NULL, is allowed.  */
void plan_free(struct queue_plan *plan);

#endif /* PROBES_QUEUE_PLAN_H */
