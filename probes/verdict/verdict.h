/* verdict.h - what the figures about listen queues mean
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_VERDICT_H
#define PROBES_VERDICT_VERDICT_H 1

#include "probes/verdict/kernels.h"
#include "probes/verdict/rule.h"
#include "probes/verdict/table.h"

/* A rule, and how far it goes.  */
struct ruling {
    struct rule rule;
    bool comparable; /* there were enough figures to tell rules apart */
    size_t rows;     /* with figures */
    size_t broken;   /* of them, those the rule does not explain */
};

/* What bounds the incomplete queue.  */
enum bound {
    BOUND_UNKNOWN,
    BOUND_BACKLOG, /* just as many as wait for accept */
    BOUND_SETTING, /* three quarters of tcp_max_syn_backlog, for strangers */
    BOUND_COOKIES  /* it is never used: a cookie instead of an entry, always */
};

/* "backlog", "tcp_max_syn_backlog", "tcp_syncookies" or NULL.  */
const char *bound_name(enum bound bound);

struct verdict {
    struct ruling accepted;   /* connections accept returned */
    struct ruling client;     /* connections the clients saw */
    struct ruling incomplete; /* connections in the incomplete queue */
    enum bound bound;
    long cap;             /* the largest backlog in force, or -1 */
    bool setting_holds;   /* its setting, or the constant that it is instead, is
                             known, readable and obeyed */
    bool setting_foreign; /* no kernel that this one is like has the setting */
    /* What the next client saw, of TCP and of UNIX sockets.  */
    struct next {
        const char *saw; /* NULL: no row overflowed */
        bool varies;     /* not the same in all rows */
    } tcp, local;
    struct likeness like;
};

struct verdict verdict_of(const struct queue_table *table);

/* Whether RULING explains ROW, by the count of connections accept returned.
   True for a row without figures.  */
bool verdict_explains(const struct verdict *verdict,
                      const struct queue_table *table,
                      const struct queue_row *row);

#endif /* PROBES_VERDICT_VERDICT_H */
