/* test-check.c - base/check.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tests/unit/unit.h"

/* Whether VALUE calls for a warning by the range TEXT, which is one.  */
static bool alerts(const char *text, double value)
{
    struct check_range warning = {0}, none = {0};
    ck_assert(check_range_read(&warning, text));
    return check_state_of(&warning, &none, value) == CHECK_WARNING;
}

START_TEST(ranges)
{
    /* The examples of the guidelines.  */
    ck_assert(alerts("10", -1) && !alerts("10", 0) && !alerts("10", 10) &&
              alerts("10", 10.5));
    ck_assert(alerts("10:", 9.9) && !alerts("10:", 10) && !alerts("10:", 1e9));
    ck_assert(alerts("~:10", 11) && !alerts("~:10", -1e9));
    ck_assert(alerts("10:20", 9) && !alerts("10:20", 20));
    ck_assert(alerts("@10:20", 10) && alerts("@10:20", 20) &&
              !alerts("@10:20", 21));
    ck_assert(!alerts("-5:-1", -3) && alerts("-5:-1", 0));
    ck_assert(!alerts("0.5", 0.25) && alerts("@~:", 0));
}
END_TEST

START_TEST(no_ranges)
{
    static const char *const texts[] = {
        "",     "@",   ":",   ":5", "x",  "5x",  "5:4", "1:2:3", "~",     "@~",
        "0x10", "nan", "inf", " 5", "5 ", "1e2", "--5", "5:~",   "1.2.3",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct check_range range = {.text = "old", .end = 7};
        ck_assert_msg(!check_range_read(&range, texts[i]), "%s", texts[i]);
        ck_assert_str_eq(range.text, "old");
        ck_assert(range.end == 7);
    }
}
END_TEST

START_TEST(no_range_alerts_nothing)
{
    struct check_range none = {0}, all = {0};
    ck_assert(check_range_read(&all, "@~:"));
    ck_assert_int_eq(check_state_of(&none, &none, 100), CHECK_OK);
    ck_assert_int_eq(check_state_of(&all, &all, 100), CHECK_CRITICAL);
}
END_TEST

/* CHECK as it is written must be LINE.  */
static void written(const struct check *check, const char *line)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    check_write(out, "listeners", check);
    fclose(out);
    ck_assert_str_eq(text, line);
    free(text);
}

START_TEST(lines)
{
    struct check check = {.state = CHECK_WARNING};
    struct check_ranges limits = {0};
    written(&(struct check){0}, "LISTENERS OK: \n");
    ck_assert(check_range_read(&limits.warning, "70"));
    say(&check.text, "a|b");
    check_add_data(&check, "it's=one", 3, "%", &limits, 100);
    check_add_data(&check, "unknown", -1, "", NULL, 5);
    check_add_data(&check, "count", 4, "c", NULL, -1);
    written(&check, "LISTENERS WARNING: a!b | 'it_s_one'=3%;70;;0;100 "
                    "'count'=4c\n");
}
END_TEST

START_TEST(data_that_finds_no_room_is_left_out_whole)
{
    struct check check = {0};
    char label[301];
    memset(label, 'x', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    for (int i = 0; i < 20; i++)
        check_add_data(&check, label, i, "", NULL, -1);
    size_t length = strlen(check.data.text);
    ck_assert_uint_gt(length, 1500);
    ck_assert_str_eq(check.data.text + length - 3, "'=5");
    char longest[2045];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    check = (struct check){0};
    check_add_data(&check, longest, 1234567, "", NULL, -1);
    ck_assert_str_eq(check.data.text, "");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, ranges);
    tcase_add_test(tests, no_ranges);
    tcase_add_test(tests, no_range_alerts_nothing);
    tcase_add_test(tests, lines);
    tcase_add_test(tests, data_that_finds_no_room_is_left_out_whole);
}

int main(void)
{
    return unit_main("check", add);
}
