/* test-require.c - probes/require.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/require.h"
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
    ck_assert_int_eq(grant_of(row("inet", 511, 512), none), GRANT_WHOLE);
    ck_assert_int_eq(grant_of(row("inet", 128, 129), none), GRANT_CUT);
    /* Where the kernel says nothing; where it says too much.  */
    ck_assert_int_eq(grant_of(row("inet", -1, 511), none), GRANT_WHOLE);
    ck_assert_int_eq(grant_of(row("inet", -1, 510), none), GRANT_CUT);
    ck_assert_int_eq(grant_of(row("inet", 511, 100), none), GRANT_CUT);
    /* One less in force, though so many fit.  */
    ck_assert_int_eq(grant_of(row("inet", 510, 511), none), GRANT_CUT);
    ck_assert_int_eq(grant_of(none, none), GRANT_UNKNOWN);
}
END_TEST

START_TEST(what_stopped_us_leaves_the_kernels_word)
{
    struct queue_row stopped = row("inet", 511, -1);
    struct queue_row none = row("inet6", -1, -1);
    ck_assert_int_eq(grant_of(stopped, none), GRANT_UNKNOWN);
    stopped.limit = "descriptors";
    ck_assert_int_eq(grant_of(stopped, none), GRANT_WHOLE);
    stopped.effective = 128;
    ck_assert_int_eq(grant_of(stopped, none), GRANT_CUT);
}
END_TEST

START_TEST(the_worst_family_counts)
{
    struct queue_row whole = row("inet", 511, 512);
    struct queue_row cut = row("inet6", 128, 129);
    ck_assert_int_eq(grant_of(whole, cut), GRANT_CUT);
    ck_assert_int_eq(grant_of(cut, whole), GRANT_CUT);
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
    tcase_add_test(tests, the_worst_family_counts);
}

int main(void)
{
    return unit_main("require", add);
}
