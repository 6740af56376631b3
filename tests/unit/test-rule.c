/* test-rule.c - probes/verdict/rule.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>

#include "probes/verdict/rule.h"
#include "tests/unit/unit.h"

static const struct {
    struct rule rule;
    const char *tight, *spaced;
    bool classic; /* backlogs of 0 to 14 are enough to find it */
} rules[] = {
    {{1, 1, 0, RULE_NO_FLOOR}, "n", "n", true},
    {{1, 1, 1, RULE_NO_FLOOR}, "n+1", "n + 1", true},
    {{1, 1, 3, RULE_NO_FLOOR}, "n+3", "n + 3", true},
    {{3, 2, 1, RULE_NO_FLOOR}, "3n/2+1", "3n/2 + 1", true},
    {{3, 2, 0, 1}, "max(1,3n/2)", "max (1, 3n/2)", true},
    {{1, 1, 0, 1}, "max(1,n)", "max (1, n)", true},
    {{1, 1, 1, 81}, "max(81,n+1)", "max (81, n + 1)", false},
    {{1, 1, -2, 3}, "max(3,n-2)", "max (3, n - 2)", true},
    {{2, 1, 0, RULE_NO_FLOOR}, "2n", "2n", true},
    {{5, 4, 3, RULE_NO_FLOOR}, "5n/4+3", "5n/4 + 3", true},
    {{1, 2, 2, RULE_NO_FLOOR}, "n/2+2", "n/2 + 2", true},
    {{8, 1, 7, RULE_NO_FLOOR}, "8n+7", "8n + 7", true},
    {{1, 3, 1, RULE_NO_FLOOR}, "n/3+1", "n/3 + 1", true},
    {{7, 1, 4, RULE_NO_FLOOR}, "7n+4", "7n + 4", true},
    {{0, 1, 5, RULE_NO_FLOOR}, "5", "5", true},
    {{0, 1, 0, RULE_NO_FLOOR}, "0", "0", true},
};

enum { RULES = sizeof rules / sizeof *rules, CLASSIC = 15, FAR = 3 };

/* COUNT samples of RULE, for the classic backlogs and some larger ones.  */
static void take_samples(const struct rule *rule, struct sample *samples,
                         size_t count)
{
    static const long far[FAR] = {100, 200, 301};
    for (size_t i = 0; i < count; i++) {
        samples[i].n = i < CLASSIC ? (long)i : far[i - CLASSIC];
        samples[i].count = rule_value(rule, samples[i].n);
    }
}

static void check_rule(const struct rule *found, const struct rule *expected)
{
    ck_assert_int_eq(found->times, expected->times);
    ck_assert_int_eq(found->by, expected->by);
    ck_assert_int_eq(found->plus, expected->plus);
    ck_assert_int_eq(found->floor, expected->floor);
}

START_TEST(a_rule_is_found_from_its_figures)
{
    struct sample samples[CLASSIC + FAR];
    struct rule found;
    size_t fits;
    size_t count = rules[_i].classic ? CLASSIC : CLASSIC + FAR;
    take_samples(&rules[_i].rule, samples, count);
    ck_assert(rule_fit(samples, count, &found, &fits));
    ck_assert_uint_eq(fits, count);
    check_rule(&found, &rules[_i].rule);
}
END_TEST

START_TEST(a_rule_is_found_in_spite_of_a_wrong_figure)
{
    struct sample samples[CLASSIC];
    struct rule found;
    size_t fits;
    for (size_t wrong = 0; wrong < CLASSIC; wrong++) {
        take_samples(&rules[3].rule, samples, CLASSIC);
        samples[wrong].count += 7;
        ck_assert(rule_fit(samples, CLASSIC, &found, &fits));
        ck_assert_uint_eq(fits, CLASSIC - 1);
        check_rule(&found, &rules[3].rule);
    }
}
END_TEST

START_TEST(too_few_figures_tell_nothing)
{
    static const struct sample samples[] = {
        {1, 2}, {1, 2}, {1, 2}, {2, 3}, {2, 3}, {3, 4},
    };
    struct rule found;
    size_t fits = 77;
    for (size_t count = 0; count < 6; count++) {
        ck_assert(!rule_fit(samples, count, &found, &fits));
        ck_assert_uint_eq(fits, 0);
    }
    ck_assert(rule_fit(samples, 6, &found, &fits));
    check_rule(&found, &rules[1].rule);
}
END_TEST

START_TEST(the_simplest_of_those_that_fit)
{
    /* n + 1 as well as 3n/2 + 1, 4n/3 + 1, ...  */
    static const struct sample samples[] = {{0, 1}, {1, 2}, {0, 1}, {2, 3}};
    struct rule found;
    size_t fits;
    ck_assert(rule_fit(samples, 4, &found, &fits));
    check_rule(&found, &rules[1].rule);
    ck_assert_uint_eq(fits, 4);
}
END_TEST

/* Not a slope that is flat between few backlogs, as n/3 + 81.  */
START_TEST(a_constant_is_simpler_than_a_flat_slope)
{
    static const struct sample samples[] = {{0, 81}, {1, 81}, {2, 81}};
    const struct rule constant = {0, 1, 81, RULE_NO_FLOOR};
    struct rule found;
    size_t fits;
    ck_assert(rule_fit(samples, 3, &found, &fits));
    check_rule(&found, &constant);
}
END_TEST

/* The inverse, by trying all.  */
START_TEST(the_inverse_is_the_greatest_backlog)
{
    enum { MOST = 200 };
    const struct rule *rule = &rules[_i].rule;
    for (long count = -3; count < MOST; count++) {
        long expected = -1;
        for (long n = 0; rule->times > 0 && n <= 3 * MOST; n++)
            if (rule_value(rule, n) == count)
                expected = n;
        ck_assert_int_eq(rule_inverse(rule, count), expected);
    }
}
END_TEST

START_TEST(values)
{
    ck_assert_int_eq(rule_value(&rules[3].rule, 7), 11);
    ck_assert_int_eq(rule_value(&rules[3].rule, 4096), 6145);
    ck_assert_int_eq(rule_value(&rules[6].rule, 80), 81);
    ck_assert_int_eq(rule_value(&rules[6].rule, 81), 82);
    ck_assert_int_eq(rule_value(&rules[6].rule, 0), 81);
    /* Where long has 32 bits, too, a huge backlog does not turn negative.  */
    ck_assert_int_gt(rule_value(&(struct rule){12, 1, 5, 0}, INT_MAX),
                     INT_MAX - 1);
}
END_TEST

/* Figures of a saved profile may be anything.  */
START_TEST(the_largest_numbers_do_not_overflow)
{
    const struct rule *rule = &rules[_i].rule;
    struct rule steepest = {12, 1, LONG_MAX, RULE_NO_FLOOR};
    ck_assert_int_ge(rule_value(rule, LONG_MAX), 0);
    ck_assert_int_eq(rule_value(&steepest, LONG_MAX), LONG_MAX);
    long inverse = rule_inverse(rule, LONG_MAX);
    ck_assert(inverse == -1 || rule_value(rule, inverse) == LONG_MAX);
    inverse = rule_inverse(rule, LONG_MAX - 7);
    ck_assert(inverse == -1 || rule_value(rule, inverse) == LONG_MAX - 7);
}
END_TEST

START_TEST(both_forms_print)
{
    char text[64];
    rule_print(&rules[_i].rule, false, text, sizeof text);
    ck_assert_str_eq(text, rules[_i].tight);
    rule_print(&rules[_i].rule, true, text, sizeof text);
    ck_assert_str_eq(text, rules[_i].spaced);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, a_rule_is_found_from_its_figures, 0, RULES);
    tcase_add_test(tests, a_rule_is_found_in_spite_of_a_wrong_figure);
    tcase_add_test(tests, too_few_figures_tell_nothing);
    tcase_add_test(tests, the_simplest_of_those_that_fit);
    tcase_add_test(tests, a_constant_is_simpler_than_a_flat_slope);
    tcase_add_loop_test(tests, the_inverse_is_the_greatest_backlog, 0, RULES);
    tcase_add_test(tests, values);
    tcase_add_loop_test(tests, the_largest_numbers_do_not_overflow, 0, RULES);
    tcase_add_loop_test(tests, both_forms_print, 0, RULES);
}

int main(void)
{
    return unit_main("rule", add);
}
