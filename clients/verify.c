/* verify.c - compare echoed bytes with sent bytes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "clients/verify.h"

int verify_open(struct verify *verify, size_t size)
{
    *verify = (struct verify){.bytes = malloc(size), .size = size};
    return verify->bytes ? 0 : -1;
}

void verify_close(struct verify *verify)
{
    free(verify->bytes);
    *verify = (struct verify){0};
}

/* The place of byte COUNT of the stream in the ring.  *SIZE is the number of
   contiguous bytes from there, at most LIMIT.  */
static unsigned char *verify_place(const struct verify *verify, uint64_t count,
                                   uint64_t limit, size_t *size)
{
    size_t index = (size_t)(count % verify->size);
    *size = verify->size - index;
    if (*size > limit)
        *size = (size_t)limit;
    return verify->bytes + index;
}

void *verify_space(const struct verify *verify, size_t *size)
{
    return verify_place(verify, verify->filled,
                        verify->size - (verify->filled - verify->echoed), size);
}

const void *verify_unsent(const struct verify *verify, size_t *size)
{
    return verify_place(verify, verify->sent, verify->filled - verify->sent,
                        size);
}

size_t verify_same(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a, *right = b;
    size_t same = 0;
    if (!memcmp(left, right, size))
        return size;
    while (left[same] == right[same])
        same++;
    return same;
}

enum verify_answer verify_check(struct verify *verify, const void *bytes,
                                size_t size, size_t *good)
{
    const unsigned char *received = bytes;
    *good = 0;
    while (*good < size) {
        size_t max;
        const unsigned char *due = verify_place(
            verify, verify->echoed, verify->sent - verify->echoed, &max);
        if (max > size - *good)
            max = size - *good;
        size_t same = verify_same(due, received + *good, max);
        *good += same;
        verify->echoed += same;
        if (same > 0 && same == max)
            continue;
        verify->received = received[*good];
        if (max == 0)
            return VERIFY_EXTRA;
        verify->expected = due[same];
        return VERIFY_DIFFERENT;
    }
    return VERIFY_SAME;
}
