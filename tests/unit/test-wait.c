/* test-wait.c - base/wait.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "tests/unit/unit.h"

static int ends[2];
static struct rlimit limit;

static void setup(void)
{
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void teardown(void)
{
    setrlimit(RLIMIT_NOFILE, &limit);
    close(ends[0]);
    close(ends[1]);
}

/* Make poll fail with EINVAL: no descriptors are allowed.  Returns false if
   this system does not count them.  */
static bool poll_made_to_fail(void)
{
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    struct pollfd fds = {.fd = ends[0], .events = POLLIN};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    return poll(&fds, 1, 0) < 0;
}

START_TEST(an_event_is_returned)
{
    ck_assert_int_eq(wait_one(ends[0], POLLIN, 0), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    ck_assert_int_eq(wait_one(ends[0], POLLIN, 10000), POLLIN);
}
END_TEST

START_TEST(a_failing_poll_reports_no_event)
{
    struct pollfd fds = {.fd = ends[0], .events = POLLIN, .revents = POLLHUP};
    if (!poll_made_to_fail())
        return;
    ck_assert_int_eq(wait_poll(&fds, 1, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(fds.revents, 0);
}
END_TEST

/* Each call lasts: 200 take a second or more, and a loop does not spin.  */
START_TEST(a_failing_poll_takes_time)
{
    enum { CALLS = 20 };
    struct pollfd fds = {.fd = ends[0], .events = POLLIN};
    if (!poll_made_to_fail())
        return;
    int64_t start = monotonic_ms();
    for (int i = 0; i < CALLS; i++)
        ck_assert_int_eq(wait_poll(&fds, 1, 0), -1);
    ck_assert_int_ge(monotonic_ms() - start, CALLS);
}
END_TEST

START_TEST(wait_one_ends_though_poll_fails)
{
    if (!poll_made_to_fail())
        return;
    int64_t start = monotonic_ms();
    ck_assert_int_eq(wait_one(ends[0], POLLIN, 50), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_ge(monotonic_ms() - start, 50);
}
END_TEST

START_TEST(only_interrupts_are_repeated_and_not_for_ever)
{
    int tries = 0, count = 0;
    errno = ENOMEM;
    ck_assert(!wait_retry(&tries));
    for (errno = EINTR; wait_retry(&tries); count++)
        ck_assert_int_eq(errno, EINTR);
    ck_assert_int_eq(count, WAIT_FAILURES);
}
END_TEST

START_TEST(a_pause_keeps_errno)
{
    errno = ERANGE;
    wait_pause(1);
    ck_assert_int_eq(errno, ERANGE);
}
END_TEST

/* A child that lives until the pipe is closed.  */
static pid_t child_begin(int status)
{
    char byte;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 1 ? status : 99);
    }
    return child;
}

START_TEST(a_child_that_ends_is_reaped)
{
    int status;
    pid_t child = child_begin(7);
    ck_assert_int_eq(wait_child(child, &status, 0), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    ck_assert_int_eq(wait_child(child, &status, 10000), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    ck_assert_int_eq(wait_child(child, NULL, 10000), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(a_child_that_goes_on_is_not_waited_for)
{
    pid_t child = child_begin(0);
    int64_t start = monotonic_ms();
    ck_assert_int_eq(wait_child(child, NULL, 30), 0);
    ck_assert_int_ge(monotonic_ms() - start, 30);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(wait_child(child, NULL, 10000), child);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_event_is_returned);
    tcase_add_test(tests, a_failing_poll_reports_no_event);
    tcase_add_test(tests, a_failing_poll_takes_time);
    tcase_add_test(tests, wait_one_ends_though_poll_fails);
    tcase_add_test(tests, only_interrupts_are_repeated_and_not_for_ever);
    tcase_add_test(tests, a_pause_keeps_errno);
    tcase_add_test(tests, a_child_that_ends_is_reaped);
    tcase_add_test(tests, a_child_that_goes_on_is_not_waited_for);
}

int main(void)
{
    return unit_main("wait", add);
}
