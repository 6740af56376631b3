/* datagram-limit.c - the limits of answers to datagrams, for all workers
   SPDX-License-Identifier: GPL-3.0-or-later

   No POSIX mutex: not all systems have one that outlives its holder.  */

#include <config.h>

#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>

#include "base/seed.h"
#include "servers/datagram-limit.h"

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "shared memory needs no lock");

/* Tries to take the lock, which is held for less than a microsecond: SPINS at
   once, then with the processor left to others.  */
enum { SPINS = 100, TRIES = 10000 };

struct datagram_limit *datagram_limit_open(void)
{
    void *memory = mmap(NULL, sizeof(struct datagram_limit),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    struct datagram_limit *limit = memory;
    limit->rates.seed = seed_new();
    repeat_begin(&limit->repeats);
    return limit;
}

void datagram_limit_close(struct datagram_limit *limit)
{
    if (limit)
        munmap(limit, sizeof *limit);
}

bool datagram_limit_lock(struct datagram_limit *limit, int holder)
{
    for (int i = 0; i < TRIES; i++) {
        int none = 0;
        if (atomic_compare_exchange_weak(&limit->holder, &none, holder))
            return true;
        if (i >= SPINS)
            sched_yield();
    }
    return false;
}

void datagram_limit_unlock(struct datagram_limit *limit)
{
    limit->holder = 0;
}

void datagram_limit_recover(struct datagram_limit *limit, int holder)
{
    atomic_compare_exchange_strong(&limit->holder, &holder, 0);
}
