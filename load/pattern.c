/* pattern.c - bytes that are known without being kept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "load/pattern.h"

/* Any sequence without structure does; this one is a linear congruence modulo
   2^64, of which the upper bits are taken.  */
void pattern_make(struct pattern *pattern)
{
    uint64_t state = 1;
    for (size_t i = 0; i < PATTERN_PERIOD; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        pattern->bytes[i] = (unsigned char)(state >> 56);
    }
    for (size_t i = PATTERN_PERIOD; i < sizeof pattern->bytes; i++)
        pattern->bytes[i] = pattern->bytes[i - PATTERN_PERIOD];
}

/* Neighbours begin far from each other, so that bytes that went to the wrong
   connection are noticed, too.  */
const unsigned char *pattern_at(const struct pattern *pattern,
                                size_t connection, uint64_t offset)
{
    return pattern->bytes +
           (offset + (uint64_t)connection * 7919) % PATTERN_PERIOD;
}

size_t pattern_check(const struct pattern *pattern, size_t connection,
                     uint64_t offset, const void *bytes, size_t size)
{
    const unsigned char *due = pattern_at(pattern, connection, offset);
    const unsigned char *received = bytes;
    size_t same = 0;
    if (!memcmp(due, received, size))
        return size;
    while (due[same] == received[same])
        same++;
    return same;
}
