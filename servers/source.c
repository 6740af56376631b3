/* source.c - who is one source, and how many clients each has
   SPDX-License-Identifier: GPL-3.0-or-later

   The table is hashed with linear probing, at most half full; a source that
   has no client any more leaves its place to those behind it.  */

#include <config.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "servers/source.h"

struct source_count {
    uint64_t source; /* 0: free */
    long count;
};

static const unsigned char *source_host6(const struct sockaddr_in6 *in6)
{
    return in6->sin6_addr.s6_addr;
}

/* An IPv4 address in a place that no network of IPv6 has.  */
static uint64_t source_of4(struct in_addr address)
{
    return UINT64_C(0xffff00000000) | ntohl(address.s_addr);
}

uint64_t source_of(const struct sonde_address *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    switch (address->length ? address->storage.ss_family : AF_UNIX) {
    case AF_INET:
        memcpy(&in, &address->storage, sizeof in);
        return source_of4(in.sin_addr);
    case AF_INET6: {
        memcpy(&in6, &address->storage, sizeof in6);
        /* An IPv4 host that came to a socket for both families.  */
        if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
            memcpy(&in.sin_addr, source_host6(&in6) + 12, sizeof in.sin_addr);
            return source_of4(in.sin_addr);
        }
        bool is_near = IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) ||
                       IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
        return sonde_load(source_host6(&in6) + (is_near ? 8 : 0), 8,
                          SONDE_BIG_ENDIAN);
    }
    default:
        return 0;
    }
}

bool source_is_local(const struct sonde_address *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    switch (address->length ? address->storage.ss_family : AF_UNIX) {
    case AF_INET:
        memcpy(&in, &address->storage, sizeof in);
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    case AF_INET6:
        memcpy(&in6, &address->storage, sizeof in6);
        return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
    default:
        return true;
    }
}

/* Where the search for SOURCE begins.  */
static size_t home_of(const struct source_table *table, uint64_t source)
{
    return (size_t)((source * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
           (table->size - 1);
}

/* The place of SOURCE, or the free one where it would stand.  */
static size_t source_place_of(const struct source_table *table, uint64_t source)
{
    size_t place = home_of(table, source);
    while (table->list[place].source && table->list[place].source != source)
        place = (place + 1) & (table->size - 1);
    return place;
}

/* Have room for one more.  */
static bool source_make_room(struct source_table *table)
{
    if (2 * (table->used + 1) <= table->size)
        return true;
    struct source_table more = {.size = table->size ? 2 * table->size : 64,
                                .used = table->used};
    more.list = calloc(more.size, sizeof *more.list);
    if (!more.list)
        return false;
    for (size_t i = 0; i < table->size; i++)
        if (table->list[i].source)
            more.list[source_place_of(&more, table->list[i].source)] =
                table->list[i];
    free(table->list);
    *table = more;
    return true;
}

bool source_enter(struct source_table *table, uint64_t source, long most)
{
    if (source == 0)
        return true;
    if (!source_make_room(table))
        return false;
    struct source_count *found = &table->list[source_place_of(table, source)];
    if (found->count >= most)
        return false;
    if (found->count++ == 0) {
        found->source = source;
        table->used++;
    }
    return true;
}

/* Free PLACE, and let those move up whose search would end there now.  */
static void free_place(struct source_table *table, size_t place)
{
    size_t mask = table->size - 1;
    for (size_t next = (place + 1) & mask; table->list[next].source;
         next = (next + 1) & mask) {
        size_t home = home_of(table, table->list[next].source);
        if (((next - home) & mask) < ((next - place) & mask))
            continue;
        table->list[place] = table->list[next];
        place = next;
    }
    table->list[place] = (struct source_count){0};
}

void source_leave(struct source_table *table, uint64_t source)
{
    if (source == 0 || table->size == 0)
        return;
    size_t place = source_place_of(table, source);
    if (table->list[place].source != source || --table->list[place].count > 0)
        return;
    free_place(table, place);
    table->used--;
}

void source_free(struct source_table *table)
{
    free(table->list);
    *table = (struct source_table){0};
}
