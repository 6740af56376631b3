/* byteorder.c - the byte order of numbers in memory
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_byteorder(void)
{
    /* volatile, so that the compiler reads memory, too.  */
    volatile uint16_t two = 0x0102;
    volatile uint64_t eight = 0x0102030405060708;
    uint16_t two_seen = two;
    uint64_t eight_seen = eight;
    for (int order = SONDE_LITTLE_ENDIAN; order <= SONDE_BIG_ENDIAN; order++)
        if (sonde_load(&two_seen, 2, (enum sonde_byteorder)order) == two &&
            sonde_load(&eight_seen, 8, (enum sonde_byteorder)order) == eight)
            return order;
    return sonde__fail(EPROTO);
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
