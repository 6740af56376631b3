/* test-compare.c - probes/finding/compare.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/finding/compare.h"
#include "tests/unit/findings-pair.h"
#include "tests/unit/unit.h"

/* The comparison, its text in *TEXT, which is the caller's.  */
static struct comparison compare(char **text)
{
    size_t size;
    FILE *out = open_memstream(text, &size);
    pair_sort();
    struct comparison found = compare_findings_of(out, &here, &there);
    fclose(out);
    return found;
}

START_TEST(what_is_the_same_is_counted)
{
    char *text;
    pair_add("listen.queue", "inet.1.accepted", "2", "2");
    pair_add("volatile", "time", "1", "2");
    pair_add("host", "release", "6", "7");
    pair_add("with", "net.core.somaxconn", "6", "7");
    pair_add("listen.cap", "scope", "net:[1]", "net:[2]");
    pair_add("listen.cap", "initial", "yes", "no");
    pair_add_to(&there, "listen.cap", "initial-value", "4096");
    pair_add("listen.queue", "inet.1.repeats", "2", "3");
    struct comparison found = compare(&text);
    ck_assert_uint_eq(found.same, 1);
    ck_assert_uint_eq(found.different + found.here_only + found.there_only, 0);
    ck_assert_str_eq(text, "0 of 1 figures differ\n");
    free(text);
}
END_TEST

START_TEST(what_differs_is_named)
{
    char *text;
    pair_add("listen.queue", "inet.1.accepted", "2", "3");
    pair_add("listen.queue", "inet.2.accepted", "3", NULL);
    pair_add_to(&there, "listen.queue", "inet.3.accepted", "4");
    struct comparison found = compare(&text);
    ck_assert_uint_eq(found.same, 0);
    ck_assert_uint_eq(found.different, 1);
    ck_assert_uint_eq(found.here_only, 1);
    ck_assert_uint_eq(found.there_only, 1);
    ck_assert_ptr_nonnull(strstr(text, "inet.1.accepted"));
    ck_assert_ptr_nonnull(strstr(text, "there: missing"));
    ck_assert_ptr_nonnull(strstr(text, "here: missing"));
    free(text);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, pair_setup, pair_teardown);
    tcase_add_test(tests, what_is_the_same_is_counted);
    tcase_add_test(tests, what_differs_is_named);
}

int main(void)
{
    return unit_main("compare", add);
}
