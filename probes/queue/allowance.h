/* allowance.h - how many connections a run may have open at once
   SPDX-License-Identifier: GPL-3.0-or-later

   The bound is half of the memory left (base/budget.h), at a fixed price for
   each connection.  The memory is read again each 256 connections, since other
   processes take memory, too; but not while 131072 or more are allowed.  */

#ifndef PROBES_QUEUE_ALLOWANCE_H
#define PROBES_QUEUE_ALLOWANCE_H 1

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"

struct allowance {
    struct budget_bound memory; /* as last read */
    int64_t max;                /* connections; BUDGET_UNBOUND: any number */
    int64_t open;               /* connections open now */
    int64_t reserved;           /* connections, for queues being filled */
    int64_t next_read;          /* read the memory when OPEN reaches this */
};

/* Read the memory left, before any connection is open.  Returns the allowance,
   with nothing open or reserved.  If no bound can be read, any number of
   connections is allowed.  */
struct allowance allowance_begin(void);

/* BUDGET was read now, while OPEN connections are open: set MEMORY from BUDGET,
   and MAX to half of the sum of the open connections and the connections that
   fit in the memory left, so that MAX does not shrink as connections open.  The
   next reading is due 256 connections later.  Without a bound in BUDGET, MEMORY
   and MAX stay.  */
void allowance_set(struct allowance *allowance, const struct budget *budget);

/* Reserve NEED connections, at least 0, of MAX; the connections open now do not
   matter.  Returns 1.  Or reserves nothing, and returns 0 if NEED does not fit
   beside the earlier reservations, -1 if NEED alone exceeds MAX.  */
int allowance_reserve(struct allowance *allowance, int64_t need);

/* Whether one more connection may be opened, reserved or not.  */
bool allowance_has(const struct allowance *allowance);

/* Count one more connection as open.  If MAX is below 131072, at each 256th
   call since the last reading read the memory again and set MAX anew.  */
void allowance_take(struct allowance *allowance);

/* Count COUNT connections as closed, and end a reservation of NEED connections;
   0: none.  The memory is not read again, and the next reading stays due after
   as many further calls of allowance_take.  */
void allowance_give(struct allowance *allowance, int64_t count, int64_t need);

#endif /* PROBES_QUEUE_ALLOWANCE_H */
