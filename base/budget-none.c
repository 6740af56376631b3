/* budget-none.c - systems without a known bound
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/budget.h"

struct budget budget_now(void)
{
    return (struct budget){.memory.left = BUDGET_UNBOUND,
                           .processes.left = BUDGET_UNBOUND};
}

int budget_volunteer(void)
{
    errno = ENOTSUP;
    return -1;
}

int64_t budget_oom_kills(void)
{
    return -1;
}
