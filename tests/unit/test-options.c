/* test-options.c - progs/options.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "progs/options.h"
#include "progs/status.h"
#include "tests/unit/unit.h"

static const char *const colours[] = {"red", "green", NULL};

static struct {
    bool flag;
    long number, ms;
    const char *text;
    struct option_list list, operands;
    int colour;
} given;

static const struct option_row rows[] = {
    ROW_FLAG("flag", 'f', &given.flag, "a flag"),
    ROW_NUMBER("number", 'n', "N", &given.number, -1, 100, "a number"),
    {0},
};

static const struct option_row shared[] = {
    ROW_SECONDS("timeout", 0, "SECONDS", &given.ms, 1, 3600000, "a time"),
    ROW_TEXT("text", 0, "TEXT", &given.text, "a text"),
    ROW_LIST("list", 0, "TEXT", &given.list, "several"),
    ROW_CHOICE("colour", 0, "COLOUR", &given.colour, colours, "a choice"),
    {0},
};

static const char *find_conflict(void)
{
    return given.operands.count == 0 ? "missing operand HOST" : NULL;
}

static const struct program program = {
    .name = "test",
    .purpose = "Test.",
    .rows = rows,
    .shared = shared,
    .operands = "HOST [PORT]",
    .operands_max = 2,
    .operands_target = &given.operands,
    .statuses = "0 success.",
    .conflict = find_conflict,
};

/* The arguments after the program's name, up to NULL; copies, since a message
   masks them.  They stay until the next call.  */
static int take(const char **arguments)
{
    static char words[12][32] = {"test"};
    char *argv[12] = {words[0]};
    int argc = 1;
    for (; *arguments; arguments++, argc++) {
        snprintf(words[argc], sizeof words[argc], "%s", *arguments);
        argv[argc] = words[argc];
    }
    optind = 0; /* begin anew, also in the middle of a cluster */
    return options_take(&program, argc, argv);
}

#define TAKE(...) take((const char *[]){__VA_ARGS__, NULL})

static void clear(void)
{
    free(given.operands.texts);
    given.operands = (struct option_list){0};
}

START_TEST(every_kind_is_taken)
{
    ck_assert_int_eq(TAKE("-f", "-n", "-1", "--text=x", "host", "--list=a",
                          "--list", "b", "--colour=green", "7"),
                     OPTIONS_GO_ON);
    ck_assert(given.flag);
    ck_assert_int_eq(given.number, -1);
    ck_assert_str_eq(given.text, "x");
    ck_assert_uint_eq(given.list.count, 2);
    ck_assert_str_eq(given.list.texts[1], "b");
    ck_assert_int_eq(given.colour, 1);
    ck_assert_uint_eq(given.operands.count, 2);
    ck_assert_str_eq(given.operands.texts[0], "host");
}
END_TEST

START_TEST(seconds_are_read_to_the_millisecond)
{
    static const struct {
        const char *text;
        long ms; /* 0: refused */
    } cases[] = {
        {"2", 2000},     {"0.25", 250},
        {".5", 500},     {"1.", 1000},
        {"0.0019", 1},   {"3600", 3600000},
        {"3600.001", 0}, {"0", 0},
        {"-1", 0},       {"", 0},
        {".", 0},        {"1s", 0},
        {" 1", 0},       {"1e3", 0},
        {"nan", 0},      {"99999999999999999999", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        given.ms = 0;
        int status = TAKE("--timeout", cases[i].text, "host");
        ck_assert_int_eq(status, cases[i].ms ? OPTIONS_GO_ON : STATUS_TROUBLE);
        ck_assert_int_eq(given.ms, cases[i].ms);
        clear();
    }
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
    ck_assert_int_eq(TAKE("--number=101", "host"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("--number=x", "host"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("--colour=blue", "host"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("--colour=", "host"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("--none", "host"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("--flag=1", "host"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("host", "port", "more"), STATUS_TROUBLE);
    ck_assert_int_eq(TAKE("-f"), STATUS_TROUBLE);
    ck_assert_uint_eq(given.operands.count, 0);
}
END_TEST

START_TEST(behind_two_dashes_all_are_operands)
{
    ck_assert_int_eq(TAKE("--", "-f"), OPTIONS_GO_ON);
    ck_assert(!given.flag);
    ck_assert_str_eq(given.operands.texts[0], "-f");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, every_kind_is_taken);
    tcase_add_test(tests, seconds_are_read_to_the_millisecond);
    tcase_add_test(tests, what_is_wrong_is_refused);
    tcase_add_test(tests, behind_two_dashes_all_are_operands);
}

int main(void)
{
    return unit_main("options", add_tests);
}
