/* echoload.c - put an echo server under load, and verify every byte
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "load/load.h"
#include "progs/client-options.h"
#include "progs/load-report.h"
#include "progs/output.h"
#include "progs/status.h"

static struct {
    bool connect, connect_only, json;
    long hold, connections, size, depth, duration; /* 0: not given */
} choices = {.size = 64};

static struct load_plan plan;

enum { CONNECTIONS_MAX = 1000000 };

static const struct option_row rows[] = {
    ROW_FLAG("connect", 0, &choices.connect,
             "measure connections, with one message each"),
    ROW_FLAG("connect-only", 0, &choices.connect_only,
             "connect to any TCP server, and send no byte"),
    ROW_NUMBER("hold", 0, "N", &choices.hold, 1, CONNECTIONS_MAX,
               "hold N connections idle, then send on each"),
    ROW_NUMBER("connections", 'n', "N", &choices.connections, 1,
               CONNECTIONS_MAX, "concurrent connections (1)"),
    ROW_NUMBER("size", 0, "BYTES", &choices.size, 1, 1048576,
               "message size, up to 1048576 (64)"),
    ROW_NUMBER("depth", 0, "N", &choices.depth, 1, 1024,
               "unanswered messages on each connection (1)"),
    ROW_SECONDS("duration", 'd', "SECONDS", &choices.duration, 1, 86400000,
                "length of the run (5), or of --hold's idle time (1)"),
    ROW_NUMBER("rate", 'r', "N", &plan.rate, 1, 10000000,
               "messages or connections a second, in total"),
    ROW_FLAG("reset", 0, &plan.reset,
             "end connections by RST, without TIME_WAIT"),
    ROW_FLAG("json", 'j', &choices.json, "report in JSON"),
    {0},
};

/* Fill the plan from the options, with the defaults that --help notes.  */
static void echoload_make_plan(const struct client_target *target)
{
    int64_t timeout = target->timeout > 0          ? target->timeout
                      : target->type == SOCK_DGRAM ? 1000
                                                   : CLIENT_DATAGRAM_TIMEOUT;
    long duration = choices.duration ? choices.duration
                    : choices.hold   ? 1000
                                     : 5000;
    long connections = choices.hold          ? choices.hold
                       : choices.connections ? choices.connections
                                             : 1;
    plan.kind = choices.hold           ? LOAD_HOLD
                : choices.connect      ? LOAD_CONNECTS
                : choices.connect_only ? LOAD_ONLY
                                       : LOAD_MESSAGES;
    plan.connections = (size_t)connections;
    plan.size = (size_t)choices.size;
    plan.depth = (size_t)(choices.depth ? choices.depth : 1);
    plan.duration = (int64_t)duration * 1000000;
    plan.timeout = timeout * 1000000;
}

static const char *echoload_conflict(void)
{
    if (choices.connect && choices.hold)
        return "--connect and --hold are two kinds of run; choose one";
    if (choices.connect_only && (choices.connect || choices.hold))
        return "--connect-only is a kind of run of its own; leave out "
               "--connect and --hold";
    if (choices.connect_only && (choices.depth || choices.duration))
        return "--depth and --duration do not apply to --connect-only";
    if (choices.connect_only && (client_options.path || client_options.udp))
        return "--connect-only takes a TCP server; leave out --udp and --unix";
    if (choices.hold && choices.connections)
        return "--hold N sets the number of connections; leave out "
               "--connections";
    if ((choices.hold || choices.connect) && choices.depth)
        return "--depth does not apply to --connect and --hold";
    if (choices.hold && plan.rate)
        return "--rate does not apply to --hold";
    if (client_options.path && client_options.udp)
        return "no load runs over UNIX datagrams; leave out --udp or --unix";
    return NULL;
}

/* Make the plan, check it against the limits of this process, and raise the
   limit of descriptors if need be.  Returns OPTIONS_GO_ON, or the exit status
   after a message.  */
static int echoload_check(const struct client_target *target)
{
    echoload_make_plan(target);
    const char *problem = load_plan_problem(&plan, target->type);
    char why[200];
    long limit;
    if (target->source && sonde_address_port(target->source) > 0)
        problem = "--source with a port allows one connection only; leave out "
                  "the port";
    if (problem)
        return usage_error("%s", problem);
    if (load_raise_limit(plan.connections, &limit))
        return complain("%zu connections need more file descriptors than the "
                        "%ld that this process may have; raise the limit "
                        "(ulimit -Hn)",
                        plan.connections, limit);
    /* Without memory for the connections, the kernel could kill other
       processes.  */
    if (load_fits(&plan, why, sizeof why))
        return complain("%zu connections are too many: %s", plan.connections,
                        why);
    return OPTIONS_GO_ON;
}

/* Run the plan with CLIENT, and report the run, unless there was no connection
   to measure; a run of LOAD_CONNECTS in each case.  */
static void echoload_measure(struct client *client)
{
    static struct load_report report;
    load_run(client, &plan, load_progress, &report);
    progress_end();
    if (report.connects > 0 || plan.kind == LOAD_CONNECTS)
        (choices.json ? load_report_json : load_report_text)(output_stream(),
                                                             &report);
}

/* --connect-only: there is no first connection, which would count.  */
static int echoload_connect_only(const struct client_target *target,
                                 const struct sonde_address *peer)
{
    static struct load_report report;
    int failed =
        load_connect_only(&plan, peer, target->source, load_progress, &report);
    int error = errno;
    progress_end();
    if (failed)
        return complain("cannot connect clients: %s", strerror(error));
    (choices.json ? load_report_json : load_report_text)(output_stream(),
                                                         &report);
    return (int)load_end_of(&report);
}

static int echoload_run(void)
{
    if (choices.connect_only)
        return client_options_resolve("echo", 7, echoload_check,
                                      echoload_connect_only);
    return client_options_run("echo", 7, echoload_check, echoload_measure);
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "echoload",
        .purpose = "Put an echo server under load, and verify every byte of "
                   "the replies.",
        .rows = rows,
        CLIENT_PROGRAM,
        .conflict = echoload_conflict,
        .run = echoload_run,
    };
    return program_main(&program, argc, argv);
}
