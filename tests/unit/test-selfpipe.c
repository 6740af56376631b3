/* test-selfpipe.c - lib/selfpipe.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;
static int wake;

static void setup(void)
{
    real = sonde__sys;
    wake = sonde_selfpipe_open();
    ck_assert_int_ge(wake, 0);
}

static int is_readable(void)
{
    struct pollfd waited = {.fd = wake, .events = POLLIN};
    return poll(&waited, 1, 0) == 1;
}

START_TEST(a_signal_makes_it_readable_and_is_taken_once)
{
    ck_assert_int_eq(sonde_selfpipe_catch(SIGTERM), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGTERM), 0);
    ck_assert_int_eq(sonde_selfpipe_read(), 0);
    ck_assert(!is_readable());
    errno = 77;
    raise(SIGTERM);
    raise(SIGTERM);
    ck_assert(is_readable());
    ck_assert_int_eq(sonde_selfpipe_read(), SIGTERM);
    ck_assert_int_eq(sonde_selfpipe_read(), 0);
    ck_assert(!is_readable());
    ck_assert_int_eq(errno, 77);
}
END_TEST

START_TEST(whoever_takes_only_one_is_woken_again)
{
    ck_assert_int_eq(sonde_selfpipe_catch(SIGTERM), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGCHLD), 0);
    raise(SIGTERM);
    raise(SIGCHLD);
    int first = sonde_selfpipe_read();
    ck_assert(is_readable());
    int second = sonde_selfpipe_read();
    ck_assert_int_eq(first + second, SIGTERM + SIGCHLD);
    ck_assert_int_eq(sonde_selfpipe_read(), 0);
    ck_assert(!is_readable());
}
END_TEST

START_TEST(a_full_pipe_loses_no_signal)
{
    ck_assert_int_eq(sonde_selfpipe_catch(SIGTERM), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGUSR1), 0);
    /* More than any pipe holds by default.  */
    for (int i = 0; i < 70000; i++)
        raise(SIGUSR1);
    raise(SIGTERM);
    int taken[2] = {sonde_selfpipe_read(), sonde_selfpipe_read()};
    ck_assert_int_eq(taken[0] + taken[1], SIGTERM + SIGUSR1);
    for (int i = 0; i < 10 && is_readable(); i++)
        ck_assert_int_eq(sonde_selfpipe_read(), 0);
    ck_assert(!is_readable());
}
END_TEST

START_TEST(a_poller_is_woken)
{
    struct sonde_poller *poller = sonde_poller_open(SONDE_POLLER_BEST);
    struct sonde_event event;
    struct itimerval soon = {{0, 0}, {0, 20000}};
    ck_assert_ptr_nonnull(poller);
    ck_assert_int_eq(sonde_poller_add(poller, wake, SONDE_READABLE, NULL), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGALRM), 0);
    setitimer(ITIMER_REAL, &soon, NULL);
    ck_assert_int_eq(sonde_poller_wait(poller, 20000), 1);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    ck_assert_int_eq(event.fd, wake);
    ck_assert_int_eq(sonde_selfpipe_read(), SIGALRM);
    sonde_poller_close(poller);
}
END_TEST

START_TEST(mistakes_are_told)
{
    ck_assert_int_eq(sonde_selfpipe_open(), -1);
    ck_assert_int_eq(errno, EBUSY);
    ck_assert_int_eq(sonde_selfpipe_catch(0), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_selfpipe_catch(128), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGKILL), -1);
    ck_assert_int_eq(errno, EINVAL);
    sonde_selfpipe_close();
    sonde_selfpipe_close();
    ck_assert_int_eq(sonde_selfpipe_catch(SIGTERM), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(sonde_selfpipe_read(), 0);
}
END_TEST

START_TEST(close_gives_the_disposition_back)
{
    struct sigaction now;
    ck_assert_int_eq(sonde_signal(SIGUSR2, SIG_IGN, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGUSR2), 0);
    /* Should another have taken it meanwhile, it is caught again.  */
    ck_assert_int_eq(sonde_signal(SIGUSR2, SIG_DFL, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGUSR2), 0);
    raise(SIGUSR2);
    ck_assert_int_eq(sonde_selfpipe_read(), SIGUSR2);
    sonde_selfpipe_close();
    ck_assert_int_eq(sigaction(SIGUSR2, NULL, &now), 0);
    ck_assert(now.sa_handler == SIG_IGN);
    ck_assert_int_eq(fcntl(wake, F_GETFD), -1);
    wake = sonde_selfpipe_open();
    ck_assert_int_ge(wake, 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGUSR2), 0);
    raise(SIGUSR2);
    ck_assert_int_eq(sonde_selfpipe_read(), SIGUSR2);
}
END_TEST

/* A host without pipe2.  */
static int pipe_plain(int ends[2])
{
    return pipe(ends);
}

START_TEST(the_flags_are_set_either_way)
{
    sonde_selfpipe_close();
    sonde__sys.pipe = pipe_plain;
    wake = sonde_selfpipe_open();
    ck_assert_int_ge(wake, 0);
    ck_assert_int_eq(fcntl(wake, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(fcntl(wake, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}
END_TEST

/* A child that still has the parent's handler and pipe.  The parent has a
   signal of its own pending.  */
START_TEST(a_child_keeps_to_itself_and_its_signals_are_not_lost)
{
    int status;
    /* Check has a handler, which would hand it on to the whole group.  */
    ck_assert_int_eq(sonde_signal(SIGTERM, SIG_DFL, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGTERM), 0);
    ck_assert_int_eq(sonde_selfpipe_catch(SIGUSR1), 0);
    raise(SIGUSR1);
    pid_t child = fork();
    if (child == 0) {
        if (sonde_selfpipe_read() != 0)
            _exit(1);
        raise(SIGTERM);
        sonde_selfpipe_close();
        _exit(2);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGTERM);
    ck_assert(is_readable());
    ck_assert_int_eq(sonde_selfpipe_read(), SIGUSR1);
    ck_assert_int_eq(sonde_selfpipe_read(), 0);
    ck_assert(!is_readable());
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_signal_makes_it_readable_and_is_taken_once);
    tcase_add_test(tests, whoever_takes_only_one_is_woken_again);
    tcase_add_test(tests, a_full_pipe_loses_no_signal);
    tcase_add_test(tests, a_poller_is_woken);
    tcase_add_test(tests, mistakes_are_told);
    tcase_add_test(tests, close_gives_the_disposition_back);
    tcase_add_test(tests, the_flags_are_set_either_way);
    tcase_add_test(tests, a_child_keeps_to_itself_and_its_signals_are_not_lost);
}

int main(void)
{
    return unit_main("wake", add);
}
