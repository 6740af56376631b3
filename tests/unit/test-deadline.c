/* test-deadline.c - lib/deadline.c
   SPDX-License-Identifier: GPL-3.0-or-later

   The clock and poll are played here, so nothing waits.  */

#include <config.h>

#include <errno.h>
#include <limits.h>

#include "private.h"
#include "tests/unit/unit.h"

static const int64_t millisecond = 1000000;
static int64_t now;
static int polls, last_timeout, errors_to_come, poll_error;

static int64_t played_now(void)
{
    return now;
}

/* Nothing is ready, and all of the time passes; an error comes after 3 ms.  */
static int played_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    polls++;
    last_timeout = milliseconds;
    if (errors_to_come > 0) {
        errors_to_come--;
        now += 3 * millisecond;
        errno = poll_error;
        return -1;
    }
    now += milliseconds * millisecond;
    return 0;
}

/* Something is ready at once.  */
static int ready_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    last_timeout = milliseconds;
    fds[count - 1].revents = POLLIN;
    return 1;
}

/* The first COUNT calls of poll fail with ERROR.  */
static void play(int count, int error)
{
    sonde__sys.now = played_now;
    sonde__sys.poll = played_poll;
    now = 5 * millisecond;
    polls = 0;
    errors_to_come = count;
    poll_error = error;
}

START_TEST(a_negative_time_is_no_deadline)
{
    play(0, 0);
    ck_assert_int_eq(sonde_deadline(-1), SONDE_NEVER);
    ck_assert_int_eq(sonde_deadline(INT_MIN), SONDE_NEVER);
    ck_assert_int_eq(sonde_deadline_left(SONDE_NEVER), -1);
    sonde__sys.poll = ready_poll;
    ck_assert_int_eq(sonde__wait(0, POLLIN, SONDE_NEVER), 0);
    ck_assert_int_eq(last_timeout, -1);
}
END_TEST

static int64_t no_now(void)
{
    ck_abort_msg("the clock is read");
    return 0;
}

START_TEST(a_call_that_does_not_wait_reads_no_clock)
{
    play(0, 0);
    ck_assert_int_eq(sonde__call_deadline(2), 7 * millisecond);
    ck_assert_int_eq(sonde__call_deadline(-1), SONDE_NEVER);
    ck_assert_int_eq(sonde_deadline_left(sonde__call_deadline(0)), 0);
    sonde__sys.now = no_now;
    ck_assert_int_eq(sonde__call_deadline(0), 0);
}
END_TEST

START_TEST(what_is_left_is_rounded_up)
{
    play(0, 0);
    int64_t deadline = sonde_deadline(2);
    ck_assert_int_eq(deadline, 7 * millisecond);
    ck_assert_int_eq(sonde_deadline_left(deadline), 2);
    now++;
    ck_assert_int_eq(sonde_deadline_left(deadline), 2);
    now = deadline - 1;
    ck_assert_int_eq(sonde_deadline_left(deadline), 1);
    now = deadline;
    ck_assert_int_eq(sonde_deadline_left(deadline), 0);
    now++;
    ck_assert_int_eq(sonde_deadline_left(deadline), 0);
    ck_assert_int_eq(sonde_deadline_left(INT64_MAX), INT_MAX);
    ck_assert_int_eq(sonde_deadline_left(sonde_deadline(INT_MAX)), INT_MAX);
}
END_TEST

START_TEST(what_has_passed_is_rounded_down)
{
    play(0, 0);
    ck_assert_int_eq(sonde__since(now), 0);
    ck_assert_int_eq(sonde__since(1), 4);
    ck_assert_int_eq(sonde__since(0), 5);
    now = INT64_MAX;
    ck_assert_int_eq(sonde__since(0), INT_MAX);
}
END_TEST

START_TEST(the_sooner_of_two)
{
    ck_assert_int_eq(sonde__sooner(3, 4), 3);
    ck_assert_int_eq(sonde__sooner(4, 3), 3);
    ck_assert_int_eq(sonde__sooner(SONDE_NEVER, 3), 3);
    ck_assert_int_eq(sonde__sooner(3, SONDE_NEVER), 3);
    ck_assert_int_eq(sonde__sooner(SONDE_NEVER, SONDE_NEVER), SONDE_NEVER);
}
END_TEST

START_TEST(no_time_is_one_look)
{
    play(0, 0);
    ck_assert_int_eq(sonde__wait(0, POLLIN, sonde_deadline(0)), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(polls, 1);
    ck_assert_int_eq(last_timeout, 0);
}
END_TEST

START_TEST(the_last_look_is_not_cut_short)
{
    struct pollfd waited = {.fd = 0, .events = POLLIN};
    play(3, EINTR);
    ck_assert_int_eq(sonde__poll(&waited, 1, sonde_deadline(0)), 0);
    ck_assert_int_eq(polls, 4);
    play(1000000, EINTR);
    ck_assert_int_eq(sonde__poll(&waited, 1, sonde_deadline(0)), 0);
    ck_assert_int_lt(polls, 1000);
}
END_TEST

START_TEST(an_interruption_costs_no_time_and_adds_none)
{
    static const int errors[] = {EINTR, EAGAIN};
    struct pollfd waited = {.fd = 0, .events = POLLIN};
    for (size_t i = 0; i < 2; i++) {
        play(3, errors[i]);
        int64_t deadline = sonde_deadline(10);
        ck_assert_int_eq(sonde__poll(&waited, 1, deadline), 0);
        ck_assert_int_eq(now, deadline);
        ck_assert_int_eq(polls, 5); /* for 10, 7, 4, 1 and 0 ms */
    }
}
END_TEST

START_TEST(other_errors_of_poll_end_the_wait)
{
    play(1, ENOMEM);
    ck_assert_int_eq(sonde__wait(0, POLLIN, sonde_deadline(10)), -1);
    ck_assert_int_eq(errno, ENOMEM);
    ck_assert_int_eq(polls, 1);
}
END_TEST

START_TEST(a_poll_that_stays_out_of_memory_ends_the_wait)
{
    for (int timeout = -1; timeout <= 1000; timeout += 1001) {
        play(INT_MAX, EAGAIN);
        ck_assert_int_eq(sonde__wait(0, POLLIN, sonde_deadline(timeout)), -1);
        ck_assert_int_eq(errno, ENOMEM);
        ck_assert_int_eq(polls, 64);
    }
}
END_TEST

START_TEST(a_call_is_made_again_while_there_is_time)
{
    play(0, 0);
    errno = EINTR;
    ck_assert_int_eq(sonde__again(0, POLLIN, sonde_deadline(1)), 0);
    ck_assert_int_eq(polls, 0);
    errno = EBADF;
    ck_assert_int_eq(sonde__again(0, POLLIN, sonde_deadline(1)), -1);
    ck_assert_int_eq(errno, EBADF);
    sonde__sys.poll = ready_poll;
    errno = EWOULDBLOCK;
    ck_assert_int_eq(sonde__again(0, POLLIN, sonde_deadline(1)), 0);
    errno = EINTR;
    ck_assert_int_eq(sonde__again(0, POLLIN, sonde_deadline(0)), -1);
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

static int64_t slept;

static void played_sleep(int milliseconds)
{
    ck_assert_int_gt(milliseconds, 0);
    ck_assert_int_le(milliseconds, 32);
    slept += milliseconds;
    now += milliseconds * millisecond;
}

/* Fails at once, for ever: no clock moves.  */
static int failing_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    polls++;
    errno = EINTR;
    return -1;
}

START_TEST(interruptions_without_end_do_not_take_the_processor)
{
    struct pollfd waited = {.fd = 0, .events = POLLIN};
    play(0, 0);
    sonde__sys.poll = failing_poll;
    sonde__sys.sleep = played_sleep;
    int64_t deadline = sonde_deadline(10000);
    ck_assert_int_eq(sonde__poll(&waited, 1, deadline), 0);
    ck_assert_int_le(polls, 64 + 64 + 10000 / 32 + 64);
    ck_assert_int_eq(now, deadline);
    /* Without a deadline it is an error, some two seconds later.  */
    polls = 0;
    slept = 0;
    ck_assert_int_eq(sonde__poll(&waited, 1, SONDE_NEVER), -1);
    ck_assert_int_eq(errno, EINTR);
    ck_assert_int_eq(polls, 128);
    ck_assert_int_gt(slept, 1500);
    ck_assert_int_lt(slept, 2500);
}
END_TEST

START_TEST(failures_that_come_slowly_are_no_row)
{
    struct sonde__row row = {0};
    play(0, 0);
    for (int i = 0; i < 1000; i++) {
        now += millisecond;
        ck_assert_int_eq(sonde__row_sleep(&row, SONDE_NEVER), 0);
        ck_assert_int_eq(row.failures, 1);
    }
    ck_assert_int_eq(sonde__row_count(&row), 2);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, a_negative_time_is_no_deadline);
    tcase_add_test(tests, a_call_that_does_not_wait_reads_no_clock);
    tcase_add_test(tests, what_is_left_is_rounded_up);
    tcase_add_test(tests, what_has_passed_is_rounded_down);
    tcase_add_test(tests, the_sooner_of_two);
    tcase_add_test(tests, no_time_is_one_look);
    tcase_add_test(tests, the_last_look_is_not_cut_short);
    tcase_add_test(tests, an_interruption_costs_no_time_and_adds_none);
    tcase_add_test(tests, other_errors_of_poll_end_the_wait);
    tcase_add_test(tests, interruptions_without_end_do_not_take_the_processor);
    tcase_add_test(tests, failures_that_come_slowly_are_no_row);
    tcase_add_test(tests, a_poll_that_stays_out_of_memory_ends_the_wait);
    tcase_add_test(tests, a_call_is_made_again_while_there_is_time);
}

int main(void)
{
    return unit_main("deadline", add);
}
