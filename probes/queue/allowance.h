/* allowance.h - how many connections a run may have open at once
   SPDX-License-Identifier: GPL-3.0-or-later

   By base/budget.h: half of the memory that is left, at a price for each
   connection.  It is asked again from time to time, since others take memory,
   too; but not where there is plenty.  */

#ifndef PROBES_QUEUE_ALLOWANCE_H
#define PROBES_QUEUE_ALLOWANCE_H 1

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"

struct allowance {
    struct budget_bound memory; /* as last read */
    int64_t most;               /* connections; BUDGET_UNBOUND: any number */
    int64_t open;               /* those that there are */
    int64_t reserved;           /* for queues that are being filled */
    int64_t look;               /* how many OPEN until the next look */
};

/* Look what is left, before any connection is open.  */
struct allowance allowance_begin(void);

/* Whether a queue of NEED connections fits at all.  */
bool allowance_fits(const struct allowance *allowance, int64_t need);

/* Reserve NEED connections beside what others have reserved.  Returns false,
   and reserves nothing, if they do not fit beside those.  */
bool allowance_reserve(struct allowance *allowance, int64_t need);

/* Whether one more connection may be opened.  */
bool allowance_has(const struct allowance *allowance);

/* One more connection is open.  */
void allowance_take(struct allowance *allowance);

/* COUNT connections were closed, and NEED are not reserved any more.  */
void allowance_give(struct allowance *allowance, int64_t count, int64_t need);

#endif /* PROBES_QUEUE_ALLOWANCE_H */
