/* table.h - findings on listen queues, as rows
   SPDX-License-Identifier: GPL-3.0-or-later

   The texts of a row belong to its findings.  */

#ifndef PROBES_VERDICT_TABLE_H
#define PROBES_VERDICT_TABLE_H 1

#include "probes/finding/finding.h"

/* The results for one family and one requested backlog, named as the findings
   (probes/queue/listen-queue.h).  Unknown figures are -1, also figures on which
   the repeats differ; unknown texts are NULL.  */
struct queue_row {
    char family[8]; /* "inet", "inet6", "unix" */
    int backlog;    /* requested */
    long effective, client, accepted, queued, repeats;
    long incomplete, known, passed; /* KNOWN: "incomplete-known" */
    long half_open;                 /* incomplete, by the second method */
    const char *half_open_reason;   /* why HALF_OPEN is -1 */
    bool ways_differ;               /* the two methods do: INCOMPLETE is -1 */
    const char *incomplete_text;    /* a range, if not stable */
    const char *incomplete_reason;  /* why INCOMPLETE is -1 */
    bool incomplete_failed; /* it was tried, and there is no text either */
    const char *client_text, *accepted_text; /* a range, if not stable */
    const char *overflow, *limit;
    const char *reason; /* why ACCEPTED was not measured */
    bool stable;        /* the repeats agree on CLIENT, ACCEPTED, OVERFLOW */
    bool disturbed; /* a firewall, or packet loss: the figures are invalid */
};

/* The cap: its setting, and the queue test with the largest backlog, INT_MAX.
   SCOPE is "host", "own" or the network namespace (probes/finding/host.h); the
   rest as in struct queue_row.  */
struct cap_row {
    const char *family, *setting, *scope, *overflow, *limit, *reason;
    long effective, client, accepted;
    long value;               /* of the setting */
    const char *value_reason; /* why VALUE is -1 */
    const char *initial; /* "yes": SCOPE is the initial one; "no"; or NULL */
    long initial_value;  /* of the setting there */
};

/* All rows, the cap and the settings.  The texts belong to the findings, or are
   constants.  */
struct queue_table {
    struct queue_row *rows; /* by family, then by backlog */
    size_t count;
    struct cap_row cap;
    /* Why a family does not work; NULL if it works, could not be tried, or was
       not requested.  */
    const char *inet_absent, *inet6_absent;
    /* The family has addresses, but connections fail or could not be tried.  */
    bool inet_dead, inet6_dead;
    /* Settings of the SYN queue: tcp_syncookies and tcp_max_syn_backlog; -1 if
       unknown.  */
    long cookies, max_backlog;
};

/* Make *TABLE from FINDINGS, which must be sorted and outlive the table: texts
   are not copied.  A row is made for each finding "listen.queue",
   "FAMILY.N.accepted".  Findings of ids not about listen queues are ignored.
   Returns 0, and the caller frees *TABLE with table_free; or -1 with ENOMEM and
   an empty table.  An earlier *TABLE is not freed.  */
int table_make(struct queue_table *table, const struct findings *findings);

/* The row of FAMILY ("inet", "inet6", "unix") and BACKLOG, or NULL.  */
const struct queue_row *table_row(const struct queue_table *table,
                                  const char *family, int backlog);

/* A figure of ROW: each function returns the member with its name; -1 if
   unknown.  row_known is row_incomplete for a known peer.  */
typedef long row_figure(const struct queue_row *row);
row_figure row_effective, row_client, row_accepted, row_incomplete, row_known;

/* The largest FIGURE of all rows of TABLE; -1 if no row has that figure.  */
long table_max(const struct queue_table *table, row_figure *figure);

/* Free the rows of TABLE and make TABLE empty.  The findings are kept.  */
void table_free(struct queue_table *table);

#endif /* PROBES_VERDICT_TABLE_H */
