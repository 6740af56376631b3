/* test-byteorder.c - lib/byteorder.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "sonde.h"
#include "tests/unit/unit.h"

START_TEST(run_time_agrees_with_build_time)
{
    ck_assert_int_eq(sonde_byteorder(), SONDE_BYTEORDER);
}
END_TEST

START_TEST(loads_and_stores_at_any_alignment)
{
    unsigned char bytes[16];
    for (size_t at = 0; at < 8; at++)
        for (size_t size = 1; size <= 8; size++) {
            uint64_t value = 0x0102030405060708U >> (8 * (8 - size));
            sonde_store(bytes + at, size, SONDE_BIG_ENDIAN, value);
            ck_assert_uint_eq(bytes[at + size - 1], value & 0xff);
            ck_assert_uint_eq(sonde_load(bytes + at, size, SONDE_BIG_ENDIAN),
                              value);
            sonde_store(bytes + at, size, SONDE_LITTLE_ENDIAN, value);
            ck_assert_uint_eq(bytes[at], value & 0xff);
            ck_assert_uint_eq(sonde_load(bytes + at, size, SONDE_LITTLE_ENDIAN),
                              value);
        }
}
END_TEST

START_TEST(the_host_order_is_memcpy)
{
    uint32_t value = 0xdeadbeef;
    unsigned char bytes[4];
    memcpy(bytes, &value, sizeof bytes);
    ck_assert_uint_eq(sonde_load(bytes, 4, SONDE_BYTEORDER), value);
}
END_TEST

START_TEST(a_size_above_8_counts_as_8)
{
    unsigned char bytes[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    ck_assert_uint_eq(sonde_load(bytes, 9, SONDE_BIG_ENDIAN),
                      0x0102030405060708U);
    sonde_store(bytes, 9, SONDE_BIG_ENDIAN, 0);
    ck_assert_uint_eq(bytes[8], 9);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, run_time_agrees_with_build_time);
    tcase_add_test(tests, loads_and_stores_at_any_alignment);
    tcase_add_test(tests, the_host_order_is_memcpy);
    tcase_add_test(tests, a_size_above_8_counts_as_8);
}

int main(void)
{
    return unit_main("byteorder", add);
}
