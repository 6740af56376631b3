/* budget.c - the part of a budget that a probe may use
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "base/budget.h"

enum { MIB = 1024 * 1024 };

int64_t budget_share(const struct budget_bound *bound)
{
    return bound->left == BUDGET_UNBOUND ? BUDGET_UNBOUND : bound->left / 2;
}

int64_t budget_connections(const struct budget *budget)
{
    int64_t share = budget_share(&budget->memory);
    return share == BUDGET_UNBOUND ? BUDGET_UNBOUND : share / BUDGET_CONNECTION;
}

void budget_explain(char *text, size_t size, const struct budget_bound *bound,
                    const char *what, int64_t need)
{
    snprintf(text, size,
             "memory: %s leaves %" PRId64 " MiB, half of which may be taken, "
             "and %s needs about %" PRId64 " MiB",
             bound->by, bound->left / MIB, what, (need + MIB - 1) / MIB);
}
