/* require.c - whether a program that asks for a backlog gets it
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stddef.h>

#include "probes/require.h"

/* What ROW alone says.  */
static struct requirement judge(const struct queue_row *row, int asked)
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
        one.reason = "it is not the same each time";
    bool cut = (one.measured && one.queued < asked) ||
               (one.effective >= 0 && one.effective < asked);
    if (cut)
        one.grant = GRANT_CUT;
    else if (one.measured || (one.effective >= 0 && row->limit))
        one.grant = GRANT_WHOLE;
    return one;
}

/* Whether A is worse than B for who asks: cut before whole; what is not known
   counts only if nothing is.  */
static bool is_worse(const struct requirement *a, const struct requirement *b)
{
    if (a->grant != b->grant)
        return a->grant > b->grant;
    return a->measured && b->measured && a->queued < b->queued;
}

struct requirement require_of(const struct queue_table *table, int asked)
{
    struct requirement worst = {
        .asked = asked, .effective = -1, .queued = -1, .reason = "no row"};
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].backlog != asked)
            continue;
        struct requirement one = judge(&table->rows[i], asked);
        if (!worst.family || is_worse(&one, &worst))
            worst = one;
    }
    return worst;
}
