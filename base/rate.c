/* rate.c - token buckets: datagrams answered per second and source
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stddef.h>

#include "base/rate.h"

/* One datagram, in the unit of a bucket's content.  */
enum { ONE = 1000 };

/* The content of BUCKET at NOW, in thousandths, at most the tokens of one
   second at RATE; BUCKET is not changed.  */
static int64_t rate_content(const struct rate_bucket *bucket, long rate,
                            int64_t now)
{
    int64_t full = (int64_t)rate * ONE;
    int64_t passed = now - bucket->when;
    if (passed >= 1000)
        return full; /* a second fills any bucket */
    int64_t content = bucket->content + passed * rate;
    return content < full ? content : full;
}

/* The bucket of SOURCE in SET.  If there is none, a free or a full bucket
   becomes a full bucket of SOURCE, and the former source is forgotten.  NULL if
   other sources use all buckets, none of them full.  */
static struct rate_bucket *rate_find(struct rate_bucket *set, uint64_t source,
                                     long rate, int64_t now)
{
    struct rate_bucket *full = NULL;
    for (int i = 0; i < RATE_WAYS; i++) {
        if (set[i].source == source)
            return &set[i];
        if (!set[i].source ||
            rate_content(&set[i], rate, now) == (int64_t)rate * ONE)
            full = &set[i];
    }
    if (full)
        *full = (struct rate_bucket){source, now, (int64_t)rate * ONE};
    return full;
}

/* The number of the set of SOURCE in TABLE: the high bits of a product with a
   secret odd factor, which two sources share by chance alone.  */
static size_t rate_set(const struct rate_table *table, uint64_t source)
{
    _Static_assert(RATE_SETS == 1 << 9, "as many sets as 9 bits count");
    uint64_t factor = (table->seed ^ UINT64_C(0x9e3779b97f4a7c15)) | 1;
    return (size_t)(source * factor >> (64 - 9));
}

bool rate_take(struct rate_table *table, uint64_t source, long rate,
               int64_t now)
{
    struct rate_bucket *bucket =
        rate_find(table->buckets[rate_set(table, source)], source, rate, now);
    if (!bucket)
        return false;
    bucket->content = rate_content(bucket, rate, now);
    bucket->when = now;
    if (bucket->content < ONE)
        return false;
    bucket->content -= ONE;
    return true;
}
