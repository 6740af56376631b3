/* echoload.c - put an echo server under load, and verify every byte
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory-stream.h"
#include "base/percentiles.h"
#include "load/load.h"
#include "probes/finding/finding.h"
#include "progs/client-options.h"
#include "progs/load-lines.h"
#include "progs/load-profile.h"
#include "progs/load-report.h"
#include "progs/output.h"
#include "progs/status.h"

static struct {
    bool connect, connect_only, json, profile;
    const char *histogram, *compare;
    long hold, connections, size, depth, duration; /* 0: not given */
    long tolerance;                                /* -1: not given */
} choices = {.tolerance = -1};

static struct load_plan plan;
static struct load_report report;
static struct findings here;  /* of this run, or the second profile */
static struct findings there; /* the profile of --compare */

/* The exit status of the report: STATUS_NO for a difference.  */
static int report_status = STATUS_DONE;

enum { CONNECTIONS_MAX = 1000000, TOLERANCE = 10 };

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
    ROW_TEXT("histogram", 0, "FILE", &choices.histogram,
             "replace FILE by the latencies as HdrHistogram's percentile text "
             "(.hgrm), in ms; - is standard output"),
    ROW_TEXT("compare", 0, "FILE", &choices.compare,
             "report the differences from a profile: exit 0 or 1; a file "
             "instead of HOST is compared without a run"),
    ROW_NUMBER("tolerance", 0, "PERCENT", &choices.tolerance, 0, 99,
               "what --compare does not count as a difference (10)"),
    ROW_FLAG("json", 'j', &choices.json,
             "report in JSON, with a line for each second"),
    ROW_FLAG("profile", 0, &choices.profile,
             "report in tab-separated lines, to save and compare"),
    {0},
};

/* Fill the plan from the options, with the defaults that --help notes.  The
   timeout of replies is that of TARGET, by default 1 s for datagrams, 5 s for
   streams.  */
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
    plan.size = (size_t)(choices.size ? choices.size : 64);
    plan.depth = (size_t)(choices.depth ? choices.depth : 1);
    plan.duration = (int64_t)duration * 1000000;
    plan.timeout = timeout * 1000000;
}

/* Whether the report is the histogram (--histogram=-).  With a file name the
   histogram goes to the file, beside the report.  */
static bool echoload_is_percentiles(void)
{
    return choices.histogram && !strcmp(choices.histogram, "-");
}

/* The usage error if forms of the report contradict each other, or --tolerance
   comes without --compare; else NULL.  */
static const char *echoload_form_conflict(void)
{
    if (choices.json + choices.profile + (choices.compare != NULL) +
            echoload_is_percentiles() >
        1)
        return "--json, --profile, --compare and --histogram=- are several "
               "reports; choose one";
    if (choices.tolerance >= 0 && !choices.compare)
        return "--tolerance applies to --compare only";
    return NULL;
}

/* Whether the operand, if a single one, is the second profile of --compare: a
   path with a slash, which need not exist, or the name of a regular file.
   False without --compare, and with --unix.  */
static bool echoload_has_second(void)
{
    struct stat status;
    if (!choices.compare || client_options.path ||
        client_options.operands.count != 1)
        return false;
    const char *name = client_options.operands.texts[0];
    return strchr(name, '/') ||
           (!stat(name, &status) && S_ISREG(status.st_mode));
}

/* Whether an option was given that only a run uses, such as --connections, -4
   or --verbose.  --unix and the forms of the report do not count, except
   --histogram.  */
static bool echoload_has_run_options(void)
{
    return choices.connect || choices.connect_only || choices.histogram ||
           choices.hold || choices.connections || choices.size ||
           choices.depth || choices.duration || plan.rate || plan.reset ||
           client_options.inet || client_options.inet6 || client_options.udp ||
           client_options.verbose || client_options.source ||
           client_options.timeout || client_options.keepalive;
}

/* The usage error if an option contradicts --connect-only, which is given.
   Otherwise NULL.  */
static const char *echoload_connect_only_conflict(void)
{
    if (choices.size)
        return "--size does not apply to --connect-only, which sends no byte";
    if (choices.connect || choices.hold)
        return "--connect-only is a kind of run of its own; leave out "
               "--connect and --hold";
    if (choices.depth || choices.duration)
        return "--depth and --duration do not apply to --connect-only";
    if (client_options.keepalive || client_options.verbose)
        return "--keepalive and --verbose do not apply to --connect-only";
    if (client_options.path || client_options.udp)
        return "--connect-only takes a TCP server; leave out --udp and --unix";
    return NULL;
}

/* The usage error if an option contradicts --connect or --hold, or NULL.  */
static const char *echoload_kind_conflict(void)
{
    if (choices.connect && choices.hold)
        return "--connect and --hold are two kinds of run; choose one";
    if (choices.hold && choices.connections)
        return "--hold N sets the number of connections; leave out "
               "--connections";
    if ((choices.hold || choices.connect) && choices.depth)
        return "--depth does not apply to --connect and --hold";
    if (choices.hold && plan.rate)
        return "--rate does not apply to --hold";
    return NULL;
}

/* The first usage error, if options contradict each other, or NULL.  */
static const char *echoload_conflict(void)
{
    const char *conflict = echoload_form_conflict();
    if (conflict)
        return conflict;
    if (echoload_has_second() && echoload_has_run_options())
        return "--compare of two files makes no run, and takes no option but "
               "--tolerance; for a run against a host of that name give PORT";
    if (choices.histogram && !*choices.histogram)
        return "--histogram: the name of the file is empty";
    if (choices.compare && !*choices.compare)
        return "--compare: the name of the file is empty";
    conflict = choices.connect_only ? echoload_connect_only_conflict()
                                    : echoload_kind_conflict();
    if (conflict)
        return conflict;
    if (client_options.path && client_options.udp)
        return "no load runs over UNIX datagrams; leave out --udp or --unix";
    return NULL;
}

/* Make the plan.  Refuse a --source with a port, a plan that cannot run against
   TARGET, and more connections than descriptors or memory allow; raise the
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
    if (load_fits(&plan, target->type, why, sizeof why))
        return complain("%zu connections are too many: %s", plan.connections,
                        why);
    return OPTIONS_GO_ON;
}

/* The latencies of the run: of messages, with --connect of whole connections,
   with --connect-only of connects.  */
static const struct histogram *echoload_histogram(void)
{
    return plan.kind == LOAD_ONLY ? &report.connect : &report.latency;
}

/* Replace the file of --histogram by the percentile text of echoload_histogram.
   Returns 0, or not 0 after a message.  */
static int echoload_write_histogram(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = memory_stream_open(&text, &size);
    if (!out)
        return complain("out of memory");
    percentiles_write(out, echoload_histogram());
    if (memory_stream_close(out, &text))
        return complain("out of memory");
    int status = output_replace(choices.histogram, text, size);
    free(text);
    return status;
}

/* Report the differences between HERE and THERE, within --tolerance or else
   TOLERANCE.  Returns the exit status: STATUS_TROUBLE after a message if no
   figure or setting is on both sides; else STATUS_NO if one differs or is on
   one side only; else STATUS_DONE.  */
static int echoload_compare(void)
{
    struct comparison found = load_profile_compare(
        output_stream(), &here, &there,
        choices.tolerance < 0 ? TOLERANCE : choices.tolerance);
    if (found.different + found.same == 0)
        return complain("--compare: %s has none of these figures",
                        choices.compare);
    return found.different + found.here_only + found.there_only > 0
               ? STATUS_NO
               : STATUS_DONE;
}

/* Make the profile of the run in HERE.  Then write the profile to the output,
   or with --compare, instead of the profile, the differences.  Returns the exit
   status: STATUS_DONE, or with --compare that of echoload_compare; or
   STATUS_TROUBLE after a message if the profile cannot be made.  */
static int echoload_report_profile(void)
{
    if (load_profile_make(&here, &report))
        return complain("cannot make the profile: %s", strerror(errno));
    if (choices.compare)
        return echoload_compare();
    load_profile_write(output_stream(), &here);
    return STATUS_DONE;
}

/* For the run: the function that shows progress to a person; or with --json
   that writes a line each second, and the first second begins now.  */
static load_progress_function *echoload_progress(void)
{
    if (!choices.json)
        return load_progress;
    load_lines_begin();
    return load_lines_progress;
}

/* Report the run in the chosen form, and replace the file of --histogram.  If
   HAS_REPORT is false, nothing was measured: then only the pending lines of
   --json are written, and the file stays.  Ends the progress line.  Sets
   report_status: with --compare the result of echoload_compare; STATUS_TROUBLE
   after a message if a part of the report is lost, or its profile cannot be
   made.  */
static void echoload_report(bool has_report)
{
    progress_end();
    if (choices.json)
        report_status = load_lines_end(has_report ? &report : NULL);
    else if (!has_report)
        return;
    else if (choices.profile || choices.compare)
        report_status = echoload_report_profile();
    else if (echoload_is_percentiles())
        percentiles_write(output_stream(), echoload_histogram());
    else
        load_report_text(output_stream(), &report);
    if (has_report && choices.histogram && !echoload_is_percentiles() &&
        echoload_write_histogram())
        report_status = STATUS_TROUBLE;
}

/* Run the plan with CLIENT, which is connected and gets the end of the run.
   Then report the run, also in report_status.  There is no report if the run
   could not begin with that connection, except of LOAD_CONNECTS.  */
static void echoload_measure(struct client *client)
{
    load_run(client, &plan, echoload_progress(), &report);
    echoload_report(report.connects > 0 || plan.kind == LOAD_CONNECTS);
}

/* Run --connect-only, without a first connection, which would count.  Then
   report the run, also in report_status; a failed run has a message, and no
   report.  Returns the exit status of the run alone: STATUS_TROUBLE if the run
   failed, otherwise that of load_end_of.  */
static int echoload_connect_only(const struct client_target *target,
                                 const struct sonde_address *peer)
{
    int failed = load_connect_only(&plan, peer, target->source,
                                   echoload_progress(), &report);
    int error = errno;
    echoload_report(!failed);
    if (failed)
        return complain("cannot connect clients: %s", strerror(error));
    return (int)load_end_of(&report);
}

/* Add the findings of the load profile NAME to FINDINGS (load_profile_read).
   The caller frees FINDINGS, also after a failure.  Returns 0; or
   STATUS_TROUBLE after a message (complain).  */
static int echoload_read(const char *name, struct findings *findings)
{
    char problem[400];
    return load_profile_read(findings, name, problem, sizeof problem)
               ? complain("--compare: %s", problem)
               : 0;
}

/* After a failed lookup of HOST: with --compare, if HOST is the only operand,
   and no such file exists either, print that HOST may have been meant for a
   file.  */
static void echoload_explain_host(void)
{
    struct stat status;
    const char *name = client_options.operands.texts[0];
    if (choices.compare && client_options.operands.count == 1 &&
        stat(name, &status))
        complain("--compare: nor is there a file '%s', to compare without a "
                 "run: %s; correct the name of the file, or write ./ before it",
                 name, strerror(errno));
}

/* Run and report; not if the file of --histogram cannot be written.  Returns
   the exit status: that of a failed run comes before a difference, and the loss
   of the report before both.  */
static int echoload_run_load(void)
{
    if (choices.histogram && !echoload_is_percentiles() &&
        output_check_path(choices.histogram))
        return STATUS_TROUBLE;
    int status =
        choices.connect_only
            ? client_options_resolve("echo", 7, echoload_check,
                                     echoload_connect_only)
            : client_options_run("echo", 7, echoload_check, echoload_measure);
    if (status == CLIENT_NAME_UNKNOWN || status == CLIENT_NAME_NO_ANSWER)
        echoload_explain_host();
    return report_status == STATUS_TROUBLE || status == STATUS_DONE
               ? report_status
               : status;
}

/* Compare two files, or run the load, once the profile of --compare is read.
   Returns the exit status: that of echoload_compare or echoload_run_load, or
   STATUS_TROUBLE after a message if a profile cannot be read.  */
static int echoload_run(void)
{
    int status = choices.compare && echoload_read(choices.compare, &there)
                     ? STATUS_TROUBLE
                     : STATUS_DONE;
    if (status == STATUS_DONE && !echoload_has_second())
        status = echoload_run_load();
    else if (status == STATUS_DONE)
        status = echoload_read(client_options.operands.texts[0], &here)
                     ? STATUS_TROUBLE
                     : echoload_compare();
    findings_free(&here);
    findings_free(&there);
    return status;
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "echoload",
        .purpose = "Put an echo server under load, and verify every byte of "
                   "the replies.",
        .rows = rows,
        CLIENT_PROGRAM_WITH("1 --compare found a difference, "),
        .conflict = echoload_conflict,
        .run = echoload_run,
    };
    return program_main(&program, argc, argv);
}
