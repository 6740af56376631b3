/* load-profile.c - a load run as a profile, and what differs between two runs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probes/finding/figures.h"
#include "probes/finding/host.h"
#include "probes/finding/profile.h"
#include "progs/load-profile.h"
#include "progs/load-report.h"

/* The version is raised when a key or a value changes, not for new keys.  */
static const struct profile_form load_form = {"sonde-load", 1, false};

/* What is compared.  The last rows count in runs of connections alone: another
   run makes few, and the first includes the lookup of the name.  */
static const struct figure load_figures[] = {
    {"plan", "kind", FIGURE_SETTING},
    {"plan", "transport", FIGURE_SETTING},
    {"plan", "connections", FIGURE_SETTING},
    {"plan", "size", FIGURE_SETTING},
    {"plan", "depth", FIGURE_SETTING},
    {"plan", "rate", FIGURE_SETTING},
    {"plan", "reset", FIGURE_SETTING},
    {"result", "messages_per_second", FIGURE_RATE},
    {"latency", "p50_ns", FIGURE_TIME},
    {"latency", "p90_ns", FIGURE_TIME},
    {"latency", "p99_ns", FIGURE_TIME},
    {"result", "errors", FIGURE_COUNT},
    {"result", "connects_per_second", FIGURE_RATE},
    {"connect", "p50_ns", FIGURE_TIME},
    {"connect", "p90_ns", FIGURE_TIME},
    {"connect", "p99_ns", FIGURE_TIME},
};

enum {
    LOAD_FIGURES = sizeof load_figures / sizeof *load_figures,
    LOAD_FIGURES_CONNECT = 4 /* the last */
};

/* ---- write --------------------------------------------------------------- */

/* The list that is made, and whether memory was enough so far.  */
struct making {
    struct findings *findings;
    bool failed;
};

/* Add the finding ID, KEY with VALUE, found as HOW; without memory set FAILED
   of MAKING.  */
static void making_text(struct making *making, const char *id, const char *key,
                        const char *value, enum how how)
{
    struct finding finding = {
        .id = id, .key = key, .value = value, .how = how, .stable = true};
    making->failed |= findings_add(making->findings, &finding) != 0;
}

/* As making_text, with VALUE in decimal: add the finding ID, KEY, found as HOW;
   without memory set FAILED of MAKING.  */
static void making_number(struct making *making, const char *id,
                          const char *key, uint64_t value, enum how how)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    making_text(making, id, key, text, how);
}

/* Add the settings of the run, under "plan", as constant, since chosen, except
   settings without a meaning in this run, and the rate without a limit.  */
static void making_plan(struct making *making, const struct load_report *report)
{
    const struct load_plan *plan = report->plan;
    char peer[SONDE_ADDRESS_TEXT];
    making_text(making, "plan", "kind", load_report_kind(report), HOW_CONSTANT);
    making_text(making, "plan", "transport", load_report_transport(report),
                HOW_CONSTANT);
    making_text(making, "plan", "peer", load_report_peer(report, peer),
                HOW_CONSTANT);
    making_number(making, "plan", "connections", plan->connections,
                  HOW_CONSTANT);
    if (plan->kind != LOAD_ONLY) {
        making_number(making, "plan", "size", plan->size, HOW_CONSTANT);
        making_number(making, "plan", "depth", plan->depth, HOW_CONSTANT);
        making_number(making, "plan", "duration_ms",
                      (uint64_t)(plan->duration / 1000000), HOW_CONSTANT);
    }
    if (plan->rate > 0)
        making_number(making, "plan", "rate", (uint64_t)plan->rate,
                      HOW_CONSTANT);
    making_text(making, "plan", "reset", plan->reset ? "yes" : "no",
                HOW_CONSTANT);
}

/* Add the count of HISTOGRAM under ID; unless empty, extremes and
   quantiles.  */
static void making_latency(struct making *making, const char *id,
                           const struct histogram *histogram)
{
    making_number(making, id, "count", histogram->count, HOW_MEASURED);
    if (histogram->count == 0)
        return;
    making_number(making, id, "min_ns", (uint64_t)histogram->least,
                  HOW_MEASURED);
    for (int i = 0; i < LOAD_POINTS; i++)
        making_number(
            making, id, load_points[i].key,
            (uint64_t)histogram_quantile(histogram, load_points[i].share),
            HOW_MEASURED);
    making_number(making, id, "max_ns", (uint64_t)histogram->most,
                  HOW_MEASURED);
}

/* Add the figures of the run, under "result", and the errors that occurred.  */
static void making_result(struct making *making,
                          const struct load_report *report)
{
    static const char id[] = "result";
    making_text(making, id, "interrupted", report->interrupted ? "yes" : "no",
                HOW_MEASURED);
    making_number(making, id, "elapsed_ns", (uint64_t)report->elapsed,
                  HOW_MEASURED);
    making_number(making, id, "messages", report->messages, HOW_MEASURED);
    making_number(making, id, "messages_per_second",
                  (uint64_t)(load_report_rate(report, report->messages) + 0.5),
                  HOW_COMPUTED);
    making_number(making, id, "bytes_per_second",
                  load_report_bytes_rate(report), HOW_COMPUTED);
    making_number(making, id, "connects", report->connects, HOW_MEASURED);
    making_number(making, id, "connects_per_second",
                  (uint64_t)(load_report_rate(report, report->connects) + 0.5),
                  HOW_COMPUTED);
    if (load_report_has_opened(report))
        making_number(making, id, "opened_ns", (uint64_t)report->opened,
                      HOW_MEASURED);
    making_number(making, id, "late", report->late, HOW_MEASURED);
    making_number(making, id, "errors", load_count_errors(report),
                  HOW_MEASURED);
    if (report->has_retransmissions)
        making_number(making, id, "retransmissions", report->retransmissions,
                      HOW_READ);
    if (report->has_retransmissions && report->plan->kind == LOAD_ONLY)
        making_number(making, id, "retried", report->retried, HOW_READ);
    for (int i = 0; i < LOAD_ERRORS; i++)
        if (report->errors[i] > 0)
            making_number(making, "errors", load_error_name((enum load_error)i),
                          report->errors[i], HOW_MEASURED);
}

int load_profile_make(struct findings *findings,
                      const struct load_report *report)
{
    struct making making = {.findings = findings};
    making_plan(&making, report);
    making_result(&making, report);
    making_latency(&making, "latency", &report->latency);
    making_latency(&making, "connect", &report->connect);
    if (making.failed)
        errno = ENOMEM;
    else
        making.failed = host_add(findings, (long)(report->elapsed / 1000000));
    findings_sort(findings);
    return making.failed ? -1 : 0;
}

void load_profile_write(FILE *out, const struct findings *findings)
{
    profile_write_form(out, &load_form, findings);
}

/* ---- read and compare ---------------------------------------------------- */

int load_profile_read(struct findings *findings, const char *name,
                      char *problem, size_t size)
{
    return profile_read_form(findings, &load_form, name, problem, size) ||
                   figures_check(findings, load_figures, LOAD_FIGURES, name,
                                 problem, size)
               ? -1
               : 0;
}

struct comparison load_profile_compare(FILE *out, const struct findings *here,
                                       const struct findings *there,
                                       long tolerance)
{
    const char *kind = findings_text(here, "plan", "kind");
    bool connects = kind && !strncmp(kind, "connect", strlen("connect"));
    return figures_compare(out, load_figures,
                           connects ? LOAD_FIGURES
                                    : LOAD_FIGURES - LOAD_FIGURES_CONNECT,
                           here, there, tolerance);
}
