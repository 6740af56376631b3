/* datagram-limit.h - the limits of answers to datagrams, for all workers
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_DATAGRAM_LIMIT_H
#define SERVERS_DATAGRAM_LIMIT_H 1

#include <stdatomic.h>

#include "base/rate.h"
#include "base/repeat.h"

/* Pages of zeros, but for the seed, until used, shared with the processes
 * forked later.  */
struct datagram_limit {
    atomic_int holder; /* of the lock: the number of a worker and 1; 0: none */
    struct rate_table rates;
    struct repeat_table repeats;
};

/* Allocate an empty limit, unlocked, with the seeds of its tables set, in
   memory shared with the processes forked later.  Returns the limit, or NULL
   with errno.  */
struct datagram_limit *datagram_limit_open(void);

/* Free LIMIT; NULL is allowed.  */
void datagram_limit_close(struct datagram_limit *limit);

/* Take the lock of LIMIT for HOLDER, not 0, in up to 10000 tries; all but the
   first 100 leave the processor to others.  Returns true with the lock; false,
   without the lock, if another process keeps it, as when stopped in between.
   The lock cannot be taken twice.  datagram_limit_unlock releases the lock, and
   does not check the holder.  */
bool datagram_limit_lock(struct datagram_limit *limit, int holder);
void datagram_limit_unlock(struct datagram_limit *limit);

/* HOLDER has ended: release its lock, if it has the lock.  */
void datagram_limit_recover(struct datagram_limit *limit, int holder);

#endif /* SERVERS_DATAGRAM_LIMIT_H */
