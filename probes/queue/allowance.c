/* allowance.c - how many connections a run may have open at once
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/queue/allowance.h"

enum {
    LOOK_EACH = 256, /* connections between two readings, some 2 MiB */
    PLENTY = 131072  /* connections, 1 GiB: too much to vanish during a run */
};

void allowance_set(struct allowance *allowance, const struct budget *budget)
{
    int64_t half = budget_connections(budget);
    allowance->next_read = allowance->open + LOOK_EACH;
    /* Without a descriptor the files cannot be read: keep the last figures.  */
    if (half == BUDGET_UNBOUND)
        return;
    allowance->memory = budget->memory;
    allowance->max = allowance->open / 2 + half;
}

/* Read the memory left, and set MEMORY, MAX and NEXT_READ (allowance_set).  */
static void allowance_read(struct allowance *allowance)
{
    struct budget budget = budget_now();
    allowance_set(allowance, &budget);
}

struct allowance allowance_begin(void)
{
    struct allowance allowance = {.memory.left = BUDGET_UNBOUND,
                                  .max = BUDGET_UNBOUND};
    allowance_read(&allowance);
    return allowance;
}

int allowance_reserve(struct allowance *allowance, int64_t need)
{
    if (need > allowance->max)
        return -1;
    if (allowance->reserved > 0 && need > allowance->max - allowance->reserved)
        return 0;
    allowance->reserved += need;
    return 1;
}

bool allowance_has(const struct allowance *allowance)
{
    return allowance->open < allowance->max;
}

void allowance_take(struct allowance *allowance)
{
    allowance->open++;
    if (allowance->max < PLENTY && allowance->open >= allowance->next_read)
        allowance_read(allowance);
}

void allowance_give(struct allowance *allowance, int64_t count, int64_t need)
{
    allowance->open -= count;
    allowance->next_read -= count;
    allowance->reserved -= need;
}
