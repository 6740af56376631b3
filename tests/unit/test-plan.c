/* test-plan.c - probes/queue/plan.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "probes/queue/plan.h"
#include "tests/unit/unit.h"

static const struct {
    const char *text;
    size_t count;
    int backlogs[8];
} good[] = {
    {"0", 1, {0}},
    {"-1", 1, {-1}},
    {"15", 1, {15}},
    {"max", 1, {INT_MAX}},
    {"2147483647", 1, {INT_MAX}},
    {"-2147483648", 1, {INT_MIN}},
    {"0-3", 4, {0, 1, 2, 3}},
    {"5-5", 1, {5}},
    {"-2-1", 4, {-2, -1, 0, 1}},
    {"-3--2", 2, {-3, -2}},
    {"max-max", 1, {INT_MAX}},
    {"2147483646-max", 2, {INT_MAX - 1, INT_MAX}},
    {"3,1,2", 3, {3, 1, 2}},
    {"0-2,128,-1,max", 6, {0, 1, 2, 128, -1, INT_MAX}},
    {"1,1", 1, {1}},
    {"2,0-3,3,max,2147483647", 5, {2, 0, 1, 3, INT_MAX}},
    {"007", 1, {7}},
};

START_TEST(good_lists)
{
    struct queue_plan plan = {0};
    char problem[120] = "kept";
    ck_assert_msg(!plan_backlogs(&plan, good[_i].text, problem, sizeof problem),
                  "%s", problem);
    ck_assert_str_eq(problem, "kept");
    ck_assert_uint_eq(plan.count, good[_i].count);
    for (size_t i = 0; i < plan.count; i++)
        ck_assert_int_eq(plan.backlogs[i], good[_i].backlogs[i]);
    plan_free(&plan);
    ck_assert_ptr_null(plan.backlogs);
    ck_assert_uint_eq(plan.count, 0);
}
END_TEST

#define NO_NUMBER "is not a number from -2147483648 to 2147483647, nor \"max\""
#define NO_ITEM   "is not a number or range"
#define NO_RANGE  "is not a range"

static const struct {
    const char *text, *problem;
} bad[] = {
    {"", "\"\" " NO_NUMBER},
    {",", "\"\" " NO_NUMBER},
    {"1,,2", "\"\" " NO_NUMBER},
    {"1,", "\"\" " NO_NUMBER},
    {"-", "\"-\" " NO_NUMBER},
    {"--1", "\"--1\" " NO_NUMBER},
    {"- 1", "\"- 1\" " NO_NUMBER},
    {" 1", "\" 1\" " NO_NUMBER},
    {"+1", "\"+1\" " NO_NUMBER},
    {"x", "\"x\" " NO_NUMBER},
    {"1,x,2", "\"x\" " NO_NUMBER},
    {"ma", "\"ma\" " NO_NUMBER},
    {"MAX", "\"MAX\" " NO_NUMBER},
    {"-max", "\"-max\" " NO_NUMBER},
    {"99999999999", "\"99999999999\" " NO_NUMBER},
    {"2147483648", "\"2147483648\" " NO_NUMBER},
    {"-2147483649", "\"-2147483649\" " NO_NUMBER},
    {"999999999999999999999999", "\"999999999999999999999999\" " NO_NUMBER},
    {"1-", "\"1-\" " NO_RANGE},
    {"max-", "\"max-\" " NO_RANGE},
    {"1-x", "\"1-x\" " NO_RANGE},
    {"1- 2", "\"1- 2\" " NO_RANGE},
    {"1-99999999999", "\"1-99999999999\" " NO_RANGE},
    {"5-2", "\"5-2\" is a descending range"},
    {"1--1", "\"1--1\" is a descending range"},
    {"max-1", "\"max-1\" is a descending range"},
    {"15x", "\"15x\" " NO_ITEM},
    {"1 ", "\"1 \" " NO_ITEM},
    {"0x10", "\"0x10\" " NO_ITEM},
    {"1.5", "\"1.5\" " NO_ITEM},
    {"1-2-3", "\"1-2-3\" " NO_ITEM},
    {"maxx", "\"maxx\" " NO_ITEM},
    {"1-max", "\"1-max\" makes more than 1024 values"},
    {"0-2000", "\"0-2000\" makes more than 1024 values"},
    {"0-1024", "\"0-1024\" makes more than 1024 values"},
    {"1,2-1025,3000", "\"2-1025\" makes more than 1024 values"},
    {"0-1023,0,5000", "\"5000\" makes more than 1024 values"},
};

START_TEST(bad_lists_have_a_sentence_each)
{
    struct queue_plan plan = {0};
    char problem[120];
    ck_assert_msg(plan_backlogs(&plan, bad[_i].text, problem, sizeof problem) ==
                      -1,
                  "%s", bad[_i].text);
    ck_assert_str_eq(problem, bad[_i].problem);
    ck_assert_ptr_null(plan.backlogs);
    ck_assert_uint_eq(plan.count, 0);
}
END_TEST

START_TEST(as_many_as_there_may_be)
{
    struct queue_plan plan = {0};
    char problem[120];
    ck_assert_int_eq(
        plan_backlogs(&plan, "0-1023,0-1023,7", problem, sizeof problem), 0);
    ck_assert_uint_eq(plan.count, BACKLOGS_MAX);
    ck_assert_int_eq(plan.backlogs[BACKLOGS_MAX - 1], 1023);
    plan_free(&plan);
}
END_TEST

START_TEST(a_long_item_is_cut_in_the_sentence)
{
    struct queue_plan plan = {0};
    char text[3000], problem[120], small[10];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(plan_backlogs(&plan, text, problem, sizeof problem), -1);
    ck_assert_uint_eq(strspn(problem + 1, "y"), 40);
    ck_assert_str_eq(problem + 41, "\" " NO_NUMBER);
    ck_assert_int_eq(plan_backlogs(&plan, text, small, sizeof small), -1);
    ck_assert_str_eq(small, "\"yyyyyyyy");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, good_lists, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(tests, bad_lists_have_a_sentence_each, 0,
                        sizeof bad / sizeof *bad);
    tcase_add_test(tests, as_many_as_there_may_be);
    tcase_add_test(tests, a_long_item_is_cut_in_the_sentence);
}

int main(void)
{
    return unit_main("plan", add);
}
