/* test-load.c - load/plan.c; the pattern of load/connection.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clients/verify.h"
#include "load/load.h"
#include "load/run.h"
#include "tests/unit/unit.h"

START_TEST(test_due_is_even)
{
    struct load_plan plan = {.connections = 4, .rate = 100};
    int64_t last = -10000000;
    for (uint64_t number = 0; number < 1000; number++)
        for (size_t i = 0; i < plan.connections; i++) {
            int64_t due = load_due(&plan, i, number);
            ck_assert_int_eq(due - last, 10000000);
            last = due;
        }
    ck_assert_int_eq(load_due(&plan, 0, 0), 0);
}
END_TEST

/* After a day at the highest rate the due time is exact to 1 us.  */
START_TEST(test_due_stays_exact)
{
    struct load_plan plan = {.connections = 1, .rate = 10000000};
    int64_t due = load_due(&plan, 0, (uint64_t)86400 * 10000000);
    ck_assert_int_le(llabs(due - (int64_t)86400 * 1000000000), 1000);
}
END_TEST

/* load_due_before agrees with load_due.  */
START_TEST(test_due_before)
{
    static const long rates[] = {1, 7, 999, 10000000};
    for (size_t row = 0; row < sizeof rates / sizeof *rates; row++) {
        struct load_plan plan = {.connections = 3, .rate = rates[row]};
        for (int64_t time = 0; time < 3000000; time += 299999)
            for (size_t i = 0; i < plan.connections; i++) {
                uint64_t count = load_due_before(&plan, i, time);
                ck_assert(count == 0 || load_due(&plan, i, count - 1) < time);
                ck_assert_int_ge(load_due(&plan, i, count), time);
            }
    }
    struct load_plan most = {.connections = 1, .rate = 10000000};
    ck_assert_uint_eq(load_due_before(&most, 0, (int64_t)86400 * 1000000000),
                      (uint64_t)86400 * 10000000);
}
END_TEST

START_TEST(test_problems)
{
    struct load_plan plan = {
        .kind = LOAD_MESSAGES, .connections = 1, .size = 64, .depth = 1};
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_STREAM));
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_DGRAM));
    plan.size = 1;
    plan.depth = 127;
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_DGRAM));
    plan.depth = 128;
    ck_assert_ptr_nonnull(load_plan_problem(&plan, SOCK_DGRAM));
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_STREAM));
    plan.depth = 1024;
    plan.size = 2;
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_DGRAM));
    plan.size = 65507;
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_DGRAM));
    plan.size = 65508;
    ck_assert_ptr_nonnull(load_plan_problem(&plan, SOCK_DGRAM));
    ck_assert_ptr_null(load_plan_problem(&plan, SOCK_STREAM));
    plan.size = 64;
    plan.kind = LOAD_CONNECTS;
    ck_assert_ptr_nonnull(load_plan_problem(&plan, SOCK_DGRAM));
    plan.kind = LOAD_HOLD;
    ck_assert_ptr_nonnull(load_plan_problem(&plan, SOCK_DGRAM));
}
END_TEST

START_TEST(test_limit)
{
    struct rlimit files = {.rlim_cur = 50, .rlim_max = 100};
    long limit = 0;
    if (setrlimit(RLIMIT_NOFILE, &files))
        return; /* valgrind keeps the limits to itself */
    ck_assert_int_eq(load_raise_limit(10, &limit), 0);
    ck_assert_int_eq(load_raise_limit(60, &limit), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    ck_assert_uint_ge(files.rlim_cur, 60);
    ck_assert_int_eq(load_raise_limit(100, &limit), -1);
    ck_assert_int_eq(limit, 100);
}
END_TEST

/* macOS since 11: setrlimit accepts any number, but kern.maxfilesperproc is the
   limit.  This definition replaces the function of the C library.  */
static int table_size = INT_MAX;

int getdtablesize(void)
{
    return table_size;
}

START_TEST(test_limit_that_is_taken_and_not_given)
{
    struct rlimit files = {.rlim_cur = 50, .rlim_max = 100};
    long limit = 0;
    if (setrlimit(RLIMIT_NOFILE, &files))
        return; /* valgrind keeps the limits to itself */
    table_size = 40;
    ck_assert_int_eq(load_raise_limit(60, &limit), -1);
    ck_assert_int_eq(limit, 40);
    ck_assert_int_eq(load_raise_limit(5, &limit), 0);
    table_size = INT_MAX;
    ck_assert_int_eq(load_raise_limit(60, &limit), 0);
}
END_TEST

START_TEST(test_words)
{
    for (int i = 1; i < LOAD_ERRORS; i++) {
        ck_assert_str_ne(load_error_name((enum load_error)i), "");
        ck_assert_str_ne(load_error_text((enum load_error)i), "");
    }
    ck_assert_str_eq(load_error_name(LOAD_WRONG), "wrong-reply");
    ck_assert_str_eq(load_error_name((enum load_error)SONDE_CONNECT_REFUSED),
                     "refused");
}
END_TEST

static struct pattern pattern;

START_TEST(test_pattern_repeats)
{
    pattern_make(&pattern);
    for (uint64_t offset = 0; offset < 3 * PATTERN_PERIOD; offset += 997) {
        const unsigned char *piece = pattern_at(&pattern, 5, offset);
        ck_assert_uint_eq(
            verify_same(pattern_at(&pattern, 5, offset), piece, PATTERN_PIECE),
            PATTERN_PIECE);
        /* The byte that follows is the first one of the next piece.  */
        ck_assert_int_eq(piece[PATTERN_PIECE - 1],
                         *pattern_at(&pattern, 5, offset + PATTERN_PIECE - 1));
        ck_assert_int_eq(*piece,
                         *pattern_at(&pattern, 5, offset + PATTERN_PERIOD));
    }
}
END_TEST

/* Bytes of another connection and shifted bytes do not match.  */
START_TEST(test_pattern_tells_apart)
{
    pattern_make(&pattern);
    const unsigned char *piece = pattern_at(&pattern, 1, 0);
    ck_assert_uint_lt(verify_same(pattern_at(&pattern, 2, 0), piece, 64), 8);
    ck_assert_uint_lt(verify_same(pattern_at(&pattern, 1, 1), piece, 64), 8);
    ck_assert_uint_lt(verify_same(pattern_at(&pattern, 1, 64), piece, 64), 8);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, test_due_is_even);
    tcase_add_test(tests, test_due_stays_exact);
    tcase_add_test(tests, test_due_before);
    tcase_add_test(tests, test_problems);
    tcase_add_test(tests, test_limit);
    tcase_add_test(tests, test_limit_that_is_taken_and_not_given);
    tcase_add_test(tests, test_words);
    tcase_add_test(tests, test_pattern_repeats);
    tcase_add_test(tests, test_pattern_tells_apart);
}

int main(void)
{
    return unit_main("load", add);
}
