/* run.c - the event loop
   SPDX-License-Identifier: GPL-3.0-or-later

   One poller, no threads.  Each round serves the ready descriptors, then the
   timers of ports and clients.  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/sandbox.h"
#include "faults/server.h"

/* SPARE: descriptors besides those of clients.  PASSES: rounds that take what
   has come when the run ends.  */
enum { SPARE = 256, PASSES = 16, FILLERS = 1024 };

struct fault_run {
    struct fault_server server;
    struct fault_watch signals;
    pid_t command;              /* 0: none, or ended */
    int64_t command_start, end; /* END: of the run; -1: none */
    bool is_over;
};

/* The watch of the self-pipe: any signal but SIGCHLD ends the run, DATA.  */
static void run_signal(void *data, unsigned ready)
{
    struct fault_run *run = data;
    int number;
    (void)ready;
    while ((number = sonde_selfpipe_read()) > 0)
        if (number != SIGCHLD)
            run->is_over = true;
}

/* Open the self-pipe, catch SIGTERM, SIGINT, SIGCHLD and, unless ignored,
   SIGHUP, and add the self-pipe to the server's poller, which is open.  Returns
   0, or -1 with errno; the caller closes the self-pipe in each case.  */
static int run_catch(struct fault_run *run)
{
    struct sigaction hangup;
    int fd = sonde_selfpipe_open();
    run->signals = (struct fault_watch){run_signal, run};
    if (fd < 0 || sonde_selfpipe_catch(SIGTERM) ||
        sonde_selfpipe_catch(SIGINT) || sonde_selfpipe_catch(SIGCHLD))
        return -1;
    if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN &&
        sonde_selfpipe_catch(SIGHUP))
        return -1;
    return sonde_poller_add(run->server.poller, fd, SONDE_READABLE,
                            &run->signals);
}

/* The earlier of two times, where -1 is never.  */
static int64_t earlier(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Do what is due for clients and ports; clients may be closed.  Returns when to
   call this again, by monotonic_ms: when more is due, or at the end of the run
   if that is earlier; -1 if neither has a time.  */
static int64_t run_tick(struct fault_run *run)
{
    struct fault_server *server = &run->server;
    int64_t now = monotonic_ms(), next = run->end;
    struct fault_client *following;
    for (struct fault_client *each = server->clients; each; each = following) {
        following = each->next;
        next = earlier(next, fault_client_tick(each, now));
    }
    for (size_t i = 0; i < server->options->count; i++)
        next = earlier(next, fault_port_tick(&server->ports[i], now));
    return next;
}

/* Wait up to TIMEOUT milliseconds (negative: no limit), and serve what is
   ready.  Signals are taken after TIMEOUT, too: the poller reports nothing if
   each of its calls is interrupted.  Returns the number of ready descriptors, 0
   after TIMEOUT, or -1 with errno.  */
static int run_serve(struct fault_run *run, int timeout)
{
    struct sonde_event event;
    int count = sonde_poller_wait(run->server.poller, timeout);
    while (count > 0 && sonde_poller_next(run->server.poller, &event)) {
        struct fault_watch *watch = event.data;
        watch->ready(watch->data, event.ready);
    }
    if (count == 0)
        run_signal(run, 0);
    return count;
}

/* Returns whether the run is over at NOW, of monotonic_ms: by a signal, by its
   duration, or because the command has ended.  Then what is left of the
   command's process group is killed, and the end of the command noted in the
   report, which may take FAULT_REAP_MS.  With a command, not to be called again
   after true.  */
static bool run_check(struct fault_run *run, int64_t now)
{
    struct fault_command *end = &run->server.report->command;
    bool kills = run->is_over || (run->end >= 0 && now >= run->end);
    if (run->command <= 0)
        return kills;
    if (!fault_command_ended(run->command, kills, end))
        return false;
    end->milliseconds = monotonic_ms() - run->command_start;
    run->command = 0;
    return true;
}

/* Serve until the run is over, then take what has come, in up to PASSES rounds
   without waiting.  Returns 0; or, if the poller fails, 2 with the reason in
   the log, and the command is killed.  */
static int run_rounds(struct fault_run *run)
{
    int64_t next = run_tick(run);
    while (!run_check(run, monotonic_ms())) {
        int timeout = next < 0 ? -1 : monotonic_until(monotonic_ms(), next);
        if (run_serve(run, timeout) < 0) {
            run->server.options->log("cannot wait for clients: %s",
                                     strerror(errno));
            run->is_over = true;
            run_check(run, monotonic_ms()); /* ends the command */
            return 2;
        }
        next = run_tick(run);
    }
    for (int i = 0; i < PASSES && run_serve(run, 0) > 0; i++)
        run_tick(run);
    return 0;
}

/* Log errno as the reason why the run cannot start.  Returns 2.  */
static int run_fail(const struct fault_run *run)
{
    run->server.options->log("cannot start: %s", strerror(errno));
    return 2;
}

/* ---- start and end ------------------------------------------------------- */

/* Write the folder of PATH to FOLDER, of SIZE bytes (truncated): "/run/." for
   "/run/socket", "." for a PATH without a slash.  */
static void run_find_folder(const char *path, char *folder, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(folder, size, "%.*s.", slash ? (int)(slash - path) + 1 : 0, path);
}

/* Enter the sandbox.  Still allowed are: to remove files in the folder of the
   UNIX path; to answer UNIX datagrams; processes; and, if any fault has a
   timer, connect and bind, which the timer may need.  A failure is logged if
   sandbox_lack has a reason, and otherwise ignored; success is logged only with
   --verbose.  */
static void run_enter_sandbox(const struct fault_options *options)
{
    char folder[sizeof(struct sockaddr_storage) + 2], text[SANDBOX_TEXT];
    const char *const folders[] = {folder};
    struct sandbox_needs needs = {.folders = folders,
                                  .answers_unix =
                                      options->path && options->datagrams,
                                  .forks = true};
    if (options->path && *options->path != '@') {
        run_find_folder(options->path, folder, sizeof folder);
        needs.folder_count = 1;
    }
    for (size_t i = 0; i < options->count; i++)
        needs.connects |= options->choices[i].fault->tick != NULL;
    int error = sandbox_enter(&needs, text) ? errno : 0;
    const char *lack = error ? sandbox_lack(error, options->verbose) : NULL;
    if (lack)
        options->log("no sandbox: %s; the server runs without", lack);
    else if (options->verbose)
        options->log("sandbox: %s", text);
}

/* The sockets are open: give up capabilities, unless root, and other access by
   the sandbox, unless NO_SANDBOX or with a command, which inherits the sandbox.
   Returns 0, or 2 with the reason in the log.  */
static int run_confine(const struct fault_options *options)
{
    if (geteuid() != 0 && capability_drop()) {
        options->log("cannot drop capabilities: %s", strerror(errno));
        return 2;
    }
    if (!options->no_sandbox && options->command_count == 0)
        run_enter_sandbox(options);
    return 0;
}

/* Allocate the memory of the run, of OPTIONS, and its poller.  Returns 0, or -1
   with errno; run_close frees them in each case.  */
static int run_allocate(struct fault_server *server)
{
    const struct fault_options *options = server->options;
    server->report->records =
        calloc(FAULT_RECORDS_MAX, sizeof *server->report->records);
    server->ports = calloc(options->count, sizeof *server->ports);
    server->poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (options->datagrams)
        server->repeats = calloc(1, sizeof *server->repeats);
    if (!server->report->records || !server->ports || !server->poller ||
        (options->datagrams && !server->repeats))
        return -1;
    if (server->repeats)
        repeat_begin(server->repeats);
    return 0;
}

/* Raise the limit of descriptors, if possible, allocate, catch signals, open
   the ports, and set the start and the end of the run.  Then give up access by
   run_confine, and start the command, if any, with the former limit.  Returns
   0, or the exit status with the reason in the log.  run_close follows in each
   case.  */
static int run_open(struct fault_run *run)
{
    struct fault_server *server = &run->server;
    const struct fault_options *options = server->options;
    struct rlimit files;
    bool has_limit = !getrlimit(RLIMIT_NOFILE, &files);
    descriptors_raise(options->max_clients + SPARE + FILLERS);
    if (run_allocate(server) || run_catch(run))
        return run_fail(run);
    int status = fault_ports_open(server);
    if (status)
        return status;
    server->start = monotonic_ms();
    run->end = options->duration ? server->start + options->duration : -1;
    status = run_confine(options);
    if (status || options->command_count == 0)
        return status;
    run->command_start = server->start;
    run->command =
        fault_command_start(options, server->report, has_limit ? &files : NULL);
    server->report->command.ran = run->command > 0;
    return run->command > 0 ? 0 : 2;
}

/* End all clients, close all ports, and free all but the report.  */
static void run_close(struct fault_run *run)
{
    struct fault_server *server = &run->server;
    struct fault_client *following;
    for (struct fault_client *each = server->clients; each; each = following) {
        following = each->next;
        fault_client_finish(each);
    }
    for (size_t i = 0; server->ports && i < server->options->count; i++)
        if (server->ports[i].server)
            fault_port_close(&server->ports[i]);
    sonde_poller_close(server->poller);
    sonde_selfpipe_close();
    free(server->ports);
    free(server->repeats);
}

int faults_run(const struct fault_options *options, struct fault_report *report)
{
    static struct fault_run run;
    *report = (struct fault_report){.port_count = 0};
    run = (struct fault_run){.server = {.options = options, .report = report},
                             .end = -1};
    int status = run_open(&run);
    if (status == 0) {
        status = run_rounds(&run);
        report->milliseconds = monotonic_ms() - run.server.start;
    }
    run_close(&run);
    return status;
}

void faults_free(struct fault_report *report)
{
    free(report->records);
    report->records = NULL;
}
