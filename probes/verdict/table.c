/* table.c - findings on listen queues, as rows
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/verdict/table.h"

/* Write "FAMILY.BACKLOG.KEY", by ROW and KEY, cut to SIZE bytes, to WHOLE.  */
static void print_key(char *whole, size_t size, const struct queue_row *row,
                      const char *key)
{
    snprintf(whole, size, "%s.%d.%s", row->family, row->backlog, key);
}

/* The finding "listen.queue", "FAMILY.BACKLOG.KEY" in FINDINGS, by the family
   and backlog of ROW; NULL if there is none.  */
static const struct finding *table_get(const struct findings *findings,
                                       const struct queue_row *row,
                                       const char *key)
{
    char whole[64];
    print_key(whole, sizeof whole, row, key);
    return findings_get(findings, "listen.queue", whole);
}

/* The value of the finding KEY of ROW, stable or not; NULL if the finding or
   its value is missing.  */
static const char *get_text(const struct findings *findings,
                            const struct queue_row *row, const char *key)
{
    const struct finding *finding = table_get(findings, row, key);
    return finding ? finding->value : NULL;
}

/* The finding KEY of ROW as a number; -1 if missing, unstable or no number.  */
static long get_figure(const struct findings *findings,
                       const struct queue_row *row, const char *key)
{
    const struct finding *finding = table_get(findings, row, key);
    if (!finding || !finding->stable)
        return -1;
    return findings_number(findings, "listen.queue", finding->key, -1);
}

/* Why ROW has no figure of its SYN queue, a text of FINDINGS or a constant.
   With a finding "incomplete": that the finding is unstable, or else its
   reason, which is NULL for a figure.  Without: the reason of the family's
   finding, or a constant, never NULL.  */
static const char *why_incomplete(const struct findings *findings,
                                  const struct queue_row *row)
{
    char key[64];
    const struct finding *finding = table_get(findings, row, "incomplete");
    if (finding && !finding->stable)
        return "the repeats differ, or the count and the kernel's report";
    if (finding)
        return finding->reason;
    snprintf(key, sizeof key, "%s.incomplete", row->family);
    finding = findings_get(findings, "listen.queue", key);
    if (finding && finding->reason)
        return finding->reason;
    return finding ? "so long a queue is measured only if no other is"
                   : "not measured";
}

/* Why ROW has no figure of its SYN queue by the second method (half-open
   handshakes), a text of FINDINGS or a constant.  With a finding "half-open":
   its reason, which is NULL for a figure.  Without: the reason of
   "inet.half-open", or a constant, never NULL.  */
static const char *why_half_open(const struct findings *findings,
                                 const struct queue_row *row)
{
    const struct finding *finding = table_get(findings, row, "half-open");
    const struct finding *asked =
        findings_get(findings, "listen.queue", "inet.half-open");
    if (finding)
        return finding->reason;
    if (!asked)
        return "not requested";
    return asked->reason ? asked->reason
                         : "needs IPv4, and a backlog from 0 to 1024";
}

/* If both figures of ROW's SYN queue, INCOMPLETE and HALF_OPEN, are known but
   not equal, set WAYS_DIFFER, and make INCOMPLETE -1, INCOMPLETE_TEXT
   "unstable", and INCOMPLETE_REASON the difference; HALF_OPEN stays for the
   report.  Otherwise only clear WAYS_DIFFER.  */
static void compare_methods(struct queue_row *row)
{
    row->ways_differ = row->incomplete >= 0 && row->half_open >= 0 &&
                       row->incomplete != row->half_open;
    if (!row->ways_differ)
        return;
    row->incomplete = -1;
    row->incomplete_text = "unstable";
    row->incomplete_reason = "unstable: deferred and half-open handshakes give "
                             "different figures";
}

/* Fill in ROW from FINDINGS by its family and backlog, which are set.  Missing
   and unstable figures become -1, missing texts NULL.  If the two methods for
   the SYN queue differ, INCOMPLETE is unknown (compare_methods).  STABLE is set
   if none of client, accepted and overflow is unstable.  */
static void fill_row(const struct findings *findings, struct queue_row *row)
{
    static const char *const counted[] = {"client", "accepted", "overflow"};
    const struct finding *accepted = table_get(findings, row, "accepted");
    row->effective = get_figure(findings, row, "effective");
    row->client = get_figure(findings, row, "client");
    row->accepted = get_figure(findings, row, "accepted");
    row->queued = get_figure(findings, row, "queued");
    row->repeats = get_figure(findings, row, "repeats");
    row->incomplete = get_figure(findings, row, "incomplete");
    row->known = get_figure(findings, row, "incomplete-known");
    row->passed = get_figure(findings, row, "passed");
    row->half_open = get_figure(findings, row, "half-open");
    row->incomplete_text = get_text(findings, row, "incomplete");
    row->incomplete_reason = why_incomplete(findings, row);
    row->incomplete_failed = !row->incomplete_text && row->incomplete_reason &&
                             table_get(findings, row, "incomplete");
    row->half_open_reason = why_half_open(findings, row);
    compare_methods(row);
    row->client_text = get_text(findings, row, "client");
    row->accepted_text = get_text(findings, row, "accepted");
    row->overflow = get_text(findings, row, "overflow");
    row->limit = get_text(findings, row, "limit");
    row->disturbed = get_text(findings, row, "disturbed") != NULL;
    row->reason = accepted ? accepted->reason : NULL;
    row->stable = true;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        const struct finding *finding = table_get(findings, row, counted[i]);
        row->stable = row->stable && (!finding || finding->stable);
    }
}

/* If FINDING is "listen.queue", "FAMILY.N.accepted", which every row has, set
   the family and backlog of *ROW, clear the rest, and return true.  FAMILY has
   7 bytes at most, and N must be the canonical form of an int, so that the key
   for looking up is equal.  Returns false for any other finding; then *ROW may
   have been overwritten.  */
static bool row_begin(const struct finding *finding, struct queue_row *row)
{
    const char *dot = strchr(finding->key, '.');
    char whole[64];
    if (strcmp(finding->id, "listen.queue") || !dot ||
        (size_t)(dot - finding->key) >= sizeof row->family)
        return false;
    *row = (struct queue_row){0};
    memcpy(row->family, finding->key, (size_t)(dot - finding->key));
    row->backlog = (int)strtol(dot + 1, NULL, 10);
    print_key(whole, sizeof whole, row, "accepted");
    return !strcmp(finding->key, whole);
}

/* Fill in *CAP from the findings "listen.cap" in FINDINGS; -1 or NULL where
   missing.  REASON is that of the finding "accepted", or "not measured" without
   that finding.  Whether a finding is stable does not count, but a range is no
   number: -1.  */
static void fill_cap(const struct findings *findings, struct cap_row *cap)
{
    static const char id[] = "listen.cap";
    const struct finding *accepted = findings_get(findings, id, "accepted");
    const struct finding *value = findings_get(findings, id, "value");
    cap->family = findings_text(findings, id, "family");
    cap->setting = findings_text(findings, id, "setting");
    cap->scope = findings_text(findings, id, "scope");
    cap->overflow = findings_text(findings, id, "overflow");
    cap->limit = findings_text(findings, id, "limit");
    cap->reason = accepted ? accepted->reason : "not measured";
    cap->effective = findings_number(findings, id, "effective", -1);
    cap->value = findings_number(findings, id, "value", -1);
    cap->value_reason = value ? value->reason : NULL;
    cap->client = findings_number(findings, id, "client", -1);
    cap->accepted = findings_number(findings, id, "accepted", -1);
    cap->initial = findings_text(findings, id, "initial");
    cap->initial_value = findings_number(findings, id, "initial-value", -1);
}

/* Read the finding KEY, "FAMILY.available".  Returns whether the family has
   addresses, but connections fail or could not be tried: the value is "no" and
   the failed call was connect (for a disabled family an earlier call fails), or
   there is no value, but a reason.  False if "yes", or missing: the family was
   not requested.  With "no" *ABSENT is the reason, or "not measured"; otherwise
   NULL.  */
static bool table_family(const struct findings *findings, const char *key,
                         const char **absent)
{
    static const char call[] = "connect: ";
    const struct finding *found = findings_get(findings, "listen.queue", key);
    *absent = NULL;
    if (!found)
        return false;
    if (found->value && !strcmp(found->value, "no"))
        *absent = found->reason ? found->reason : "not measured";
    return found->reason &&
           (!found->value || !strncmp(found->reason, call, sizeof call - 1));
}

int table_make(struct queue_table *table, const struct findings *findings)
{
    *table = (struct queue_table){0};
    table->rows = calloc(findings->count + 1, sizeof *table->rows);
    if (!table->rows)
        return -1;
    for (size_t i = 0; i < findings->count; i++) {
        struct queue_row row;
        if (!row_begin(&findings->list[i], &row))
            continue;
        fill_row(findings, &row);
        table->rows[table->count++] = row;
    }
    fill_cap(findings, &table->cap);
    table->cookies =
        findings_number(findings, "listen.incomplete", "tcp_syncookies", -1);
    table->max_backlog = findings_number(findings, "listen.incomplete",
                                         "tcp_max_syn_backlog", -1);
    table->inet_dead =
        table_family(findings, "inet.available", &table->inet_absent);
    table->inet6_dead =
        table_family(findings, "inet6.available", &table->inet6_absent);
    return 0;
}

const struct queue_row *table_row(const struct queue_table *table,
                                  const char *family, int backlog)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].backlog == backlog &&
            !strcmp(table->rows[i].family, family))
            return &table->rows[i];
    return NULL;
}

long row_effective(const struct queue_row *row)
{
    return row->effective;
}

long row_client(const struct queue_row *row)
{
    return row->client;
}

long row_accepted(const struct queue_row *row)
{
    return row->accepted;
}

long row_incomplete(const struct queue_row *row)
{
    return row->incomplete;
}

long row_known(const struct queue_row *row)
{
    return row->known;
}

long table_max(const struct queue_table *table, row_figure *figure)
{
    long max = -1;
    for (size_t i = 0; i < table->count; i++)
        if (figure(&table->rows[i]) > max)
            max = figure(&table->rows[i]);
    return max;
}

void table_free(struct queue_table *table)
{
    free(table->rows);
    *table = (struct queue_table){0};
}
