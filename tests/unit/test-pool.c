/* test-pool.c - probes/behaviour/pool.c and merge.c, with questions that go
   wrong
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/pool.h"
#include "probes/run/runner.h"
#include "probes/run/watchdog.h"
#include "tests/unit/unit.h"

static struct findings findings;
static int descriptors;
static char why[200];

enum { SOON = 300, LATE = 30000 };

static void set_up(void)
{
    descriptors = unit_descriptors();
}

/* Whatever became of the questions: no child, no zombie, nothing left open. */
static void tear_down(void)
{
    findings_free(&findings);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    ck_assert_int_eq(unit_descriptors(), descriptors);
}

/* ---- questions ---------------------------------------------------------- */

static void well(struct probe *ask)
{
    probe_report(ask, "detail", "of course");
    probe_report(ask, "answer", "yes");
}

static void hangs(struct probe *ask)
{
    probe_report(ask, "detail", "so far");
    for (;;)
        pause();
}

/* The same, and says so through the descriptor in DATA.  */
static void hangs_ready(struct probe *ask)
{
    (void)!write(*(const int *)ask->question->data, "x", 1);
    hangs(ask);
}

static void crashes(struct probe *ask)
{
    probe_report(ask, "detail", "so far");
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void reports_nothing(struct probe *ask)
{
}

static void cannot(struct probe *ask)
{
    errno = EACCES;
    probe_check(ask, -1, "socket");
}

/* Leaves descriptors open, and uses up what there are.  */
static void leaks(struct probe *ask)
{
    while (open("/dev/null", O_RDONLY) >= 0)
        continue;
    probe_report(ask, "answer", "yes");
}

/* Leaves a process that holds the pipe of findings, and the one in DATA.  */
static void forks(struct probe *ask)
{
    if (fork() == 0)
        for (;;)
            pause();
    probe_report(ask, "answer", "yes");
}

/* Leaves a process of probe_fork, and cannot be answered.  */
static void forks_and_cannot(struct probe *ask)
{
    if (probe_fork(ask) == 0)
        for (;;)
            pause();
    cannot(ask);
}

/* A process of its own that cannot answer leaves the sockets of both alone.  */
static void its_process_cannot(struct probe *ask)
{
    struct linger linger = {0};
    socklen_t size = sizeof linger;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    pid_t child = probe_fork(ask);
    if (child == 0)
        cannot(ask);
    waitpid(child, NULL, 0);
    probe_check(ask, getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size),
                "getsockopt");
    probe_report(ask, "answer", "%d", linger.l_onoff);
}

/* The answer is whether CHILD of probe_fork exits with EXPECTED.  */
static void answer_status(struct probe *ask, pid_t child, int expected)
{
    int status = -1;
    probe_check(ask, (int)waitpid(child, &status, 0), "waitpid");
    probe_report(ask, "answer", "%s",
                 yes_no(WIFEXITED(status) && WEXITSTATUS(status) == expected));
}

/* A process of its own runs out of memory in a call that may fail.  */
static void its_process_lacks_memory(struct probe *ask)
{
    pid_t child = probe_fork(ask);
    if (child == 0) {
        errno = ENOMEM;
        resource_check(-1, "bind");
        _exit(0);
    }
    answer_status(ask, child, ENOMEM);
}

/* A process of its own skips for a reason without an errno.  */
static void its_process_skips(struct probe *ask)
{
    pid_t child = probe_fork(ask);
    if (child == 0)
        probe_skip(ask, "a reason");
    answer_status(ask, child, FORK_SKIPPED);
}

/* A process of its own has an alarm.  */
static void its_process_is_limited(struct probe *ask)
{
    enum { LIMITED = 7 };
    pid_t child = probe_fork(ask);
    if (child == 0)
        _exit(alarm(0) > 0 ? LIMITED : 0);
    answer_status(ask, child, LIMITED);
}

/* How often it was asked before, by a byte for each time in the file of DATA.
   The end of one's own is one's own, whoever else writes meanwhile.  */
static off_t times_before(const struct probe *ask)
{
    int fd = open(ask->question->data, O_WRONLY | O_APPEND);
    return write(fd, "x", 1) == 1 ? lseek(fd, 0, SEEK_CUR) - 1 : 0;
}

/* One thing the first time, and another later.  */
static void varies(struct probe *ask)
{
    probe_report(ask, "answer", "%s", times_before(ask) == 0 ? "b" : "a");
    probe_report(ask, "detail", "same");
}

/* Short of ports the first two times.  */
static void short_of_ports(struct probe *ask)
{
    off_t before = times_before(ask);
    errno = EADDRINUSE;
    probe_check(ask, before < 2 ? -1 : 0, "bind");
    probe_report(ask, "answer", "yes");
}

/* Short of ports; the process that asks is told to stop during a retry.  */
static void short_of_ports_then_stops(struct probe *ask)
{
    off_t before = times_before(ask);
    errno = EADDRINUSE;
    probe_check(ask, before < ask->question->repeats ? -1 : 0, "bind");
    kill(getppid(), SIGUSR1);
    hangs(ask);
}

/* Whoever started us left so many descriptors open.  */
static void selects_beyond(struct probe *ask)
{
    struct timeval time = {0, 0};
    probe_report(ask, "answer", "%s",
                 result_text(select_input(ask, FD_SETSIZE, &time)));
}

/* With the signals of somebody who was started in the usual way.  */
static void expects_signals(struct probe *ask)
{
    static const int numbers[] = {SIGALRM, SIGUSR1, SIGUSR2};
    struct sigaction action;
    sigset_t blocked;
    bool usual = true;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], NULL, &action);
        usual = usual && action.sa_handler == SIG_DFL &&
                !sigismember(&blocked, numbers[i]);
    }
    probe_report(ask, "answer", "%s", usual ? "usual" : "inherited");
}

static struct question question(const char *id, probe_function *function,
                                int deadline)
{
    return (struct question){
        .id = id, .probe = function, .deadline = deadline, .repeats = 2};
}

#define FILE_NAME "/tmp/test-pool-XXXXXX"

/* Make the file PATH, FILE_NAME before, in which times_before counts.  */
static void make_file(char *path)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static const struct finding *answer_of(const struct question *asked)
{
    static const struct question good = {
        .id = "good", .probe = well, .deadline = LATE, .repeats = 3};
    const struct question *list[] = {asked, &good};
    ck_assert_int_eq(
        pool_ask(&(struct pool_request){.questions = list, .count = 2},
                 &findings, why, sizeof why),
        0);
    ck_assert_str_eq(findings_text(&findings, "good", "answer"), "yes");
    ck_assert_str_eq(findings_text(&findings, "good", "detail"), "of course");
    const struct finding *finding =
        findings_get(&findings, asked->id, "answer");
    ck_assert_ptr_nonnull(finding);
    return finding;
}

/* ---- tests -------------------------------------------------------------- */

START_TEST(one_that_hangs_costs_its_own_answer)
{
    struct question bad = question("bad", hangs, SOON);
    const struct finding *finding = answer_of(&bad);
    ck_assert_ptr_null(finding->value);
    ck_assert_int_eq(finding->how, HOW_NOT_TESTABLE);
    ck_assert_ptr_nonnull(strstr(finding->reason, "deadline"));
}
END_TEST

START_TEST(one_that_crashes_costs_its_own_answer)
{
    struct question bad = question("bad", crashes, LATE);
    const struct finding *finding = answer_of(&bad);
    ck_assert_ptr_null(finding->value);
    ck_assert_ptr_nonnull(strstr(finding->reason, "signal"));
}
END_TEST

START_TEST(one_that_says_nothing_has_an_answer_too)
{
    struct question bad = question("bad", reports_nothing, LATE);
    const struct finding *finding = answer_of(&bad);
    ck_assert_ptr_null(finding->value);
    ck_assert_str_eq(finding->reason, "no answer from the probe");
}
END_TEST

START_TEST(one_that_cannot_says_why)
{
    struct question bad = question("bad", cannot, LATE);
    const struct finding *finding = answer_of(&bad);
    ck_assert_ptr_null(finding->value);
    ck_assert_str_eq(finding->reason, "socket: EACCES");
}
END_TEST

START_TEST(one_that_select_cannot_be_asked_for_says_so)
{
    struct question bad = question("bad", selects_beyond, LATE);
    const struct finding *finding = answer_of(&bad);
    ck_assert_ptr_null(finding->value);
    ck_assert_ptr_nonnull(strstr(finding->reason, "select: no descriptor"));
}
END_TEST

START_TEST(one_that_leaks_harms_nobody)
{
    struct question bad = question("bad", leaks, LATE);
    ck_assert_str_eq(answer_of(&bad)->value, "yes");
}
END_TEST

/* Until every process that has inherited the other end of the pipe is gone.  */
static void wait_for_end(int end)
{
    char byte;
    ck_assert_int_eq(read(end, &byte, 1), 0);
    close(end);
}

START_TEST(processes_left_behind_are_killed)
{
    int ends[2];
    struct question bad = question("bad", forks, SOON);
    ck_assert_int_eq(pipe(ends), 0);
    const struct finding *finding = answer_of(&bad);
    ck_assert_ptr_null(finding->value);
    close(ends[1]);
    wait_for_end(ends[0]);
}
END_TEST

/* Not after the deadline, and with the question's own reason.  */
START_TEST(a_process_of_probe_fork_does_not_delay_the_answer)
{
    struct question bad = question("bad", forks_and_cannot, LATE);
    int64_t start = monotonic_ms();
    const struct finding *finding = answer_of(&bad);
    ck_assert_str_eq(finding->reason, "socket: EACCES");
    ck_assert_int_lt(monotonic_ms() - start, LATE);
}
END_TEST

START_TEST(a_process_of_probe_fork_leaves_shared_sockets_alone)
{
    struct question asked = question("asked", its_process_cannot, LATE);
    ck_assert_str_eq(answer_of(&asked)->value, "0");
}
END_TEST

START_TEST(a_process_of_probe_fork_tells_a_skip_by_its_status)
{
    struct question memory = question("a", its_process_lacks_memory, LATE);
    struct question skip = question("b", its_process_skips, LATE);
    ck_assert_str_eq(answer_of(&memory)->value, "yes");
    findings_free(&findings);
    ck_assert_str_eq(answer_of(&skip)->value, "yes");
}
END_TEST

START_TEST(a_process_of_probe_fork_has_a_deadline)
{
    struct question asked = question("asked", its_process_is_limited, LATE);
    ck_assert_str_eq(answer_of(&asked)->value, "yes");
}
END_TEST

START_TEST(what_varies_is_told_in_full_and_marked)
{
    char path[] = FILE_NAME;
    make_file(path);
    struct question bad = question("bad", varies, LATE);
    bad.data = path;
    bad.repeats = 3;
    const struct finding *finding = answer_of(&bad);
    unlink(path);
    ck_assert_str_eq(finding->value, "a or b");
    ck_assert(!finding->stable);
    ck_assert(findings_get(&findings, "bad", "detail")->stable);
}
END_TEST

START_TEST(one_that_others_leave_nothing_is_asked_again_alone)
{
    char path[] = FILE_NAME;
    make_file(path);
    struct question bad = question("bad", short_of_ports, LATE);
    bad.data = path;
    const struct finding *finding = answer_of(&bad);
    unlink(path);
    ck_assert_str_eq(finding->value, "yes");
    ck_assert(finding->stable);
}
END_TEST

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    stopped = 1;
}

START_TEST(one_that_is_stopped_while_asked_again_counts_as_before)
{
    char path[] = FILE_NAME;
    make_file(path);
    struct question bad = question("bad", short_of_ports_then_stops, LATE);
    bad.data = path;
    bad.repeats = 1;
    const struct question *list[] = {&bad};
    signal(SIGUSR1, stop);
    int result = pool_ask(
        &(struct pool_request){.questions = list, .count = 1, .stop = &stopped},
        &findings, why, sizeof why);
    signal(SIGUSR1, SIG_DFL);
    unlink(path);
    ck_assert_int_eq(result, 0);
    ck_assert_int_eq(stopped, 1);
    const struct finding *answer = findings_get(&findings, "bad", "answer");
    ck_assert_ptr_nonnull(answer);
    ck_assert_str_eq(answer->reason, "bind: EADDRINUSE");
}
END_TEST

/* Once all have ended, no process can be started any more.  */
static void no_descriptors_are_left(size_t done, size_t total, long elapsed)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 3;
    if (done == total)
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(one_that_cannot_be_asked_again_counts_as_before)
{
    char path[] = FILE_NAME;
    make_file(path);
    struct question bad = question("bad", short_of_ports, LATE);
    bad.data = path;
    const struct question *list[] = {&bad};
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    int result =
        pool_ask(&(struct pool_request){.questions = list,
                                        .count = 1,
                                        .times = 3,
                                        .progress = no_descriptors_are_left},
                 &findings, why, sizeof why);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    unlink(path);
    ck_assert_int_eq(result, 0);
    ck_assert_str_eq(findings_text(&findings, "bad", "times"), "3");
}
END_TEST

START_TEST(ignored_and_blocked_signals_are_not_handed_on)
{
    sigset_t set, before;
    struct question asked = question("signals", expects_signals, LATE);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &before);
    signal(SIGUSR2, SIG_IGN);
    const struct finding *finding = answer_of(&asked);
    signal(SIGUSR2, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    ck_assert_str_eq(finding->value, "usual");
}
END_TEST

/* It may be a connection of whoever started us, who goes on with it.  */
START_TEST(a_socket_that_was_handed_down_is_left_alone)
{
    struct linger linger = {.l_onoff = 1};
    socklen_t size = sizeof linger;
    struct question asked = question("asked", well, LATE);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    answer_of(&asked);
    ck_assert(!getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size));
    ck_assert_int_eq(linger.l_onoff, 0);
    close(fd);
}
END_TEST

START_TEST(more_than_run_side_by_side_all_answer)
{
    enum { MANY = 100 };
    static struct question many[MANY];
    static char ids[MANY][20];
    const struct question *list[MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "q%d", i);
        many[i] = question(ids[i], well, LATE);
        list[i] = &many[i];
    }
    ck_assert_int_eq(
        pool_ask(&(struct pool_request){.questions = list, .count = MANY},
                 &findings, why, sizeof why),
        0);
    for (int i = 0; i < MANY; i++)
        ck_assert_str_eq(findings_text(&findings, ids[i], "answer"), "yes");
}
END_TEST

/* The process that asks is killed: so is the one that was asked.  */
START_TEST(when_the_asker_dies_so_do_the_asked)
{
    int ends[2], ready[2];
    char byte;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(pipe(ready), 0);
    pid_t asker = fork();
    ck_assert_int_ge(asker, 0);
    if (asker == 0) {
        struct question bad = question("bad", hangs_ready, LATE);
        const struct question *list[] = {&bad};
        close(ends[0]);
        bad.data = &ready[1];
        pool_ask(&(struct pool_request){.questions = list, .count = 1},
                 &findings, why, sizeof why);
        _exit(0);
    }
    close(ends[1]);
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    kill(asker, SIGKILL);
    ck_assert_int_eq(waitpid(asker, NULL, 0), asker);
    wait_for_end(ends[0]);
}
END_TEST

/* Whoever is killed, no folder is left.  */
START_TEST(a_sitter_that_is_killed_leaves_no_folder)
{
    struct watchdog watchdog;
    ck_assert_int_eq(watchdog_start(&watchdog, true), 0);
    ck_assert_int_eq(access(watchdog.folder, F_OK), 0);
    ck_assert_int_eq(kill(watchdog.child, SIGKILL), 0);
    errno = EAGAIN; /* why nothing can be asked is to be said behind it */
    watchdog_stop(&watchdog);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(access(watchdog.folder, F_OK), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* As when a service manager ends all processes of a service at once.  */
START_TEST(a_sitter_outlives_a_signal_to_all)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    struct watchdog watchdog;
    int status;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL); /* check has handlers of its own */
    ck_assert_int_eq(watchdog_start(&watchdog, true), 0);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        ck_assert_int_eq(kill(watchdog.child, signals[i]), 0);
    close(watchdog.pipe);
    ck_assert_int_eq(waitpid(watchdog.child, &status, 0), watchdog.child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_int_eq(access(watchdog.folder, F_OK), -1);
}
END_TEST

START_TEST(a_folder_is_made_though_TMPDIR_is_not_there)
{
    struct watchdog watchdog;
    char before[400];
    const char *variable = getenv("TMPDIR");
    snprintf(before, sizeof before, "%s", variable ? variable : "");
    ck_assert_int_eq(setenv("TMPDIR", "/nowhere", 1), 0);
    ck_assert_int_eq(watchdog_start(&watchdog, true), 0);
    ck_assert_int_eq(strncmp(watchdog.folder, "/tmp/", 5), 0);
    watchdog_stop(&watchdog);
    if (variable)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
}
END_TEST

static void add(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, one_that_hangs_costs_its_own_answer);
    tcase_add_test(tests, one_that_crashes_costs_its_own_answer);
    tcase_add_test(tests, one_that_says_nothing_has_an_answer_too);
    tcase_add_test(tests, one_that_cannot_says_why);
    tcase_add_test(tests, one_that_select_cannot_be_asked_for_says_so);
    tcase_add_test(tests, one_that_leaks_harms_nobody);
    tcase_add_test(tests, processes_left_behind_are_killed);
    tcase_add_test(tests, a_process_of_probe_fork_does_not_delay_the_answer);
    tcase_add_test(tests, a_process_of_probe_fork_leaves_shared_sockets_alone);
    tcase_add_test(tests, a_process_of_probe_fork_tells_a_skip_by_its_status);
    tcase_add_test(tests, a_process_of_probe_fork_has_a_deadline);
    tcase_add_test(tests, what_varies_is_told_in_full_and_marked);
    tcase_add_test(tests, one_that_others_leave_nothing_is_asked_again_alone);
    tcase_add_test(tests, one_that_cannot_be_asked_again_counts_as_before);
    tcase_add_test(tests,
                   one_that_is_stopped_while_asked_again_counts_as_before);
    tcase_add_test(tests, ignored_and_blocked_signals_are_not_handed_on);
    tcase_add_test(tests, a_socket_that_was_handed_down_is_left_alone);
    tcase_add_test(tests, more_than_run_side_by_side_all_answer);
    tcase_add_test(tests, when_the_asker_dies_so_do_the_asked);
    tcase_add_test(tests, a_sitter_that_is_killed_leaves_no_folder);
    tcase_add_test(tests, a_sitter_outlives_a_signal_to_all);
    tcase_add_test(tests, a_folder_is_made_though_TMPDIR_is_not_there);
}

int main(void)
{
    return unit_main("pool", add);
}
