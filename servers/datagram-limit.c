/* datagram-limit.c - the limits of answers to datagrams, for all workers
   SPDX-License-Identifier: GPL-3.0-or-later

   No POSIX mutex: not all systems have one that outlives its holder.  */

#include <config.h>

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "servers/datagram-limit.h"

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "shared memory needs no lock");

/* Tries to take the lock, which is held for less than a microsecond: SPINS at
   once, then with the processor left to others.  */
enum { SPINS = 100, TRIES = 10000 };

/* A number unknown to senders, of /dev/urandom; without that file the monotonic
   clock, which a sender can guess in part.  */
static uint64_t limit_seed(void)
{
    uint64_t seed;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool is_random = fd >= 0 && read(fd, &seed, sizeof seed) == sizeof seed;
    descriptor_close(&fd);
    return is_random ? seed : (uint64_t)monotonic_now();
}

struct datagram_limit *datagram_limit_open(void)
{
    void *memory = mmap(NULL, sizeof(struct datagram_limit),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    struct datagram_limit *limit = memory;
    limit->rates.seed = limit_seed();
    limit->repeats.seed = limit_seed();
    limit->repeats.rates.seed = limit_seed();
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
