/* table.h - findings on listen queues, as rows
   SPDX-License-Identifier: GPL-3.0-or-later

   The texts of a row belong to its findings.  */

#ifndef PROBES_VERDICT_TABLE_H
#define PROBES_VERDICT_TABLE_H 1

#include "probes/finding/finding.h"

/* Unknown figures are -1, unknown texts NULL.  */
struct queue_row {
    char family[8]; /* "inet", "inet6", "unix" */
    int backlog;
    long effective, client, accepted, queued, repeats;
    /* Incomplete handshakes, of a new and of a known peer; connections
       accepted by SYN cookie.  */
    long incomplete, known, passed;
    long half_open;                /* incomplete, by the second method */
    const char *half_open_reason;  /* why HALF_OPEN is -1 */
    bool ways_differ;              /* the two methods do: INCOMPLETE is -1 */
    const char *incomplete_text;   /* a range, if not stable */
    const char *incomplete_reason; /* why INCOMPLETE is -1 */
    const char *client_text, *accepted_text; /* a range, if not stable */
    const char *overflow;
    const char *limit;
    const char *reason;
    bool stable;    /* the repeats agree */
    bool disturbed; /* a firewall, or packet loss: the figures are invalid */
};

struct cap_row {
    const char *family, *setting, *scope, *overflow, *limit, *reason;
    long effective; /* the backlog in force, as the kernel reports */
    long value;     /* of the setting */
    const char *value_reason;
    long client, accepted;
    const char *initial; /* "yes": SCOPE is the initial one; "no"; or NULL */
    long initial_value;  /* of the setting there */
};

struct queue_table {
    struct queue_row *rows; /* by family, then by backlog */
    size_t count;
    struct cap_row cap;
    /* Why a family does not work; NULL if it works, or was not requested.  */
    const char *inet_absent, *inet6_absent;
    /* The family has addresses, but connections fail; or that is unknown.  */
    bool inet_dead, inet6_dead;
    /* Settings of the SYN queue: tcp_syncookies and tcp_max_syn_backlog.  */
    long cookies, max_backlog;
};

/* Make *TABLE from FINDINGS, which must be sorted and outlive it.  Returns 0,
   or -1 with ENOMEM.  */
int table_make(struct queue_table *table, const struct findings *findings);

/* The row of FAMILY and BACKLOG, or NULL.  */
const struct queue_row *table_row(const struct queue_table *table,
                                  const char *family, int backlog);

/* A figure of a row.  */
typedef long row_figure(const struct queue_row *row);
row_figure row_effective, row_client, row_accepted, row_incomplete, row_known;

/* The largest FIGURE of all rows; -1 if no row has it.  */
long table_max(const struct queue_table *table, row_figure *figure);

void table_free(struct queue_table *table);

#endif /* PROBES_VERDICT_TABLE_H */
