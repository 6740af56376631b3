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
#include "progs/status.h"

/* A whole run is over in well under a second; on a host so slow that it is
   not, this bounds it.  */
enum { DEADLINE = 120 * 1000 };

struct choices {
    bool inet, inet6, json, profile;
    const char *backlogs;
    long wait;
};

static int take_options(struct choices *choices, int argc, char **argv)
{
    const struct option_row rows[] = {
        {'4', NULL, NULL, "measure IPv4 only", OPTION_FLAG, &choices->inet, 0,
         0},
        {'6', NULL, NULL, "measure IPv6 only; it must be there", OPTION_FLAG,
         &choices->inet6, 0, 0},
        {'b', "backlog", "LIST",
         "numbers, ranges and max, as in 0-14,128,-1,max", OPTION_TEXT,
         &choices->backlogs, 0, 0},
        {'w', "wait", "MS", "how long a client may be silent, 1 to 900 (60)",
         OPTION_NUMBER, &choices->wait, WAIT_MIN, WAIT_MAX},
        {'j', "json", NULL, "report in JSON", OPTION_FLAG, &choices->json, 0,
         0},
        {'p', "profile", NULL, "report in tab-separated lines, to be kept",
         OPTION_FLAG, &choices->profile, 0, 0},
        OPTIONS_COMMON,
    };
    const struct program program = {
        "backlogprobe",
        "Measure how many connections a listen queue of this host holds.",
        "Exit status: 0 measured, 2 wrong usage or trouble.\n", rows,
        sizeof rows / sizeof *rows};
    int status = options_take(&program, argc, argv);
    if (status == OPTIONS_GO_ON && choices->json && choices->profile) {
        complain("--json and --profile are two reports; choose one");
        return STATUS_TROUBLE;
    }
    return status;
}

/* A progress line, if somebody looks on and the work lasts.  */
static void show_progress(const struct findings *findings, long elapsed)
{
    if (elapsed > 1000 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu figures, %ld s ", findings->count,
                elapsed / 1000);
}

/* Rows that were to be measured and have no finding: say why.  */
static int add_missing(struct findings *findings, const struct queue_plan *plan,
                       const char *family, const char *reason)
{
    char key[64];
    snprintf(key, sizeof key, "%s.available", family);
    const struct finding *available =
        findings_get(findings, "listen.queue", key);
    bool absent =
        available && available->value && !strcmp(available->value, "no");
    for (size_t i = 0; i < plan->count; i++) {
        snprintf(key, sizeof key, "%s.%d.accepted", family, plan->backlogs[i]);
        if (findings_get(findings, "listen.queue", key))
            continue;
        struct finding finding = {
            .id = "listen.queue",
            .key = key,
            .reason = absent ? available->reason : reason,
            .how = HOW_NOT_TESTABLE,
            .stable = true,
        };
        if (findings_add(findings, &finding))
            return -1;
        findings_sort(findings);
    }
    return 0;
}

/* Whether FAMILY has an address on the loopback interface.  */
static bool is_available(const struct findings *findings, const char *key)
{
    const char *value = findings_text(findings, "listen.queue", key);
    return value && !strcmp(value, "yes");
}

/* The families that were asked for and are not there.  */
static int check_families(const struct findings *findings,
                          const struct choices *choices)
{
    bool inet = is_available(findings, "inet.available");
    bool inet6 = is_available(findings, "inet6.available");
    if ((choices->inet && !inet) || (choices->inet6 && !inet6)) {
        const char *key =
            choices->inet && !inet ? "inet.available" : "inet6.available";
        const struct finding *found =
            findings_get(findings, "listen.queue", key);
        complain("%s, which was asked for, does not work on this host's "
                 "loopback (%s)",
                 key[4] == '6' ? "IPv6" : "IPv4",
                 found && found->reason ? found->reason : "not measured");
        return STATUS_TROUBLE;
    }
    if (!inet && !inet6) {
        complain("there is no working loopback interface here: bring it up "
                 "(ip link set lo up, or ifconfig lo0 up)");
        return STATUS_TROUBLE;
    }
    return STATUS_DONE;
}

static int print_report(struct findings *findings,
                        const struct choices *choices)
{
    struct report report;
    if (report_make(&report, findings, (int)choices->wait)) {
        complain("out of memory");
        return STATUS_TROUBLE;
    }
    if (choices->profile)
        findings_write(stdout, findings);
    else if (choices->json)
        report_json(stdout, &report);
    else
        report_text(stdout, &report);
    report_free(&report);
    return STATUS_DONE;
}

/* Measure what PLAN says, into FINDINGS.  */
static int measure(struct findings *findings, const struct queue_plan *plan,
                   const struct choices *choices)
{
    struct run_trouble trouble;
    long start = clock_ms();
    int failed = run_measurement(measure_listen_queue, plan, DEADLINE, findings,
                                 show_progress, &trouble);
    long elapsed = clock_ms() - start;
    if (elapsed > 1000 && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (failed)
        complain("the measurement ended early: %s", trouble.text);
    else if (check_families(findings, choices))
        return STATUS_TROUBLE;
    findings_sort(findings);
    if ((plan->inet && add_missing(findings, plan, "inet", trouble.text)) ||
        (plan->inet6 && add_missing(findings, plan, "inet6", trouble.text)) ||
        host_add(findings, elapsed)) {
        complain("out of memory");
        return STATUS_TROUBLE;
    }
    if (print_report(findings, choices))
        return STATUS_TROUBLE;
    return failed ? STATUS_TROUBLE : STATUS_DONE;
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
        return output_end(STATUS_TROUBLE);
    }
    status = measure(&findings, &plan, &choices);
    findings_free(&findings);
    plan_free(&plan);
    return output_end(status);
}
