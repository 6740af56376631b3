/* rate.c - how many datagrams a second each source may have answered
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "servers/rate.h"

enum { ONE = 1000 };

/* What is in BUCKET at NOW.  */
static int64_t content_at(const struct rate_bucket *bucket, long rate,
                          int64_t now)
{
    int64_t full = (int64_t)rate * ONE;
    int64_t passed = now - bucket->when;
    if (passed >= 1000)
        return full; /* a second fills any bucket */
    int64_t content = bucket->content + passed * rate;
    return content < full ? content : full;
}

/* The bucket of SOURCE, else one that is not needed; NULL if all are.  */
static struct rate_bucket *find_bucket(struct rate_bucket *set, uint64_t source,
                                       long rate, int64_t now)
{
    struct rate_bucket *spare = 0;
    for (int i = 0; i < RATE_WAYS; i++) {
        if (set[i].source == source)
            return &set[i];
        if (!set[i].source ||
            content_at(&set[i], rate, now) == (int64_t)rate * ONE)
            spare = &set[i];
    }
    if (spare)
        *spare = (struct rate_bucket){source, now, (int64_t)rate * ONE};
    return spare;
}

bool rate_take(struct rate_table *table, uint64_t source, long rate,
               int64_t now)
{
    uint64_t hash = source * UINT64_C(0x9e3779b97f4a7c15);
    struct rate_bucket *bucket = find_bucket(
        table->buckets[(hash >> 40) % RATE_SETS], source, rate, now);
    if (!bucket)
        return false;
    bucket->content = content_at(bucket, rate, now);
    bucket->when = now;
    if (bucket->content < ONE)
        return false;
    bucket->content -= ONE;
    return true;
}
