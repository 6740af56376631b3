/* test-histogram.c - base/histogram.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/histogram.h"
#include "tests/unit/unit.h"

static struct histogram histogram;

static void setup(void)
{
    memset(&histogram, 0, sizeof histogram);
}

START_TEST(test_empty)
{
    ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 0);
    ck_assert_uint_eq(histogram_below(&histogram, INT64_MAX), 0);
}
END_TEST

START_TEST(test_small_is_exact)
{
    for (int i = 1; i <= 100; i++)
        histogram_add(&histogram, i);
    ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 50);
    ck_assert_int_eq(histogram_quantile(&histogram, 0.99), 99);
    ck_assert_int_eq(histogram_quantile(&histogram, 1), 100);
    ck_assert_int_eq(histogram_quantile(&histogram, 0), 1);
    ck_assert_int_eq(histogram.least, 1);
    ck_assert_int_eq(histogram.most, 100);
}
END_TEST

/* A value alone, with a larger one so that it is not the exact maximum, is
   found again, never smaller and at most 1/64 larger, whatever its size.  */
START_TEST(test_precision)
{
    for (int64_t ns = 1; ns < INT64_MAX / 3; ns += ns / 7 + 1) {
        setup();
        histogram_add(&histogram, ns);
        histogram_add(&histogram, INT64_MAX);
        int64_t found = histogram_quantile(&histogram, 0.5);
        ck_assert_int_ge(found, ns);
        ck_assert_int_le(found - ns, ns / 64);
    }
}
END_TEST

START_TEST(test_extremes)
{
    histogram_add(&histogram, -5);
    histogram_add(&histogram, INT64_MAX);
    ck_assert_int_eq(histogram.least, 0);
    ck_assert_int_eq(histogram.most, INT64_MAX);
    ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 0);
    ck_assert_int_eq(histogram_quantile(&histogram, 1), INT64_MAX);
}
END_TEST

START_TEST(test_below)
{
    for (int i = 0; i < 1000; i++)
        histogram_add(&histogram, (int64_t)i * 1000);
    ck_assert_uint_eq(histogram_below(&histogram, 0), 0);
    ck_assert_uint_eq(histogram_below(&histogram, 50), 1);
    uint64_t below = histogram_below(&histogram, 500000);
    ck_assert_uint_ge(below, 490);
    ck_assert_uint_le(below, 500);
    ck_assert_uint_eq(histogram_below(&histogram, 1000000000), 1000);
}
END_TEST

/* The rest: counts exactly, min and max to the class.  */
START_TEST(test_subtract)
{
    static struct histogram earlier;
    histogram_add(&histogram, 5);
    histogram_add(&histogram, 1000000);
    earlier = histogram;
    histogram_add(&histogram, 70000);
    histogram_add(&histogram, 80000);
    histogram_subtract(&histogram, &earlier);
    ck_assert_uint_eq(histogram.count, 2);
    ck_assert_int_le(histogram.least, 70000);
    ck_assert_int_ge(histogram.least, 70000 - 70000 / 64);
    ck_assert_int_ge(histogram.most, 80000);
    ck_assert_int_le(histogram.most, 80000 + 80000 / 64);
    ck_assert_int_ge(histogram_quantile(&histogram, 0.5), 70000);
    earlier = histogram;
    histogram_subtract(&histogram, &earlier);
    ck_assert_uint_eq(histogram.count, 0);
    ck_assert_int_eq(histogram.least, 0);
    ck_assert_int_eq(histogram.most, 0);
}
END_TEST

/* Nothing is beyond the exact min and max of all.  */
START_TEST(test_subtract_nothing)
{
    static const struct histogram nothing;
    histogram_add(&histogram, 1000001);
    histogram_subtract(&histogram, &nothing);
    ck_assert_int_eq(histogram.least, 1000001);
    ck_assert_int_eq(histogram.most, 1000001);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_small_is_exact);
    tcase_add_test(tests, test_precision);
    tcase_add_test(tests, test_extremes);
    tcase_add_test(tests, test_below);
    tcase_add_test(tests, test_subtract);
    tcase_add_test(tests, test_subtract_nothing);
}

int main(void)
{
    return unit_main("histogram", add);
}
