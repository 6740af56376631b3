/* require.c - whether the kernel grants a requested backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stddef.h>
#include <string.h>

#include "probes/verdict/require.h"

/* The grant for ASKED by ROW alone, without OWED.  Truncated if the measured
   queue or the reported backlog in force is less than ASKED.  Otherwise full if
   the queue is measured; also full if the kernel reports the backlog in force,
   the row is undisturbed, and a limit of the process or host kept the test from
   filling the queue.  Otherwise unknown.  REASON is that of ROW, or else that
   the repeats differ, or NULL.  */
static struct requirement require_judge(const struct queue_row *row, int asked)
{
    struct requirement one = {
        .asked = asked,
        .family = row->family,
        .effective = row->effective,
        .queued = row->accepted,
        .measured = row->accepted >= 0,
        .reason = row->reason,
    };
    if (!row->stable && !row->reason)
        one.reason = "the repeats differ";
    bool cut = (one.measured && one.queued < asked) ||
               (one.effective >= 0 && one.effective < asked);
    if (cut)
        one.grant = GRANT_TRUNCATED;
    else if (one.measured ||
             (one.effective >= 0 && row->limit && !row->disturbed))
        one.grant = GRANT_FULL;
    return one;
}

/* Whether ROW of TABLE, if its grant is unknown, makes the result unknown: the
   row was tested (REPEATS above 0); or its family has addresses, but
   connections fail or could not be tried (INET_DEAD, INET6_DEAD).  */
static bool is_owed(const struct queue_table *table,
                    const struct queue_row *row)
{
    return row->repeats > 0 ||
           (table->inet_dead && !strcmp(row->family, "inet")) ||
           (table->inet6_dead && !strcmp(row->family, "inet6"));
}

/* The rank of ONE: 3, truncated; 2, unknown and OWED; 1, full; 0, unknown and
   not OWED, of a row that was not measured or a disabled family.  A higher rank
   prevails.  */
static int require_badness(const struct requirement *one)
{
    if (one->grant == GRANT_UNKNOWN)
        return one->owed ? 2 : 0;
    return one->grant == GRANT_TRUNCATED ? 3 : 1;
}

/* Whether A is to replace B as the result: a worse rank, or the same rank with
   a shorter measured queue.  */
static bool is_worse(const struct requirement *a, const struct requirement *b)
{
    if (require_badness(a) != require_badness(b))
        return require_badness(a) > require_badness(b);
    return a->measured && b->measured && a->queued < b->queued;
}

struct requirement require_of(const struct queue_table *table, int asked)
{
    struct requirement worst = {
        .asked = asked, .effective = -1, .queued = -1, .reason = "no row"};
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].backlog != asked)
            continue;
        struct requirement one = require_judge(&table->rows[i], asked);
        one.owed = is_owed(table, &table->rows[i]);
        if (!worst.family || is_worse(&one, &worst))
            worst = one;
    }
    return worst;
}
