/* test-figures.c - probes/finding/figures.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/finding/figures.h"
#include "tests/unit/findings-pair.h"
#include "tests/unit/unit.h"

static const struct figure rows[] = {{"plan", "size", FIGURE_SETTING},
                                     {"result", "rate", FIGURE_RATE},
                                     {"result", "time", FIGURE_TIME},
                                     {"result", "errors", FIGURE_COUNT}};
enum { ROWS = sizeof rows / sizeof *rows };

static char *text;

static void setup(void)
{
    pair_setup();
    text = NULL;
}

static void teardown(void)
{
    pair_teardown();
    free(text);
}

static struct comparison compare(long tolerance)
{
    size_t size;
    free(text);
    FILE *out = open_memstream(&text, &size);
    pair_sort();
    struct comparison found =
        figures_compare(out, rows, ROWS, &here, &there, tolerance);
    ck_assert(!fclose(out));
    return found;
}

/* 90 is 10 percent below 100, and 110 above: as much as the tolerance is no
   difference.  */
START_TEST(a_figure_has_a_tolerance)
{
    pair_add("result", "rate", "90", "100");
    pair_add("result", "errors", "110", "100");
    ck_assert_uint_eq(compare(9).different, 2);
    ck_assert_str_eq(text,
                     "result rate                here: 90/s       there: 100/s"
                     "     -10.0 %, worse\n"
                     "result errors              here: 110        there: 100"
                     "       +10.0 %, worse\n"
                     "2 of 2 figures differ (tolerance 9 %)\n");
    ck_assert_uint_eq(compare(10).different, 0);
    ck_assert_uint_eq(compare(10).same, 2);
    ck_assert_str_eq(text, "0 of 2 figures differ (tolerance 10 %)\n");
}
END_TEST

/* Of 0, no percentage is taken.  */
START_TEST(more_than_0_differs)
{
    pair_add("result", "errors", "1", "0");
    ck_assert_uint_eq(compare(1000).different, 1);
    ck_assert(strstr(text, "there: 0         worse\n"));
}
END_TEST

/* More a second is better, a longer time and more errors are worse.  */
START_TEST(better_and_worse)
{
    pair_add("result", "rate", "200", "100");
    pair_add("result", "time", "1", "100");
    pair_add("result", "errors", "0", "7");
    ck_assert_uint_eq(compare(10).different, 3);
    ck_assert(strstr(text, "+100.0 %, better\nresult time "));
    ck_assert(strstr(text, "-99.0 %, better\nresult errors "));
    ck_assert(strstr(text, "-100.0 %, better\n3 of 3 "));
}
END_TEST

/* Four digits of a time, and no line of more than 79 columns.  */
START_TEST(times_have_units)
{
    static const char *const times[][2] = {
        {"0", "0 ns"},
        {"9999", "9999 ns"},
        {"10000", "10.00 us"},
        {"123456", "123.5 us"},
        {"9999999", "10.00 ms"},
        {"10000000", "10.00 ms"},
        {"1500000000", "1500 ms"},
        {"12000000000", "12.00 s"},
        {"86400000000000", "86400 s"},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char expected[40];
        pair_add("result", "time", times[i][0], "1");
        ck_assert_uint_eq(compare(0).different, 1);
        snprintf(expected, sizeof expected, "here: %-10s there: 1 ns ",
                 times[i][1]);
        ck_assert_msg(strstr(text, expected), "%s", text);
        ck_assert_uint_le(strcspn(text, "\n"), 79);
        pair_teardown();
    }
}
END_TEST

START_TEST(a_setting_has_no_tolerance)
{
    pair_add("plan", "size", "65", "64");
    ck_assert_uint_eq(compare(1000).different, 1);
    ck_assert(strstr(text, "there: 64\n"));
}
END_TEST

START_TEST(a_row_of_one_side_is_counted)
{
    pair_add_to(&here, "result", "rate", "1");
    pair_add_to(&there, "plan", "size", "64");
    pair_add_to(&there, "other", "key", "1");
    pair_add("result", "errors", NULL, NULL);
    struct comparison found = compare(10);
    ck_assert_uint_eq(found.same + found.different, 0);
    ck_assert_uint_eq(found.here_only, 1);
    ck_assert_uint_eq(found.there_only, 1);
}
END_TEST

/* Equal texts are the same; numbers of 63 bits are read.  */
START_TEST(large_figures)
{
    pair_add("result", "rate", "9223372036854775807", "1");
    char problem[100];
    findings_sort(&here);
    ck_assert(!figures_check(&here, rows, ROWS, "x", problem, sizeof problem));
    ck_assert_uint_eq(compare(1000).different, 1);
}
END_TEST

START_TEST(no_number_is_a_problem)
{
    static const char *const texts[] = {
        "", "-1", "+1", " 1", "1 ", "1x", "x", "1.5", "9223372036854775808"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char problem[100] = "", expected[100];
        pair_add_to(&here, "result", "rate", texts[i]);
        findings_sort(&here);
        ck_assert_int_eq(
            figures_check(&here, rows, ROWS, "x", problem, sizeof problem), -1);
        snprintf(expected, sizeof expected, "x: '%s' is no number: result rate",
                 texts[i]);
        ck_assert_str_eq(problem, expected);
        findings_free(&here);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_figure_has_a_tolerance);
    tcase_add_test(tests, more_than_0_differs);
    tcase_add_test(tests, better_and_worse);
    tcase_add_test(tests, times_have_units);
    tcase_add_test(tests, a_setting_has_no_tolerance);
    tcase_add_test(tests, a_row_of_one_side_is_counted);
    tcase_add_test(tests, large_figures);
    tcase_add_test(tests, no_number_is_a_problem);
}

int main(void)
{
    return unit_main("figures", add);
}
