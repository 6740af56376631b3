/* test-reap.c - sonde_reap of lib/signal.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

enum { children = 20 };

static struct sonde__calls real;
static int seen[children];
static int calls;

static void setup(void)
{
    real = sonde__sys;
}

/* Start a child that ends with STATUS once READY is closed everywhere.  */
static void start(int ready[2], int status)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char byte;
        close(ready[1]);
        _exit(read(ready[0], &byte, 1) == 0 ? status : 99);
    }
}

static void note(pid_t child, int status, void *user)
{
    int *total = user;
    ck_assert_int_gt(child, 0);
    ck_assert(WIFEXITED(status));
    ck_assert_int_lt(WEXITSTATUS(status), children);
    seen[WEXITSTATUS(status)]++;
    (*total)++;
}

START_TEST(no_children_is_none)
{
    errno = 77;
    ck_assert_int_eq(sonde_reap(NULL, NULL), 0);
    ck_assert_int_eq(errno, 77);
}
END_TEST

START_TEST(all_children_are_taken_and_running_ones_are_not)
{
    int ready[2], total = 0;
    ck_assert_int_eq(pipe(ready), 0);
    for (int i = 0; i < children; i++)
        start(ready, i);
    ck_assert_int_eq(sonde_reap(note, &total), 0);
    close(ready[1]);
    while (total < children) {
        siginfo_t info;
        /* Wait for one, but leave it.  */
        waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
        ck_assert_int_gt(sonde_reap(note, &total), 0);
    }
    for (int i = 0; i < children; i++)
        ck_assert_int_eq(seen[i], 1);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

static pid_t waitpid_interrupted(pid_t child, int *status, int options)
{
    if (++calls % 2) {
        errno = EINTR;
        return -1;
    }
    return real.waitpid(child, status, options);
}

START_TEST(an_interruption_loses_no_child)
{
    int ready[2], total = 0;
    siginfo_t info;
    ck_assert_int_eq(pipe(ready), 0);
    start(ready, 3);
    close(ready[1]);
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
    sonde__sys.waitpid = waitpid_interrupted;
    ck_assert_int_eq(sonde_reap(note, &total), 1);
    ck_assert_int_eq(total, 1);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, no_children_is_none);
    tcase_add_test(tests, all_children_are_taken_and_running_ones_are_not);
    tcase_add_test(tests, an_interruption_loses_no_child);
}

int main(void)
{
    return unit_main("reap", add);
}
