/* test-require.c - probes/verdict/require.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/verdict/require.h"
#include "tests/unit/unit.h"

static struct queue_row row(const char *family, long effective, long accepted)
{
    struct queue_row made = {
        .backlog = 511,
        .effective = effective,
        .client = accepted,
        .accepted = accepted,
        .stable = true,
    };
    for (size_t i = 0; family[i] && i + 1 < sizeof made.family; i++)
        made.family[i] = family[i];
    return made;
}

static enum grant grant_of(struct queue_row first, struct queue_row second)
{
    struct queue_row rows[] = {first, second};
    struct queue_table table = {.rows = rows, .count = 2};
    return require_of(&table, 511).grant;
}

START_TEST(a_row_is_whole_or_cut)
{
    struct queue_row none = row("inet6", -1, -1);
    ck_assert_int_eq(grant_of(row("inet", 511, 512), none), GRANT_FULL);
    ck_assert_int_eq(grant_of(row("inet", 128, 129), none), GRANT_TRUNCATED);
    /* Where the kernel says nothing; where it says too much.  */
    ck_assert_int_eq(grant_of(row("inet", -1, 511), none), GRANT_FULL);
    ck_assert_int_eq(grant_of(row("inet", -1, 510), none), GRANT_TRUNCATED);
    ck_assert_int_eq(grant_of(row("inet", 511, 100), none), GRANT_TRUNCATED);
    /* One less in force, though so many fit.  */
    ck_assert_int_eq(grant_of(row("inet", 510, 511), none), GRANT_TRUNCATED);
    ck_assert_int_eq(grant_of(none, none), GRANT_UNKNOWN);
}
END_TEST

START_TEST(what_stopped_us_leaves_the_kernels_word)
{
    struct queue_row stopped = row("inet", 511, -1);
    struct queue_row none = row("inet6", -1, -1);
    ck_assert_int_eq(grant_of(stopped, none), GRANT_UNKNOWN);
    stopped.limit = "descriptors";
    ck_assert_int_eq(grant_of(stopped, none), GRANT_FULL);
    stopped.effective = 128;
    ck_assert_int_eq(grant_of(stopped, none), GRANT_TRUNCATED);
}
END_TEST

/* A row that was filled, and yet has no figure; a family that is there, and in
   which nothing goes through; and one that is off.  */
START_TEST(what_is_not_known_is_not_granted)
{
    struct queue_row whole = row("inet", 511, 512);
    struct queue_row cut = row("inet", 128, 129);
    struct queue_row tried = row("inet6", 511, -1);
    tried.repeats = 1;
    tried.disturbed = true;
    tried.reason = "disturbed: no answer";
    ck_assert_int_eq(grant_of(whole, tried), GRANT_UNKNOWN);
    ck_assert_int_eq(grant_of(cut, tried), GRANT_TRUNCATED);
    tried.limit = "time";
    ck_assert_int_eq(grant_of(whole, tried), GRANT_UNKNOWN);
    tried.disturbed = false;
    ck_assert_int_eq(grant_of(whole, tried), GRANT_FULL);
    struct queue_row rows[] = {whole, row("inet6", -1, -1)};
    struct queue_table table = {.rows = rows, .count = 2};
    table.inet6_absent = rows[1].reason = "listening: EADDRNOTAVAIL";
    ck_assert_int_eq(require_of(&table, 511).grant, GRANT_FULL);
    table.inet6_absent = rows[1].reason = "connect: ETIMEDOUT";
    table.inet6_dead = true;
    struct requirement need = require_of(&table, 511);
    ck_assert_int_eq(need.grant, GRANT_UNKNOWN);
    ck_assert_str_eq(need.reason, "connect: ETIMEDOUT");
}
END_TEST

START_TEST(the_worst_family_counts)
{
    struct queue_row whole = row("inet", 511, 512);
    struct queue_row cut = row("inet6", 128, 129);
    ck_assert_int_eq(grant_of(whole, cut), GRANT_TRUNCATED);
    ck_assert_int_eq(grant_of(cut, whole), GRANT_TRUNCATED);
    struct queue_row rows[] = {whole, cut};
    struct queue_table table = {.rows = rows, .count = 2};
    ck_assert_str_eq(require_of(&table, 511).family, "inet6");
    ck_assert_int_eq(require_of(&table, 511).queued, 129);
    ck_assert_int_eq(require_of(&table, 7).grant, GRANT_UNKNOWN);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_row_is_whole_or_cut);
    tcase_add_test(tests, what_stopped_us_leaves_the_kernels_word);
    tcase_add_test(tests, what_is_not_known_is_not_granted);
    tcase_add_test(tests, the_worst_family_counts);
}

int main(void)
{
    return unit_main("require", add);
}
