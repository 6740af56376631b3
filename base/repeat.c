/* repeat.c - repeated datagrams, as in a loop of two servers
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stddef.h>
#include <string.h>

#include "base/repeat.h"
#include "base/seed.h"

/* FNV-1a's offset basis; an odd number with well-spread bits.  */
static const uint64_t basis = UINT64_C(0xcbf29ce484222325);
static const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);

/* A hash of the SIZE bytes DATA, begun with VALUE: a step for each 8 bytes, as
   FNV-1a has one for each byte.  The shift brings the upper bits down, where a
   product alone never carries them.  */
static uint64_t repeat_hash(uint64_t value, const void *data, size_t size)
{
    const unsigned char *bytes = data, *end = bytes + size;
    uint64_t word;
    for (; end - bytes >= (ptrdiff_t)sizeof word; bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        value = (value ^ word) * factor;
        value ^= value >> 32;
    }
    for (; bytes < end; bytes++)
        value = (value ^ *bytes) * factor;
    return value ^ value >> 32;
}

void repeat_begin(struct repeat_table *table)
{
    table->seed = seed_new();
    table->rates.seed = seed_new();
}

uint64_t repeat_sender(const struct sonde_address *from)
{
    uint64_t value = repeat_hash(basis, &from->storage, from->length);
    return value ? value : 1;
}

/* A hash, never 0, of SENDER, of SIZE, and of the SIZE bytes DATA, of which
   only the first and last REPEAT_SAMPLE bytes count.  SENDER is the hash of the
   sender, combined with the seed of the table.  */
static uint64_t repeat_hash_of(uint64_t sender, const char *data, size_t size)
{
    size_t sample = size < REPEAT_SAMPLE ? size : REPEAT_SAMPLE;
    uint64_t value = repeat_hash(sender, &size, sizeof size);
    value = repeat_hash(value, data, sample);
    if (size > sample)
        value = repeat_hash(value, data + size - sample, sample);
    return value ? value : 1;
}

/* Move NUMBER to the front of SET; a new NUMBER is put there, and the last
   number of SET drops out.  Returns whether NUMBER was in SET.  */
static bool repeat_enter(uint64_t set[REPEAT_WAYS], uint64_t number)
{
    int place = 0;
    while (place < REPEAT_WAYS - 1 && set[place] != number)
        place++;
    bool is_there = set[place] == number;
    for (; place > 0; place--)
        set[place] = set[place - 1];
    set[0] = number;
    return is_there;
}

uint64_t repeat_note(struct repeat_table *table,
                     const struct sonde_address *from, const char *data,
                     size_t size)
{
    uint64_t sender = repeat_sender(from);
    uint64_t number = repeat_hash_of(sender ^ table->seed, data, size);
    size_t set = (size_t)((number ^ number >> 32) % REPEAT_SETS);
    if (!repeat_enter(table->seen[set], number))
        return 0;
    /* Any client repeats the few datagrams of 0 or 1 bytes: a limit each.  */
    return size < 2 ? number : sender;
}

bool repeat_take(struct repeat_table *table, uint64_t number, int64_t now)
{
    return rate_take(&table->rates, number, REPEAT_USUAL, now);
}
