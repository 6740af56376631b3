/* runner.c - run a measurement in a child process, with a deadline
   SPDX-License-Identifier: GPL-3.0-or-later

   The child's findings arrive through a pipe.  The child watches its end of the
   pipe, and exits when its parent is gone, even after SIGKILL.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/run/runner.h"
#include "probes/run/watchdog.h"
#include "sonde.h"

/* If the trouble of RUN is empty, set its text to WHAT, followed by strerror's
   text of ERROR unless ERROR is 0; otherwise the earlier text stays.  Returns
   -1.  */
static int runner_fail(struct run *run, const char *what, int error)
{
    if (!*run->trouble->text)
        snprintf(run->trouble->text, sizeof run->trouble->text, "%s%s%s", what,
                 error ? ": " : "", error ? strerror(error) : "");
    return -1;
}

int run_left(const struct run *run)
{
    return monotonic_until(monotonic_ms(), run->start + run->deadline);
}

/* In the child: volunteer to be killed if memory runs out, and run MEASURE,
   writing to FD.  Exits with 0 after a complete measurement; or with 2, also if
   writing failed.  */
static _Noreturn void runner_be_child(measurement *measure, const void *plan,
                                      int fd)
{
    budget_volunteer(); /* without effect, the plan still fits the memory */
    FILE *out = fdopen(fd, "w");
    bool whole = out && measure(out, fd, plan);
    if (out && (ferror(out) || fclose(out)))
        whole = false;
    _exit(whole ? 0 : 2);
}

/* Unblock all signals, set SIGALRM, SIGCHLD, SIGUSR1 and SIGUSR2 to default,
   and ignore SIGPIPE.  All other signals keep their actions: SIGHUP stays
   ignored under nohup.  */
static void reset_signals(void)
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
    run->pipe = ends[0];
    run->child = fork();
    if (run->child == 0) {
        close(ends[0]);
        /* The watchdog kills by kill, which a policy may deny.  */
        sonde_parent_death_signal(SIGKILL);
        reset_signals();
        runner_be_child(measure, plan, ends[1]);
    }
    int error = errno;
    int failed = run->child < 0 ? runner_fail(run, "no process", error) : 0;
    close(ends[1]);
    if (failed)
        close(ends[0]);
    errno = error;
    return failed;
}

/* Add the complete lines in the buffer to the findings, and call PROGRESS,
   unless NULL, after each; an incomplete line stays in the buffer.  Returns 0;
   or -1 with the trouble filled in, if a line is no finding or is too long, or
   without memory.  */
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

/* Read once from the pipe, and take the complete lines (take_lines).  Returns 1
   to continue, also after EINTR, up to WAIT_FAILURES times in a row
   (wait_retry); 0 at the end of the pipe; -1 with the trouble filled in.  */
static int runner_read(struct run *run)
{
    ssize_t got =
        read(run->pipe, run->line + run->length, RUN_LINE_MAX - run->length);
    if (got < 0 && wait_retry(&run->interruptions))
        return 1;
    run->interruptions = 0;
    if (got < 0)
        return runner_fail(run, "reading its findings", errno);
    run->length += (size_t)got;
    return got == 0 ? 0 : take_lines(run) ? -1 : 1;
}

/* The pipe is read before the check of the deadline: this process may have been
   stopped beyond the deadline, with data already in the pipe.  */
int run_step(struct run *run, bool is_readable)
{
    enum { READS_MAX = 64 }; /* enough to empty a pipe without a writer */
    char text[60];
    int more = is_readable ? runner_read(run) : 1;
    if (more <= 0 || run_left(run) > 0 ||
        (is_readable && run->late++ < READS_MAX))
        return more;
    snprintf(text, sizeof text, "its deadline of %lld s passed",
             (long long)run->deadline / 1000);
    run->trouble->late = !*run->trouble->text;
    return runner_fail(run, text, 0);
}

/* Read until the end of the pipe, a failure of run_step, such as the deadline,
   or more than WAIT_FAILURES failures of poll in a row.  Returns 0 at the end
   of the pipe, or -1 with the trouble filled in.  */
static int runner_read_all(struct run *run)
{
    int failures = 0, more = 1;
    while (more > 0) {
        struct pollfd poll_fd = {.fd = run->pipe, .events = POLLIN};
        int ready = wait_poll(&poll_fd, 1, run_left(run));
        failures = ready < 0 ? failures + 1 : 0;
        if (failures > WAIT_FAILURES)
            return runner_fail(run, "poll", errno);
        more = run_step(run, ready > 0);
    }
    return more;
}

/* Reap the child: if WAIT, wait for its end until the deadline, otherwise look
   once.  A child that has not ended, or of which waitpid reports only EINTR, is
   killed here, and its end is waited for: up to 10 seconds, or 100 ms if kill
   fails.  A child that has ended is not signalled: its PID may be another's.
   Returns 1 if WAIT and the child had ended, with *STATUS as by waitpid; 0 if
   it was killed here, or had ended without WAIT; -1 with errno if waitpid fails
   otherwise: the child has no entry in the process table (reaped elsewhere, or
   SIGCHLD is ignored), and its end is unknown.  */
static int wait_or_kill(const struct run *run, bool wait, int *status)
{
    /* Milliseconds: in an uninterruptible call; if it cannot be killed.  */
    enum { DYING = 10000, ALIVE = 100 };
    pid_t done = wait_child(run->child, status, wait ? run_left(run) : 0);
    if (done > 0)
        return wait;
    if (done < 0 && errno != EINTR)
        return -1;
    bool killed = kill(run->child, SIGKILL) == 0;
    wait_child(run->child, status, killed ? DYING : ALIVE);
    return 0;
}

/* Fill in the trouble of a child that was killed by signal NUMBER.  Only after
   SIGKILL the OOM killer is considered: MEMORY is set if the count of OOM kills
   has risen since the start; if the host has no count, the text names the OOM
   killer as a possible cause.  Returns -1.  */
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
    int ended = wait_or_kill(run, whole, &status);
    if (ended < 0)
        return runner_fail(run, "its end is unknown: waitpid", errno);
    if (!ended)
        return runner_fail(run, "it did not end", 0);
    if (WIFSIGNALED(status))
        return fail_killed(run, WTERMSIG(status));
    if (WEXITSTATUS(status))
        return runner_fail(run, "it gave up", 0);
    return whole && run->length > 0
               ? runner_fail(run, "its findings break off", 0)
               : 0;
}

/* A measurement, and the watchdog that kills the child, which may be waiting,
   when this process is killed.  */
struct guarded {
    measurement *measure;
    const void *plan;
    struct watchdog watchdog;
    bool has_watchdog;
};

/* In the child: join the watchdog of DATA, a struct guarded, if any, and
   measure.  Returns the result of the measurement.  */
static bool measure_guarded(FILE *out, int watch, const void *data)
{
    const struct guarded *guarded = data;
    if (guarded->has_watchdog)
        watchdog_join(&guarded->watchdog);
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
    guarded.has_watchdog = watchdog_start(&guarded.watchdog, false) == 0;
    int failed = run_begin(&run, measure_guarded, &guarded);
    if (!failed)
        failed = run_end(&run, !runner_read_all(&run));
    if (guarded.has_watchdog)
        watchdog_stop(&guarded.watchdog); /* kills what the child left */
    return failed;
}
