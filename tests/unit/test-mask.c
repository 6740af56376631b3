/* test-mask.c - base/mask.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/mask.h"
#include "tests/unit/unit.h"

static void check(const char *sent, const char *expected)
{
    char text[64];
    snprintf(text, sizeof text, "%s", sent);
    ck_assert_uint_eq(mask_text(text), strlen(expected));
    ck_assert_str_eq(text, expected);
}

START_TEST(text_stays)
{
    check("", "");
    check("plain ~", "plain ~");
    check("\u00e4 \u00a0 \u20ac \U0001f600", "\u00e4 \u00a0 \u20ac \U0001f600");
    /* The neighbours of what is masked.  */
    check("\u2027\u202f\u2065\u206a", "\u2027\u202f\u2065\u206a");
    check("\u061b\u061d\u200d\u2010", "\u061b\u061d\u200d\u2010");
}
END_TEST

START_TEST(controls_are_masked)
{
    check("a\x1b[2J\nb\x7f\tc", "a?[2J?b??c");
    check("a\xc2\x80\xc2\x9b\xc2\x9f.", "a???.");
    check("\u202a\u202e\u2066\u2069\u2028\u2029", "??????");
    check("\u061c\u200e\u200f", "???");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_masked)
{
    check("a\x9b"
          "2J",
          "a?2J");
    check("\xff\xc3", "??");
    check("\xc0\x9b", "??");           /* overlong */
    check("\xed\xa0\x80", "???");      /* a surrogate */
    check("\xf4\x90\x80\x80", "????"); /* above U+10FFFF */
    check("\xe2\x80", "??");           /* torn */
}
END_TEST

START_TEST(a_report_keeps_its_lines_and_columns)
{
    char report[] = "a\tb\n\r\x1b\0\xc2\x9b\xffz\n";
    static const char expected[] = "a\tb\n?????z\n";
    ck_assert_uint_eq(mask_report(report, sizeof report - 1),
                      sizeof expected - 1);
    ck_assert_mem_eq(report, expected, sizeof expected);
    ck_assert_uint_eq(mask_report(report, 0), 0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_report_keeps_its_lines_and_columns);
    tcase_add_test(tests, text_stays);
    tcase_add_test(tests, controls_are_masked);
    tcase_add_test(tests, bytes_that_are_not_utf8_are_masked);
}

int main(void)
{
    return unit_main("mask", add);
}
