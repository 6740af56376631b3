/* source.h - who is one source, and how many clients each has
   SPDX-License-Identifier: GPL-3.0-or-later

   A source is an IPv4 address, or the first 64 bits of an IPv6 address, since
   one host has as many addresses as it likes behind those (the last 64 if it
   is link-local).  */

#ifndef SERVERS_SOURCE_H
#define SERVERS_SOURCE_H 1

#include <stdbool.h>

#include "sonde.h"

/* The source that ADDRESS belongs to; 0: it has none that could be counted, as
   with a UNIX socket.  */
uint64_t source_of(const struct sonde_address *address);

/* Whether ADDRESS is one of this host's own loopback interface, or of a UNIX
   socket.  */
bool source_is_local(const struct sonde_address *address);

/* How many clients each source has.  All zero is none.  */
struct source_table {
    struct source_count *list;
    size_t size, used; /* size is 0 or a power of two */
};

/* One more client of SOURCE, of MOST at the most.  Returns false if there are
   as many, or no memory to count them.  */
bool source_enter(struct source_table *table, uint64_t source, long most);

/* One fewer.  May be called by a signal handler, while nothing else is done
   with TABLE.  */
void source_leave(struct source_table *table, uint64_t source);

void source_free(struct source_table *table);

#endif /* SERVERS_SOURCE_H */
