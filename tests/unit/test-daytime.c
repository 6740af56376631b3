/* test-daytime.c - servers/daytime.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "servers/daytime.h"
#include "servers/service.h"
#include "tests/unit/unit.h"

/* 1982-02-22 17:37:43 in California, eight hours behind.  */
static const time_t example = (time_t)383276263;

static void expect(const char *zone, bool iso, bool utc, time_t now,
                   const char *expected)
{
    struct daytime_settings settings = {.iso = iso, .utc = utc};
    char text[DAYTIME_TEXT];
    ck_assert_int_eq(setenv("TZ", zone, 1), 0);
    tzset();
    ck_assert_uint_eq(daytime_print(&settings, now, text), strlen(expected));
    ck_assert_str_eq(text, expected);
}

START_TEST(the_example_of_the_rfc)
{
    expect("PST8", false, false, example,
           "Monday, February 22, 1982 17:37:43-PST\r\n");
}
END_TEST

START_TEST(iso_has_the_offset)
{
    expect("PST8", true, false, 0, "1969-12-31T16:00:00-08:00\r\n");
    expect("IST-5:30", true, false, 0, "1970-01-01T05:30:00+05:30\r\n");
    expect("PST8", true, true, 0, "1970-01-01T00:00:00Z\r\n");
}
END_TEST

START_TEST(classic_has_the_zone)
{
    expect("PST8", false, false, 0,
           "Wednesday, December 31, 1969 16:00:00-PST\r\n");
    expect("PST8", false, true, 0,
           "Thursday, January 1, 1970 00:00:00-UTC\r\n");
}
END_TEST

/* A name of 40 bytes does not fit.  */
START_TEST(a_long_zone_is_an_offset)
{
    expect("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMN8", false, false, 0,
           "Wednesday, December 31, 1969 16:00:00--08:00\r\n");
}
END_TEST

START_TEST(a_datagram_is_answered_whatever_it_holds)
{
    struct daytime_settings settings = {.iso = true, .utc = true};
    struct datagram_request request = {.data = "\377", .size = 1};
    const char *answer;
    ssize_t length = service_daytime.datagram(&settings, &request, &answer);
    ck_assert_int_eq(length, (int)strlen("1970-01-01T00:00:00Z\r\n"));
    ck_assert_int_eq(memcmp(answer + length - 3, "Z\r\n", 3), 0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, the_example_of_the_rfc);
    tcase_add_test(tests, iso_has_the_offset);
    tcase_add_test(tests, classic_has_the_zone);
    tcase_add_test(tests, a_long_zone_is_an_offset);
    tcase_add_test(tests, a_datagram_is_answered_whatever_it_holds);
}

int main(void)
{
    return unit_main("daytime", add);
}
