/* load.c - many connections to an echo server at once, measured and verified
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "services/load-run.h"

enum {
    TICK = 20 * 1000000,      /* how often late ones are looked for */
    PROGRESS = 200 * 1000000, /* how often progress is told */
    /* Connects under way at once when many are held: a queue of any length
       must take them.  */
    HOLD_WINDOW = 100
};

/* ---- what a line reports ------------------------------------------------- */

size_t load_index(const struct load *load, const struct line *line)
{
    return (size_t)(line - load->lines);
}

void load_fail(struct load *load, struct line *line, enum load_error error)
{
    load->report->errors[error]++;
    line_close(load, line);
}

void load_fail_errno(struct load *load, struct line *line, int error)
{
    enum sonde_outcome outcome = sonde_outcome(error);
    load_fail(load, line,
              outcome == SONDE_OUTCOME_CONNECTED
                  ? LOAD_CLOSED
                  : (enum load_error)(int)outcome);
}

void load_fail_wrong(struct load *load, struct line *line, const char *what,
                     uint64_t number, bool never)
{
    if (!*load->report->wrong)
        snprintf(load->report->wrong, sizeof load->report->wrong,
                 "%s %" PRIu64 " of connection %zu %s", what, number,
                 load_index(load, line) + 1,
                 never ? "was never sent" : "is not what was sent");
    load_fail(load, line, LOAD_WRONG);
}

bool load_may_begin(const struct load *load, const struct line *line)
{
    const struct load_plan *plan = load->plan;
    if (line->state != LINE_OPEN || line->begun - line->done >= plan->depth)
        return false;
    /* Who had begun to connect in time is not left without a word.  */
    if (plan->kind == LOAD_CONNECTS)
        return line->begun == 0;
    if (plan->kind == LOAD_HOLD)
        return load->phase == LOAD_RUNNING && line->begun == 0;
    /* What came due in time is still sent when the time is over.  */
    if (plan->rate)
        return line->begun < line->due && !load->is_late;
    return load->phase == LOAD_RUNNING;
}

void load_begin(struct load *load, struct line *line, int64_t now)
{
    const struct load_plan *plan = load->plan;
    bool is_timed = plan->rate && plan->kind == LOAD_MESSAGES;
    line->times[line->begun % plan->depth] =
        is_timed
            ? load->start + load_due(plan, load_index(load, line), line->begun)
            : now;
    line->begun_at[line->begun % plan->depth] = now;
    line->begun++;
    line->waiting++;
    load->outstanding++;
}

void load_done(struct load *load, struct line *line, uint64_t number,
               int64_t now)
{
    int64_t start = line->times[number % load->plan->depth];
    load->report->messages++;
    load->outstanding--;
    line->waiting--;
    load->last = now;
    if (load->plan->kind != LOAD_CONNECTS)
        histogram_add(&load->report->latency, now - start);
}

void load_pump(struct load *load, struct line *line)
{
    if (line->state != LINE_OPEN)
        return;
    if (load->report->type == SOCK_DGRAM)
        datagram_pump(load, line);
    else
        stream_pump(load, line);
}

/* ---- phases -------------------------------------------------------------- */

static void pump_all(struct load *load)
{
    for (size_t i = 0; i < load->plan->connections; i++)
        load_pump(load, &load->lines[i]);
}

static void begin_running(struct load *load)
{
    load->phase = LOAD_RUNNING;
    load->start = load->last = monotonic_now();
    load->phase_end = load->start + load->plan->duration;
    load->looked = load->start;
    if (load->plan->kind != LOAD_CONNECTS && !load->plan->rate)
        pump_all(load);
    if (load->plan->kind == LOAD_HOLD)
        load->phase_end = load->start;
}

static void begin_draining(struct load *load)
{
    load->phase = LOAD_DRAINING;
    load->ran =
        (load->looked < load->phase_end ? load->looked : load->phase_end) -
        load->start;
    load->phase_end = monotonic_now() + load->plan->patience;
}

/* Whether everything that was begun has ended.  */
static bool is_drained(const struct load *load)
{
    const struct load_plan *plan = load->plan;
    if (plan->kind == LOAD_CONNECTS)
        return load->open == 0 && load->connecting == 0;
    if (load->outstanding > 0)
        return false;
    for (size_t i = 0; plan->rate && i < plan->connections; i++)
        if (load_may_begin(load, &load->lines[i]))
            return false;
    return true;
}

/* All lines that can be connected are.  */
static void end_opening(struct load *load, int64_t now)
{
    load->report->opened += now - load->start;
    if (load->open == 0) {
        load->phase = LOAD_OVER;
    } else if (load->plan->kind == LOAD_HOLD) {
        load->phase = LOAD_HOLDING;
        load->phase_end = now + load->plan->duration;
    } else {
        begin_running(load);
    }
}

/* Whether answers have had their time.  What was there at the last look may be
   there since long: it was this process that did not run.  */
static bool is_out_of_time(const struct load *load, int64_t now)
{
    return now >= load->phase_end + (load->heard ? load->plan->patience : 0);
}

/* Go on to the next phase, if it is time.  */
static void turn(struct load *load, int64_t now)
{
    bool is_idle = load->open == 0 && load->plan->kind != LOAD_CONNECTS;
    switch (load->phase) {
    case LOAD_OPENING:
        if (load->next == load->plan->connections && load->connecting == 0)
            end_opening(load, now);
        break;
    case LOAD_HOLDING:
        if (now >= load->phase_end)
            begin_running(load);
        break;
    case LOAD_RUNNING:
        if (now >= load->phase_end || is_idle)
            begin_draining(load);
        break;
    case LOAD_DRAINING:
        load->is_late = now >= load->phase_end - load->plan->patience / 2;
        if (is_out_of_time(load, now) || is_idle || is_drained(load))
            load->phase = LOAD_OVER;
        break;
    case LOAD_OVER:
        break;
    }
}

/* ---- what is done by the clock ------------------------------------------- */

/* Open lines for the first time, as far as there may be more under way.  */
static void open_lines(struct load *load)
{
    size_t window =
        load->plan->kind == LOAD_HOLD ? HOLD_WINDOW : load->plan->connections;
    while (load->next < load->plan->connections && load->connecting < window)
        line_open(load, &load->lines[load->next++], monotonic_now());
}

/* A connection ends, and the next begins, at once or when it is due.  */
static void open_again(struct load *load, int64_t now)
{
    for (size_t i = 0; i < load->plan->connections; i++) {
        struct line *line = &load->lines[i];
        int64_t since = now;
        if (line->state != LINE_CLOSED)
            continue;
        if (load->plan->rate) {
            since = load->start + load_due(load->plan, i, line->due);
            if (since > now)
                continue;
            line->due++;
        }
        line_open(load, line, since);
    }
}

/* Let what has come due by the rate begin, as far as its line is free.  */
static void begin_due(struct load *load, int64_t now)
{
    size_t count = load->plan->connections;
    for (int i = 0; i < 1024; i++) {
        struct line *line = &load->lines[load->due % count];
        int64_t due =
            load->start + load_due(load->plan, (size_t)(load->due % count),
                                   load->due / count);
        if (due > now || due >= load->phase_end)
            return;
        load->due++;
        line->due++;
        load_pump(load, line);
    }
}

static void look_at(struct load *load, struct line *line, int64_t now)
{
    switch (line->state) {
    case LINE_RESTING:
        if (load->phase > LOAD_RUNNING)
            line_close(load, line);
        else if (line->again <= now)
            line_open(load, line, now);
        break;
    case LINE_QUEUING:
    case LINE_CONNECTING:
        if (line->give_up <= now)
            load_fail(load, line, (enum load_error)SONDE_OUTCOME_TIMED_OUT);
        /* Also when the time is over: it began before.  */
        else if (line->state == LINE_QUEUING && line->again <= now)
            line_open(load, line, line->since);
        break;
    case LINE_OPEN:
        if (load->report->type == SOCK_DGRAM)
            datagram_give_up(load, line, now);
        break;
    case LINE_CLOSED:
    case LINE_ENDING:
        break;
    }
}

/* Once in a tick: what waits too long.  */
static void look_around(struct load *load, int64_t now)
{
    for (size_t i = 0; i < load->plan->connections; i++)
        look_at(load, &load->lines[i], now);
}

static void do_due(struct load *load, int64_t now)
{
    if (load->phase == LOAD_OPENING)
        open_lines(load);
    if (load->phase != LOAD_RUNNING)
        return;
    load->looked = now;
    if (load->plan->kind == LOAD_CONNECTS)
        open_again(load, now);
    else if (load->plan->rate)
        begin_due(load, now);
}

/* When the clock is to be looked at next.  */
static int64_t next_moment(const struct load *load, int64_t tick)
{
    int64_t next = tick;
    if (load->phase != LOAD_OPENING && load->phase_end < next)
        next = load->phase_end;
    if (load->phase == LOAD_RUNNING && load->plan->rate) {
        size_t count = load->plan->connections;
        int64_t due =
            load->start + load_due(load->plan, (size_t)(load->due % count),
                                   load->due / count);
        if (load->plan->kind == LOAD_MESSAGES && due < next)
            next = due;
        else if (load->plan->kind == LOAD_CONNECTS)
            next = monotonic_now() + 1000000;
    }
    return next;
}

/* The milliseconds until MOMENT, rounded down: the last one is not slept
   through, since a message that leaves late is measured late.  */
static int until(int64_t moment)
{
    int64_t left = (moment - monotonic_now()) / 1000000;
    return left > 0 ? (int)left : 0;
}

/* ---- the loop ------------------------------------------------------------ */

/* The first signal ends the measurement, the next one the wait for what is
   still under way.  */
static void take_signals(struct load *load)
{
    while (sonde_wake_take()) {
        if (load->phase == LOAD_RUNNING) {
            begin_draining(load);
        } else {
            load->phase = LOAD_OVER;
            load->is_cut = true;
        }
        load->report->interrupted = true;
    }
}

static void serve(struct load *load, const struct sonde_event *event)
{
    struct line *line = event->user;
    if (!line) {
        load->moved = true;
        take_signals(load);
        return;
    }
    if (line->state == LINE_CONNECTING) {
        load->moved = true;
        line_finish(load, line);
        return;
    }
    if (event->ready & SONDE_READABLE) {
        if (load->report->type == SOCK_DGRAM)
            datagram_take(load, line);
        else
            stream_take(load, line);
    } else {
        load_pump(load, line);
    }
}

static void loop(struct load *load,
                 void (*progress)(const struct load_report *, int64_t))
{
    int64_t tick = 0, told = 0, begun = monotonic_now();
    struct sonde_event event;
    while (load->phase != LOAD_OVER) {
        int64_t now = monotonic_now();
        if (now >= tick) {
            look_around(load, now);
            tick = now + TICK;
        }
        if (progress && now >= told) {
            progress(load->report, now - begun);
            told = now + PROGRESS;
        }
        do_due(load, now);
        /* Connecting may have taken its time; what came due until NOW has
           begun, and no more.  */
        turn(load, load->phase == LOAD_OPENING ? monotonic_now() : now);
        if (load->phase == LOAD_OVER)
            return;
        int ready =
            sonde_poller_wait(load->poller, until(next_moment(load, tick)));
        if (ready < 0) {
            load->trouble = errno;
            load->is_cut = true;
            return;
        }
        load->heard = ready > 0;
        load->moved = ready == 0;
        while (sonde_poller_next(load->poller, &event))
            serve(load, &event);
        if (load->moved)
            load->spin.rounds = 0;
        else
            monotonic_spin(&load->spin);
    }
}

/* ---- from beginning to end ----------------------------------------------- */

static void free_load(struct load *load)
{
    if (!load)
        return;
    for (size_t i = 0; load->lines && i < load->plan->connections; i++)
        if (load->lines[i].fd >= 0)
            close(load->lines[i].fd);
    sonde_poller_close(load->poller);
    sonde_wake_close();
    free(load->lines);
    free(load->times);
    free(load);
}

/* Have SIGINT and SIGTERM end the run.  */
static int watch_signals(struct load *load)
{
    int fd = sonde_wake_open();
    return fd < 0 || sonde_wake_on(SIGINT) || sonde_wake_on(SIGTERM) ||
                   sonde_poller_add(load->poller, fd, SONDE_READABLE, NULL)
               ? -1
               : 0;
}

static struct load *make_load(const struct load_plan *plan,
                              const struct client *client,
                              struct load_report *report)
{
    struct load *load = calloc(1, sizeof *load);
    if (!load)
        return NULL;
    load->plan = plan;
    load->report = report;
    load->target = client->target;
    load->poller = sonde_poller_open(SONDE_POLLER_BEST);
    load->lines = calloc(plan->connections, sizeof *load->lines);
    size_t places = plan->connections * plan->depth;
    load->times = calloc(2 * places, sizeof *load->times);
    if (!load->poller || !load->lines || !load->times || watch_signals(load)) {
        free(load->lines);
        load->lines = NULL;
        free_load(load);
        return NULL;
    }
    for (size_t i = 0; i < plan->connections; i++) {
        load->lines[i].fd = -1;
        load->lines[i].times = load->times + i * plan->depth;
        load->lines[i].begun_at = load->lines[i].times + places;
    }
    pattern_make(&load->pattern);
    return load;
}

/* Let CLIENT's connection be the first, or, where connecting is what is
   measured, be over.  */
static void begin_load(struct load *load, struct client *client)
{
    load->start = load->last = monotonic_now();
    if (load->plan->kind == LOAD_CONNECTS) {
        client_close(client);
        load->next = load->plan->connections;
        begin_running(load);
        return;
    }
    load->next = 1;
    load->report->opened = client->connect_ns;
    line_adopt(load, &load->lines[0], client->fd);
    client->fd = -1;
}

/* What came due by the rate, and was never begun, though its connection was
   there.  */
static uint64_t count_unsent(const struct load *load)
{
    const struct load_plan *plan = load->plan;
    bool is_connects = plan->kind == LOAD_CONNECTS;
    uint64_t unsent = 0;
    for (size_t i = 0; plan->rate && i < plan->connections; i++) {
        const struct line *line = &load->lines[i];
        uint64_t due = load_due_before(plan, i, load->ran);
        uint64_t begun = is_connects ? line->due : line->begun;
        if ((is_connects || line->state == LINE_OPEN) && due > begun)
            unsent += due - begun;
    }
    return unsent;
}

/* Connections that were begun and are neither through nor over.  */
static void count_unfinished(const struct load *load)
{
    uint64_t *errors = load->report->errors;
    for (size_t i = 0; i < load->plan->connections; i++) {
        enum line_state state = load->lines[i].state;
        if (state == LINE_QUEUING || state == LINE_CONNECTING)
            errors[SONDE_OUTCOME_TIMED_OUT]++;
        else if (state == LINE_ENDING)
            errors[LOAD_UNANSWERED]++;
    }
}

/* What is known only when all is over.  */
static void finish_report(const struct load *load)
{
    struct load_report *report = load->report;
    report->elapsed = load->last - load->start;
    if (load->plan->kind != LOAD_HOLD && !report->interrupted &&
        report->elapsed < load->plan->duration && load->open > 0)
        report->elapsed = load->plan->duration;
    if (load->is_cut)
        return;
    report->errors[LOAD_UNANSWERED] += load->outstanding;
    report->errors[LOAD_UNSENT] += count_unsent(load);
    count_unfinished(load);
}

enum client_end
load_run(struct client *client, const struct load_plan *plan,
         void (*progress)(const struct load_report *report, int64_t elapsed),
         struct load_report *report, struct client_result *result)
{
    *report = (struct load_report){.plan = plan, .type = client->target->type};
    struct load *load = sonde_address_peer(client->fd, &report->peer)
                            ? NULL
                            : make_load(plan, client, report);
    if (!load)
        return client_say(result, CLIENT_TROUBLE, "cannot begin: %s",
                          strerror(errno));
    if (plan->kind != LOAD_CONNECTS)
        histogram_add(&report->connect, client->connect_ns);
    begin_load(load, client);
    loop(load, progress);
    finish_report(load);
    int trouble = load->trouble;
    free_load(load);
    if (trouble)
        return client_say(result, CLIENT_TROUBLE, "cannot wait: %s",
                          strerror(trouble));
    return load_judge(client, report, result);
}
