/* rate.h - how many datagrams a second each source may have answered
   SPDX-License-Identifier: GPL-3.0-or-later

   A bucket for each source, which fills at the rate, up to what a second
   brings.  A bucket that is full need not be remembered: so the table is
   bounded, and still forgets nobody who has something against him.  */

#ifndef SERVERS_RATE_H
#define SERVERS_RATE_H 1

#include <stdbool.h>
#include <stdint.h>

enum { RATE_SETS = 512, RATE_WAYS = 8 };

struct rate_bucket {
    uint64_t source;
    int64_t when;    /* it was last looked at */
    int64_t content; /* in thousandths of a datagram */
};

/* All zero is empty.  */
struct rate_table {
    struct rate_bucket buckets[RATE_SETS][RATE_WAYS];
};

/* Whether a datagram of SOURCE may be answered at NOW, milliseconds, if there
   may be RATE a second; that counts as one.  Sources for which there is no
   bucket left, as when somebody invents a thousand a second, may not.  */
bool rate_take(struct rate_table *table, uint64_t source, long rate,
               int64_t now);

#endif /* SERVERS_RATE_H */
