/* run.c - a load run: its phases, its clock and its loop
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/descriptors.h"
#include "base/monotonic.h"
#include "load/run.h"

enum {
    TICK = 20 * 1000000,      /* between two checks for timeouts */
    PROGRESS = 200 * 1000000, /* between two progress reports */
    /* Concurrent connects with --hold, few enough for short listen queues.  */
    HOLD_WINDOW = 100,
    /* Connections opened between two waits: the time to open the others is not
       part of a connection's time.  */
    OPEN_BURST = 64
};

/* ---- phases -------------------------------------------------------------- */

/* Begin PHASE at NOW, and set phase_end of HOLDING, RUNNING and DRAINING; with
   --hold RUNNING ends at NOW.  RUNNING starts the measurement: without a rate
   all connections send then, except with --connect.  DRAINING sets ENDED, and
   lasts for the timeout.  */
static void next_phase(struct load *load, enum load_phase phase, int64_t now)
{
    const struct load_plan *plan = load->plan;
    if (phase == LOAD_HOLDING) {
        load->phase_end = now + plan->duration;
    } else if (phase == LOAD_RUNNING) {
        load->start = load->last = load->checked = load->next_due = now;
        load->phase_end = now + (plan->kind == LOAD_HOLD ? 0 : plan->duration);
    } else if (phase == LOAD_DRAINING) {
        load->ended = now;
        load->phase_end = now + plan->timeout;
    }
    load->phase = phase;
    if (phase == LOAD_RUNNING && plan->kind != LOAD_CONNECTS && !plan->rate)
        for (size_t i = 0; i < plan->connections; i++)
            load_connection_send(load, &load->connections[i]);
}

/* Whether all connections (--connect) or messages that began have ended, and
   with a rate no message due may begin any more.  */
static bool is_drained(const struct load *load)
{
    const struct load_plan *plan = load->plan;
    if (plan->kind == LOAD_CONNECTS)
        return load->open == 0 && load->connecting == 0;
    if (load->outstanding > 0)
        return false;
    for (size_t i = 0; plan->rate && i < plan->connections; i++)
        if (load_may_begin(load, &load->connections[i]))
            return false;
    return true;
}

/* Go to the next phase if this phase is over at NOW: OPENING when every attempt
   to connect has ended; HOLDING and RUNNING at phase_end; DRAINING when nothing
   is pending, or at the timeout for replies.  Without an open connection,
   OPENING and DRAINING lead to OVER, and RUNNING ends early, but not with
   --connect.  In the second half of the timeout for replies no message may
   begin (is_late).  The timeout is doubled if the last poll returned events:
   replies may have waited for this process.  The end of OPENING completes
   opened of the report.  */
static void check_phase(struct load *load, int64_t now)
{
    const struct load_plan *plan = load->plan;
    bool is_idle = load->open == 0 && plan->kind != LOAD_CONNECTS;
    switch (load->phase) {
    case LOAD_OPENING:
        if (load->next < plan->connections || load->connecting > 0)
            break;
        load->report->opened += now - load->start;
        next_phase(load,
                   is_idle                   ? LOAD_OVER
                   : plan->kind == LOAD_HOLD ? LOAD_HOLDING
                                             : LOAD_RUNNING,
                   now);
        break;
    case LOAD_HOLDING:
        if (now >= load->phase_end)
            next_phase(load, LOAD_RUNNING, monotonic_now());
        break;
    case LOAD_RUNNING:
        if (now >= load->phase_end || is_idle)
            next_phase(load, LOAD_DRAINING, monotonic_now());
        break;
    case LOAD_DRAINING:
        load->is_late = now >= load->phase_end - plan->timeout / 2;
        if (now >= load->phase_end + (load->has_events ? plan->timeout : 0) ||
            is_idle || is_drained(load))
            next_phase(load, LOAD_OVER, now);
        break;
    case LOAD_OVER:
        break;
    }
}

/* ---- the clock ----------------------------------------------------------- */

/* Whether another connection may be opened for the first time: in OPENING,
   while one was never opened, and with --hold fewer than HOLD_WINDOW are
   connecting.  */
static bool may_open_first(const struct load *load)
{
    size_t window =
        load->plan->kind == LOAD_HOLD ? HOLD_WINDOW : load->plan->connections;
    return load->phase == LOAD_OPENING &&
           load->next < load->plan->connections && load->connecting < window;
}

/* Open connections for the first time, at most OPEN_BURST in one call.  */
static void open_first(struct load *load)
{
    for (int i = 0; i < OPEN_BURST && may_open_first(load); i++)
        load_connection_open(load, &load->connections[load->next++],
                             monotonic_now());
}

/* With --connect: replace closed connections, at once, or with a rate when they
   are due at NOW; none at phase_end or later.  The latency begins when the
   connection was due.  Lowers next_due to the earliest due time of the
   connections not opened.  */
static void open_again(struct load *load, int64_t now)
{
    for (size_t i = 0; i < load->plan->connections; i++) {
        struct load_connection *connection = &load->connections[i];
        int64_t due = now;
        if (connection->state != CONNECTION_CLOSED)
            continue;
        if (load->plan->rate)
            due = load->start + load_due(load->plan, i, connection->due);
        if (due > now || due >= load->phase_end) {
            load->next_due = due < load->next_due ? due : load->next_due;
            continue;
        }
        connection->due++;
        load_connection_open(load, connection, due);
        /* Refused at once.  */
        if (load->plan->rate && connection->state == CONNECTION_CLOSED) {
            due = load->start + load_due(load->plan, i, connection->due);
            load->next_due = due < load->next_due ? due : load->next_due;
        }
    }
}

/* Begin messages that are due by the rate before phase_end, at most 1024 in one
   call, and set next_due.  A busy connection sends its message later; a closed
   connection never.  */
static void run_begin_due(struct load *load, int64_t now)
{
    for (int i = 0; i < 1024; i++) {
        size_t index = (size_t)(load->due % load->plan->connections);
        load->next_due =
            load->start +
            load_due(load->plan, index, load->due / load->plan->connections);
        if (load->next_due > now || load->next_due >= load->phase_end)
            return;
        load->due++;
        load->connections[index].due++;
        load_connection_send(load, &load->connections[index]);
    }
}

/* While opening, open the first connections.  While running, set CHECKED and
   NEXT_DUE; then, with LOAD_CONNECTS, replace closed connections; otherwise,
   with a rate, begin the messages that are due.  Without a rate no message
   begins here.  In other phases do nothing.  */
static void begin_due_work(struct load *load, int64_t now)
{
    open_first(load);
    if (load->phase != LOAD_RUNNING)
        return;
    load->checked = now < load->phase_end ? now : load->phase_end;
    load->next_due = INT64_MAX;
    if (load->plan->kind == LOAD_CONNECTS)
        open_again(load, now);
    else if (load->plan->rate)
        run_begin_due(load, now);
}

/* The timeout of the next poll, in milliseconds: until TICK, or earlier if a
   phase ends or a message or connection is due; 0 while connections are to be
   opened.  The time until one is due is rounded down: what begins late is
   measured late.  */
static int run_timeout(const struct load *load, int64_t tick)
{
    bool ends = load->phase != LOAD_OPENING && load->phase_end < tick;
    int timeout = sonde_deadline_left(ends ? load->phase_end : tick);
    int64_t until_due = (load->next_due - monotonic_now()) / 1000000;
    if (load->phase == LOAD_RUNNING && until_due < timeout)
        timeout = until_due > 0 ? (int)until_due : 0;
    return may_open_first(load) ? 0 : timeout;
}

/* ---- the loop ------------------------------------------------------------ */

/* Interrupt the run, and set interrupted of the report.  In RUNNING the
   measurement ends, and DRAINING begins.  In any other phase, as by the second
   signal, the run is over and cut (is_cut): pending replies are no errors.  */
static void run_interrupt(struct load *load)
{
    load->is_cut = load->phase != LOAD_RUNNING;
    next_phase(load, load->is_cut ? LOAD_OVER : LOAD_DRAINING, monotonic_now());
    load->report->interrupted = true;
}

/* Interrupt the run for each signal caught by the self-pipe, and set
   has_progress.  */
static void take_signals(struct load *load)
{
    load->has_progress = true;
    while (sonde_selfpipe_read())
        run_interrupt(load);
}

/* At NOW, every TICK: check the timeouts of all connections, and take signals,
   which the poller does not report if each of its calls is interrupted.  */
static void run_tick_all(struct load *load, int64_t now)
{
    for (size_t i = 0; i < load->plan->connections; i++)
        load_connection_check(load, &load->connections[i], now);
    take_signals(load);
}

/* Run all phases, with calls of PROGRESS, unless NULL; if PROGRESS returns
   false, the run is interrupted.  Returns early, with load->trouble, if the
   poller fails: the run is then cut.  */
static void run_loop(struct load *load, load_progress_function *progress)
{
    int64_t tick = 0, reported = 0, begun = monotonic_now();
    struct sonde_event event;
    while (load->phase != LOAD_OVER) {
        int64_t now = monotonic_now();
        if (now >= tick) {
            run_tick_all(load, now);
            tick = now + TICK;
        }
        if (progress && now >= reported) {
            if (!progress(load->report, now - begun))
                run_interrupt(load);
            reported = now + PROGRESS - (now - begun) % PROGRESS;
        }
        begin_due_work(load, now);
        /* Opening many connections takes time: read the clock again.  In other
           phases, messages due after NOW have not begun yet.  */
        check_phase(load, load->phase == LOAD_OPENING ? monotonic_now() : now);
        if (load->phase == LOAD_OVER)
            return;
        int ready = sonde_poller_wait(load->poller, run_timeout(load, tick));
        if (ready < 0) {
            load->trouble = errno;
            load->is_cut = true;
            if (load->phase == LOAD_RUNNING)
                load->ended = monotonic_now();
            return;
        }
        load->has_events = ready > 0;
        load->has_progress = ready == 0;
        while (sonde_poller_next(load->poller, &event))
            if (event.data)
                load_connection_serve(load, event.data, event.ready);
            else
                take_signals(load);
        if (load->has_progress)
            load->spin.rounds = 0;
        else
            monotonic_spin(&load->spin);
    }
}

/* ---- from beginning to end ----------------------------------------------- */

/* Close all connections, the poller and the self-pipe, and free LOAD.  */
static void free_load(struct load *load)
{
    for (size_t i = 0; load->connections && i < load->plan->connections; i++)
        descriptor_close(&load->connections[i].fd);
    sonde_poller_close(load->poller);
    sonde_selfpipe_close();
    free(load->connections);
    free(load->messages);
    free(load);
}

/* Let SIGINT and SIGTERM end the run, by the self-pipe in the poller.  Returns
   false with errno on failure.  */
static bool run_watch_signals(struct load *load)
{
    int fd = sonde_selfpipe_open();
    return fd >= 0 && !sonde_selfpipe_catch(SIGINT) &&
           !sonde_selfpipe_catch(SIGTERM) &&
           !sonde_poller_add(load->poller, fd, SONDE_READABLE, NULL);
}

/* Allocate a run, to be freed by free_load, open its poller, and watch signals;
   no connection is opened.  NULL with errno on failure, and nothing is left. */
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
    load->transport = client->target->type == SOCK_DGRAM ? &datagram_transport
                                                         : &stream_transport;
    load->closed = plan->connections;
    load->poller = sonde_poller_open(SONDE_POLLER_BEST);
    load->messages =
        calloc(plan->connections * plan->depth, sizeof *load->messages);
    load->connections = calloc(plan->connections, sizeof *load->connections);
    for (size_t i = 0; load->connections && i < plan->connections; i++)
        load->connections[i].fd = -1;
    pattern_make(&load->pattern);
    if (load->poller && load->connections && load->messages &&
        run_watch_signals(load))
        return load;
    int error = errno;
    free_load(load);
    errno = error;
    return NULL;
}

/* Start the clock, use CLIENT's connection as the first, and take its
   descriptor, so that CLIENT->fd is -1; a failure is an error of the report.
   OPENED begins with the time of that connect.  With --connect close CLIENT
   instead, and go to LOAD_RUNNING.  */
static void begin_load(struct load *load, struct client *client)
{
    load->start = load->last = monotonic_now();
    if (load->plan->kind == LOAD_CONNECTS) {
        client_close(client);
        load->next = load->plan->connections;
        next_phase(load, LOAD_RUNNING, load->start);
        return;
    }
    load->next = 1;
    load->report->opened = client->connect_ns;
    load_connection_adopt(load, &load->connections[0], client->fd);
    client->fd = -1;
}

/* Count as errors what the end of the run cut off.  LOAD_UNSENT: messages that
   came due by the rate on an open connection and never began; with --connect,
   connections.  SONDE_CONNECT_TIMED_OUT: connections that neither connected nor
   failed.  LOAD_UNANSWERED: connections that the peer did not close after the
   half-close.  */
static void count_unfinished(const struct load *load)
{
    const struct load_plan *plan = load->plan;
    uint64_t *errors = load->report->errors;
    bool is_connects = plan->kind == LOAD_CONNECTS;
    for (size_t i = 0; i < plan->connections; i++) {
        const struct load_connection *connection = &load->connections[i];
        enum load_state state = connection->state;
        uint64_t begun = is_connects ? connection->due : connection->begun;
        uint64_t due =
            plan->rate && (is_connects || state == CONNECTION_OPEN)
                ? load_due_before(plan, i, load->checked - load->start)
                : 0;
        if (due > begun)
            errors[LOAD_UNSENT] += due - begun;
        if (state == CONNECTION_QUEUE_FULL || state == CONNECTION_CONNECTING)
            errors[SONDE_CONNECT_TIMED_OUT]++;
        else if (state == CONNECTION_ENDING)
            errors[LOAD_UNANSWERED]++;
    }
}

/* The nanoseconds of the measured phase: from the start of RUNNING to LAST, the
   last reply or, with --connect, the last end of a connection.  But if
   connections are open when the run ends, and always with --connect, at least
   to the end of RUNNING, by DURATION or an interruption.  With --hold always to
   the last reply.  */
static int64_t elapsed_of(const struct load *load)
{
    int64_t elapsed = load->last - load->start;
    int64_t phase = load->ended - load->start;
    bool is_whole = load->plan->kind == LOAD_CONNECTS ||
                    (load->plan->kind != LOAD_HOLD && load->open > 0);
    if (phase > load->plan->duration)
        phase = load->plan->duration;
    return is_whole && elapsed < phase ? phase : elapsed;
}

/* Complete the report: add the retransmissions of stream connections that have
   a socket, set the time elapsed and, unless the run is cut, count as errors
   the messages pending and all of count_unfinished.  */
static void finish_report(const struct load *load)
{
    struct load_report *report = load->report;
    for (size_t i = 0;
         report->type == SOCK_STREAM && i < load->plan->connections; i++)
        if (load->connections[i].fd >= 0)
            load_count_retransmissions(report, load->connections[i].fd);
    report->elapsed = elapsed_of(load);
    if (load->is_cut)
        return;
    report->errors[LOAD_UNANSWERED] += load->outstanding;
    count_unfinished(load);
}

/* Set *PEER to the address for further connections: the peer of CLIENT; for a
   UNIX target the path as given, since the server may know its socket by
   another path.  Returns 0, or -1 with errno; ENOTCONN: the connection was
   reset.  */
static int load_find_peer(const struct client *client,
                          struct sonde_address *peer)
{
    const char *path = client->target->path;
    return path ? sonde_address_unix_name(peer, path)
                : sonde_address_peer(client->fd, peer);
}

enum client_end load_run(struct client *client, const struct load_plan *plan,
                         load_progress_function *progress,
                         struct load_report *report)
{
    *report = (struct load_report){.plan = plan, .type = client->target->type};
    budget_volunteer(); /* may fail: the plan fits the memory left */
    struct load *load = load_find_peer(client, &report->peer)
                            ? NULL
                            : make_load(plan, client, report);
    if (!load && errno == ENOTCONN)
        return client_fail(client, CLIENT_CLOSED_EARLY, "%s",
                           strerror(ECONNRESET));
    if (!load)
        return client_trouble(client, "cannot begin: %s", strerror(errno));
    if (plan->kind != LOAD_CONNECTS)
        histogram_add(&report->connect, client->connect_ns);
    begin_load(load, client);
    run_loop(load, progress);
    finish_report(load);
    enum client_end end =
        load->trouble
            ? client_trouble(client, "cannot wait: %s", strerror(load->trouble))
            : load_judge(client, report);
    free_load(load);
    return end;
}
