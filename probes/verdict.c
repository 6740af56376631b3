/* verdict.c - what the figures about listen queues mean
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/verdict.h"

/* Which of a row's two counts.  */
typedef long counted(const struct queue_row *row);

static long count_accepted(const struct queue_row *row)
{
    return row->accepted;
}

static long count_client(const struct queue_row *row)
{
    return row->client;
}

/* Whether BACKLOG is cut to the cap, or counts as the cap: then the rule is
   about the cap, not about the number given.  */
static bool asks_for_cap(long cap, int backlog)
{
    return backlog < 0 || (cap >= 0 && backlog > cap);
}

/* Whether RULE explains the COUNT of ROW.  A negative backlog counts as the
   cap or as 0, according to the system.  */
static bool explains(const struct rule *rule, const struct queue_table *table,
                     long cap, const struct queue_row *row, counted *count)
{
    long found = count(row);
    struct queue_row cap_row = {.client = table->cap.client,
                                .accepted = table->cap.accepted};
    if (found < 0)
        return true;
    if (!asks_for_cap(cap, row->backlog))
        return found == rule_value(rule, row->backlog);
    return found == count(&cap_row) ||
           (row->backlog < 0 && found == rule_value(rule, 0));
}

static struct ruling rule_on(const struct queue_table *table, long cap,
                             counted *count)
{
    struct ruling ruling = {0};
    size_t used = 0, fits;
    struct sample *samples = calloc(table->count + 1, sizeof *samples);
    if (!samples)
        return ruling;
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        ruling.rows += count(row) >= 0;
        if (count(row) >= 0 && !asks_for_cap(cap, row->backlog))
            samples[used++] = (struct sample){row->backlog, count(row)};
    }
    ruling.comparable =
        used > 0 && rule_fit(samples, used, &ruling.rule, &fits);
    free(samples);
    for (size_t i = 0; ruling.comparable && i < table->count; i++)
        ruling.broken +=
            !explains(&ruling.rule, table, cap, &table->rows[i], count);
    return ruling;
}

/* What the largest queue and the rule say of the cap, or -1.  */
static long measured_cap(const struct verdict *verdict,
                         const struct queue_table *table)
{
    if (!verdict->accepted.comparable || table->cap.accepted < 0)
        return -1;
    return rule_inverse(&verdict->accepted.rule, table->cap.accepted);
}

/* The largest backlog in force: as the kernel says of a listener; or as the
   setting says, unless what was measured is against it: there are stacks where
   the setting's file is for show.  */
static void find_cap(struct verdict *verdict, const struct queue_table *table)
{
    long measured = measured_cap(verdict, table);
    if (table->cap.effective >= 0)
        verdict->cap = table->cap.effective;
    else if (measured >= 0)
        verdict->cap = measured;
    else
        verdict->cap = table->cap.value;
    verdict->setting_holds =
        table->cap.value >= 0 && table->cap.value == verdict->cap;
}

static void find_overflow(struct verdict *verdict,
                          const struct queue_table *table)
{
    verdict->one_overflow = true;
    for (size_t i = 0; i < table->count; i++) {
        const char *overflow = table->rows[i].overflow;
        if (!overflow)
            continue;
        if (verdict->overflow && strcmp(overflow, verdict->overflow) != 0)
            verdict->one_overflow = false;
        verdict->overflow = overflow;
    }
}

static void rule_on_both(struct verdict *verdict,
                         const struct queue_table *table)
{
    verdict->accepted = rule_on(table, verdict->cap, count_accepted);
    verdict->client = rule_on(table, verdict->cap, count_client);
}

struct verdict verdict_of(const struct queue_table *table)
{
    /* To tell rows beyond the cap from others, the best word on it at first. */
    const struct cap_row *cap = &table->cap;
    long word = cap->effective >= 0 ? cap->effective : cap->value;
    struct verdict verdict = {.cap = word};
    rule_on_both(&verdict, table);
    find_cap(&verdict, table);
    if (verdict.cap != word)
        rule_on_both(&verdict, table);
    find_overflow(&verdict, table);
    verdict.like = kernels_like(table);
    return verdict;
}

bool verdict_explains(const struct verdict *verdict,
                      const struct queue_table *table,
                      const struct queue_row *row)
{
    return explains(&verdict->accepted.rule, table, verdict->cap, row,
                    count_accepted);
}
