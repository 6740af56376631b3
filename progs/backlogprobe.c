/* backlogprobe.c - how many connections a listen queue of this host holds
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "probes/finding/compare.h"
#include "probes/finding/host.h"
#include "probes/finding/profile.h"
#include "probes/queue/listen-queue.h"
#include "probes/queue/missing.h"
#include "probes/queue/syn-queue-tun.h"
#include "probes/report/report.h"
#include "probes/run/settings.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/replace.h"
#include "progs/status.h"

/* A run of the usual rows is over in well under a second.  What bounds it on a
   host where it is not: a minute, and four waits for each row and family, as if
   there were descriptors for one filling at a time.  */
static int64_t backlogprobe_deadline_of(const struct queue_plan *plan)
{
    return (plan->overflow ? 120000 : 60000) +
           (int64_t)plan->count * 2 * 4 * (plan->wait + 50);
}

struct backlogprobe_choices {
    bool inet, inet6, local, json, profile, no_incomplete;
    bool again, overflow, half_open, chart;
    const char *backlogs; /* NULL: the usual ones */
    const char *prometheus;
    long wait;
    long require; /* -1: nothing */
    const char *compare;
    struct option_list with;
};

/* The table of options points into it.  */
static struct backlogprobe_choices choices = {.wait = WAIT_USUAL,
                                              .require = -1};

static const struct option_row rows[] = {
    {.letter = '4',
     .help = "measure IPv4 only",
     .kind = OPTION_FLAG,
     .target = &choices.inet},
    {.letter = '6',
     .help = "measure IPv6 only; it must be there",
     .kind = OPTION_FLAG,
     .target = &choices.inet6},
    {.letter = 'u',
     .word = "unix",
     .help = "measure UNIX sockets; with -4 or -6, besides",
     .kind = OPTION_FLAG,
     .target = &choices.local},
    {.letter = 'b',
     .word = "backlog",
     .argument = "LIST",
     .help = "numbers, ranges and max, as in 0-14,128,-1,max",
     .kind = OPTION_TEXT,
     .target = &choices.backlogs},
    {.letter = 'w',
     .word = "wait",
     .argument = "MS",
     .help = "how long a client may be silent, 1 to 900 (60)",
     .kind = OPTION_NUMBER,
     .target = &choices.wait,
     .least = WAIT_MIN,
     .most = WAIT_MAX},
    {.letter = 'r',
     .word = "require",
     .argument = "N",
     .help = "whether listen (fd, N) would be cut: exit 0 or 1;\n"
             "what others' listeners have: see listeners",
     .kind = OPTION_NUMBER,
     .target = &choices.require,
     .least = 1,
     .most = INT_MAX},
    {.word = "with",
     .argument = "SETTING=VALUE",
     .help = "measure what would be, in a network namespace of its\n"
             "own; may be repeated (Linux)",
     .kind = OPTION_LIST,
     .target = &choices.with},
    {.letter = 'a',
     .word = "again",
     .help = "what a second listen does to the queue, too",
     .kind = OPTION_FLAG,
     .target = &choices.again},
    {.letter = 'o',
     .word = "overflow",
     .help = "what becomes of the client outside, too: seconds",
     .kind = OPTION_FLAG,
     .target = &choices.overflow},
    {.word = "half-open",
     .help = "the incomplete queue by a second way, too, in a\n"
             "namespace of its own: seconds (Linux)",
     .kind = OPTION_FLAG,
     .target = &choices.half_open},
    {.word = "no-incomplete",
     .help = "leave the incomplete queue alone",
     .kind = OPTION_FLAG,
     .target = &choices.no_incomplete},
    {.letter = 'c',
     .word = "chart",
     .help = "report as a chart",
     .kind = OPTION_FLAG,
     .target = &choices.chart},
    {.word = "compare",
     .argument = "FILE",
     .help = "what differs from a profile: exit 0 or 1",
     .kind = OPTION_TEXT,
     .target = &choices.compare},
    {.letter = 'j',
     .word = "json",
     .help = "report in JSON",
     .kind = OPTION_FLAG,
     .target = &choices.json},
    {.letter = 'p',
     .word = "profile",
     .help = "report in tab-separated lines, to be kept",
     .kind = OPTION_FLAG,
     .target = &choices.profile},
    {.letter = 'P',
     .word = "prometheus",
     .argument = "FILE",
     .help = "replace FILE by metrics, for Prometheus's\n"
             "textfile collector; - is standard output",
     .kind = OPTION_TEXT,
     .target = &choices.prometheus},
    OPTIONS_COMMON,
};

/* Which of CHOSEN do not go together; NULL if all do.  */
static const char *conflict_of(const struct backlogprobe_choices *chosen)
{
    int reports = chosen->json + chosen->profile + chosen->chart +
                  (chosen->compare != NULL) + (chosen->prometheus != NULL);
    bool requires = chosen->require >= 0;
    if (reports > 1)
        return "--json, --profile, --chart, --prometheus and --compare are "
               "several reports; choose one";
    if (requires && chosen->compare)
        return "--require and --compare both decide the exit status; choose "
               "one";
    if (requires && (chosen->backlogs || chosen->again || chosen->overflow ||
                     chosen->half_open || chosen->chart))
        return "--require asks for one backlog and nothing else; leave out "
               "--backlog, --again, --overflow, --half-open and --chart";
    if (chosen->half_open && chosen->no_incomplete)
        return "--half-open and --no-incomplete contradict each other; choose "
               "one";
    if (chosen->half_open && !chosen->inet && (chosen->inet6 || chosen->local))
        return "--half-open measures IPv4, which is left out; add -4";
    return NULL;
}

static int backlogprobe_take_options(int argc, char **argv)
{
    const struct program program = {
        .name = "backlogprobe",
        .purpose =
            "Measure how many connections a listen queue of this host holds.",
        .more =
            "Exit status: 0 measured, 1 what was required is cut, or what was\n"
            "compared differs, 2 wrong usage or trouble.\n",
        .options = rows,
        .count = sizeof rows / sizeof *rows,
    };
    int status = options_take(&program, argc, argv);
    const char *conflict =
        status == OPTIONS_GO_ON ? conflict_of(&choices) : NULL;
    if (conflict) {
        complain("%s", conflict);
        return options_try_help(program.name);
    }
    return status;
}

/* A progress line, if somebody looks on and the work lasts.  */
static void backlogprobe_show_progress(const struct findings *findings,
                                       int64_t elapsed)
{
    if (elapsed > 1000 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu figures, %ld s ", findings->count,
                (long)(elapsed / 1000));
}

/* The finding whether a family works; NULL if it does.  */
static const struct finding *not_working(const struct findings *findings,
                                         const char *key)
{
    const struct finding *found = findings_get(findings, "listen.queue", key);
    return found && !(found->value && !strcmp(found->value, "yes")) ? found
                                                                    : NULL;
}

/* Complain if the families asked for, or else all, do not work on the loopback
   interface.  Returns 0 if there is something to report.  */
static int check_families(const struct findings *findings,
                          const struct backlogprobe_choices *chosen)
{
    const struct finding *inet = not_working(findings, "inet.available");
    const struct finding *inet6 = not_working(findings, "inet6.available");
    bool both = chosen->inet == chosen->inet6 && !chosen->local;
    const char *why = inet && inet->reason ? inet->reason : "-";
    const char *why6 = inet6 && inet6->reason ? inet6->reason : "-";
    if (both && inet && inet6)
        complain("no connection over the loopback interface works (IPv4: %s; "
                 "IPv6: %s); if it is down: ip link set lo up, or ifconfig "
                 "lo0 up",
                 why, why6);
    else if (chosen->inet && inet)
        complain("IPv4 does not work on this host's loopback (%s)", why);
    else if (chosen->inet6 && inet6)
        complain("IPv6 does not work on this host's loopback (%s)", why6);
    else
        return 0;
    return -1;
}

static int status_of(const struct report *report)
{
    static const int statuses[] = {
        [GRANT_UNKNOWN] = STATUS_TROUBLE,
        [GRANT_FULL] = STATUS_DONE,
        [GRANT_TRUNCATED] = STATUS_NO,
    };
    if (report->requires)
        return statuses[report->need.grant];
    return report->verdict.accepted.rows > 0 ? STATUS_DONE : STATUS_TROUBLE;
}

static void backlogprobe_write_prometheus(FILE *out, const void *report)
{
    report_prometheus(out, report);
}

/* Print REPORT in the form that CHOSEN says.  Returns 0, or -1, having said
   what is wrong.  */
static int print_form(const struct report *report,
                      const struct backlogprobe_choices *chosen)
{
    if (chosen->prometheus)
        return report->verdict.accepted.rows > 0
                   ? replace_file(chosen->prometheus,
                                  backlogprobe_write_prometheus, report)
                   : 0;
    if (chosen->profile)
        findings_write(output_stream(), report->findings);
    else if (chosen->json)
        report_json(output_stream(), report);
    else if (chosen->chart)
        report_chart(output_stream(), report);
    else if (report->requires)
        report_require(output_stream(), report);
    else
        report_text(output_stream(), report);
    return 0;
}

/* Print what is different in the profile that CHOSEN names.  Returns the exit
   status.  */
static int print_comparison(struct findings *findings,
                            const struct backlogprobe_choices *chosen)
{
    char problem[300];
    struct findings there = {0};
    int status = STATUS_TROUBLE;
    findings_sort(findings);
    if (profile_read(&there, chosen->compare, problem, sizeof problem)) {
        complain("--compare: %s", problem);
    } else {
        struct comparison found =
            compare_findings_of(output_stream(), findings, &there);
        status = found.different + found.here_only + found.there_only > 0
                     ? STATUS_NO
                     : STATUS_DONE;
        if (found.different + found.same == 0) {
            status = STATUS_TROUBLE;
            complain("--compare: %s has none of these figures",
                     chosen->compare);
        }
    }
    findings_free(&there);
    return status;
}

/* Print FINDINGS as CHOSEN says.  Returns the exit status.  */
static int print_report(struct findings *findings,
                        const struct backlogprobe_choices *chosen)
{
    struct report report;
    if (chosen->compare)
        return print_comparison(findings, chosen);
    if (report_make(&report, findings, (int)chosen->wait)) {
        complain("out of memory");
        return STATUS_TROUBLE;
    }
    bool any = report.verdict.accepted.rows > 0;
    report.requires = chosen->require >= 0;
    if (report.requires)
        report.need = require_of(&report.table, (int)chosen->require);
    int status =
        print_form(&report, chosen) ? STATUS_TROUBLE : status_of(&report);
    report_free(&report);
    if (!any && !report.requires)
        complain("no row has figures; %s", chosen->prometheus
                                               ? "nothing is written"
                                               : "the report says why");
    return status;
}

/* Measure what PLAN says, into FINDINGS, and report.  */
static int backlogprobe_measure(struct findings *findings,
                                const struct queue_plan *plan,
                                const struct backlogprobe_choices *chosen)
{
    struct run_trouble trouble;
    int64_t start = monotonic_ms();
    int failed = run_measurement(measure_listen_queue, plan,
                                 backlogprobe_deadline_of(plan), findings,
                                 backlogprobe_show_progress, &trouble);
    if (!failed && plan->half_open && !settings_failure(findings))
        failed = run_measurement(measure_half_open, plan,
                                 backlogprobe_deadline_of(plan), findings,
                                 backlogprobe_show_progress, &trouble);
    int64_t elapsed = monotonic_ms() - start;
    if (elapsed > 1000 && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (failed)
        complain("the measurement ended early: %s", trouble.text);
    if (settings_failure(findings)) {
        complain("--with: %s", settings_failure(findings));
        return STATUS_TROUBLE;
    }
    if (findings->count == 0 || check_families(findings, chosen))
        return STATUS_TROUBLE;
    if (missing_add(findings, plan, trouble.text) ||
        host_add(findings, (long)elapsed)) {
        complain("out of memory");
        return STATUS_TROUBLE;
    }
    int status = print_report(findings, chosen);
    return failed ? STATUS_TROUBLE : status;
}

/* What CHOSEN asks for, into PLAN.  Returns OPTIONS_GO_ON, or the exit status,
   having said why.  */
static int backlogprobe_make_plan(struct queue_plan *plan,
                                  const struct backlogprobe_choices *chosen)
{
    char problem[300], number[24];
    bool any = chosen->inet || chosen->inet6 || chosen->local;
    bool requires = chosen->require >= 0;
    *plan = (struct queue_plan){
        .inet = !any || chosen->inet,
        .inet6 = !any || chosen->inet6,
        .local = chosen->local,
        .incomplete = !requires && !chosen->no_incomplete,
        .half_open = chosen->half_open,
        .again = chosen->again,
        .overflow = chosen->overflow,
        .cap = !requires,
        .least = requires,
        .settings = chosen->with.texts,
        .setting_count = chosen->with.count,
        .wait = (int)chosen->wait,
    };
    snprintf(number, sizeof number, "%ld", chosen->require);
    const char *usual = requires ? number : "0-14";
    if (plan_backlogs(plan, chosen->backlogs ? chosen->backlogs : usual,
                      problem, sizeof problem)) {
        complain("-b: %s", problem);
        return options_try_help("backlogprobe");
    }
    if (settings_check(plan->settings, plan->setting_count, problem,
                       sizeof problem)) {
        complain("--with: %s", problem);
        return STATUS_TROUBLE;
    }
    return OPTIONS_GO_ON;
}

int main(int argc, char **argv)
{
    struct findings findings = {0};
    struct queue_plan plan = {0};
    if (!output_begin("backlogprobe"))
        return STATUS_TROUBLE;
    int status = backlogprobe_take_options(argc, argv);
    if (status == OPTIONS_GO_ON)
        status = backlogprobe_make_plan(&plan, &choices);
    if (status == OPTIONS_GO_ON)
        status = backlogprobe_measure(&findings, &plan, &choices);
    findings_free(&findings);
    plan_free(&plan);
    option_list_free(&choices.with);
    return output_end(status);
}
