/* backlogprobe.c - how many connections a listen queue of this host holds
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/monotonic.h"
#include "probes/finding/compare.h"
#include "probes/finding/host.h"
#include "probes/finding/profile.h"
#include "probes/queue/listen-queue.h"
#include "probes/queue/missing.h"
#include "probes/queue/syn-queue-tun.h"
#include "probes/report/report.h"
#include "probes/run/namespace.h"
#include "probes/run/settings.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

static struct {
    bool inet, inet6, json, profile, no_incomplete, chart, check;
    const char *backlogs; /* NULL: the default */
    const char *prometheus, *compare, *netns;
    long wait;
    long require; /* -1: nothing */
    struct option_list with;
} choices = {.wait = WAIT_USUAL, .require = -1};

static struct queue_plan plan;
static struct findings findings;

static const struct option_row rows[] = {
    ROW_FLAG("ipv4", '4', &choices.inet, "measure IPv4 only"),
    ROW_FLAG("ipv6", '6', &choices.inet6,
             "measure IPv6 only; fail if IPv6 does not work"),
    ROW_FLAG("unix", 'U', &plan.local,
             "measure UNIX sockets; with -4 or -6, in addition"),
    ROW_TEXT("backlog", 'b', "LIST", &choices.backlogs,
             "numbers, ranges and max, as in 0-14,128,-1,max"),
    ROW_NUMBER(
        "wait", 0, "MS", &choices.wait, WAIT_MIN, WAIT_MAX,
        "silence after which a client counts as rejected, 1 to 900 (60)"),
    ROW_NUMBER("require", 0, "N", &choices.require, 1, INT_MAX,
               "exit 0 if listen (fd, N) is granted, 1 if the kernel cuts N; "
               "for listeners of other programs see listeners"),
    ROW_CHECK(&choices.check,
              "report --require in one line for a monitoring system, with its "
              "exit statuses: 0 OK, 2 CRITICAL, 3 UNKNOWN"),
    ROW_LIST("with", 0, "SETTING=VALUE", &choices.with,
             "measure with a changed setting, in a network namespace of its "
             "own; may be repeated (Linux)"),
    ROW_TEXT("netns", 0, "NETNS", &choices.netns,
             "measure in another network namespace: that of a process, by "
             "number, one of ip netns, or a path (Linux, root)"),
    ROW_FLAG("again", 0, &plan.again,
             "also measure what a second listen does to the queue"),
    ROW_FLAG("overflow", 0, &plan.overflow,
             "also follow the next client of a full queue: seconds"),
    ROW_FLAG("half-open", 0, &plan.half_open,
             "also measure the incomplete queue by a second method, in a "
             "namespace of its own: seconds (Linux)"),
    ROW_FLAG("no-incomplete", 0, &choices.no_incomplete,
             "do not measure the incomplete queue"),
    ROW_FLAG("chart", 0, &choices.chart, "report as a chart"),
    ROW_TEXT("compare", 0, "FILE", &choices.compare,
             "report the differences from a profile: exit 0 or 1"),
    ROW_FLAG("json", 'j', &choices.json, "report in JSON"),
    ROW_FLAG("profile", 0, &choices.profile,
             "report in tab-separated lines, to save and compare"),
    ROW_TEXT("prometheus", 0, "FILE", &choices.prometheus,
             "replace FILE by metrics for the textfile collector of "
             "Prometheus; - is standard output"),
    {0},
};

/* The usage error if options contradict each other, or if --check lacks
   --require; else NULL.  */
static const char *backlogprobe_conflict(void)
{
    int reports = choices.json + choices.profile + choices.chart +
                  (choices.compare != NULL) + (choices.prometheus != NULL) +
                  choices.check;
    bool requires = choices.require >= 0;
    if (reports > 1)
        return "--json, --profile, --chart, --prometheus, --compare and "
               "--check are several reports; choose one";
    if (choices.check && !requires)
        return "--check needs --require";
    if (requires && choices.compare)
        return "--require and --compare both decide the exit status; choose "
               "one";
    if (requires && (choices.backlogs || plan.again || plan.overflow ||
                     plan.half_open || choices.chart))
        return "--require measures one backlog and nothing else; leave out "
               "--backlog, --again, --overflow, --half-open and --chart";
    if (choices.netns && choices.with.count > 0)
        return "--with makes a new network namespace; leave out --netns";
    if (plan.half_open && choices.no_incomplete)
        return "--half-open and --no-incomplete contradict each other; choose "
               "one";
    if (plan.half_open && !choices.inet && (choices.inet6 || plan.local))
        return "--half-open measures IPv4, which is left out; add -4";
    return NULL;
}

/* For run_measurement: show how many figures were FOUND.  */
static void backlogprobe_show_progress(const struct findings *found,
                                       int64_t elapsed)
{
    progress_show(elapsed, "%zu figures", found->count);
}

/* Why the family of the finding KEY does not work, or could not be tried; "-"
   without a reason.  NULL if it works, or if there is no such finding.  */
static const char *not_working(const char *key)
{
    const struct finding *found = findings_get(&findings, "listen.queue", key);
    if (!found || (found->value && !strcmp(found->value, "yes")))
        return NULL;
    return found->reason ? found->reason : "-";
}

/* Whether the finding KEY of listen.queue is "no": the test ran and failed.
   False if there is no such finding, or no value: not testable.  */
static bool is_down(const char *key)
{
    const struct finding *found = findings_get(&findings, "listen.queue", key);
    return found && found->value && !strcmp(found->value, "no");
}

/* Complain if, by the findings, a required family does not work on loopback, or
   could not be tried.  -4 and -6 each require a family, even if another family
   can be reported.  Without -4, -6 and --unix, one of IPv4 and IPv6 is enough;
   with --unix alone, none is required.  Returns 0, or STATUS_TROUBLE after a
   message.  */
static int check_families(void)
{
    const char *inet = not_working("inet.available");
    const char *inet6 = not_working("inet6.available");
    if (choices.inet == choices.inet6 && !plan.local && inet && inet6)
        return complain("no connection over the loopback interface could be "
                        "made (IPv4: %s; IPv6: %s)%s",
                        inet, inet6,
                        is_down("inet.available") && is_down("inet6.available")
                            ? "; if it is down: ip link set lo up, or "
                              "ifconfig lo0 up"
                            : "");
    if (choices.inet && inet)
        return complain("IPv4 %s on this host's loopback (%s)",
                        is_down("inet.available") ? "does not work"
                                                  : "could not be tried",
                        inet);
    if (choices.inet6 && inet6)
        return complain("IPv6 %s on this host's loopback (%s)",
                        is_down("inet6.available") ? "does not work"
                                                   : "could not be tried",
                        inet6);
    return 0;
}

/* The exit status for REPORT: STATUS_DONE with --check; with --require
   STATUS_DONE if granted, STATUS_NO if cut, else STATUS_TROUBLE; otherwise
   STATUS_DONE, or STATUS_TROUBLE if no row has figures.  */
static int status_of(const struct report *report)
{
    if (choices.check)
        return STATUS_DONE; /* the exit status is that of the check */
    if (report->requires)
        return report->need.grant == GRANT_FULL        ? STATUS_DONE
               : report->need.grant == GRANT_TRUNCATED ? STATUS_NO
                                                       : STATUS_TROUBLE;
    return report->verdict.accepted.rows > 0 ? STATUS_DONE : STATUS_TROUBLE;
}

/* Print REPORT in the chosen form; no metrics without a row of figures.  The
   metrics of --prometheus are for the file of that option, which output_end
   writes.  */
static void print_form(const struct report *report)
{
    FILE *out = output_stream();
    struct check check = {0};
    if (choices.prometheus && report->verdict.accepted.rows == 0)
        return;
    if (choices.prometheus) {
        output_to(choices.prometheus);
        report_prometheus(out, report);
    } else if (choices.check) {
        report_check(&check, report);
        output_check_result(&check);
    } else if (choices.profile) {
        profile_write(out, report->findings);
    } else if (choices.json) {
        report_json(out, report);
    } else if (choices.chart) {
        report_chart(out, report);
    } else if (report->requires) {
        report_require(out, report);
    } else {
        report_text(out, report);
    }
}

/* Sort the findings, and print the differences from the profile of --compare.
   Returns the exit status: STATUS_DONE; STATUS_NO if a figure differs, or is on
   one side only; STATUS_TROUBLE after a message, if the profile cannot be read,
   or has no figure in common.  */
static int print_comparison(void)
{
    char problem[300];
    struct findings there = {0};
    int status = STATUS_TROUBLE;
    findings_sort(&findings);
    if (profile_read(&there, choices.compare, problem, sizeof problem)) {
        complain("--compare: %s", problem);
    } else {
        struct comparison found =
            compare_findings_of(output_stream(), &findings, &there);
        if (found.different + found.same == 0)
            complain("--compare: %s has none of these figures",
                     choices.compare);
        else
            status = found.different + found.here_only + found.there_only > 0
                         ? STATUS_NO
                         : STATUS_DONE;
    }
    findings_free(&there);
    return status;
}

/* Print the findings as the options say, with --compare by print_comparison
   alone.  If no row has figures, complain; but with --require only if
   --prometheus is given; the metrics are then not written.  Returns the exit
   status, of print_comparison or status_of; STATUS_TROUBLE if memory ran out,
   or if metrics are not written.  */
static int print_report(void)
{
    struct report report;
    if (choices.compare)
        return print_comparison();
    if (report_make(&report, &findings, (int)choices.wait))
        return complain("out of memory");
    bool any = report.verdict.accepted.rows > 0;
    report.requires = choices.require >= 0;
    if (report.requires)
        report.need = require_of(&report.table, (int)choices.require);
    int status = status_of(&report);
    print_form(&report);
    report_free(&report);
    if (!any && choices.prometheus)
        status = STATUS_TROUBLE;
    if (!any && (!report.requires || choices.prometheus))
        complain("no row has figures; %s", choices.prometheus
                                               ? "nothing is written"
                                               : "the report has the reasons");
    return status;
}

/* Run MEASURE under a deadline, and add to the findings.  The default rows take
   well under a second; the limit for a slow host is a minute, two with
   --overflow, plus four silence timeouts for each row and family, as if rows
   were measured in sequence.  Returns 0; or -1 with TROUBLE filled in, as
   run_measurement.  */
static int measure_one(measurement *measure, struct run_trouble *trouble)
{
    enum { FAMILIES = 3, SILENCES = 4 };
    int64_t deadline =
        (plan.overflow ? 120000 : 60000) +
        (int64_t)plan.count * FAMILIES * SILENCES * (plan.wait + 50);
    return run_measurement(measure, &plan, deadline, &findings,
                           backlogprobe_show_progress, trouble);
}

/* Measure the plan, with --half-open by both methods, and print the report,
   also after a measurement that ended early.  There is no report without
   findings, after a failed setting of --with, if a required family does not
   work (check_families), without memory, or if the host cannot be described.
   Returns STATUS_TROUBLE in these cases and if a measurement ended early, in
   all but the first after a message; otherwise the exit status of
   print_report.  */
static int backlogprobe_measure(void)
{
    struct run_trouble trouble;
    int64_t start = monotonic_ms();
    int failed = measure_one(measure_listen_queue, &trouble);
    if (!failed && plan.half_open && !settings_failure(&findings))
        failed = measure_one(measure_half_open, &trouble);
    int64_t elapsed = monotonic_ms() - start;
    progress_end();
    if (failed)
        complain("the measurement ended early: %s", trouble.text);
    if (settings_failure(&findings))
        return complain("--with: %s", settings_failure(&findings));
    if (findings.count == 0 || check_families())
        return STATUS_TROUBLE;
    if (missing_add(&findings, &plan, trouble.text))
        return complain("out of memory");
    if (host_add(&findings, (long)elapsed))
        return complain("cannot describe the host: %s", strerror(errno));
    int status = print_report();
    return failed ? STATUS_TROUBLE : status;
}

/* Fill the plan from the options, and check --backlog and --with.  Without -4,
   -6 and --unix the families are IPv4 and IPv6.  With --require only its
   backlog is measured, without the SYN queue and the cap.  Returns
   OPTIONS_GO_ON, or the exit status after a message.  */
static int backlogprobe_make_plan(void)
{
    char problem[300], number[24] = "0-14";
    bool any = choices.inet || choices.inet6 || plan.local;
    bool requires = choices.require >= 0;
    plan.inet = !any || choices.inet;
    plan.inet6 = !any || choices.inet6;
    plan.incomplete = !requires && !choices.no_incomplete;
    plan.cap = !requires;
    plan.least = requires;
    plan.settings = choices.with.texts;
    plan.setting_count = choices.with.count;
    plan.wait = (int)choices.wait;
    if (requires)
        snprintf(number, sizeof number, "%ld", choices.require);
    if (plan_backlogs(&plan, choices.backlogs ? choices.backlogs : number,
                      problem, sizeof problem))
        return usage_error("--backlog: %s", problem);
    if (settings_check(plan.settings, plan.setting_count, problem,
                       sizeof problem))
        return complain("--with: %s", problem);
    return OPTIONS_GO_ON;
}

/* Enter the namespace of --netns, if given, measure, report.  Returns the exit
   status: STATUS_TROUBLE after a message if the namespace cannot be entered or
   the plan cannot be made.  */
static int backlogprobe_run(void)
{
    struct namespace_trouble trouble;
    if (choices.netns && namespace_join(choices.netns, &trouble))
        return complain("--netns: %s", trouble.text);
    int status = backlogprobe_make_plan();
    if (status == OPTIONS_GO_ON)
        status = backlogprobe_measure();
    findings_free(&findings);
    plan_free(&plan);
    return status;
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "backlogprobe",
        .purpose =
            "Measure how many connections a listen queue of this host holds.",
        .rows = rows,
        .statuses = "0 success, 1 --require is cut, or --compare found a "
                    "difference, 2 usage error or failure; with --check 0 OK, "
                    "2 CRITICAL, 3 UNKNOWN.",
        .conflict = backlogprobe_conflict,
        .run = backlogprobe_run,
    };
    return program_main(&program, argc, argv);
}
