/* source.h - sources of clients, and the number of clients of each
   SPDX-License-Identifier: GPL-3.0-or-later

   A source is an IPv4 address, or the first 64 bits of an IPv6 address, since a
   host can use all addresses with these 64 bits.  Of link-local and loopback
   addresses the source is the last 64 bits.  */

#ifndef SERVERS_SOURCE_H
#define SERVERS_SOURCE_H 1

#include <stdbool.h>

#include "sonde.h"

/* The source of ADDRESS; 0: none, as for a UNIX socket.  */
uint64_t source_of(const struct sonde_address *address);

/* Whether ADDRESS is a loopback address or that of a UNIX socket.  */
bool source_is_local(const struct sonde_address *address);

/* The number of clients of each source.  All zero is empty.  */
struct source_table {
    struct source_count *list;
    size_t size, used; /* size is 0 or a power of two */
};

/* Count one more client of SOURCE, up to MAX.  Returns false if SOURCE has MAX
   clients, or without memory.  */
bool source_enter(struct source_table *table, uint64_t source, long max);

/* Count one client fewer.  Safe in a signal handler, except during another call
 * on TABLE.  */
void source_leave(struct source_table *table, uint64_t source);

void source_free(struct source_table *table);

#endif /* SERVERS_SOURCE_H */
