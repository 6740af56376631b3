/* test-signal.c - lib/signal.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static volatile sig_atomic_t times, was_blocked;
static int ends[2];
static struct sonde__calls real;
static int restarts; /* whether they were asked for */

/* Note that it ran; and at its fourth time let the reader go, so that a read
   that is restarted for ever comes to an end as well.  */
static void handler(int signo)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    was_blocked = sigismember(&blocked, signo);
    times++;
    if (times == 4 && write(ends[1], "x", 1) != 1)
        _exit(99);
}

/* SIGALRM every few milliseconds, so that one surely falls into the read,
   however late this process gets there.  */
static void set_timer(int milliseconds)
{
    struct itimerval timer = {
        .it_interval = {.tv_usec = milliseconds * 1000},
        .it_value = {.tv_usec = milliseconds * 1000},
    };
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

/* Read from the pipe while signals come.  */
static ssize_t read_under_signals(int *error)
{
    char byte;
    ck_assert_int_eq(pipe(ends), 0);
    set_timer(20);
    errno = 0;
    ssize_t got = read(ends[0], &byte, 1);
    *error = errno;
    set_timer(0);
    close(ends[0]);
    close(ends[1]);
    return got;
}

static int sigaction_noted(int signo, const struct sigaction *action,
                           struct sigaction *old)
{
    restarts = (action->sa_flags & SA_RESTART) != 0;
    return real.sigaction(signo, action, old);
}

/* ThreadSanitizer (gcc 12, clang 14) has a handler run when the call that the
   signal came in returns; of 15 signals in a read, none ran before.  So a read
   that is restarted waits for ever for the handler that is to end it: there
   only what was asked of the system is looked at.  */
START_TEST(a_read_is_restarted)
{
    int error;
    real = sonde__sys;
    sonde__sys.sigaction = sigaction_noted;
    ck_assert_int_eq(sonde_signal(SIGALRM, handler, SONDE_INTERRUPT), 0);
    ck_assert_int_eq(restarts, 0);
    ck_assert_int_eq(sonde_signal(SIGALRM, handler, SONDE_RESTART), 0);
    ck_assert_int_eq(restarts, 1);
    if (unit_has_tsan)
        return;
    ck_assert_int_eq(read_under_signals(&error), 1);
    /* The handler stayed, and ran for each.  */
    ck_assert_int_ge(times, 4);
    ck_assert_int_eq(was_blocked, 1);
}
END_TEST

START_TEST(a_read_is_interrupted)
{
    int error;
    ck_assert_int_eq(sonde_signal(SIGALRM, handler, SONDE_INTERRUPT), 0);
    ck_assert_int_eq(read_under_signals(&error), -1);
    ck_assert_int_eq(error, EINTR);
    ck_assert_int_ge(times, 1);
    ck_assert_int_le(times, 3);
    ck_assert_int_eq(was_blocked, 1);
}
END_TEST

START_TEST(the_handler_stays)
{
    errno = 33;
    ck_assert_int_eq(sonde_signal(SIGUSR1, handler, SONDE_RESTART), 0);
    ck_assert_int_eq(errno, 33);
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(raise(SIGUSR1), 0);
        ck_assert_int_eq(times, i);
    }
    ck_assert_int_eq(sonde_signal(SIGUSR1, SIG_IGN, SONDE_RESTART), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(times, 3);
}
END_TEST

START_TEST(the_default_comes_back)
{
    struct sigaction now;
    ck_assert_int_eq(sonde_signal(SIGUSR1, handler, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_signal(SIGUSR1, SIG_DFL, SONDE_RESTART), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert(now.sa_handler == SIG_DFL);
}
END_TEST

START_TEST(what_cannot_be_caught_is_refused)
{
    static const int signals[] = {SIGKILL, SIGSTOP, -1, 0, 100000};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        errno = 0;
        ck_assert_int_eq(sonde_signal(signals[i], handler, SONDE_RESTART), -1);
        ck_assert_int_eq(errno, EINVAL);
    }
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, a_read_is_restarted);
    tcase_add_test(tests, a_read_is_interrupted);
    tcase_add_test(tests, the_handler_stays);
    tcase_add_test(tests, the_default_comes_back);
    tcase_add_test(tests, what_cannot_be_caught_is_refused);
}

int main(void)
{
    return unit_main("signal", add);
}
