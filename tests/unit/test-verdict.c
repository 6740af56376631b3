/* test-verdict.c - probes/verdict/verdict.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/report/report.h"
#include "tests/unit/unit.h"

enum { CLASSIC = 15, ROWS = 20 };

static struct queue_row rows[ROWS];
static struct queue_table table;

static void add_row(int backlog, long count)
{
    ck_assert_uint_lt(table.count, ROWS);
    rows[table.count++] = (struct queue_row){
        .family = "inet",
        .backlog = backlog,
        .effective = backlog,
        .client = count,
        .accepted = count,
        .overflow = count < 0 ? NULL : "silence",
        .stable = true,
    };
}

/* Rows of 0 to 14 that follow n * TIMES / BY + 1, and a cap.  */
static void make_table(long times, long by, long cap, long cap_count)
{
    table = (struct queue_table){.rows = rows};
    for (int n = 0; n < CLASSIC; n++)
        add_row(n, n * times / by + 1);
    table.cap.effective = table.cap.value = cap;
    table.cap.client = table.cap.accepted = cap_count;
}

static void check_ruling(const struct ruling *ruling, long times, long by,
                         size_t count, size_t broken)
{
    ck_assert(ruling->comparable);
    ck_assert_int_eq(ruling->rule.times, times);
    ck_assert_int_eq(ruling->rule.by, by);
    ck_assert_int_eq(ruling->rule.plus, 1);
    ck_assert_uint_eq(ruling->rows, count);
    ck_assert_uint_eq(ruling->broken, broken);
}

START_TEST(a_rule_without_exception)
{
    make_table(1, 1, 4096, 4097);
    struct verdict verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC, 0);
    check_ruling(&verdict.client, 1, 1, CLASSIC, 0);
    ck_assert_int_eq(verdict.cap, 4096);
    ck_assert(!verdict.tcp.varies);
    ck_assert_str_eq(verdict.tcp.saw, "silence");
    ck_assert_str_eq(verdict.like.best, "Linux 4.10 or later");
    for (size_t i = 0; i < table.count; i++)
        ck_assert(verdict_explains(&verdict, &table, &rows[i]));
}
END_TEST

START_TEST(the_two_counts_have_a_rule_each)
{
    make_table(1, 1, 128, 129);
    for (size_t i = 0; i < table.count; i++)
        rows[i].client = rows[i].accepted + 2;
    table.cap.client = 131;
    struct verdict verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC, 0);
    ck_assert_int_eq(verdict.client.rule.plus, 3);
    ck_assert_uint_eq(verdict.client.broken, 0);
    rows[3].client = 50;
    verdict = verdict_of(&table);
    ck_assert_uint_eq(verdict.accepted.broken, 0);
    ck_assert_uint_eq(verdict.client.broken, 1);
}
END_TEST

/* Linux 5.10 holds one less than the accept queue does.  */
START_TEST(the_bound_of_the_syn_queue)
{
    make_table(1, 1, 4096, 4097);
    table.cookies = 1;
    for (long less = 0; less <= 1; less++) {
        for (size_t i = 0; i < table.count; i++)
            rows[i].incomplete = rows[i].accepted - less;
        ck_assert_int_eq(verdict_of(&table).bound, BOUND_BACKLOG);
    }
    rows[3].incomplete = rows[3].accepted - 2;
    ck_assert_int_eq(verdict_of(&table).bound, BOUND_UNKNOWN);
    table.cookies = 0;
    table.max_backlog = 16;
    for (size_t i = 0; i < table.count; i++)
        rows[i].incomplete = rows[i].accepted < 13 ? rows[i].accepted : 13;
    ck_assert_int_eq(verdict_of(&table).bound, BOUND_SETTING);
}
END_TEST

/* OpenBSD raises small backlogs: its rows say nothing of the setting.  */
START_TEST(a_constant_does_not_contradict_the_setting)
{
    table = (struct queue_table){.rows = rows};
    for (int n = 0; n < CLASSIC; n++)
        add_row(n, 81);
    table.cap = (struct cap_row){.setting = "kern.somaxconn",
                                 .value = 128,
                                 .effective = -1,
                                 .client = 129,
                                 .accepted = 129};
    struct verdict verdict = verdict_of(&table);
    ck_assert_int_eq(verdict.cap, 128);
    ck_assert(verdict.setting_holds);
}
END_TEST

/* A negative backlog counts as the cap or as 0; the rule is not about it.  */
START_TEST(negative_backlogs)
{
    static const struct {
        long count;
        bool explained;
    } counts[] = {{193, true}, {1, true}, {0, false}, {7, false}, {-1, true}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        make_table(3, 2, 128, 193);
        add_row(-1, counts[i].count);
        struct verdict verdict = verdict_of(&table);
        check_ruling(&verdict.accepted, 3, 2, CLASSIC + (counts[i].count >= 0),
                     !counts[i].explained);
        ck_assert_int_eq(verdict_explains(&verdict, &table, &rows[CLASSIC]),
                         counts[i].explained);
    }
}
END_TEST

START_TEST(backlogs_beyond_the_cap)
{
    static const struct {
        int backlog;
        long count;
        bool explained;
    } counts[] = {
        {128, 193, true},  {129, 193, true},  {5000, 193, true},
        {100, 151, true},  {129, 194, false}, {5000, 7501, false},
        {100, 150, false},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        make_table(3, 2, 128, 193);
        add_row(counts[i].backlog, counts[i].count);
        struct verdict verdict = verdict_of(&table);
        check_ruling(&verdict.accepted, 3, 2, CLASSIC + 1,
                     !counts[i].explained);
        ck_assert_int_eq(verdict_explains(&verdict, &table, &rows[CLASSIC]),
                         counts[i].explained);
    }
}
END_TEST

START_TEST(broken_rows_are_counted)
{
    make_table(1, 1, 4096, 4097);
    rows[4].accepted = rows[9].accepted = 6;
    struct verdict verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC, 2);
    check_ruling(&verdict.client, 1, 1, CLASSIC, 0);
    for (size_t i = 0; i < table.count; i++)
        ck_assert_int_eq(verdict_explains(&verdict, &table, &rows[i]),
                         i != 4 && i != 9);
    ck_assert_ptr_null(verdict.like.best);
}
END_TEST

START_TEST(rows_without_figures_do_not_count)
{
    make_table(1, 1, 4096, 4097);
    rows[2].accepted = rows[2].client = -1;
    rows[2].overflow = NULL;
    struct verdict verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC - 1, 0);
    ck_assert(verdict_explains(&verdict, &table, &rows[2]));
}
END_TEST

START_TEST(without_figures_there_is_no_verdict)
{
    make_table(1, 1, -1, -1);
    for (size_t i = 0; i < table.count; i++) {
        rows[i].accepted = rows[i].client = -1;
        rows[i].overflow = NULL;
    }
    for (int pass = 0; pass < 2; pass++) {
        struct verdict verdict = verdict_of(&table);
        ck_assert(!verdict.accepted.comparable);
        ck_assert(!verdict.client.comparable);
        ck_assert_uint_eq(verdict.accepted.rows, 0);
        ck_assert_uint_eq(verdict.accepted.broken, 0);
        ck_assert_int_eq(verdict.cap, -1);
        ck_assert_ptr_null(verdict.tcp.saw);
        ck_assert(!verdict.like.comparable);
        table.count = 0;
    }
}
END_TEST

START_TEST(two_rows_are_too_few_for_a_rule)
{
    make_table(1, 1, 4096, 4097);
    table.count = 2;
    struct verdict verdict = verdict_of(&table);
    ck_assert(!verdict.accepted.comparable);
    ck_assert_uint_eq(verdict.accepted.rows, 2);
    ck_assert_uint_eq(verdict.accepted.broken, 0);
    ck_assert_str_eq(verdict.tcp.saw, "silence");
}
END_TEST

START_TEST(the_cap_by_whoever_knows_it)
{
    make_table(3, 2, 128, 193);
    table.cap.value = 100;
    ck_assert_int_eq(verdict_of(&table).cap, 128);
    ck_assert(!verdict_of(&table).setting_holds);
    /* A setting that the largest queue is against is for show.  */
    table.cap.effective = -1;
    ck_assert_int_eq(verdict_of(&table).cap, 128);
    ck_assert(!verdict_of(&table).setting_holds);
    table.cap.value = 128;
    ck_assert(verdict_of(&table).setting_holds);
    table.cap.value = 100;
    table.cap.accepted = -1;
    ck_assert_int_eq(verdict_of(&table).cap, 100);
    table.cap.value = -1;
    table.cap.accepted = 193;
    ck_assert_int_eq(verdict_of(&table).cap, 128);
    /* 3n/2 + 1 is never 195.  */
    table.cap.accepted = 195;
    ck_assert_int_eq(verdict_of(&table).cap, -1);
    table.cap.accepted = -1;
    ck_assert_int_eq(verdict_of(&table).cap, -1);
}
END_TEST

/* A cap that nobody names, found by the rule, holds for the rows as well.  */
/* A setting of 128 that is for show, and a cap that was not measured.  */
START_TEST(a_setting_that_rows_are_against_is_no_cap)
{
    make_table(1, 1, 128, -1);
    table.cap.effective = -1;
    add_row(128, 129);
    add_row(129, 130);
    struct verdict verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC + 2, 0);
    ck_assert_int_eq(verdict.cap, -1);
    rows[CLASSIC + 1].accepted = rows[CLASSIC + 1].client = 129;
    verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC + 2, 0);
    ck_assert_int_eq(verdict.cap, 128);
}
END_TEST

/* Neither the cap nor its setting is known: the kernel reports of a row that
   its backlog was reduced.  */
START_TEST(a_row_that_was_reduced_names_the_cap)
{
    make_table(1, 1, -1, -1);
    add_row(128, 129);
    add_row(129, 129);
    rows[CLASSIC + 1].effective = -1;
    struct verdict verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC + 2, 1);
    rows[CLASSIC + 1].effective = 128;
    verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 1, 1, CLASSIC + 2, 0);
    ck_assert_int_eq(verdict.cap, 128);
}
END_TEST

START_TEST(a_row_beyond_a_cap_that_was_found)
{
    make_table(3, 2, -1, 193);
    add_row(200, 193);
    add_row(-1, 193);
    struct verdict verdict = verdict_of(&table);
    ck_assert_int_eq(verdict.cap, 128);
    check_ruling(&verdict.accepted, 3, 2, CLASSIC + 2, 0);
    check_ruling(&verdict.client, 3, 2, CLASSIC + 2, 0);
    rows[CLASSIC].accepted = 192;
    verdict = verdict_of(&table);
    check_ruling(&verdict.accepted, 3, 2, CLASSIC + 2, 1);
}
END_TEST

START_TEST(overflows_that_differ_are_told)
{
    make_table(1, 1, 4096, 4097);
    rows[7].overflow = "refused";
    struct verdict verdict = verdict_of(&table);
    ck_assert(verdict.tcp.varies);
    ck_assert_ptr_nonnull(verdict.tcp.saw);
    ck_assert_ptr_null(verdict.like.best);
}
END_TEST

/* The line about the cap that people read.  */
static char *cap_line(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct report report = {.table = table, .verdict = verdict_of(&table)};
    report_cap(out, &report);
    fclose(out);
    return text;
}

/* NetBSD's stack: as 0, n + 1, and no word of the kernel's.  */
static void make_netbsd(long value)
{
    make_table(1, 1, 128, 129);
    add_row(-1, 1);
    for (size_t i = 0; i < table.count; i++)
        rows[i].effective = -1;
    table.cap.effective = -1;
    table.cap.value = value;
}

/* A program built for Linux, run on that stack: what Linux calls the setting,
   and why it cannot be read there, is nobody's business here.  */
START_TEST(a_setting_that_no_such_kernel_has_is_not_blamed)
{
    static const long values[] = {-1, 128, 4096};
    for (size_t i = 0; i < 3; i++) {
        make_netbsd(values[i]);
        table.cap.setting = "net.core.somaxconn";
        table.cap.value_reason = "hidden in this namespace";
        struct verdict verdict = verdict_of(&table);
        ck_assert_str_eq(verdict.like.best, "NetBSD");
        ck_assert_int_eq(verdict.cap, 128);
        ck_assert(!verdict.setting_holds);
        char *text = cap_line();
        ck_assert_msg(!strstr(text, "hidden"), "%s", text);
        ck_assert_msg(strstr(text, "kernels like this one have no"), "%s",
                      text);
        free(text);
    }
    make_table(1, 1, 128, 129);
    add_row(-1, 129);
    table.cap.value = -1;
    table.cap.setting = "net.core.somaxconn";
    table.cap.value_reason = "hidden in this namespace";
    char *text = cap_line();
    ck_assert_msg(strstr(text, "somaxconn is hidden in"), "%s", text);
    free(text);
}
END_TEST

START_TEST(a_constant_is_called_one)
{
    make_netbsd(128);
    ck_assert(verdict_of(&table).setting_holds);
    char *text = cap_line();
    ck_assert_msg(strstr(text, "128, a constant of this kernel"), "%s", text);
    free(text);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_setting_that_no_such_kernel_has_is_not_blamed);
    tcase_add_test(tests, a_constant_is_called_one);
    tcase_add_test(tests, a_rule_without_exception);
    tcase_add_test(tests, the_two_counts_have_a_rule_each);
    tcase_add_test(tests, the_bound_of_the_syn_queue);
    tcase_add_test(tests, negative_backlogs);
    tcase_add_test(tests, a_constant_does_not_contradict_the_setting);
    tcase_add_test(tests, backlogs_beyond_the_cap);
    tcase_add_test(tests, broken_rows_are_counted);
    tcase_add_test(tests, rows_without_figures_do_not_count);
    tcase_add_test(tests, without_figures_there_is_no_verdict);
    tcase_add_test(tests, two_rows_are_too_few_for_a_rule);
    tcase_add_test(tests, the_cap_by_whoever_knows_it);
    tcase_add_test(tests, a_setting_that_rows_are_against_is_no_cap);
    tcase_add_test(tests, a_row_that_was_reduced_names_the_cap);
    tcase_add_test(tests, a_row_beyond_a_cap_that_was_found);
    tcase_add_test(tests, overflows_that_differ_are_told);
}

int main(void)
{
    return unit_main("verdict", add);
}
