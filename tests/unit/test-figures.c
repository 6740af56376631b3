/* test-figures.c - probes/finding/figures.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/finding/figures.h"
#include "tests/unit/unit.h"

static const struct figure rows[] = {{"plan", "size", true},
                                     {"result", "rate", false},
                                     {"result", "errors", false}};
enum { ROWS = sizeof rows / sizeof *rows };

static struct findings here, there;
static char *text;

static void setup(void)
{
    here = there = (struct findings){0};
    text = NULL;
}

static void teardown(void)
{
    findings_free(&here);
    findings_free(&there);
    free(text);
}

static void add_to(struct findings *findings, const char *id, const char *key,
                   const char *value)
{
    struct finding finding = {
        .id = id, .key = key, .value = value, .stable = true};
    ck_assert(!findings_add(findings, &finding));
}

static void add_both(const char *id, const char *key, const char *a,
                     const char *b)
{
    add_to(&here, id, key, a);
    add_to(&there, id, key, b);
}

static struct comparison compare(long tolerance)
{
    size_t size;
    free(text);
    FILE *out = open_memstream(&text, &size);
    findings_sort(&here);
    findings_sort(&there);
    struct comparison found =
        figures_compare(out, rows, ROWS, &here, &there, tolerance);
    ck_assert(!fclose(out));
    return found;
}

/* 90 is 10 percent below 100, and 110 above: as much as the tolerance is no
   difference.  */
START_TEST(a_figure_has_a_tolerance)
{
    add_both("result", "rate", "90", "100");
    add_both("result", "errors", "110", "100");
    ck_assert_uint_eq(compare(9).different, 2);
    ck_assert(strstr(text, "here: 90             there: 100 (-10.0 %)\n"));
    ck_assert(strstr(text, "here: 110            there: 100 (+10.0 %)\n"));
    ck_assert(strstr(text, "2 of 2 figures differ (tolerance 9 %)\n"));
    ck_assert_uint_eq(compare(10).different, 0);
    ck_assert_uint_eq(compare(10).same, 2);
    ck_assert_str_eq(text, "0 of 2 figures differ (tolerance 10 %)\n");
}
END_TEST

/* Of 0, no percentage is taken.  */
START_TEST(more_than_0_differs)
{
    add_both("result", "errors", "1", "0");
    ck_assert_uint_eq(compare(1000).different, 1);
    ck_assert(strstr(text, "there: 0\n"));
}
END_TEST

START_TEST(a_setting_has_no_tolerance)
{
    add_both("plan", "size", "65", "64");
    ck_assert_uint_eq(compare(1000).different, 1);
    ck_assert(strstr(text, "there: 64\n"));
}
END_TEST

START_TEST(a_row_of_one_side_is_counted)
{
    add_to(&here, "result", "rate", "1");
    add_to(&there, "plan", "size", "64");
    add_to(&there, "other", "key", "1");
    add_both("result", "errors", NULL, NULL);
    struct comparison found = compare(10);
    ck_assert_uint_eq(found.same + found.different, 0);
    ck_assert_uint_eq(found.here_only, 1);
    ck_assert_uint_eq(found.there_only, 1);
}
END_TEST

/* Equal texts are the same; numbers of 63 bits are read.  */
START_TEST(large_figures)
{
    add_both("result", "rate", "9223372036854775807", "1");
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
        add_to(&here, "result", "rate", texts[i]);
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
    tcase_add_test(tests, a_setting_has_no_tolerance);
    tcase_add_test(tests, a_row_of_one_side_is_counted);
    tcase_add_test(tests, large_figures);
    tcase_add_test(tests, no_number_is_a_problem);
}

int main(void)
{
    return unit_main("figures", add);
}
