/* rate.h - token buckets: datagrams answered per second and source
   SPDX-License-Identifier: GPL-3.0-or-later

   Each source has a bucket, which fills at the rate, up to the tokens of one
   second.  A full bucket need not be stored: so the table is bounded, and still
   no source that has used tokens is forgotten.  */

#ifndef BASE_RATE_H
#define BASE_RATE_H 1

#include <stdbool.h>
#include <stdint.h>

/* A hash gives a source one of RATE_SETS sets, of RATE_WAYS buckets each.  */
enum { RATE_SETS = 512, RATE_WAYS = 8 };

struct rate_bucket {
    uint64_t source; /* 0: free */
    int64_t when;    /* of CONTENT, in milliseconds */
    int64_t content; /* in thousandths of a datagram */
};

/* All zero is empty.  SEED, set before the first call, is unknown to senders:
   so no sender can choose sources of one set, and take its buckets.  */
struct rate_table {
    uint64_t seed;
    struct rate_bucket buckets[RATE_SETS][RATE_WAYS];
};

/* Take a token of SOURCE, not 0, at NOW, monotonic milliseconds, at RATE tokens
   a second, at least 1, the same for all calls on TABLE.  A new source begins
   with the tokens of one second.  Returns true with a token; false if there is
   none, or no bucket left for SOURCE, as under a flood with thousands of forged
   sources a second.  */
bool rate_take(struct rate_table *table, uint64_t source, long rate,
               int64_t now);

#endif /* BASE_RATE_H */
