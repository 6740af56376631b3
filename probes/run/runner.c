/* runner.c - run a measurement in a child of its own, under a deadline
   SPDX-License-Identifier: GPL-3.0-or-later

   The child's findings come through a pipe.  It keeps the pipe's other half in
   view, and ends by itself when its parent is gone, however that died.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/run/runner.h"
#include "probes/run/watchdog.h"
#include "sonde.h"

static int runner_fail(struct run *run, const char *what, int error)
{
    if (!*run->trouble->text)
        snprintf(run->trouble->text, sizeof run->trouble->text, "%s%s%s", what,
                 error ? ": " : "", error ? strerror(error) : "");
    return -1;
}

bool run_is_late(struct run *run, bool idle)
{
    enum { MOST = 64 }; /* reads, by which a pipe is empty that nobody fills */
    char text[60];
    if (monotonic_ms() < run->start + run->deadline ||
        (!idle && run->late++ < MOST))
        return false;
    snprintf(text, sizeof text, "its deadline of %lld s passed",
             (long long)run->deadline / 1000);
    run->trouble->late = !*run->trouble->text;
    runner_fail(run, text, 0);
    return true;
}

static _Noreturn void runner_be_child(measurement *measure, const void *plan,
                                      int fd)
{
    budget_volunteer(); /* if it cannot: the plan fits what is left */
    FILE *out = fdopen(fd, "w");
    bool whole = out && measure(out, fd, plan);
    if (out && (ferror(out) || fclose(out)))
        whole = false;
    _exit(whole ? 0 : 2);
}

/* What this program was started with, ignored or blocked, is not the host's way
   with signals.  What a terminal sends stays ignored, as nohup wants it.  */
static void forget_signals(void)
{
    static const int numbers[] = {SIGALRM, SIGCHLD, SIGUSR1, SIGUSR2};
    sigset_t none;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sonde_signal(numbers[i], SIG_DFL, SONDE_RESTART);
    sonde_signal(SIGPIPE, SIG_IGN, SONDE_RESTART);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int run_begin(struct run *run, measurement *measure, const void *plan)
{
    int ends[2];
    fflush(NULL);
    run->oom_kills = budget_oom_kills();
    if (pipe(ends))
        return runner_fail(run, "no pipe", errno);
    run->child = fork();
    if (run->child == 0) {
        close(ends[0]);
        forget_signals();
        runner_be_child(measure, plan, ends[1]);
    }
    close(ends[1]);
    if (run->child < 0) {
        int error = errno;
        close(ends[0]);
        return runner_fail(run, "no process", error);
    }
    run->pipe = ends[0];
    return 0;
}

/* Add the whole lines among the LENGTH bytes that stand in the buffer.  */
static int take_lines(struct run *run)
{
    char *start = run->line;
    char *end;
    while ((
        end = memchr(start, '\n', (size_t)(run->line + run->length - start)))) {
        *end = '\0';
        if (findings_read_line(run->findings, start))
            return runner_fail(run, "its findings do not read", errno);
        if (run->progress)
            run->progress(run->findings, monotonic_ms() - run->start);
        start = end + 1;
    }
    run->length -= (size_t)(start - run->line);
    memmove(run->line, start, run->length);
    if (run->length == RUN_LINE_MAX)
        return runner_fail(run, "its findings have no end of line", 0);
    return 0;
}

int run_step(struct run *run)
{
    ssize_t got =
        read(run->pipe, run->line + run->length, RUN_LINE_MAX - run->length);
    if (got < 0 && errno == EINTR) {
        wait_pause(1);
        return 1;
    }
    if (got < 0)
        return runner_fail(run, "reading its findings", errno);
    if (got == 0)
        return 0;
    run->length += (size_t)got;
    return take_lines(run) ? -1 : 1;
}

/* Read until the child closes its end, the deadline passes, or poll goes on
   failing.  */
static int read_all(struct run *run)
{
    for (int failures = 0;;) {
        int64_t left = run->start + run->deadline - monotonic_ms();
        left = left < 0 ? 0 : left;
        struct pollfd poll_fd = {.fd = run->pipe, .events = POLLIN};
        int ready =
            wait_poll(&poll_fd, 1, left < INT_MAX ? (int)left : INT_MAX);
        failures = ready < 0 ? failures + 1 : 0;
        if (failures > WAIT_FAILURES)
            return runner_fail(run, "poll", errno);
        if (ready > 0) {
            int more = run_step(run);
            if (more <= 0)
                return more;
        }
        if (run_is_late(run, ready <= 0))
            return -1;
    }
}

/* Wait for the child, until the deadline or not at all; then kill it.  Returns
   1 if it ended by itself, with its STATUS; 0 if it had to be killed.  A child
   that is not there any more (somebody else reaped it, or SIGCHLD was ignored)
   has ended, and its number is never used again.  */
static int wait_or_kill(const struct run *run, bool wait, int *status)
{
    enum { DYING = 10000 }; /* milliseconds; in a call that cannot be killed */
    int64_t left = run->start + run->deadline - monotonic_ms();
    if (wait && wait_child(run->child, status, left) != 0)
        return 1;
    kill(run->child, SIGKILL);
    wait_child(run->child, status, DYING);
    return 0;
}

/* The child was killed by NUMBER.  SIGKILL is what the kernel sends for want of
   memory, which it counts where that can be read.  */
static int fail_killed(struct run *run, int number)
{
    char text[sizeof run->trouble->text];
    const char *why = "";
    int64_t kills = number == SIGKILL ? budget_oom_kills() : 0;
    if (number == SIGKILL && (kills < 0 || run->oom_kills < 0))
        why = ", as the kernel does when memory runs out";
    else
        run->trouble->memory = number == SIGKILL && kills > run->oom_kills;
    if (run->trouble->memory)
        why = ": memory ran out, and the kernel chose it (oom_kill has risen)";
    snprintf(text, sizeof text, "it was killed by signal %d%s", number, why);
    return runner_fail(run, text, 0);
}

int run_end(struct run *run, bool whole)
{
    int status = 0;
    close(run->pipe);
    if (!wait_or_kill(run, whole, &status))
        return runner_fail(run, "it did not end", 0);
    if (WIFSIGNALED(status))
        return fail_killed(run, WTERMSIG(status));
    if (WEXITSTATUS(status))
        return runner_fail(run, "it gave up", 0);
    return whole && run->length > 0
               ? runner_fail(run, "its findings break off", 0)
               : 0;
}

/* A measurement, and who sees it dead if this process is killed: it may be in
   the middle of a wait.  */
struct guarded {
    measurement *measure;
    const void *plan;
    struct watchdog watchdog;
    bool sits;
};

static bool measure_guarded(FILE *out, int watch, const void *data)
{
    const struct guarded *guarded = data;
    if (guarded->sits) {
        setpgid(0, 0);
        watchdog_mind(&guarded->watchdog, getpid());
        close(guarded->watchdog.pipe);
    }
    return guarded->measure(out, watch, guarded->plan);
}

int run_measurement(measurement *measure, const void *plan, int64_t deadline,
                    struct findings *findings,
                    void (*progress)(const struct findings *, int64_t elapsed),
                    struct run_trouble *trouble)
{
    struct run run = {
        .start = monotonic_ms(),
        .deadline = deadline,
        .findings = findings,
        .progress = progress,
        .trouble = trouble,
    };
    struct guarded guarded = {.measure = measure, .plan = plan};
    *trouble = (struct run_trouble){0};
    guarded.sits = watchdog_start(&guarded.watchdog, false) == 0;
    int failed = run_begin(&run, measure_guarded, &guarded);
    if (!failed)
        failed = run_end(&run, !read_all(&run));
    if (guarded.sits)
        watchdog_stop(&guarded.watchdog); /* with what the child has left */
    return failed;
}
