/* test-runner.c - probes/run/runner.c, with measurements that go wrong
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "probes/run/runner.h"
#include "tests/unit/unit.h"

static struct findings findings;
static struct run_trouble trouble;
static int descriptors;

enum {
    SOON = 300,   /* a deadline that passes, */
    LATE = 30000, /*   and one that never should; milliseconds */
    MANY = 2000
};

static void set_up(void)
{
    descriptors = unit_descriptors();
}

/* Whatever became of a run: no child, no zombie, nothing left open.  */
static void tear_down(void)
{
    findings_free(&findings);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    ck_assert_int_eq(unit_descriptors(), descriptors);
}

/* ---- measurements ------------------------------------------------------- */

static void write_line(FILE *out, int number)
{
    char key[20];
    snprintf(key, sizeof key, "n.%d", number);
    struct finding finding = {
        .id = "test", .key = key, .value = "1", .stable = true};
    finding_write(out, &finding);
}

/* As many lines as PLAN says.  */
static bool well(FILE *out, int watch, const void *plan)
{
    findings_write(out, &(struct findings){0});
    for (int i = 0; i < *(const int *)plan; i++)
        write_line(out, i);
    return true;
}

/* Not for ever, should the runner not do its work.  */
static _Noreturn void hang(void)
{
    poll(NULL, 0, LATE);
    _exit(0);
}

static bool hangs(FILE *out, int watch, const void *plan)
{
    signal(SIGTERM, SIG_IGN);
    write_line(out, 1);
    fflush(out);
    hang();
}

static bool crashes(FILE *out, int watch, const void *plan)
{
    write_line(out, 1);
    fflush(out);
    raise(*(const int *)plan);
    return true;
}

static bool flushes(FILE *out, int watch, const void *plan)
{
    write_line(out, 1);
    fflush(NULL);
    return true;
}

static bool gives_up(FILE *out, int watch, const void *plan)
{
    write_line(out, 1);
    return false;
}

/* The text of PLAN behind a good line.  */
static bool says(FILE *out, int watch, const void *plan)
{
    write_line(out, 1);
    fputs(plan, out);
    return true;
}

/* The same, and then nothing more happens.  */
static bool says_and_hangs(FILE *out, int watch, const void *plan)
{
    says(out, watch, plan);
    fflush(out);
    hang();
}

static bool breaks_off_and_crashes(FILE *out, int watch, const void *plan)
{
    says(out, watch, plan);
    fflush(out);
    raise(SIGKILL);
    return true;
}

static bool closes_early(FILE *out, int watch, const void *plan)
{
    write_line(out, 1);
    fflush(out);
    close(watch);
    if (*(const int *)plan)
        hang();
    return true;
}

static bool never_ends_a_line(FILE *out, int watch, const void *plan)
{
    write_line(out, 1);
    for (int i = 0; i < 100000; i++)
        putc('x', out);
    fflush(out);
    hang();
}

/* ---- tests -------------------------------------------------------------- */

/* Why a run of MOST milliseconds failed that had a deadline to pass.  */
static const char passed[] = "its deadline of 0 s passed";

/* Run MEASURE for at most MOST milliseconds.  Returns whether it failed for the
   reason that begins like WHY, and left its first line.  */
static bool fails(measurement *measure, const void *plan, int most,
                  const char *why)
{
    char late[40];
    snprintf(late, sizeof late, "its deadline of %d s passed", most / 1000);
    int64_t start = monotonic_ms();
    ck_assert_int_eq(
        run_measurement(measure, plan, most, &findings, NULL, &trouble), -1);
    int64_t elapsed = monotonic_ms() - start;
    if (most < LATE)
        ck_assert_int_ge(elapsed, most);
    ck_assert_int_lt(elapsed, LATE / 2);
    bool said_late = trouble.late == (why == passed);
    why = why == passed ? late : why;
    return said_late && !strncmp(trouble.text, why, strlen(why)) &&
           findings.count == 1 && !strcmp(findings.list[0].key, "n.1");
}

/* It must fail so.  A deadline that is SOON may pass on a busy host before
   there is a line: then it is given twice the time.  */
static void check_fails(measurement *measure, const void *plan, int deadline,
                        const char *why)
{
    int most = deadline;
    while (!fails(measure, plan, most, why)) {
        ck_assert_msg(most < LATE / 4, "\"%s\", not \"%s\", with %zu findings",
                      trouble.text, why, findings.count);
        findings_free(&findings);
        most *= 2;
    }
}

START_TEST(a_good_one_arrives_whole)
{
    static const int counts[] = {0, 1, MANY};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        strcpy(trouble.text, "left over");
        ck_assert_int_eq(
            run_measurement(well, &counts[i], LATE, &findings, NULL, &trouble),
            0);
        ck_assert_str_eq(trouble.text, "");
        ck_assert_uint_eq(findings.count, (size_t)counts[i]);
        findings_sort(&findings);
        for (int k = 0; k < counts[i]; k++)
            ck_assert_int_eq(atoi(findings.list[k].key + 2), k);
        findings_free(&findings);
    }
}
END_TEST

static int calls_of_progress;
static void progress(const struct findings *so_far, int64_t elapsed)
{
    calls_of_progress++;
    ck_assert_int_eq((int)so_far->count, calls_of_progress - 1);
    ck_assert_int_ge(elapsed, 0);
    ck_assert_int_lt(elapsed, LATE);
}

START_TEST(progress_is_told_of_each_line)
{
    int count = 5;
    ck_assert_int_eq(
        run_measurement(well, &count, LATE, &findings, progress, &trouble), 0);
    ck_assert_int_eq(calls_of_progress, 1 + count); /* the header is one */
}
END_TEST

/* As if this process had been stopped: with the first line, until the child has
   ended and its deadline is over.  */
static int64_t resumed;
static void stand_still(const struct findings *so_far, int64_t elapsed)
{
    siginfo_t info;
    if (calls_of_progress++ > 0)
        return;
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
    if (elapsed < resumed)
        poll(NULL, 0, (int)(resumed - elapsed));
}

START_TEST(what_came_in_time_is_taken_late)
{
    int count = 500; /* some reads, and less than a pipe holds */
    for (resumed = SOON; calls_of_progress == 0 && resumed < LATE; resumed *= 2)
        if (!run_measurement(well, &count, resumed, &findings, stand_still,
                             &trouble))
            break;
    ck_assert_str_eq(trouble.text, "");
    ck_assert_uint_eq(findings.count, (size_t)count);
}
END_TEST

START_TEST(one_that_hangs_is_killed_at_its_deadline)
{
    check_fails(hangs, NULL, SOON, passed);
}
END_TEST

/* Not SIGTERM: check has a handler of its own for that.  */
START_TEST(one_that_crashes_is_told_by_its_signal)
{
    static const int signals[] = {SIGKILL, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        char why[60];
        snprintf(why, sizeof why, "it was killed by signal %d", signals[i]);
        check_fails(crashes, &signals[i], LATE, why);
        findings_free(&findings);
    }
}
END_TEST

START_TEST(one_that_gives_up)
{
    check_fails(gives_up, NULL, LATE, "it gave up");
}
END_TEST

START_TEST(garbage_ends_the_run_at_once)
{
    check_fails(says_and_hangs, "garbage\n", LATE,
                "its findings do not read: ");
    findings_free(&findings);
    check_fails(says_and_hangs, "\n", LATE, "its findings do not read: ");
    findings_free(&findings);
    check_fails(says, "a\tb\tc\tguessed\tyes\td\n", LATE,
                "its findings do not read: ");
}
END_TEST

START_TEST(half_a_line_is_not_the_end)
{
    check_fails(says, "test\tn.2\t1\tmeas", LATE, "its findings break off");
    findings_free(&findings);
    /* A whole finding, but who knows: the newline is what makes it so.  */
    check_fails(says, "test\tn.2\t1\tmeasured\tyes\t-", LATE,
                "its findings break off");
    findings_free(&findings);
    check_fails(breaks_off_and_crashes, "test\tn.2", LATE,
                "it was killed by signal 9");
    findings_free(&findings);
    check_fails(says_and_hangs, "test\tn.2", SOON, passed);
}
END_TEST

START_TEST(one_that_closes_its_end_early)
{
    int hanging = 0;
    check_fails(closes_early, &hanging, LATE, "it gave up");
    findings_free(&findings);
    hanging = 1;
    check_fails(closes_early, &hanging, SOON, "it did not end");
}
END_TEST

START_TEST(a_line_without_end_is_not_swallowed)
{
    check_fails(never_ends_a_line, NULL, LATE,
                "its findings have no end of line");
}
END_TEST

START_TEST(without_descriptors_there_is_no_run)
{
    struct rlimit files, none;
    int count = 1;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = files;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    int result = run_measurement(well, &count, LATE, &findings, NULL, &trouble);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    ck_assert_int_eq(result, -1);
    ck_assert(!strncmp(trouble.text, "no pipe: ", 9));
    ck_assert_uint_eq(findings.count, 0);
}
END_TEST

START_TEST(what_stood_in_a_buffer_is_written_once)
{
    FILE *file = tmpfile();
    char text[20] = "";
    ck_assert_ptr_nonnull(file);
    descriptors = unit_descriptors();
    fputs("once", file);
    ck_assert_int_eq(
        run_measurement(flushes, NULL, LATE, &findings, NULL, &trouble), 0);
    rewind(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    ck_assert_str_eq(text, "once");
    fclose(file);
    descriptors--;
}
END_TEST

/* Says on the descriptor PLAN that it is there, and then looks at nothing.  */
static bool deaf(FILE *out, int watch, const void *plan)
{
    (void)!write(*(const int *)plan, "x", 1);
    poll(NULL, 0, LATE);
    return true;
}

START_TEST(killed_it_takes_its_measurement_along)
{
    char byte;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0)
        _exit(run_measurement(deaf, &ends[1], LATE, &findings, NULL, &trouble));
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    kill(parent, SIGKILL);
    ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
    /* The end of the pipe is the end of all who held it.  */
    struct pollfd poll_fd = {.fd = ends[0], .events = POLLIN};
    ck_assert_int_eq(poll(&poll_fd, 1, LATE / 2), 1);
    ck_assert_int_eq(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}
END_TEST

START_TEST(the_clock_goes_forward)
{
    long before = monotonic_ms();
    poll(NULL, 0, 30);
    long after = monotonic_ms();
    ck_assert_int_ge(after - before, 29);
    ck_assert_int_lt(after - before, LATE);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_good_one_arrives_whole);
    tcase_add_test(tests, progress_is_told_of_each_line);
    tcase_add_test(tests, what_came_in_time_is_taken_late);
    tcase_add_test(tests, one_that_hangs_is_killed_at_its_deadline);
    tcase_add_test(tests, one_that_crashes_is_told_by_its_signal);
    tcase_add_test(tests, one_that_gives_up);
    tcase_add_test(tests, garbage_ends_the_run_at_once);
    tcase_add_test(tests, half_a_line_is_not_the_end);
    tcase_add_test(tests, one_that_closes_its_end_early);
    tcase_add_test(tests, a_line_without_end_is_not_swallowed);
    tcase_add_test(tests, without_descriptors_there_is_no_run);
    tcase_add_test(tests, what_stood_in_a_buffer_is_written_once);
    tcase_add_test(tests, killed_it_takes_its_measurement_along);
    tcase_add_test(tests, the_clock_goes_forward);
}

int main(void)
{
    return unit_main("runner", add);
}
