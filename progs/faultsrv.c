/* faultsrv.c - a server that misbehaves on request
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults/fault.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

/* The largest reply of --reply; the time of a command, in milliseconds.  */
enum { REPLY_MAX = 16 << 20, COMMAND_MS = 60000, OPERANDS_MAX = 4096 };

static struct {
    struct option_list faults, command;
    bool list, inet, inet6, udp, any, greets, no_sandbox, json, verbose;
    const char *path, *reply;
    long port, duration, max_clients;
} choices = {.max_clients = FAULT_CLIENTS};

static const struct option_row rows[] = {
    ROW_LIST("fault", 0, "NAME[,ARG]", &choices.faults,
             "the fault to play; repeated, one on each of consecutive ports"),
    ROW_FLAG("list", 'l', &choices.list, "list the faults and exit"),
    ROW_NUMBER("port", 'p', "PORT", &choices.port, 0, 65535,
               "port of the first fault; by default the system chooses"),
    ROW_FLAG("ipv4", '4', &choices.inet, "listen on IPv4, the default"),
    ROW_FLAG("ipv6", '6', &choices.inet6, "listen on IPv6"),
    ROW_FLAG("any", 0, &choices.any,
             "listen on all addresses of this host instead of loopback"),
    ROW_FLAG("udp", 'u', &choices.udp, "serve datagrams"),
    ROW_TEXT("unix", 'U', "PATH", &choices.path,
             "listen on a UNIX socket, with a single fault"),
    ROW_TEXT("reply", 0, "FILE", &choices.reply,
             "reply to the first bytes of a client with FILE, instead of an "
             "echo"),
    ROW_FLAG("greet", 0, &choices.greets,
             "send the reply at once, before the client has sent anything"),
    ROW_SECONDS("duration", 'd', "SECONDS", &choices.duration, 1, 86400000,
                "end after this time, and kill the command; 60 with a command"),
    ROW_NUMBER("max-clients", 0, "N", &choices.max_clients, 1, 10000,
               "serve at most N clients at a time; 512 by default"),
    ROW_FLAG("no-sandbox", 0, &choices.no_sandbox,
             "keep access to files, ports and processes"),
    ROW_FLAG("json", 'j', &choices.json, "report in JSON what the clients did"),
    ROW_FLAG("verbose", 'v', &choices.verbose, "log the end of each client"),
    {0},
};

/* The usage error if options contradict each other, --fault is missing or given
   more than 32 times, --unix is empty, or --port leaves too few ports for the
   faults; else NULL.  */
static const char *faultsrv_conflict(void)
{
    if (choices.list)
        return choices.faults.count > 0 ? "--list takes no --fault" : NULL;
    if (choices.faults.count == 0)
        return "missing option --fault; --list has the names";
    if (choices.faults.count > FAULT_PORTS_MAX)
        return "more than 32 faults; start another server";
    if (choices.inet && choices.inet6)
        return "-4 and -6 exclude each other; start another server";
    if (choices.path && (choices.faults.count > 1 || choices.port ||
                         choices.any || choices.inet || choices.inet6))
        return "--unix takes a single fault, and no -4, -6, --port and --any";
    if (choices.path && !*choices.path)
        return "invalid argument '' for '--unix': give a path";
    if (choices.port + (long)choices.faults.count > 65536)
        return "the last fault has no port; choose a lower --port";
    if (choices.greets && (!choices.reply || choices.udp))
        return "--greet sends the reply of --reply, over a stream";
    return NULL;
}

/* ---- faults and reply ---------------------------------------------------- */

/* Set *CHOICE from TEXT, an argument of --fault, if the other options allow the
   fault.  Returns OPTIONS_GO_ON, or the exit status after a usage error.  */
static int faultsrv_choose(struct fault_choice *choice, const char *text)
{
    char problem[FAULT_TEXT];
    if (!fault_choose(choice, text, problem))
        return usage_error("invalid argument '%s' for '--fault': %s", text,
                           problem);
    unsigned kind = choices.udp    ? FAULT_UDP
                    : choices.path ? FAULT_UNIX
                                   : FAULT_TCP;
    if (!(choice->fault->kinds & kind))
        return usage_error("fault '%s' is for %s; %s", choice->fault->name,
                           choice->fault->kinds & FAULT_UDP ? "datagrams"
                           : choices.udp                    ? "streams"
                                                            : "TCP",
                           choice->fault->kinds & FAULT_UDP ? "add --udp"
                           : choices.udp                    ? "leave out --udp"
                                         : "leave out --unix");
    if (choices.path && choice->fault->kinds & FAULT_INET)
        return usage_error("fault '%s' is for UDP; leave out --unix",
                           choice->fault->name);
    if (choices.reply && choice->fault->kinds & FAULT_ECHOES)
        return usage_error("fault '%s' echoes; leave out --reply",
                           choice->fault->name);
    if (choices.udp && choices.any && choice->fault->kinds & FAULT_GROWS)
        return usage_error("fault '%s' sends more bytes than come; leave out "
                           "--any",
                           choice->fault->name);
    return OPTIONS_GO_ON;
}

/* The largest reply of OPTIONS in bytes: REPLY_MAX for a stream,
   FAULT_DATAGRAM_MAX for UNIX datagrams; for UDP 65535, less the UDP header of
   8, and with IPv4 less the IP header of 20.  */
static size_t faultsrv_reply_max(const struct fault_options *options)
{
    enum { IPV4_HEADER = 20, UDP_HEADER = 8 };
    if (!options->datagrams)
        return REPLY_MAX;
    if (options->path)
        return FAULT_DATAGRAM_MAX;
    return SONDE_DATAGRAM_MAX - UDP_HEADER -
           (options->family == AF_INET ? IPV4_HEADER : 0);
}

/* Read the file PATH, which may be empty, into the reply of OPTIONS, memory
   never freed.  Returns OPTIONS_GO_ON.  Or returns STATUS_TROUBLE after a
   message, with OPTIONS unchanged: PATH cannot be read, or is longer than
   faultsrv_reply_max, or memory ran out.  */
static int faultsrv_read_reply(struct fault_options *options, const char *path)
{
    size_t max = faultsrv_reply_max(options);
    FILE *in = fopen(path, "rb");
    char *bytes = in ? malloc(max + 1) : NULL;
    if (!bytes) {
        int status = complain("--reply: %s: %s", path, strerror(errno));
        if (in)
            fclose(in);
        return status;
    }
    size_t size = fread(bytes, 1, max + 1, in);
    bool failed = ferror(in);
    int error = errno;
    fclose(in);
    if (!failed && size <= max) {
        options->reply = bytes;
        options->reply_size = size;
        return OPTIONS_GO_ON;
    }
    free(bytes);
    return failed ? complain("--reply: %s: %s", path, strerror(error))
                  : complain("--reply: %s is longer than %zu bytes", path, max);
}

/* ---- the run ------------------------------------------------------------- */

/* Play the faults, and print the report if faults_run returns 0.  Returns the
   exit status: that of faults_run; if that is 0, STATUS_TROUBLE if a client was
   not served, or STATUS_NO if the command was killed.  */
static int faultsrv_play(const struct fault_options *options)
{
    static struct fault_report report;
    int status = faults_run(options, &report);
    if (status == STATUS_DONE) {
        if (choices.json)
            faults_print_json(output_stream(), options, &report);
        else
            faults_print(output_stream(), options, &report);
        if (report.failed > 0)
            status = STATUS_TROUBLE;
        else if (report.command.ran && report.command.killed)
            status = STATUS_NO;
    }
    faults_free(&report);
    return status;
}

/* List the faults, with --list; otherwise choose the faults, read the reply,
   and play, by default for one minute with a command, else without limit.
   Returns the exit status: STATUS_DONE with --list, that of faultsrv_play, or
   STATUS_TROUBLE after a message.  */
static int faultsrv_run(void)
{
    static struct fault_choice chosen[FAULT_PORTS_MAX];
    struct fault_options options = {
        .choices = chosen,
        .count = choices.faults.count,
        .datagrams = choices.udp,
        .family = choices.path    ? AF_UNIX
                  : choices.inet6 ? AF_INET6
                                  : AF_INET,
        .any = choices.any,
        .port = choices.port,
        .path = choices.path,
        .greets = choices.greets,
        .max_clients = choices.max_clients,
        .duration = choices.duration            ? choices.duration
                    : choices.command.count > 0 ? COMMAND_MS
                                                : 0,
        .no_sandbox = choices.no_sandbox,
        .verbose = choices.verbose,
        .command = choices.command.texts,
        .command_count = choices.command.count,
        .log = complain,
    };
    int status = OPTIONS_GO_ON;
    if (choices.list) {
        faults_list(output_stream());
        return STATUS_DONE;
    }
    for (size_t i = 0; i < options.count && status == OPTIONS_GO_ON; i++)
        status = faultsrv_choose(&chosen[i], choices.faults.texts[i]);
    if (status == OPTIONS_GO_ON && choices.reply)
        status = faultsrv_read_reply(&options, choices.reply);
    return status == OPTIONS_GO_ON ? faultsrv_play(&options) : status;
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "faultsrv",
        .purpose = "Misbehave as a server on request: each fault is one "
                   "condition that a client must survive.  Report what the "
                   "clients did.",
        .rows = rows,
        .operands = "[-- COMMAND [ARGUMENT]...]",
        .operands_max = OPERANDS_MAX,
        .operands_target = &choices.command,
        .operands_help =
            "COMMAND is a client to try: it is run without a shell, {host}, "
            "{port} and {address} in its arguments are replaced, and the run "
            "ends with it.",
        .statuses = "0 success, 1 this system cannot play a fault, or the "
                    "command was killed, 2 usage error or failure.",
        .conflict = faultsrv_conflict,
        .run = faultsrv_run,
    };
    return program_main(&program, argc, argv);
}
