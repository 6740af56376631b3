/* test-percentiles.c - base/percentiles.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percentiles.h"
#include "tests/unit/unit.h"

static struct histogram histogram;
static char *text;

static void setup(void)
{
    memset(&histogram, 0, sizeof histogram);
    text = NULL;
}

static void teardown(void)
{
    free(text);
}

static void write_text(void)
{
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ck_assert(out);
    percentiles_write(out, &histogram);
    ck_assert(!fclose(out));
}

/* The number behind NAME in the last lines.  */
static double behind(const char *name)
{
    const char *found = strstr(text, name);
    ck_assert_msg(found, "%s", name);
    return strtod(found + strcspn(found, "=") + 1, NULL);
}

/* The value of the line of PERCENTILE, six digits behind the point, in
   nanoseconds; -1 without such a line.  */
static int64_t value_at(const char *percentile)
{
    const char *found = strstr(text, percentile);
    if (!found)
        return -1;
    while (found > text && found[-1] != '\n')
        found--;
    return (int64_t)(strtod(found, NULL) * 1e6 + 0.5);
}

START_TEST(test_empty)
{
    write_text();
    ck_assert_str_eq(
        text, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
              "#[Mean    =     0.000000, StdDeviation   =     0.000000]\n"
              "#[Max     =     0.000000, Total count    =            0]\n"
              "#[Buckets =           57, SubBuckets     =          128]\n");
}
END_TEST

START_TEST(test_one_value)
{
    histogram_add(&histogram, 1234567);
    write_text();
    ck_assert_str_eq(
        text, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
              "    1.234567 0.000000000000          1           1.00\n"
              "    1.234567 1.000000000000          1\n"
              "#[Mean    =     1.234567, StdDeviation   =     0.000000]\n"
              "#[Max     =     1.234567, Total count    =            1]\n"
              "#[Buckets =           57, SubBuckets     =          128]\n");
}
END_TEST

/* 1 to 10000 us: mean 5000.5 us, standard deviation 2886.75 us, each within
   the width of a class.  */
START_TEST(test_even)
{
    for (int i = 1; i <= 10000; i++)
        histogram_add(&histogram, i * INT64_C(1000));
    write_text();
    ck_assert(behind("Mean") > 5.0005 * 0.998);
    ck_assert(behind("Mean") < 5.0005 * 1.002);
    ck_assert(behind("StdDeviation") > 2.88675 * 0.998);
    ck_assert(behind("StdDeviation") < 2.88675 * 1.002);
    ck_assert(behind("Max") == 10.0);
    ck_assert(behind("Total count") == 10000);
    ck_assert_int_eq(value_at(" 0.500000000000 "),
                     histogram_quantile(&histogram, 0.5));
    ck_assert_int_eq(value_at(" 0.900000000000 "),
                     histogram_quantile(&histogram, 0.9));
    ck_assert_int_eq(value_at(" 0.975000000000 "),
                     histogram_quantile(&histogram, 0.975));
    ck_assert_int_eq(value_at(" 1.000000000000 "), 10000000);
    ck_assert(strstr(text, " 0.900000000000       9043          10.00\n"));
}
END_TEST

/* Two values far apart: the middle of a class is no more than the maximum, and
   no number overflows.  */
START_TEST(test_extremes)
{
    histogram_add(&histogram, 0);
    histogram_add(&histogram, INT64_MAX);
    write_text();
    ck_assert(behind("Max") > 9.2e12);
    ck_assert(behind("Mean") <= behind("Max") / 2 * 1.0001);
    ck_assert(behind("StdDeviation") > behind("Mean") * 0.98);
    ck_assert_int_eq(value_at(" 0.500000000000 "), 0);
}
END_TEST

/* A rare value far out is reached by lines, of which there are few.  */
START_TEST(test_many)
{
    histogram_add(&histogram, 1000);
    histogram.count = histogram.classes[0] = UINT64_C(1) << 62;
    histogram_add(&histogram, 5000000);
    write_text();
    size_t lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    ck_assert_uint_le(lines, 330);
    ck_assert(behind("Max") == 5.0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_one_value);
    tcase_add_test(tests, test_even);
    tcase_add_test(tests, test_extremes);
    tcase_add_test(tests, test_many);
}

int main(void)
{
    return unit_main("percentiles", add);
}
