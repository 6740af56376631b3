/* crew.c - put many questions side by side, each in children of its own
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
#include "probes/behaviour/crew.h"
#include "probes/behaviour/merge.h"
#include "probes/run/runner.h"
#include "probes/run/sitter.h"
#include "sonde.h"

struct job {
    const struct question *question;
    struct answers answers;
    struct run *run; /* while it is under way */
    bool done;
};

struct crew {
    struct job *jobs;
    size_t count, begun, done, running;
    int failures; /* of poll, in a row */
    struct sitter sitter;
    int64_t start;
    void (*progress)(size_t, size_t, long);
};

/* What a child needs to know.  */
struct order {
    const struct crew *crew;
    const struct question *question;
};

/* ---- in the child ------------------------------------------------------- */

static bool ask_question(FILE *out, int watch, const void *data)
{
    const struct order *order = data;
    struct asking asking = {
        .question = order->question,
        .out = out,
        .folder = order->crew->sitter.folder,
    };
    (void)watch; /* the sitter sees to it */
    setpgid(0, 0);
    sitter_mind(&order->crew->sitter, getpid()); /* before anything can last */
    setvbuf(out, NULL, _IOLBF, BUFSIZ); /* what is known stays, in a crash */
    close(order->crew->sitter.pipe);
    for (size_t i = 0; i < order->crew->count; i++)
        if (order->crew->jobs[i].run && order->crew->jobs[i].run->child > 0)
            close(order->crew->jobs[i].run->pipe);
    question_begin(&asking);
    order->question->ask(&asking);
    question_end();
    return true;
}

/* ---- in the parent ------------------------------------------------------ */

static int begin(struct crew *crew, struct job *job)
{
    struct order order = {crew, job->question};
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
    crew->running++;
    return 0;
}

/* JOB is through, WHOLE or not: whatever is left of its group is killed.  */
static void end(struct crew *crew, struct job *job, bool whole)
{
    pid_t group = job->run->child;
    if (!whole)
        kill(-group, SIGKILL);
    run_end(job->run, whole);
    kill(-group, SIGKILL);
    sitter_forget(&crew->sitter, group);
    free(job->run);
    job->run = NULL;
    job->done = true;
    crew->running--;
    crew->done++;
    if (crew->progress)
        crew->progress(crew->done, crew->count,
                       (long)(monotonic_ms() - crew->start));
}

/* Begin what can be begun, MOST side by side.  Where there is no process or
   descriptor for one more, those that run must end first.  */
static int begin_some(struct crew *crew, size_t most)
{
    while (crew->running < most && crew->begun < crew->count) {
        struct job *job = &crew->jobs[crew->begun];
        if (!job->done && begin(crew, job)) {
            if (crew->running == 0)
                return -1;
            return 0;
        }
        crew->begun++;
    }
    return 0;
}

/* Milliseconds until the first deadline.  */
static int time_left(const struct crew *crew)
{
    int64_t left = INT_MAX, now = monotonic_ms();
    for (size_t i = 0; i < crew->count; i++) {
        const struct run *run = crew->jobs[i].run;
        if (run && run->start + run->deadline - now < left)
            left = run->start + run->deadline - now;
    }
    return left > 0 ? (int)left : 0;
}

/* Wait, then read what came and end the jobs whose deadline has passed, also if
   poll failed.  Returns 0, or -1 with the errno of poll if it goes on
   failing.  */
static int attend(struct crew *crew)
{
    struct pollfd fds[CREW_MOST];
    struct job *of[CREW_MOST];
    nfds_t count = 0;
    for (size_t i = 0; i < crew->count; i++)
        if (crew->jobs[i].run) {
            fds[count] = (struct pollfd){.fd = crew->jobs[i].run->pipe,
                                         .events = POLLIN};
            of[count++] = &crew->jobs[i];
        }
    bool failed = wait_poll(fds, count, time_left(crew)) < 0;
    crew->failures = failed ? crew->failures + 1 : 0;
    if (crew->failures > WAIT_FAILURES)
        return -1;
    for (nfds_t i = 0; i < count; i++) {
        struct run *run = of[i]->run;
        int more = fds[i].revents ? run_step(run) : 1;
        if (more <= 0) {
            end(crew, of[i], more == 0);
        } else if (run_is_late(run, !fds[i].revents)) {
            end(crew, of[i], false);
        }
    }
    return 0;
}

/* End the jobs that run.  Keeps errno.  */
static void end_all(struct crew *crew)
{
    int error = errno;
    for (size_t i = 0; i < crew->count; i++)
        if (crew->jobs[i].run)
            end(crew, &crew->jobs[i], false);
    errno = error;
}

static int run_jobs(struct crew *crew, size_t most)
{
    crew->begun = 0;
    do {
        if (begin_some(crew, most))
            return -1;
        if (crew->running > 0 && attend(crew)) {
            end_all(crew);
            return -1;
        }
    } while (crew->running > 0 || crew->begun < crew->count);
    return 0;
}

/* Whether another repeat of JOB's question came through.  */
static bool has_sibling(const struct crew *crew, const struct job *job)
{
    for (size_t i = 0; i < crew->count; i++)
        if (crew->jobs[i].question == job->question &&
            !*crew->jobs[i].answers.trouble.text)
            return true;
    return false;
}

/* Once more, alone, for those that got no answer where a sibling did, and for
   those that wanted what others may have had.  */
static void try_again(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++) {
        struct job *job = &crew->jobs[i];
        if (answers_short(&job->answers, job->question->id) ||
            (job->answers.trouble.late && has_sibling(crew, job))) {
            findings_free(&job->answers.findings);
            job->done = false;
            crew->done--;
        }
    }
    run_jobs(crew, 1);
}

static int repeats_of(const struct question *question)
{
    return question->repeats ? question->repeats : REPEATS_USUAL;
}

static int deadline_of(const struct job *job)
{
    return job->question->deadline;
}

/* The long ones first; otherwise as they came.  */
static int compare_jobs(const void *a, const void *b)
{
    const struct job *x = a, *y = b;
    int order = deadline_of(y) - deadline_of(x);
    return order ? order : strcmp(x->question->id, y->question->id);
}

static int make_jobs(struct crew *crew, const struct question *const *questions,
                     size_t count)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        crew->count += (size_t)repeats_of(questions[i]);
    crew->jobs = calloc(crew->count + 1, sizeof *crew->jobs);
    if (!crew->jobs)
        return -1;
    for (size_t i = 0; i < count; i++)
        for (int repeat = 0; repeat < repeats_of(questions[i]); repeat++)
            crew->jobs[next++].question = questions[i];
    qsort(crew->jobs, crew->count, sizeof *crew->jobs, compare_jobs);
    return 0;
}

/* The jobs of one question stand together.  */
static int merge_all(const struct crew *crew, struct findings *findings)
{
    for (size_t i = 0; i < crew->count;) {
        const struct answers *repeats[16];
        const struct question *question = crew->jobs[i].question;
        size_t count = 0;
        for (; i < crew->count && crew->jobs[i].question == question; i++)
            if (count < 16)
                repeats[count++] = &crew->jobs[i].answers;
        if (merge_answers(findings, question->id, repeats, count))
            return -1;
    }
    findings_sort(findings);
    return 0;
}

/* How many may ask side by side, by what is left; 0 if not even one may.  A
   question takes two processes, some a few more for a moment, and the sitter is
   one; and of memory PRICE at most (measured, Linux 6.18: 0.5 MiB mostly, 2 MiB
   where processes come and go), but for those that fill queues, which have an
   allowance.  */
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
    return most < 1 ? 0 : most < CREW_MOST ? (size_t)most : CREW_MOST;
}

int crew_ask(const struct question *const *questions, size_t count,
             void (*progress)(size_t done, size_t total, long elapsed),
             struct findings *findings, char *why, size_t size)
{
    size_t most = count_side_by_side(why, size);
    if (most == 0) {
        errno = EAGAIN;
        return -1;
    }
    struct crew crew = {.progress = progress, .start = monotonic_ms()};
    int failed = -1;
    if (make_jobs(&crew, questions, count))
        return -1;
    if (sitter_start(&crew.sitter, true) == 0) {
        failed = run_jobs(&crew, most);
        if (!failed)
            try_again(&crew);
        sitter_stop(&crew.sitter);
    }
    if (!failed)
        failed = merge_all(&crew, findings);
    for (size_t i = 0; i < crew.count; i++)
        if (crew.jobs[i].answers.trouble.memory)
            snprintf(why, size, "%s: %s", crew.jobs[i].question->id,
                     crew.jobs[i].answers.trouble.text);
    for (size_t i = 0; i < crew.count; i++)
        findings_free(&crew.jobs[i].answers.findings);
    free(crew.jobs);
    return failed;
}
