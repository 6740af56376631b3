/* test-compare.c - probes/finding/compare.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/finding/compare.h"
#include "tests/unit/unit.h"

static struct findings here, there;

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

/* The comparison, its text in *TEXT, which is the caller's.  */
static struct comparison compare(char **text)
{
    size_t size;
    FILE *out = open_memstream(text, &size);
    findings_sort(&here);
    findings_sort(&there);
    struct comparison found = compare_findings_of(out, &here, &there);
    fclose(out);
    findings_free(&here);
    findings_free(&there);
    return found;
}

START_TEST(what_is_the_same_is_counted)
{
    char *text;
    add_both("listen.queue", "inet.1.accepted", "2", "2");
    add_both("volatile", "time", "1", "2");
    add_both("host", "release", "6", "7");
    add_both("with", "net.core.somaxconn", "6", "7");
    add_both("listen.cap", "scope", "net:[1]", "net:[2]");
    add_both("listen.cap", "initial", "yes", "no");
    add_to(&there, "listen.cap", "initial-value", "4096");
    add_both("listen.queue", "inet.1.repeats", "2", "3");
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
    add_both("listen.queue", "inet.1.accepted", "2", "3");
    add_both("listen.queue", "inet.2.accepted", "3", NULL);
    add_to(&there, "listen.queue", "inet.3.accepted", "4");
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
    tcase_add_test(tests, what_is_the_same_is_counted);
    tcase_add_test(tests, what_differs_is_named);
}

int main(void)
{
    return unit_main("compare", add);
}
