/* test-occupancy.c - probes/listeners/occupancy.c and pace.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>

#include "probes/listeners/occupancy.h"
#include "probes/listeners/pace.h"
#include "tests/unit/unit.h"

static struct occupancy occupancy;

static void setup(void)
{
    occupancy = (struct occupancy){0};
}

static void look(int64_t at, long queued, long capacity, long drops)
{
    const struct occupancy_look found = {at, queued, capacity, drops};
    occupancy_add(&occupancy, &found, 10);
}

START_TEST(test_percent)
{
    ck_assert_int_eq(occupancy_percent(0, 129), 0);
    ck_assert_int_eq(occupancy_percent(128, 129), 99);
    ck_assert_int_eq(occupancy_percent(129, 129), 100);
    ck_assert_int_eq(occupancy_percent(500, 129), 100);
    ck_assert_int_eq(occupancy_percent(0, 0), 100);
    ck_assert_int_eq(occupancy_percent(-1, 129), -1);
    ck_assert_int_eq(occupancy_percent(1, -1), -1);
}
END_TEST

/* A look counts until the next.  */
START_TEST(test_time)
{
    int64_t steps[OCCUPANCY_STEPS];
    look(0, 0, 10, 0);
    look(5, 7, 10, 0);
    look(8, 10, 10, 0);
    look(9, 0, 10, 0);
    occupancy_stop(&occupancy, 15, 10);
    ck_assert_int_eq(occupancy.seen, 15);
    ck_assert_int_eq(occupancy.unseen, 0);
    ck_assert_int_eq(occupancy_above(&occupancy, 70), 4);
    ck_assert_int_eq(occupancy_above(&occupancy, 71), 1);
    ck_assert_int_eq(occupancy_above(&occupancy, 100), 1);
    occupancy_steps(&occupancy, steps);
    ck_assert_int_eq(steps[0], 11);
    ck_assert_int_eq(steps[8], 3);
    ck_assert_int_eq(steps[11], 1);
}
END_TEST

/* Of a long pause only the beginning counts; after a stop nothing does.  */
START_TEST(test_gaps)
{
    look(0, 5, 10, 0);
    look(100, 0, 10, 0);
    ck_assert_int_eq(occupancy.seen, 10);
    ck_assert_int_eq(occupancy.unseen, 90);
    occupancy_stop(&occupancy, 105, 10);
    look(200, 0, 10, 0);
    ck_assert_int_eq(occupancy.seen, 15);
    ck_assert_int_eq(occupancy.unseen, 90);
}
END_TEST

START_TEST(test_peak)
{
    look(0, 0, 10, 0);
    look(1, 9, 10, 0);
    look(2, 9, 10, 0);
    look(3, 50, 100, 0);
    ck_assert_int_eq(occupancy.peak.at, 1);
    ck_assert_int_eq(occupancy.peak.queued, 9);
    occupancy_next_second(&occupancy);
    ck_assert_int_eq(occupancy.second.capacity, 0);
    look(4, 99, 100, 0);
    ck_assert_int_eq(occupancy.peak.at, 4);
    ck_assert_int_eq(occupancy.second.at, 4);
}
END_TEST

START_TEST(test_unknown)
{
    look(0, -1, -1, -1);
    look(5, -1, -1, -1);
    ck_assert_int_eq(occupancy.seen, 0);
    ck_assert_int_eq(occupancy.peak.capacity, 0);
    ck_assert_int_eq(occupancy.drops, -1);
    ck_assert_int_eq(occupancy.looks, 2);
}
END_TEST

/* Drops before the first look do not count, and the counter wraps.  */
START_TEST(test_drops)
{
    look(0, 0, 10, 7);
    look(1, 0, 10, 9);
    ck_assert_int_eq(occupancy.drops, 2);
#if LONG_MAX > INT32_MAX
    look(2, 0, 10, 0xffffffff);
    look(3, 0, 10, 3);
    ck_assert_int_eq(occupancy.drops, (int64_t)0xffffffff - 7 + 4);
#endif
    occupancy_next_second(&occupancy);
    look(4, 0, 10, occupancy.last.drops + 5);
    ck_assert_int_eq(occupancy.second_drops, 5);
}
END_TEST

/* The times stay those of the start, and late looks are counted.  */
START_TEST(test_pace)
{
    struct pace pace = {.interval = 10, .share = 0.5};
    pace_next(&pace, 3, 0);
    ck_assert_int_eq(pace.next, 10);
    pace_next(&pace, 14, 0);
    ck_assert_int_eq(pace.next, 20);
    pace_next(&pace, 35, 0);
    ck_assert_int_eq(pace.next, 30);
    ck_assert_int_eq(pace.missed, 0);
    pace_next(&pace, 75, 0);
    ck_assert_int_eq(pace.next, 70);
    ck_assert_int_eq(pace.missed, 3);
    ck_assert_int_eq(pace.held, 0);
}
END_TEST

START_TEST(test_share)
{
    struct pace pace = {.interval = 10, .share = 0.5};
    pace_next(&pace, 20, 20);
    ck_assert_int_eq(pace.next, 40);
    ck_assert_int_eq(pace.held, 2);
    ck_assert_int_eq(pace.missed, 1);
    pace.hold_max = 3;
    pace_next(&pace, 40, 500);
    ck_assert_int_eq(pace.next, 80);
    ck_assert_int_eq(pace.held, 5);
}
END_TEST

/* A quiet second gives no credit; a debt stays.  */
START_TEST(test_window)
{
    const int64_t second = 1000000000;
    struct pace pace = {.interval = 1000, .share = 0.5};
    pace_next(&pace, second, 0);
    ck_assert_int_eq(pace.window, second);
    pace_next(&pace, second + 10, 10000);
    ck_assert_int_eq(pace.next, second + 20000);
    pace.window = 0;
    pace.window_cpu = 0;
    pace_next(&pace, second, second);
    ck_assert_int_eq(pace.window, 2 * second);
    ck_assert_int_eq(pace.next, 2 * second);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, test_percent);
    tcase_add_test(tests, test_time);
    tcase_add_test(tests, test_gaps);
    tcase_add_test(tests, test_peak);
    tcase_add_test(tests, test_unknown);
    tcase_add_test(tests, test_drops);
    tcase_add_test(tests, test_pace);
    tcase_add_test(tests, test_share);
    tcase_add_test(tests, test_window);
}

int main(void)
{
    return unit_main("occupancy", add);
}
