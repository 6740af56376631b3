/* test-parent-death.c - sonde_parent_death_signal of lib/signal.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;
static int error;

static void setup(void)
{
    real = sonde__sys;
}

static void teardown(void)
{
    sonde__sys = real;
}

/* A child whose child says on SAY whether it will hear of its death, and keeps
   SAY open until then.  */
static _Noreturn void be_parent(int say)
{
    if (fork() == 0) {
        char result_text = sonde_parent_death_signal(SIGKILL) ? 'n' : 'y';
        if (write(say, &result_text, 1) == 1 && result_text == 'y')
            pause();
        _exit(0);
    }
    pause();
    _exit(0);
}

START_TEST(a_child_hears_though_it_waits_in_a_call)
{
    int ends[2];
    char result_text = 0, more;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0)
        be_parent(ends[1]);
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &result_text, 1), 1);
    kill(parent, SIGKILL);
    ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
    /* Nobody has the other end any more: this test's own clock ends it if
       somebody does.  */
    ck_assert_int_eq(read(ends[0], &more, 1), 0);
    close(ends[0]);
#if defined HAVE_PR_SET_PDEATHSIG || defined HAVE_PROC_PDEATHSIG_CTL
    ck_assert_int_eq(result_text, 'y');
#endif
}
END_TEST

START_TEST(it_can_be_taken_back)
{
    errno = 0;
    if (sonde_parent_death_signal(SIGUSR1))
        ck_assert_int_eq(errno, ENOTSUP);
    else
        ck_assert_int_eq(sonde_parent_death_signal(0), 0);
}
END_TEST

START_TEST(no_signal_is_said_to_be_none)
{
    static const int none[] = {-1, 4711};
    for (size_t i = 0; i < 2; i++) {
        errno = 0;
        ck_assert_int_eq(sonde_parent_death_signal(none[i]), -1);
        ck_assert_int_eq(errno, EINVAL);
    }
}
END_TEST

static int parent_death_fails(int signo)
{
    errno = error;
    return -1;
}

START_TEST(a_system_without_it_says_so)
{
    static const int errors[] = {EINVAL, ENOSYS, ENOTSUP};
    sonde__sys.parent_death = parent_death_fails;
    for (size_t i = 0; i < 3; i++) {
        error = errors[i];
        errno = 0;
        ck_assert_int_eq(sonde_parent_death_signal(SIGTERM), -1);
        ck_assert_int_eq(errno, ENOTSUP);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_child_hears_though_it_waits_in_a_call);
    tcase_add_test(tests, it_can_be_taken_back);
    tcase_add_test(tests, no_signal_is_said_to_be_none);
    tcase_add_test(tests, a_system_without_it_says_so);
}

int main(void)
{
    return unit_main("parent-death", add);
}
