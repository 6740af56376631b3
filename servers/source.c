/* source.c - sources of clients, and the number of clients of each
   SPDX-License-Identifier: GPL-3.0-or-later

   A hash table with linear probing, at most half full.  When a source has no
   client any more, entries behind it move up into the free slot.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "servers/source.h"

struct source_count {
    uint64_t source; /* 0: free */
    long count;
};

/* Whether ADDRESS, of IPv4 or IPv6, is an IPv4 address, also IPv4-mapped, which
   is then in *HOST, in host order; else the IPv6 address is in *IN6.  *HOST and
   *IN6 are overwritten in each case.  */
static bool source_is_inet(const struct sonde_address *address, uint32_t *host,
                           struct sockaddr_in6 *in6)
{
    const unsigned char *bytes = in6->sin6_addr.s6_addr;
    memcpy(in6, &address->storage, sizeof *in6);
    if (address->storage.ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, &address->storage, sizeof in);
        *host = ntohl(in.sin_addr.s_addr);
        return true;
    }
    *host = (uint32_t)sonde_load(bytes + 12, 4, SONDE_BIG_ENDIAN);
    return IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
}

/* Whether ADDRESS is of IPv4 or IPv6; an empty ADDRESS is not.  */
static bool source_has_host(const struct sonde_address *address)
{
    int family = address->length ? address->storage.ss_family : AF_UNIX;
    return family == AF_INET || family == AF_INET6;
}

/* Kinds of sources: a network, an IPv4 address, an address of ::/64, and a
   link-local address, to which the number of the interface is added.  */
enum { SOURCE_NETWORK, SOURCE_INET, SOURCE_ZERO, SOURCE_LINK };

/* The source of VALUE, unique within KIND.  A link-local address can have any
   VALUE: without SEED, a host could choose that with the source of a host of
   another KIND.  Two VALUEs of KINDs whose difference has N factors of 2 share
   a source for at most 2^N of the 2^63 odd factors.  An exclusive or instead of
   the sum has no such bound.  Never 0 or 64 one bits.  */
static uint64_t source_mix(uint64_t value, uint64_t kind, uint64_t seed)
{
    uint64_t source = value + (seed | 1) * kind;
    return source + 1 > 1 ? source : 1;
}

uint64_t source_of(const struct sonde_address *address, uint64_t seed)
{
    struct sockaddr_in6 in6;
    uint32_t host;
    if (!source_has_host(address))
        return 0;
    if (source_is_inet(address, &host, &in6))
        return source_mix(host, SOURCE_INET, seed);
    const unsigned char *bytes = in6.sin6_addr.s6_addr;
    uint64_t network = sonde_load(bytes, 8, SONDE_BIG_ENDIAN);
    uint64_t interface = sonde_load(bytes + 8, 8, SONDE_BIG_ENDIAN);
    if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr))
        return source_mix(interface, SOURCE_LINK + in6.sin6_scope_id, seed);
    return network == 0 ? source_mix(interface, SOURCE_ZERO, seed)
                        : source_mix(network, SOURCE_NETWORK, seed);
}

/* Whether ADDRESS, also an empty one, is an IPv4 address, also mapped.  */
static bool source_has_inet(const struct sonde_address *address)
{
    struct sockaddr_in6 in6;
    uint32_t host;
    return source_has_host(address) && source_is_inet(address, &host, &in6);
}

bool source_is_local(const struct sonde_address *address,
                     const struct sonde_address *to)
{
    struct sockaddr_in6 in6;
    uint32_t host;
    if (!source_has_host(address))
        return true;
    if (!source_is_inet(address, &host, &in6))
        return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
    return host >> 24 == 127 && source_has_inet(to);
}

/* The slot where the search for SOURCE begins.  TABLE has slots.  */
static size_t source_home(const struct source_table *table, uint64_t source)
{
    return (size_t)((source * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
           (table->size - 1);
}

/* The slot of SOURCE, or the free slot for it, which TABLE must have: the
   search does not end without one.  */
static size_t source_slot(const struct source_table *table, uint64_t source)
{
    size_t slot = source_home(table, source);
    while (table->list[slot].source && table->list[slot].source != source)
        slot = (slot + 1) & (table->size - 1);
    return slot;
}

/* Make room for one more source; the list may move.  Returns false with ENOMEM,
   and TABLE unchanged.  */
static bool source_reserve(struct source_table *table)
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
            more.list[source_slot(&more, table->list[i].source)] =
                table->list[i];
    free(table->list);
    *table = more;
    return true;
}

/* The clients of SOURCE in TABLE, which may have no slots.  */
static long source_clients(const struct source_table *table, uint64_t source)
{
    return table->size ? table->list[source_slot(table, source)].count : 0;
}

bool source_enter(struct source_table *table, uint64_t source, long max)
{
    if (source == 0)
        return true;
    long clients = source_clients(table, source);
    if (clients >= max) {
        errno = EDQUOT;
        return false;
    }
    if (clients == 0 && !source_reserve(table))
        return false;
    size_t slot = source_slot(table, source);
    table->list[slot] = (struct source_count){source, clients + 1};
    table->used += clients == 0;
    return true;
}

/* Free SLOT, and move later entries into the gap where a search would miss them
   otherwise.  The caller lowers table->used.  */
static void source_free_slot(struct source_table *table, size_t slot)
{
    size_t mask = table->size - 1;
    for (size_t next = (slot + 1) & mask; table->list[next].source;
         next = (next + 1) & mask) {
        size_t home = source_home(table, table->list[next].source);
        if (((next - home) & mask) < ((next - slot) & mask))
            continue;
        table->list[slot] = table->list[next];
        slot = next;
    }
    table->list[slot] = (struct source_count){0};
}

void source_leave(struct source_table *table, uint64_t source)
{
    if (source == 0 || table->size == 0)
        return;
    size_t slot = source_slot(table, source);
    if (table->list[slot].source != source || --table->list[slot].count > 0)
        return;
    source_free_slot(table, slot);
    table->used--;
}

void source_free(struct source_table *table)
{
    free(table->list);
    *table = (struct source_table){0};
}

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "shared memory needs no lock");

void source_slot_set(struct source_slot *slot, uint64_t source)
{
    slot->high = (unsigned)(source >> 32);
    slot->low = (unsigned)source;
}

uint64_t source_slot_get(const struct source_slot *slot)
{
    return (uint64_t)slot->high << 32 | slot->low;
}
