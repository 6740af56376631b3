/* table.h - findings about listen queues, as rows
   SPDX-License-Identifier: GPL-3.0-or-later

   A row's texts belong to the findings it was made from.  */

#ifndef PROBES_VERDICT_TABLE_H
#define PROBES_VERDICT_TABLE_H 1

#include "probes/finding/finding.h"

/* Figures that are not known are -1, texts NULL.  */
struct queue_row {
    char family[8]; /* "inet", "inet6", "unix" */
    int backlog;
    long effective, client, accepted, queued, repeats;
    /* In the incomplete queue, by a stranger, and by a peer known to the
       kernel; past it.  */
    long incomplete, known, passed;
    long half_open;               /* the first by another way */
    const char *half_open_reason; /* why there is none */
    bool ways_differ; /* and the two are not the same: INCOMPLETE is -1 */
    const char *incomplete_text;             /* a range, if not stable */
    const char *incomplete_reason;           /* why it is not there */
    const char *client_text, *accepted_text; /* a range, if not stable */
    const char *overflow;
    const char *limit;
    const char *reason;
    bool stable;    /* nothing varied */
    bool disturbed; /* somebody in between, or loss: no figure is the host's */
};

struct cap_row {
    const char *family, *setting, *scope, *overflow, *limit, *reason;
    long effective; /* what the kernel says is in force */
    long value;     /* what the setting says */
    const char *value_reason;
    long client, accepted;
    const char *initial; /* "yes": SCOPE is the host's first; "no"; or NULL */
    long initial_value;  /* what the setting says there */
};

struct queue_table {
    struct queue_row *rows; /* by family, then by backlog */
    size_t count;
    struct cap_row cap;
    /* Why a family is not there; NULL if it is, or was not asked for.  */
    const char *inet_absent, *inet6_absent;
    /* Its addresses are there, but connections fail; or it is not known.  */
    bool inet_dead, inet6_dead;
    /* Settings about the incomplete queue, -1 if not known.  */
    long cookies, most;
};

/* Set *TABLE from FINDINGS, which must be sorted and stay.  Returns 0, or -1
   with ENOMEM.  */
int table_make(struct queue_table *table, const struct findings *findings);

/* The row of FAMILY and BACKLOG, or NULL.  */
const struct queue_row *table_row(const struct queue_table *table,
                                  const char *family, int backlog);

void table_free(struct queue_table *table);

#endif /* PROBES_VERDICT_TABLE_H */
