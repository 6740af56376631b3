/* verdict.h - conclusions from the figures of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_VERDICT_H
#define PROBES_VERDICT_VERDICT_H 1

#include "probes/verdict/kernels.h"
#include "probes/verdict/rule.h"
#include "probes/verdict/table.h"

/* A rule, and how well it fits.  */
struct ruling {
    struct rule rule;
    bool comparable; /* the figures determine a rule */
    size_t rows;     /* rows with figures */
    size_t broken;   /* rows that the rule does not explain */
};

/* The bound of the SYN queue.  */
enum bound {
    BOUND_UNKNOWN,
    BOUND_BACKLOG, /* the length of the accept queue */
    BOUND_SETTING, /* three quarters of tcp_max_syn_backlog, for new peers */
    BOUND_COOKIES  /* not used: always a SYN cookie instead of an entry */
};

/* "backlog", "tcp_max_syn_backlog", "tcp_syncookies" or NULL.  */
const char *bound_name(enum bound bound);

struct verdict {
    struct ruling accepted;   /* connections that accept returned */
    struct ruling client;     /* connections complete at the clients */
    struct ruling incomplete; /* incomplete handshakes */
    enum bound bound;
    long cap;             /* the largest backlog in force, or -1 */
    bool setting_holds;   /* its setting, or constant, is known, readable and in
                             force */
    bool setting_foreign; /* no kernel with these figures has the setting */
    /* The result of the next client, of TCP and of UNIX sockets.  */
    struct next {
        const char *saw; /* NULL: no queue was full */
        bool varies;     /* the rows differ */
    } tcp, local;
    struct likeness like;
};

struct verdict verdict_of(const struct queue_table *table);

/* Whether the rule of VERDICT explains the accepted connections of ROW.  True
   for a row without figures.  */
bool verdict_explains(const struct verdict *verdict,
                      const struct queue_table *table,
                      const struct queue_row *row);

#endif /* PROBES_VERDICT_VERDICT_H */
