/* backlogprobe.c - how many connections a listen queue of this host holds
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>
#include <unistd.h>

#include "probes/host.h"
#include "probes/listen-queue.h"
#include "probes/report.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/replace.h"
#include "progs/status.h"

/* A run of the usual rows is over in well under a second.  What bounds it on a
   host where it is not: a minute, and four waits for each row and family, as if
   there were descriptors for one filling at a time.  */
static int64_t deadline_of(const struct queue_plan *plan)
{
    return 60000 + (int64_t)plan->count * 2 * 4 * (plan->wait + 50);
}

struct choices {
    bool inet, inet6, json, profile;
    const char *backlogs, *prometheus;
    long wait;
};

static int take_options(struct choices *choices, int argc, char **argv)
{
    const struct option_row rows[] = {
        {.letter = '4',
         .help = "measure IPv4 only",
         .kind = OPTION_FLAG,
         .target = &choices->inet},
        {.letter = '6',
         .help = "measure IPv6 only; it must be there",
         .kind = OPTION_FLAG,
         .target = &choices->inet6},
        {.letter = 'b',
         .word = "backlog",
         .argument = "LIST",
         .help = "numbers, ranges and max, as in 0-14,128,-1,max",
         .kind = OPTION_TEXT,
         .target = &choices->backlogs},
        {.letter = 'w',
         .word = "wait",
         .argument = "MS",
         .help = "how long a client may be silent, 1 to 900 (60)",
         .kind = OPTION_NUMBER,
         .target = &choices->wait,
         .least = WAIT_MIN,
         .most = WAIT_MAX},
        {.letter = 'j',
         .word = "json",
         .help = "report in JSON",
         .kind = OPTION_FLAG,
         .target = &choices->json},
        {.letter = 'p',
         .word = "profile",
         .help = "report in tab-separated lines, to be kept",
         .kind = OPTION_FLAG,
         .target = &choices->profile},
        {.letter = 'P',
         .word = "prometheus",
         .argument = "FILE",
         .help = "replace FILE by metrics, for Prometheus's\n"
                 "textfile collector; - is standard output",
         .kind = OPTION_TEXT,
         .target = &choices->prometheus},
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "backlogprobe",
        .purpose =
            "Measure how many connections a listen queue of this host holds.",
        .more = "Exit status: 0 measured, 2 wrong usage or trouble.\n",
        .options = rows,
        .count = sizeof rows / sizeof *rows,
    };
    int status = options_take(&program, argc, argv);
    int reports = choices->json + choices->profile + !!choices->prometheus;
    if (status == OPTIONS_GO_ON && reports > 1) {
        complain("--json, --profile and --prometheus are reports of their own; "
                 "choose one");
        return options_try_help(program.name);
    }
    return status;
}

/* A progress line, if somebody looks on and the work lasts.  */
static void show_progress(const struct findings *findings, int64_t elapsed)
{
    if (elapsed > 1000 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu figures, %ld s ", findings->count,
                (long)(elapsed / 1000));
}

/* Add to MISSING the rows of FAMILY that were to be measured and have no
   finding, with REASON.  */
static int list_missing(struct findings *missing,
                        const struct findings *findings,
                        const struct queue_plan *plan, const char *family,
                        const char *reason)
{
    char key[64];
    snprintf(key, sizeof key, "%s.available", family);
    const struct finding *available =
        findings_get(findings, "listen.queue", key);
    if (available && available->reason)
        reason = available->reason;
    for (size_t i = 0; i < plan->count; i++) {
        snprintf(key, sizeof key, "%s.%d.accepted", family, plan->backlogs[i]);
        struct finding finding = {
            .id = "listen.queue",
            .key = key,
            .reason = reason,
            .how = HOW_NOT_TESTABLE,
            .stable = true,
        };
        if (!findings_get(findings, "listen.queue", key) &&
            findings_add(missing, &finding))
            return -1;
    }
    return 0;
}

/* Give each planned row without figures a finding that says why: what TROUBLE
   says, or that its family is not there.  */
static int add_missing(struct findings *findings, const struct queue_plan *plan,
                       const char *trouble)
{
    struct findings missing = {0};
    int failed = 0;
    findings_sort(findings);
    if ((plan->inet &&
         list_missing(&missing, findings, plan, "inet", trouble)) ||
        (plan->inet6 &&
         list_missing(&missing, findings, plan, "inet6", trouble)))
        failed = -1;
    for (size_t i = 0; i < missing.count && !failed; i++)
        failed = findings_add(findings, &missing.list[i]);
    findings_free(&missing);
    return failed;
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
                          const struct choices *choices)
{
    const struct finding *inet = not_working(findings, "inet.available");
    const struct finding *inet6 = not_working(findings, "inet6.available");
    bool both = choices->inet == choices->inet6;
    const char *why = inet && inet->reason ? inet->reason : "-";
    const char *why6 = inet6 && inet6->reason ? inet6->reason : "-";
    if (both && inet && inet6)
        complain("no connection over the loopback interface works (IPv4: %s; "
                 "IPv6: %s); if it is down: ip link set lo up, or ifconfig "
                 "lo0 up",
                 why, why6);
    else if (choices->inet && inet)
        complain("IPv4 does not work on this host's loopback (%s)", why);
    else if (choices->inet6 && inet6)
        complain("IPv6 does not work on this host's loopback (%s)", why6);
    else
        return 0;
    return -1;
}

static void write_prometheus(FILE *out, const void *report)
{
    report_prometheus(out, report);
}

/* Print FINDINGS as CHOICES say.  Returns the exit status.  */
static int print_report(struct findings *findings,
                        const struct choices *choices)
{
    struct report report;
    if (report_make(&report, findings, (int)choices->wait)) {
        complain("out of memory");
        return STATUS_TROUBLE;
    }
    bool any = report.verdict.accepted.rows > 0;
    int failed = 0;
    if (choices->prometheus && any)
        failed = replace_file(choices->prometheus, write_prometheus, &report);
    else if (choices->profile)
        findings_write(stdout, findings);
    else if (choices->json)
        report_json(stdout, &report);
    else
        report_text(stdout, &report);
    report_free(&report);
    if (!any)
        complain("no row has figures; the report says why");
    return any && !failed ? STATUS_DONE : STATUS_TROUBLE;
}

/* Measure what PLAN says, into FINDINGS, and report.  */
static int measure(struct findings *findings, const struct queue_plan *plan,
                   const struct choices *choices)
{
    struct run_trouble trouble;
    int64_t start = clock_ms();
    int failed = run_measurement(measure_listen_queue, plan, deadline_of(plan),
                                 findings, show_progress, &trouble);
    int64_t elapsed = clock_ms() - start;
    if (elapsed > 1000 && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (failed)
        complain("the measurement ended early: %s", trouble.text);
    if (findings->count == 0 || check_families(findings, choices))
        return STATUS_TROUBLE;
    if (add_missing(findings, plan, trouble.text) ||
        host_add(findings, (long)elapsed)) {
        complain("out of memory");
        return STATUS_TROUBLE;
    }
    int status = print_report(findings, choices);
    return failed ? STATUS_TROUBLE : status;
}

int main(int argc, char **argv)
{
    struct choices choices = {.backlogs = "0-14", .wait = WAIT_USUAL};
    struct findings findings = {0};
    char problem[160];
    if (!output_begin("backlogprobe"))
        return STATUS_TROUBLE;
    int status = take_options(&choices, argc, argv);
    if (status != OPTIONS_GO_ON)
        return output_end(status);
    bool both = choices.inet == choices.inet6;
    struct queue_plan plan = {
        .inet = both || choices.inet,
        .inet6 = both || choices.inet6,
        .wait = (int)choices.wait,
    };
    if (plan_backlogs(&plan, choices.backlogs, problem, sizeof problem)) {
        complain("-b: %s", problem);
        return output_end(options_try_help("backlogprobe"));
    }
    status = measure(&findings, &plan, &choices);
    findings_free(&findings);
    plan_free(&plan);
    return output_end(status);
}
