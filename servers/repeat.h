/* repeat.h - the same datagram again: two servers that answer each other
   SPDX-License-Identifier: GPL-3.0-or-later

   One datagram with a forged sender sets two servers on each other: each takes
   the other's answer for a question.  What goes round in such a loop comes
   again and again from one sender, the same bytes each time, or with the time
   of day in them the same for a second.  So what was here lately is remembered,
   and how often it may be answered in a second is bounded.  A client that sends
   the same is bounded, too; one that sends what differs is not.

   The bound is for all that one sender repeats; of datagrams of no more than
   one byte, for each.  More datagrams cannot be under way in a loop than
   sockets hold, a few hundred; many more are remembered.  */

#ifndef SERVERS_REPEAT_H
#define SERVERS_REPEAT_H 1

#include "servers/rate.h"
#include "sonde.h"

/* REPEAT_USUAL: of one sender in a second.  REPEAT_SAMPLE: so many bytes at the
   beginning and the end of a datagram tell it from another one.  */
enum {
    REPEAT_SETS = 1024,
    REPEAT_WAYS = 8,
    REPEAT_USUAL = 1024,
    REPEAT_SAMPLE = 256
};

/* All zero is empty.  Datagrams that fall into one set drive each other out;
   SEED, any number that a sender does not know, keeps it from choosing them so.
 */
struct repeat_table {
    uint64_t seed;
    uint64_t seen[REPEAT_SETS][REPEAT_WAYS]; /* the latest of a set first */
    struct rate_table rates;
};

/* A number for the sender FROM, with its port or path; never 0.  */
uint64_t repeat_sender(const struct sonde_address *from);

/* Whether the SIZE bytes DATA of FROM may be answered at NOW, milliseconds:
   they were not here lately, or not too often.  */
bool repeat_take(struct repeat_table *table, const struct sonde_address *from,
                 const char *data, size_t size, int64_t now);

#endif /* SERVERS_REPEAT_H */
