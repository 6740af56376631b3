/* byteorder.c - the byte order of numbers in memory
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "private.h"

/* The order of the SIZE bytes BYTES, which hold 1, 2, 3, ... in big-endian
   order: a value of enum sonde_byteorder, or 0 if they are neither in order nor
   reversed.  */
static int order_of(const unsigned char *bytes, size_t size)
{
    int little = 1, big = 1;
    for (size_t i = 0; i < size; i++) {
        big = big && bytes[i] == i + 1;
        little = little && bytes[i] == size - i;
    }
    return big ? SONDE_BIG_ENDIAN : little ? SONDE_LITTLE_ENDIAN : 0;
}

int sonde_byteorder(void)
{
    /* volatile, so that the compiler reads memory, too.  */
    volatile uint16_t two = 0x0102;
    volatile uint64_t eight = 0x0102030405060708;
    uint16_t two_seen = two;
    uint64_t eight_seen = eight;
    unsigned char bytes[8];
    memcpy(bytes, &two_seen, 2);
    int order = order_of(bytes, 2);
    memcpy(bytes, &eight_seen, 8);
    if (order == 0 || order_of(bytes, 8) != order) {
        errno = EPROTO;
        return -1;
    }
    return order;
}

uint64_t sonde_load(const void *bytes, size_t size, enum sonde_byteorder order)
{
    const unsigned char *byte = bytes;
    uint64_t value = 0;
    if (size > 8)
        size = 8;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | byte[order == SONDE_BIG_ENDIAN ? i : size - 1 - i];
    return value;
}

void sonde_store(void *bytes, size_t size, enum sonde_byteorder order,
                 uint64_t value)
{
    unsigned char *byte = bytes;
    if (size > 8)
        size = 8;
    for (size_t i = 0; i < size; i++) {
        byte[order == SONDE_BIG_ENDIAN ? size - 1 - i : i] =
            (unsigned char)value;
        value >>= 8;
    }
}
