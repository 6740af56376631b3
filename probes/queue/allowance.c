/* allowance.c - how many connections a run may have open at once
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/queue/allowance.h"

enum {
    LOOK_EACH = 256, /* connections between two looks, some 2 MiB */
    PLENTY = 131072  /* connections, 1 GiB: nobody takes that meanwhile */
};

static void allowance_look(struct allowance *allowance)
{
    struct budget budget = budget_now();
    int64_t more = budget_connections(&budget);
    allowance->look = allowance->open + LOOK_EACH;
    /* Without a descriptor for the files nothing new is known.  */
    if (more == BUDGET_UNBOUND)
        return;
    allowance->memory = budget.memory;
    allowance->most = allowance->open + more;
}

struct allowance allowance_begin(void)
{
    struct allowance allowance = {.memory.left = BUDGET_UNBOUND,
                                  .most = BUDGET_UNBOUND};
    allowance_look(&allowance);
    return allowance;
}

bool allowance_fits(const struct allowance *allowance, int64_t need)
{
    return need <= allowance->most;
}

bool allowance_reserve(struct allowance *allowance, int64_t need)
{
    if (allowance->reserved > 0 && need > allowance->most - allowance->reserved)
        return false;
    allowance->reserved += need;
    return true;
}

bool allowance_has(const struct allowance *allowance)
{
    return allowance->open < allowance->most;
}

void allowance_take(struct allowance *allowance)
{
    allowance->open++;
    if (allowance->most < PLENTY && allowance->open >= allowance->look)
        allowance_look(allowance);
}

void allowance_give(struct allowance *allowance, int64_t count, int64_t need)
{
    allowance->open -= count;
    allowance->reserved -= need;
}
