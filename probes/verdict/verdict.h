/* verdict.h - conclusions from the figures of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_VERDICT_H
#define PROBES_VERDICT_VERDICT_H 1

#include "probes/verdict/kernels.h"
#include "probes/verdict/rule.h"
#include "probes/verdict/table.h"

/* A rule for the queue length by backlog, and how well the rule fits.  RULE and
   BROKEN are 0 unless COMPARABLE.  */
struct ruling {
    struct rule rule;
    bool comparable; /* the figures determine a rule */
    size_t rows;     /* rows with figures */
    size_t broken;   /* rows that the rule does not explain */
};

/* The limit of the SYN queue, of Linux.  */
enum bound {
    BOUND_UNKNOWN,
    BOUND_BACKLOG, /* the length of the accept queue */
    BOUND_SETTING, /* three quarters of tcp_max_syn_backlog, for new peers */
    BOUND_COOKIES  /* not used: always a SYN cookie instead of an entry */
};

/* The word for BOUND, a value of enum bound, in JSON: "backlog",
   "tcp_max_syn_backlog" or "tcp_syncookies", a constant; NULL for
   BOUND_UNKNOWN.  */
const char *bound_name(enum bound bound);

/* The conclusions from a table.  The texts belong to the table.  */
struct verdict {
    struct ruling accepted;   /* connections that accept returned */
    struct ruling client;     /* connections complete at the clients */
    struct ruling incomplete; /* incomplete handshakes, in the SYN queue */
    enum bound bound;
    long cap;             /* the largest backlog in force, or -1 */
    bool setting_holds;   /* its setting, or constant, is known, readable and in
                             force */
    bool setting_foreign; /* no kernel with these figures has the setting */
    /* The result of the next client after a queue is full, over TCP and over
       UNIX sockets.  */
    struct next {
        const char *saw; /* as OVERFLOW of a row; NULL: no queue was full */
        bool varies;     /* the rows differ: SAW is of the last row */
    } tcp, local;
    struct likeness like;
};

/* Draw all conclusions from TABLE, which, with its findings, must outlive the
   verdict.  A rule for which memory is missing is not determined, with ROWS
   0.  */
struct verdict verdict_of(const struct queue_table *table);

/* Whether the rule of VERDICT, with a comparable ACCEPTED, explains the
   accepted connections of ROW, a row of TABLE, from which VERDICT was made.
   True for a row without figures.  */
bool verdict_explains(const struct verdict *verdict,
                      const struct queue_table *table,
                      const struct queue_row *row);

#endif /* PROBES_VERDICT_VERDICT_H */
