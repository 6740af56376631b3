/* pool.c - run many questions in parallel, each in child processes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/behaviour/merge.h"
#include "probes/behaviour/pool.h"
#include "probes/run/watchdog.h"
#include "sonde.h"

/* The run of all questions.  Jobs are the repeats; those below BEGUN have been
   started or need no start, and none below FIRST runs; DONE and RUNNING are
   numbers of jobs.  START is by monotonic_ms.  */
struct pool {
    const struct pool_request *request;
    struct repeat *jobs;
    size_t count, first, begun, done, running;
    int failures; /* of poll, in a row */
    struct watchdog watchdog;
    int64_t start;
};

/* The longest wait, in milliseconds, before *STOP is looked at again.  */
enum { STOP_MS = 100 };

/* Arguments of a child.  */
struct task {
    const struct pool *pool;
    const struct question *question;
};

/* ---- in the child ------------------------------------------------------- */

/* Reset signal NUMBER to its default action, unless the signal is ignored.  */
static void pool_reset_signal(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sonde_signal(number, SIG_DFL, SONDE_RESTART);
}

/* For run_begin: run the question of DATA, a struct task, in a process group
   that the watchdog kills if the pool dies, and without the descriptors of the
   pool.  If the request has STOP, SIGINT and SIGTERM get their default actions,
   unless ignored.  Findings are written to OUT line by line; WATCH is not used.
   Always returns true, unless the probe function ends the child.  */
static bool pool_run_question(FILE *out, int watch, const void *data)
{
    const struct task *task = data;
    struct probe probe = {
        .question = task->question,
        .out = out,
        .folder = task->pool->watchdog.folder,
    };
    watchdog_join(&task->pool->watchdog);
    setvbuf(out, NULL, _IOLBF, BUFSIZ); /* findings before a crash are kept */
    for (size_t i = task->pool->first; i < task->pool->begun; i++)
        if (task->pool->jobs[i].run)
            close(task->pool->jobs[i].run->pipe);
    if (task->pool->request->stop) {
        pool_reset_signal(SIGINT);
        pool_reset_signal(SIGTERM);
    }
    question_begin(&probe);
    task->question->probe(&probe);
    question_end();
    return true;
}

/* ---- in the parent ------------------------------------------------------ */

/* Start the child of JOB, counted in POOL, in a process group of its own, with
   the deadline of the question.  JOB has no findings and no trouble yet.
   Returns 0; or -1 with errno, and JOB is unchanged.  */
static int pool_begin(struct pool *pool, struct repeat *job)
{
    struct task task = {pool, job->question};
    struct run_trouble ignored = {0};
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return -1;
    run->start = monotonic_ms();
    run->deadline =
        job->question->deadline ? job->question->deadline : DEADLINE_USUAL;
    run->findings = &job->findings;
    run->trouble = &ignored;
    if (run_begin(run, pool_run_question, &task)) {
        free(run);
        return -1;
    }
    run->trouble = &job->trouble;
    job->run = run;
    /* By parent and child: either may be first.  */
    setpgid(run->child, run->child);
    pool->running++;
    return 0;
}

/* End JOB, which runs: reap the child, which is killed first unless WHOLE (its
   pipe has ended); kill the rest of the process group, which the watchdog then
   forgets; fill in the trouble if the child failed; and report the progress.
   JOB is done.  With TIMES, all findings but the answer are dropped.  */
static void pool_end(struct pool *pool, struct repeat *job, bool whole)
{
    pid_t group = job->run->child;
    if (!whole)
        kill(-group, SIGKILL);
    run_end(job->run, whole);
    kill(-group, SIGKILL);
    watchdog_forget(&pool->watchdog, group);
    free(job->run);
    job->run = NULL;
    job->done = true;
    pool->running--;
    pool->done++;
    if (pool->request->times > 0)
        repeat_reduce(job);
    if (pool->request->progress)
        pool->request->progress(pool->done, pool->count,
                                (long)(monotonic_ms() - pool->start));
}

/* How many jobs, of MAX, may run in parallel when JOB begins: MAX if JOB is a
   repeat of --times that waits for a second, otherwise POOL_MAX at most.  */
static size_t pool_beside(const struct pool *pool, const struct repeat *job,
                          size_t max)
{
    bool waits =
        pool->request->times > 0 && job->question->deadline == DEADLINE_SECONDS;
    return waits || max < POOL_MAX ? max : POOL_MAX;
}

/* Begin jobs that are not done, until MAX, or fewer by pool_beside, run in
   parallel.  Without a process, descriptor or memory for another job, leave the
   rest for a later call.  Returns 0; or -1 with errno if no job runs and none
   can begin.  */
static int pool_begin_jobs(struct pool *pool, size_t max)
{
    while (pool->begun < pool->count) {
        struct repeat *job = &pool->jobs[pool->begun];
        if (pool->running >= pool_beside(pool, job, max))
            break;
        if (!job->done && pool_begin(pool, job))
            return pool->running > 0 ? 0 : -1;
        pool->begun++;
    }
    return 0;
}

/* Wait for data, the end of a child or a deadline, at most STOP_MS if the
   request has STOP; read what the children wrote, and end the jobs that ended
   or are late.  At least one job runs, POOL_WAITING_MAX at most.  Returns 0, or
   -1 with the errno of poll if poll keeps failing.  */
static int pool_attend(struct pool *pool)
{
    struct pollfd fds[POOL_WAITING_MAX];
    struct repeat *of[POOL_WAITING_MAX];
    nfds_t count = 0;
    int timeout = pool->request->stop ? STOP_MS : INT_MAX;
    while (pool->first < pool->begun && !pool->jobs[pool->first].run)
        pool->first++;
    for (size_t i = pool->first; i < pool->begun; i++)
        if (pool->jobs[i].run) {
            int left = run_left(pool->jobs[i].run);
            timeout = left < timeout ? left : timeout;
            fds[count] = (struct pollfd){.fd = pool->jobs[i].run->pipe,
                                         .events = POLLIN};
            of[count++] = &pool->jobs[i];
        }
    bool failed = wait_poll(fds, count, timeout) < 0;
    pool->failures = failed ? pool->failures + 1 : 0;
    if (pool->failures > WAIT_FAILURES)
        return -1;
    for (nfds_t i = 0; i < count; i++) {
        int more = run_step(of[i]->run, fds[i].revents);
        if (more <= 0)
            pool_end(pool, of[i], more == 0);
    }
    return 0;
}

/* Whether the caller, by *STOP, asked to run no further child; false if STOP is
   NULL.  */
static bool pool_is_stopped(const struct pool *pool)
{
    return pool->request->stop && *pool->request->stop;
}

/* Run all jobs that are not done, at most MAX in parallel, until all are done
   or the request is stopped.  Returns 0, also when stopped; or -1 with errno if
   no job runs and the next cannot begin, or poll keeps failing.  In each case
   no child is left: the jobs that still run are killed, and remain not done. */
static int pool_run(struct pool *pool, size_t max)
{
    int failed = 0;
    pool->first = pool->begun = 0;
    while (!failed && !pool_is_stopped(pool) &&
           (pool->running > 0 || pool->begun < pool->count))
        failed = pool_begin_jobs(pool, max) ||
                 (pool->running > 0 && pool_attend(pool));
    int error = errno;
    for (size_t i = pool->first; i < pool->begun; i++)
        if (pool->jobs[i].run) {
            pool_end(pool, &pool->jobs[i], false);
            pool->jobs[i].done = false;
            pool->done--;
        }
    errno = error;
    return failed ? -1 : 0;
}

/* Whether any repeat of the question of JOB succeeded; JOB itself has failed,
   and all jobs are done.  */
static bool pool_has_sibling(const struct pool *pool, const struct repeat *job)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].question == job->question &&
            !*pool->jobs[i].trouble.text)
            return true;
    return false;
}

/* Run JOB once more, alone: JOB and all other jobs must be done.  The new
   result replaces the former one, also if the retry failed; a retry that cannot
   begin, or does not end, as after *STOP, changes nothing.  */
static void pool_retry_job(struct pool *pool, struct repeat *job)
{
    struct repeat former = *job;
    *job = (struct repeat){.question = former.question};
    pool->done--;
    pool_run(pool, 1);
    if (job->done) {
        findings_free(&former.findings);
        return;
    }
    findings_free(&job->findings);
    *job = former;
    pool->done++;
}

/* Retry, one by one and each once (pool_retry_job), two kinds of jobs: late
   jobs of which another repeat succeeded (not with TIMES), and jobs that ran
   out of a resource, which parallel children may have used up.  No retry begins
   after *STOP, or later than RETRY_MAX milliseconds after the call: failures
   that last so long are not due to parallel children.  */
static void pool_retry(struct pool *pool)
{
    enum { RETRY_MAX = 60000 }; /* milliseconds */
    int64_t start = monotonic_ms();
    for (size_t i = 0; i < pool->count && !pool_is_stopped(pool); i++) {
        struct repeat *job = &pool->jobs[i];
        if (monotonic_ms() - start >= RETRY_MAX)
            break;
        if (job->done && (repeat_lacks_resources(job) ||
                          (pool->request->times == 0 && job->trouble.late &&
                           pool_has_sibling(pool, job))))
            pool_retry_job(pool, job);
    }
}

/* The number of repeats of QUESTION, by the first that is not 0: times of the
   request, repeats of QUESTION, REPEATS_USUAL.  */
static size_t pool_repeats_of(const struct pool *pool,
                              const struct question *question)
{
    return pool->request->times > 0 ? (size_t)pool->request->times
           : question->repeats      ? (size_t)question->repeats
                                    : REPEATS_USUAL;
}

/* For qsort: by the member deadline, the longest first, so that no long
   question begins last; 0, the usual deadline, is last; then by id.  */
static int pool_compare_jobs(const void *a, const void *b)
{
    const struct repeat *x = a, *y = b;
    int order = y->question->deadline - x->question->deadline;
    return order ? order : strcmp(x->question->id, y->question->id);
}

/* Make the jobs: a job for each repeat of each question, in the order of
   pool_compare_jobs, those of a question side by side.  Returns 0, or -1 with
   ENOMEM.  */
static int pool_make_jobs(struct pool *pool)
{
    const struct pool_request *request = pool->request;
    size_t next = 0;
    for (size_t i = 0; i < request->count; i++)
        pool->count += pool_repeats_of(pool, request->questions[i]);
    pool->jobs = calloc(pool->count + 1, sizeof *pool->jobs);
    if (!pool->jobs)
        return -1;
    for (size_t i = 0; i < request->count; i++)
        for (size_t left = pool_repeats_of(pool, request->questions[i]);
             left > 0; left--)
            pool->jobs[next++].question = request->questions[i];
    qsort(pool->jobs, pool->count, sizeof *pool->jobs, pool_compare_jobs);
    return 0;
}

/* Add the merged findings of all jobs to FINDINGS, and sort them.  Jobs of the
   same question are adjacent.  Returns 0; or -1 with ENOMEM, unsorted and
   perhaps with a part added.  */
static int pool_merge(const struct pool *pool, struct findings *findings)
{
    for (size_t i = 0, end = 0; i < pool->count; i = end) {
        while (end < pool->count &&
               pool->jobs[end].question == pool->jobs[i].question)
            end++;
        if ((pool->request->times > 0 ? merge_rates : merge_repeats)(
                findings, &pool->jobs[i], end - i))
            return -1;
    }
    findings_sort(findings);
    return 0;
}

/* How many questions may run in parallel, by half of the remaining resources,
   POOL_WAITING_MAX at most; 0 if not even one, with the reason in WHY, which is
   empty otherwise.  A question takes two processes, some questions a few more
   for a moment, and at most PRICE bytes of memory (measured, Linux 6.18: 0.5
   MiB mostly, 2 MiB where processes come and go); questions that fill queues
   have a budget of their own.  SPARE includes the watchdog.  */
static size_t pool_parallel_max(char *why, size_t size)
{
    enum { PROCESSES = 2, SPARE = 4, PRICE = 2 << 20 };
    struct budget budget = budget_now();
    int64_t memory = budget_share(&budget.memory) / PRICE;
    int64_t processes = (budget_share(&budget.processes) - SPARE) / PROCESSES;
    *why = '\0';
    if (memory < 1)
        budget_explain(why, size, &budget.memory, "a question", PRICE);
    else if (processes < 1)
        snprintf(why, size,
                 "processes: %s leaves %lld, half of which may be taken, and a "
                 "question needs %d",
                 budget.processes.by, (long long)budget.processes.left,
                 PROCESSES + SPARE);
    int64_t max = memory < processes ? memory : processes;
    return max < 1                  ? 0
           : max < POOL_WAITING_MAX ? (size_t)max
                                    : POOL_WAITING_MAX;
}

int pool_ask(const struct pool_request *request, struct findings *findings,
             char *why, size_t size)
{
    size_t max = pool_parallel_max(why, size);
    if (max == 0) {
        errno = EAGAIN;
        return -1;
    }
    struct pool pool = {.request = request, .start = monotonic_ms()};
    int failed = -1;
    if (pool_make_jobs(&pool))
        return -1;
    if (watchdog_start(&pool.watchdog, true) == 0) {
        failed = pool_run(&pool, max);
        if (!failed && !pool_is_stopped(&pool))
            pool_retry(&pool);
        watchdog_stop(&pool.watchdog);
    }
    if (!failed)
        failed = pool_merge(&pool, findings);
    for (size_t i = 0; i < pool.count; i++) {
        if (pool.jobs[i].trouble.memory)
            snprintf(why, size, "%s: %s", pool.jobs[i].question->id,
                     pool.jobs[i].trouble.text);
        findings_free(&pool.jobs[i].findings);
    }
    free(pool.jobs);
    return failed;
}
