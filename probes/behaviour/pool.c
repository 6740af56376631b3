/* pool.c - put many questions side by side, each in children of its own
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/behaviour/merge.h"
#include "probes/behaviour/pool.h"
#include "probes/run/runner.h"
#include "probes/run/watchdog.h"
#include "sonde.h"

struct pool_job {
    const struct question *question;
    struct answers answers;
    struct run *run; /* while it is under way */
    bool done;
};

struct pool {
    struct pool_job *jobs;
    size_t count, begun, done, running;
    int failures; /* of poll, in a row */
    struct watchdog watchdog;
    int64_t start;
    void (*progress)(size_t, size_t, long);
};

/* What a child needs to know.  */
struct order {
    const struct pool *pool;
    const struct question *question;
};

/* ---- in the child ------------------------------------------------------- */

static bool ask_question(FILE *out, int watch, const void *data)
{
    const struct order *order = data;
    struct probe probe = {
        .question = order->question,
        .out = out,
        .folder = order->pool->watchdog.folder,
    };
    (void)watch; /* the watchdog sees to it */
    setpgid(0, 0);
    watchdog_mind(&order->pool->watchdog,
                  getpid());            /* before anything can last */
    setvbuf(out, NULL, _IOLBF, BUFSIZ); /* what is known stays, in a crash */
    close(order->pool->watchdog.pipe);
    for (size_t i = 0; i < order->pool->count; i++)
        if (order->pool->jobs[i].run && order->pool->jobs[i].run->child > 0)
            close(order->pool->jobs[i].run->pipe);
    question_begin(&probe);
    order->question->probe(&probe);
    question_end();
    return true;
}

/* ---- in the parent ------------------------------------------------------ */

static int pool_begin(struct pool *pool, struct pool_job *job)
{
    struct order order = {pool, job->question};
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return -1;
    job->answers.trouble = (struct run_trouble){0};
    run->start = monotonic_ms();
    run->deadline =
        job->question->deadline ? job->question->deadline : DEADLINE_USUAL;
    run->findings = &job->answers.findings;
    run->trouble = &job->answers.trouble;
    job->run = run;
    if (run_begin(run, ask_question, &order)) {
        free(run);
        job->run = NULL;
        return -1;
    }
    setpgid(run->child, run->child); /* whoever of the two comes first */
    pool->running++;
    return 0;
}

/* JOB is through, WHOLE or not: whatever is left of its group is killed.  */
static void pool_end(struct pool *pool, struct pool_job *job, bool whole)
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
    if (pool->progress)
        pool->progress(pool->done, pool->count,
                       (long)(monotonic_ms() - pool->start));
}

/* Begin what can be begun, MOST side by side.  Where there is no process or
   descriptor for one more, those that run must end first.  */
static int begin_some(struct pool *pool, size_t most)
{
    while (pool->running < most && pool->begun < pool->count) {
        struct pool_job *job = &pool->jobs[pool->begun];
        if (!job->done && pool_begin(pool, job)) {
            if (pool->running == 0)
                return -1;
            return 0;
        }
        pool->begun++;
    }
    return 0;
}

/* Milliseconds until the first deadline.  */
static int time_left(const struct pool *pool)
{
    int64_t left = INT_MAX, now = monotonic_ms();
    for (size_t i = 0; i < pool->count; i++) {
        const struct run *run = pool->jobs[i].run;
        if (run && run->start + run->deadline - now < left)
            left = run->start + run->deadline - now;
    }
    return left > 0 ? (int)left : 0;
}

/* Wait, then read what came and end the jobs whose deadline has passed, also if
   poll failed.  Returns 0, or -1 with the errno of poll if it goes on
   failing.  */
static int pool_attend(struct pool *pool)
{
    struct pollfd fds[POOL_MAX];
    struct pool_job *of[POOL_MAX];
    nfds_t count = 0;
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].run) {
            fds[count] = (struct pollfd){.fd = pool->jobs[i].run->pipe,
                                         .events = POLLIN};
            of[count++] = &pool->jobs[i];
        }
    bool failed = wait_poll(fds, count, time_left(pool)) < 0;
    pool->failures = failed ? pool->failures + 1 : 0;
    if (pool->failures > WAIT_FAILURES)
        return -1;
    for (nfds_t i = 0; i < count; i++) {
        struct run *run = of[i]->run;
        int more = fds[i].revents ? run_step(run) : 1;
        if (more <= 0) {
            pool_end(pool, of[i], more == 0);
        } else if (run_check_deadline(run, !fds[i].revents)) {
            pool_end(pool, of[i], false);
        }
    }
    return 0;
}

/* End the jobs that run.  Keeps errno.  */
static void pool_end_all(struct pool *pool)
{
    int error = errno;
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].run)
            pool_end(pool, &pool->jobs[i], false);
    errno = error;
}

static int run_jobs(struct pool *pool, size_t most)
{
    pool->begun = 0;
    do {
        if (begin_some(pool, most))
            return -1;
        if (pool->running > 0 && pool_attend(pool)) {
            pool_end_all(pool);
            return -1;
        }
    } while (pool->running > 0 || pool->begun < pool->count);
    return 0;
}

/* Whether another repeat of JOB's question came through.  */
static bool has_sibling(const struct pool *pool, const struct pool_job *job)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].question == job->question &&
            !*pool->jobs[i].answers.trouble.text)
            return true;
    return false;
}

/* Once more, alone, for those that got no answer where a sibling did, and for
   those that wanted what others may have had.  */
static void try_again(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++) {
        struct pool_job *job = &pool->jobs[i];
        if (answers_short(&job->answers, job->question->id) ||
            (job->answers.trouble.late && has_sibling(pool, job))) {
            findings_free(&job->answers.findings);
            job->done = false;
            pool->done--;
        }
    }
    run_jobs(pool, 1);
}

static int pool_repeats_of(const struct question *question)
{
    return question->repeats ? question->repeats : REPEATS_USUAL;
}

static int pool_deadline_of(const struct pool_job *job)
{
    return job->question->deadline;
}

/* The long ones first; otherwise as they came.  */
static int compare_jobs(const void *a, const void *b)
{
    const struct pool_job *x = a, *y = b;
    int order = pool_deadline_of(y) - pool_deadline_of(x);
    return order ? order : strcmp(x->question->id, y->question->id);
}

static int make_jobs(struct pool *pool, const struct question *const *questions,
                     size_t count)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        pool->count += (size_t)pool_repeats_of(questions[i]);
    pool->jobs = calloc(pool->count + 1, sizeof *pool->jobs);
    if (!pool->jobs)
        return -1;
    for (size_t i = 0; i < count; i++)
        for (int repeat = 0; repeat < pool_repeats_of(questions[i]); repeat++)
            pool->jobs[next++].question = questions[i];
    qsort(pool->jobs, pool->count, sizeof *pool->jobs, compare_jobs);
    return 0;
}

/* The jobs of one question stand together.  */
static int merge_all(const struct pool *pool, struct findings *findings)
{
    for (size_t i = 0; i < pool->count;) {
        const struct answers *repeats[16];
        const struct question *question = pool->jobs[i].question;
        size_t count = 0;
        for (; i < pool->count && pool->jobs[i].question == question; i++)
            if (count < 16)
                repeats[count++] = &pool->jobs[i].answers;
        if (merge_answers(findings, question->id, repeats, count))
            return -1;
    }
    findings_sort(findings);
    return 0;
}

/* How many may ask side by side, by what is left; 0 if not even one may.  A
   question takes two processes, some a few more for a moment, and the watchdog
   is one; and of memory PRICE at most (measured, Linux 6.18: 0.5 MiB mostly, 2
   MiB where processes come and go), but for those that fill queues, which have
   an allowance.  */
static size_t count_side_by_side(char *why, size_t size)
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
    int64_t most = memory < processes ? memory : processes;
    return most < 1 ? 0 : most < POOL_MAX ? (size_t)most : POOL_MAX;
}

int pool_ask(const struct question *const *questions, size_t count,
             void (*progress)(size_t done, size_t total, long elapsed),
             struct findings *findings, char *why, size_t size)
{
    size_t most = count_side_by_side(why, size);
    if (most == 0) {
        errno = EAGAIN;
        return -1;
    }
    struct pool pool = {.progress = progress, .start = monotonic_ms()};
    int failed = -1;
    if (make_jobs(&pool, questions, count))
        return -1;
    if (watchdog_start(&pool.watchdog, true) == 0) {
        failed = run_jobs(&pool, most);
        if (!failed)
            try_again(&pool);
        watchdog_stop(&pool.watchdog);
    }
    if (!failed)
        failed = merge_all(&pool, findings);
    for (size_t i = 0; i < pool.count; i++)
        if (pool.jobs[i].answers.trouble.memory)
            snprintf(why, size, "%s: %s", pool.jobs[i].question->id,
                     pool.jobs[i].answers.trouble.text);
    for (size_t i = 0; i < pool.count; i++)
        findings_free(&pool.jobs[i].answers.findings);
    free(pool.jobs);
    return failed;
}
