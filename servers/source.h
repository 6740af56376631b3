/* source.h - sources of clients, and the number of clients of each
   SPDX-License-Identifier: GPL-3.0-or-later

   A source is an IPv4 address, or the first 64 bits of an IPv6 address, since a
   host can use all addresses with these 64 bits.  Of link-local addresses and
   ::/64, with the loopback address, the source is the last 64 bits, and the
   interface of a link-local address.  */

#ifndef SERVERS_SOURCE_H
#define SERVERS_SOURCE_H 1

#include <stdatomic.h>
#include <stdbool.h>

#include "sonde.h"

/* The source of ADDRESS, whose port does not count: the IPv4 address, which an
   IPv4-mapped IPv6 address has, too; the network of an IPv6 address, the first
   64 bits, so that all its hosts are one source; but the last 64 bits of ::/64,
   and those of a link-local address with its interface.  Only equality of the
   numbers with the same SEED has a meaning.  With a random SEED of seed_new,
   two sources have one number by chance alone, whatever addresses hosts choose:
   below 2^-40 if the numbers of interfaces are below 2^20.  0: none, as for a
   UNIX socket and an empty address.  Never 64 one bits.  */
uint64_t source_of(const struct sonde_address *address, uint64_t seed);

/* Whether ADDRESS, the sender of a datagram to TO, is a loopback address
   (127.0.0.0/8, also IPv4-mapped, or ::1), or of neither IPv4 nor IPv6, as of a
   UNIX socket.  An IPv4 address is local only if TO is an IPv4 address, too,
   mapped or not: Linux receives IPv6 datagrams with a forged mapped sender from
   the network (measured, 6.18), but none with a mapped destination.  */
bool source_is_local(const struct sonde_address *address,
                     const struct sonde_address *to);

/* The number of clients of each source.  All zero is empty.  */
struct source_table {
    struct source_count *list;
    size_t size, used; /* size is 0 or a power of two */
};

/* Count one more client of SOURCE, up to MAX.  SOURCE 0 has no limit and is not
   counted.  Returns true; or false with errno, and nothing counted: EDQUOT
   beyond MAX, ENOMEM.  */
bool source_enter(struct source_table *table, uint64_t source, long max);

/* Count one client of SOURCE fewer; nothing if SOURCE is 0 or has no client.
   Safe in a signal handler, except during another call on TABLE.  */
void source_leave(struct source_table *table, uint64_t source);

/* Free the memory of TABLE, which is then empty.  */
void source_free(struct source_table *table);

/* A source in shared memory, in halves: where the processor cannot write 64
   bits at once, a 64-bit atomic integer has a lock in each process.  A reader
   may see halves of two sources, and count a client too many of another IPv6
   network for a moment.  No client is missed if a process fills a slot of its
   own before it reads the others.  */
struct source_slot {
    atomic_uint high, low;
};

/* Write SOURCE to SLOT, the upper half first; read the source of SLOT.  */
void source_slot_set(struct source_slot *slot, uint64_t source);
uint64_t source_slot_get(const struct source_slot *slot);

#endif /* SERVERS_SOURCE_H */
