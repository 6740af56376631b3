/* repeat.h - repeated datagrams, as in a loop of two servers
   SPDX-License-Identifier: GPL-3.0-or-later

   One datagram with a forged sender can start a loop of two servers: each
   server takes the answer of the peer for a request.  A loop repeats the same
   bytes from one sender; with the time of day in the answer, for a second.  So
   recent datagrams are remembered, and the answers to repeated ones are limited
   in each second.

   One limit holds for all repeated datagrams of a sender; datagrams of at most
   one byte have a limit each.  A loop holds no more datagrams than the sockets'
   buffers, a few hundred; many more are remembered.  */

#ifndef BASE_REPEAT_H
#define BASE_REPEAT_H 1

#include "base/rate.h"
#include "sonde.h"

/* REPEAT_USUAL: answers to one sender in a second.  REPEAT_SAMPLE: compared
 * bytes at the beginning and at the end of a datagram.  */
enum {
    REPEAT_SETS = 1024,
    REPEAT_WAYS = 8,
    REPEAT_USUAL = 1024,
    REPEAT_SAMPLE = 256
};

/* All zero is empty.  New datagrams of a set replace old ones.  SEED, set
 * before the first datagram, is unknown to senders: so no sender can choose
 * datagrams of one set.  */
struct repeat_table {
    uint64_t seed;
    uint64_t seen[REPEAT_SETS][REPEAT_WAYS]; /* the latest of a set first */
    struct rate_table rates;
};

/* Set the seeds of TABLE, all zero before.  */
void repeat_begin(struct repeat_table *table);

/* A hash of the sender FROM with port or path, never 0.  */
uint64_t repeat_sender(const struct sonde_address *from);

/* Remember the SIZE bytes DATA of FROM in TABLE.  The same datagram: same
   sender, size, and first and last REPEAT_SAMPLE bytes.  Returns 0 for a
   datagram that is new here, which never counts against the limit; else the
   number of the limit for repeat_take, never 0: that of the sender, or of a
   datagram of at most one byte its own.  No clock is read, which takes longer:
   a datagram is repeated however long ago it was remembered, until others
   replace it.  */
uint64_t repeat_note(struct repeat_table *table,
                     const struct sonde_address *from, const char *data,
                     size_t size);

/* Take a token for the answer to a repeated datagram, at NOW, monotonic
   milliseconds, of the limit that NUMBER of repeat_note, not 0, identifies:
   REPEAT_USUAL tokens at first and at most, and as many more each second.
   Returns false, and takes nothing, if there is no token, or no bucket for
   NUMBER (rate_take).  */
bool repeat_take(struct repeat_table *table, uint64_t number, int64_t now);

#endif /* BASE_REPEAT_H */
