/* test-daytime-parse.c - clients/daytime-parse.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <time.h>

#include "clients/daytime-parse.h"
#include "tests/unit/unit.h"

static const struct {
    const char *text;
    const char *iso;
    bool assumed;
} good[] = {
    {"Sat Nov 21 05:20:00 2026", "2026-11-21T05:20:00Z", true},
    {"Sat Nov 21 05:20:00 2026\r\n", "2026-11-21T05:20:00Z", true},
    {"Sun Nov  1 05:20:00 2026\n", "2026-11-01T05:20:00Z", true},
    {"Sat Nov 21 05:20:00 UTC 2026\n", "2026-11-21T05:20:00Z", false},
    {"Sat Nov 21 05:20:00 CET 2026\n", "2026-11-21T04:20:00Z", false},
    {"Tuesday, February 22, 1982 17:37:43-PST", "1982-02-23T01:37:43Z", false},
    {"02 FEB 82 07:59:01 PST", "1982-02-02T15:59:01Z", false},
    {"Tuesday, July 7, 2026 12:00:00-BST", "2026-07-07T11:00:00Z", false},
    {"Tuesday, July 7, 2026 12:00:00-AKDT", "2026-07-07T20:00:00Z", false},
    {"21 NOV 2026 06:02:18 UTC\r\n", "2026-11-21T06:02:18Z", false},
    {"22 FEB 68 00:00:00 GMT", "2068-02-22T00:00:00Z", false},
    {"Sat Nov 21 05:20:00 -0130 2026", "2026-11-21T06:50:00Z", false},
    {"2026-11-21T05:20:00Z", "2026-11-21T05:20:00Z", false},
    {"2026-11-21T05:20:00+01:00", "2026-11-21T04:20:00Z", false},
    {"2026-11-21T05:20:00-0230", "2026-11-21T07:50:00Z", false},
    {"2026-11-21T05:20:00+02", "2026-11-21T03:20:00Z", false},
    {"\n61365 26-11-21 05:20:00 00 0 0  50.0 UTC(NIST) *\n",
     "2026-11-21T05:20:00Z", false},
    {"40587 70-01-01 00:00:00 50 0 0 719.5 UTC(NIST) *", "1970-01-01T00:00:00Z",
     false},
    /* The day that every fourth century has, and a leap second.  */
    {"2000-02-29T23:59:59Z", "2000-02-29T23:59:59Z", false},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", false},
    {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z", false},
};

static const char *const bad[] = {
    "",
    "half past nine",
    "Sat Nov 21 05:20:00",
    "Sat Nov 21 05:20:00 2026 and more",
    "Sat Nov 31 05:20:00 2026",
    "Sat Foo 21 05:20:00 2026",
    "Sat Nov 21 24:20:00 2026",
    "Sat Nov 21 05:60:00 2026",
    "Sat Nov 21 05:20:61 2026",
    "Sat Nov 21 5:2:0 2026",
    "1900-02-29T00:00:00Z",
    "2026-00-10T00:00:00Z",
    /* No server is known to send these.  */
    "Sat, 21 Nov 2026 05:20:00 +0000",
    "2026-11-21T05:20:00.25+01:00",
    "2026-11-21T05:20:00.",
    "2026-11-21 05:20:00,5 UTC",
    "2026-11-21 05:20:00",
    "2026-11-21T05:20:00+1",
    "2026-11-21T05:20:00+25:00",
    "2026-11-21T05:20:00 XYZ",
    "-026-11-21T05:20:00Z",
    "02 FEB 82 07:59:01",
    "61366 26-11-21 05:20:00 00 0 0 50.0 UTC(NIST) *",
    "61365 26-11-21 05:20:00 00 0 0 50.0",
};

START_TEST(test_good)
{
    struct daytime_instant instant = {0};
    char text[DAYTIME_ISO_TEXT];
    ck_assert_msg(!daytime_parse(good[_i].text, true, &instant), "%s",
                  good[_i].text);
    daytime_iso(instant.seconds, text);
    bool is_told = (int64_t)(time_t)instant.seconds == instant.seconds;
    ck_assert_str_eq(text, is_told ? good[_i].iso : "(unknown)");
    ck_assert_int_eq(instant.assumed, good[_i].assumed);
}
END_TEST

START_TEST(test_bad)
{
    struct daytime_instant instant;
    ck_assert_msg(daytime_parse(bad[_i], true, &instant), "%s", bad[_i]);
}
END_TEST

START_TEST(test_zone_of_this_host)
{
    struct daytime_instant instant = {0};
    char text[DAYTIME_ISO_TEXT];
    setenv("TZ", "XXX-3", 1);
    tzset();
    ck_assert_int_eq(daytime_parse("Sat Nov 21 05:20:00 2026", false, &instant),
                     0);
    daytime_iso(instant.seconds, text);
    ck_assert_str_eq(text, "2026-11-21T02:20:00Z");
}
END_TEST

/* The second before 1970 is a time like others; where a time_t has 32 bits,
   2126 is none, and not taken for that second.  */
START_TEST(test_edges_of_time)
{
    struct daytime_instant instant = {0};
    setenv("TZ", "XXX-3", 1);
    tzset();
    ck_assert_int_eq(daytime_parse("Thu Jan  1 02:59:59 1970", false, &instant),
                     0);
    ck_assert_int_eq(instant.seconds, -1);
    ck_assert(daytime_parse("Sat Nov 21 05:20:00 2126", false, &instant) ==
              (sizeof(time_t) > 4 ? 0 : -1));
}
END_TEST

/* Summer time begins at 2:00, and an hour does not exist.  A leap second is in
   the next minute.  */
START_TEST(test_time_that_the_zone_skips)
{
    struct daytime_instant instant = {0};
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    ck_assert_int_eq(daytime_parse("Sun Mar 29 02:30:00 2026", false, &instant),
                     -1);
    ck_assert_int_eq(daytime_parse("Sun Mar 29 01:59:60 2026", false, &instant),
                     0);
    ck_assert_int_eq(instant.seconds, 1774746000);
    /* A whole day was skipped, where the zone is known.  */
    setenv("TZ", "Pacific/Apia", 1);
    tzset();
    if (!daytime_parse("Sat Dec 31 12:05:00 2011", false, &instant) &&
        instant.seconds != 1325333100)
        ck_assert_int_eq(
            daytime_parse("Fri Dec 30 12:05:00 2011", false, &instant), -1);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, test_good, 0, (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(tests, test_bad, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tests, test_zone_of_this_host);
    tcase_add_test(tests, test_edges_of_time);
    tcase_add_test(tests, test_time_that_the_zone_skips);
}

int main(void)
{
    return unit_main("daytime-parse", add);
}
