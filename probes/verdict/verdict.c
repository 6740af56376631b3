/* verdict.c - conclusions from the figures of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/verdict/verdict.h"

/* The largest queue: its measured length, or else the largest backlog in force,
   as the kernel or the setting reports.  -1 if unknown.  */
struct top {
    long queue, backlog;
};

/* Whether RULE explains the FOUND connections of BACKLOG; true if FOUND is
   negative, unknown.  The result of RULE is limited by the largest queue of
   TOP, or if that is unknown, by RULE for the largest backlog in force, if
   known.  A negative BACKLOG may count as the cap or as 0, since systems
   differ.  */
static bool rule_explains(const struct rule *rule, const struct top *top,
                          int backlog, long found)
{
    long max = top->queue < 0 && top->backlog >= 0
                   ? rule_value(rule, top->backlog)
                   : top->queue;
    long expected = rule_value(rule, backlog < 0 ? 0 : backlog);
    if (max >= 0 && expected > max)
        expected = max;
    return found < 0 || found == expected || (backlog < 0 && found == max);
}

/* Whether FOUND connections of BACKLOG are a sample for the rule: both are
   known and not negative, and the cap did not limit the queue: FOUND is less
   than the largest queue; or if that is unknown, BACKLOG is at most the largest
   backlog in force, if known.  */
static bool is_sample(const struct top *top, int backlog, long found)
{
    if (found < 0 || backlog < 0)
        return false;
    return top->queue >= 0 ? found < top->queue
                           : top->backlog < 0 || backlog <= top->backlog;
}

/* Find the rule for FIGURE of the rows of TABLE that TOP does not limit
   (is_sample).  Count all rows with FIGURE, and if the figures determine a
   rule, the rows that contradict the rule, limited by TOP (rule_explains).
   Without memory the result is all zero, as if no row had figures.  */
static struct ruling rule_on(const struct queue_table *table,
                             const struct top *top, row_figure *figure)
{
    struct ruling ruling = {0};
    size_t used = 0, fits;
    struct sample *samples = calloc(table->count + 1, sizeof *samples);
    if (!samples)
        return ruling;
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        ruling.rows += figure(row) >= 0;
        if (is_sample(top, row->backlog, figure(row)))
            samples[used++] = (struct sample){row->backlog, figure(row)};
    }
    ruling.comparable =
        used > 0 && rule_fit(samples, used, &ruling.rule, &fits);
    free(samples);
    for (size_t i = 0; ruling.comparable && i < table->count; i++)
        ruling.broken += !rule_explains(
            &ruling.rule, top, table->rows[i].backlog, figure(&table->rows[i]));
    return ruling;
}

/* Whether ROW contradicts the reported backlog in force EFFECTIVE of another
   test with ACCEPTED connections: the same report, another count.  False if one
   of the four figures is unknown.  */
static bool row_contradicts(const struct queue_row *row, long effective,
                            long accepted)
{
    return row->effective >= 0 && row->effective == effective &&
           row->accepted >= 0 && accepted >= 0 && row->accepted != accepted;
}

/* Whether equal backlogs in force, as the kernel reports, go with equal counts
   of accepted connections, in all rows, of all families, and in the test of the
   cap.  Unknown figures are ignored.  If not, the report is about something
   else.  */
static bool is_report_true(const struct queue_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        if (row_contradicts(row, table->cap.effective, table->cap.accepted))
            return false;
        for (size_t k = 0; k < i; k++)
            if (row_contradicts(row, table->rows[k].effective,
                                table->rows[k].accepted))
                return false;
    }
    return true;
}

/* Whether the setting may be in force: in each family, all rows with a backlog
   of at least the setting have the same count of accepted connections.  Rows
   with an unknown count are ignored, and so is the test of the cap.  True if
   there is nothing to compare.  With an unknown setting, -1, the result has no
   meaning, and the callers get the same cap either way.  */
static bool is_setting_true(const struct queue_table *table)
{
    long min = table->cap.value;
    for (size_t i = 0; i < table->count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct queue_row *a = &table->rows[i], *b = &table->rows[k];
            if (a->backlog >= min && b->backlog >= min && a->accepted >= 0 &&
                b->accepted >= 0 && a->accepted != b->accepted &&
                !strcmp(a->family, b->family))
                return false;
        }
    return true;
}

/* The cap as the kernel reports: the backlog in force of the row of the cap, or
   else of the first row whose backlog the kernel has reduced; -1 if there is no
   such report, or if the counts contradict the reports (is_report_true).  */
static long reported_cap(const struct queue_table *table)
{
    if (!is_report_true(table))
        return -1;
    if (table->cap.effective >= 0)
        return table->cap.effective;
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        if (row->effective >= 0 && row->effective < row->backlog)
            return row->effective;
    }
    return -1;
}

/* Set CAP, SETTING_FOREIGN and SETTING_HOLDS of VERDICT, with ACCEPTED and LIKE
   set already.  The cap is the first of these that is known: the backlog that
   the kernel reports (reported_cap); the setting, unless the measurement
   contradicts the setting, which has no effect on some stacks; what follows
   from the rule and the largest queue; or else -1.  */
static void find_cap(struct verdict *verdict, const struct queue_table *table)
{
    const struct ruling *ruling = &verdict->accepted;
    const struct cap_row *cap = &table->cap;
    /* A constant says nothing of the cap.  */
    bool testable =
        ruling->comparable && ruling->rule.times > 0 && cap->accepted >= 0;
    verdict->cap = reported_cap(table);
    if (verdict->cap < 0 && cap->value >= 0 &&
        (testable ? rule_value(&ruling->rule, cap->value) == cap->accepted
                  : is_setting_true(table)))
        verdict->cap = cap->value;
    if (verdict->cap < 0 && testable)
        verdict->cap = rule_inverse(&ruling->rule, cap->accepted);
    verdict->setting_foreign =
        cap->setting && !kernels_may_have(&verdict->like, cap->setting);
    verdict->setting_holds = cap->value >= 0 && cap->value == verdict->cap &&
                             !verdict->setting_foreign;
}

/* The result of the next client in the rows of UNIX sockets (LOCAL) or of TCP:
   SAW of the last row with an overflow, NULL without such a row; and whether
   such rows differ.  */
static struct next verdict_next_of(const struct queue_table *table, bool local)
{
    struct next next = {0};
    for (size_t i = 0; i < table->count; i++) {
        const char *overflow = table->rows[i].overflow;
        if (!overflow || local != !strcmp(table->rows[i].family, "unix"))
            continue;
        next.varies = next.varies || (next.saw && strcmp(overflow, next.saw));
        next.saw = overflow;
    }
    return next;
}

/* The struct top with QUEUE COUNT, the connections of the largest queue, or -1
   if unknown.  BACKLOG is the cap as the kernel reports (reported_cap); if
   unknown, the setting, if possibly in force (is_setting_true); otherwise
   -1.  */
static struct top top_of(const struct queue_table *table, long count)
{
    long reported = reported_cap(table);
    if (reported < 0 && is_setting_true(table))
        reported = table->cap.value;
    return (struct top){count, reported};
}

const char *bound_name(enum bound bound)
{
    static const char *const names[] = {
        [BOUND_UNKNOWN] = NULL,
        [BOUND_BACKLOG] = "backlog",
        [BOUND_SETTING] = "tcp_max_syn_backlog",
        [BOUND_COOKIES] = "tcp_syncookies",
    };
    return names[bound];
}

/* How many handshakes of new peers Linux keeps with SYN cookies off: the last
   quarter of tcp_max_syn_backlog is for known peers, and the kernel's test
   admits one more.  -1 if cookies are on, or if a setting is unknown.  */
static long new_peer_limit(const struct queue_table *table)
{
    return table->cookies == 0 && table->max_backlog >= 0
               ? table->max_backlog - table->max_backlog / 4 + 1
               : -1;
}

/* The bound of the SYN queue of ROW, with known INCOMPLETE and ACCEPTED;
   the first that applies: BOUND_COOKIES if nothing is queued with
   tcp_syncookies 2; BOUND_BACKLOG if both queues are equally long;
   BOUND_SETTING if the SYN queue has the length new_peer_limit; BOUND_BACKLOG
   if the SYN queue is one shorter than the accept queue; BOUND_UNKNOWN.  */
static enum bound bound_of(const struct queue_table *table,
                           const struct queue_row *row)
{
    if (row->incomplete == 0 && table->cookies == 2)
        return BOUND_COOKIES;
    if (row->incomplete == row->accepted)
        return BOUND_BACKLOG;
    if (row->incomplete == new_peer_limit(table))
        return BOUND_SETTING;
    /* Linux 5.10 holds one less.  */
    if (row->incomplete == row->accepted - 1)
        return BOUND_BACKLOG;
    return BOUND_UNKNOWN;
}

/* The bound in all rows with figures of both queues (bound_of); if the rows
   differ, the bound that is last in enum bound.  BOUND_UNKNOWN if one of these
   rows has no known bound, or if there is no such row.  */
static enum bound find_bound(const struct queue_table *table)
{
    enum bound found = BOUND_UNKNOWN;
    bool any = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        if (row->incomplete < 0 || row->accepted < 0)
            continue;
        enum bound bound = bound_of(table, row);
        if (bound == BOUND_UNKNOWN)
            return BOUND_UNKNOWN;
        found = any && found > bound ? found : bound;
        any = true;
    }
    return found;
}

/* The struct top of the largest SYN queue.  QUEUE is the SYN queue of the last
   row with an accept queue as long as the cap's and a SYN queue above 0.
   Without such a row QUEUE is the length of the cap's accept queue.  If
   new_peer_limit is known, QUEUE is at most new_peer_limit, and equal to
   new_peer_limit if the length is unknown.  QUEUE is -1 if all are unknown.
   BACKLOG is as by top_of.  */
static struct top incomplete_top(const struct queue_table *table)
{
    long limit = new_peer_limit(table);
    long largest = table->cap.accepted;
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        if (row->incomplete > 0 && row->accepted >= 0 &&
            row->accepted == table->cap.accepted)
            largest = row->incomplete;
    }
    bool is_limited = limit >= 0 && (largest < 0 || limit < largest);
    return top_of(table, is_limited ? limit : largest);
}

struct verdict verdict_of(const struct queue_table *table)
{
    struct verdict verdict = {0};
    struct top accepted = top_of(table, table->cap.accepted);
    struct top client = top_of(table, table->cap.client);
    verdict.accepted = rule_on(table, &accepted, row_accepted);
    verdict.client = rule_on(table, &client, row_client);
    struct top incomplete = incomplete_top(table);
    verdict.incomplete = rule_on(table, &incomplete, row_incomplete);
    verdict.bound = find_bound(table);
    verdict.like = kernels_like(table);
    find_cap(&verdict, table);
    verdict.tcp = verdict_next_of(table, false);
    verdict.local = verdict_next_of(table, true);
    return verdict;
}

bool verdict_explains(const struct verdict *verdict,
                      const struct queue_table *table,
                      const struct queue_row *row)
{
    struct top top = top_of(table, table->cap.accepted);
    return rule_explains(&verdict->accepted.rule, &top, row->backlog,
                         row->accepted);
}
