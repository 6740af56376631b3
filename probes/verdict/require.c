/* require.c - whether a program that asks for a backlog gets it
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stddef.h>
#include <string.h>

#include "probes/verdict/require.h"

/* What ROW alone says.  */
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
        one.reason = "it is not the same each time";
    bool cut = (one.measured && one.queued < asked) ||
               (one.effective >= 0 && one.effective < asked);
    if (cut)
        one.grant = GRANT_CUT;
    else if (one.measured ||
             (one.effective >= 0 && row->limit && !row->disturbed))
        one.grant = GRANT_WHOLE;
    return one;
}

/* Whether ROW, of which no figure says what is granted, makes that unknown for
   all: it was tried, or there is such a family.  */
static bool is_owed(const struct queue_table *table,
                    const struct queue_row *row)
{
    return row->repeats > 0 ||
           (table->inet_dead && !strcmp(row->family, "inet")) ||
           (table->inet6_dead && !strcmp(row->family, "inet6"));
}

/* How bad it is for who asks: cut before not known before whole; what was left
   out, or of a family that is not there, counts only if nothing else is.  */
static int require_badness(const struct requirement *one)
{
    if (one->grant == GRANT_UNKNOWN)
        return one->owed ? 2 : 0;
    return one->grant == GRANT_CUT ? 3 : 1;
}

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
