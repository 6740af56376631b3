/* load-report.c - the report of a load run, as text and in JSON
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/endpoint.h"
#include "base/json.h"
#include "base/sentence.h"
#include "progs/load-report.h"
#include "progs/output.h"

enum { NUMBER_TEXT = 32, BAR = 30, ROWS_MAX = 10 };

const struct load_point load_points[LOAD_POINTS] = {
    {"p50", "p50_ns", 0.5},
    {"p90", "p90_ns", 0.9},
    {"p99", "p99_ns", 0.99},
    {"p99.9", "p999_ns", 0.999},
    {"p99.99", "p9999_ns", 0.9999}};

/* Write NUMBER with commas, as 1,221,345, to TEXT.  Returns TEXT.  */
static const char *load_report_grouped(uint64_t number, char text[NUMBER_TEXT])
{
    for (int at = sprintf(text, "%" PRIu64, number) - 3; at > 0; at -= 3) {
        memmove(text + at + 1, text + at, strlen(text + at) + 1);
        text[at] = ',';
    }
    return text;
}

double load_report_rate(const struct load_report *report, uint64_t count)
{
    return report->elapsed > 0 ? (double)count * 1e9 / (double)report->elapsed
                               : 0;
}

const char *load_report_kind(const struct load_report *report)
{
    static const char *const kinds[] = {[LOAD_MESSAGES] = "messages",
                                        [LOAD_CONNECTS] = "connects",
                                        [LOAD_ONLY] = "connect-only",
                                        [LOAD_HOLD] = "hold"};
    return kinds[report->plan->kind];
}

const char *load_report_transport(const struct load_report *report)
{
    return report->peer.storage.ss_family == AF_UNIX ? "UNIX stream"
           : report->type == SOCK_DGRAM              ? "UDP"
                                                     : "TCP";
}

const char *load_report_peer(const struct load_report *report,
                             char text[SONDE_ADDRESS_TEXT])
{
    if (sonde_address_print(&report->peer, text, SONDE_ADDRESS_TEXT) < 0)
        *text = '\0';
    endpoint_show_abstract(text);
    return text;
}

uint64_t load_report_bytes_rate(const struct load_report *report)
{
    return (uint64_t)(load_report_rate(report, report->messages) *
                          (double)report->plan->size +
                      0.5);
}

bool load_report_has_opened(const struct load_report *report)
{
    return report->plan->kind == LOAD_MESSAGES ||
           report->plan->kind == LOAD_HOLD;
}

/* ---- for people ---------------------------------------------------------- */

/* Write the line on the server and the settings of the run.  */
static void print_title(FILE *out, const struct load_report *report)
{
    const struct load_plan *plan = report->plan;
    char peer[CLIENT_ADDRESS_TEXT], number[NUMBER_TEXT];
    fprintf(out, "%s, %s, %s connection%s",
            client_print_address(&report->peer, peer),
            load_report_transport(report),
            load_report_grouped(plan->connections, number),
            plan->connections == 1 ? "" : "s");
    if (plan->kind != LOAD_ONLY)
        fprintf(out, ", %zu byte%s", plan->size, plan->size == 1 ? "" : "s");
    if (plan->kind == LOAD_MESSAGES)
        fprintf(out, ", depth %zu", plan->depth);
    if (plan->rate > 0)
        fprintf(out, ", rate %s/s",
                load_report_grouped((uint64_t)plan->rate, number));
    if (plan->kind != LOAD_ONLY)
        fprintf(out, ", %.1f s", (double)plan->duration / 1e9);
    fprintf(out, "%s\n", report->interrupted ? ", interrupted" : "");
}

/* Write COUNT, called NAME, and the rate of COUNT, without a newline.  */
static void print_count(FILE *out, const char *name, uint64_t count,
                        const struct load_report *report)
{
    char number[NUMBER_TEXT], rate[NUMBER_TEXT];
    fprintf(out, "  %-10s %s   %s/s", name, load_report_grouped(count, number),
            load_report_grouped(
                (uint64_t)(load_report_rate(report, count) + 0.5), rate));
}

/* Write quantiles and maximum of HISTOGRAM in two lines; nothing if empty.  */
static void print_latency(FILE *out, const char *name,
                          const struct histogram *histogram)
{
    char time[CLIENT_TIME_TEXT];
    if (histogram->count == 0)
        return;
    fprintf(out, "  %-10s", name);
    for (int i = 0; i < LOAD_POINTS; i++)
        fprintf(out, "%s%s %s",
                i == 0                 ? " "
                : i == LOAD_POINTS - 1 ? "\n             "
                                       : "  ",
                load_points[i].name,
                client_print_time(
                    histogram_quantile(histogram, load_points[i].share), time));
    fprintf(out, "  max %s\n", client_print_time(histogram->most, time));
}

/* Write the number of late answers, if any; then the errors by kind and the
   first wrong reply, or "none".  */
static void print_errors(FILE *out, const struct load_report *report)
{
    char number[NUMBER_TEXT];
    const char *title = "errors";
    if (report->late > 0)
        fprintf(out, "  %-10s %s answer%s came too late, or twice\n", "late",
                load_report_grouped(report->late, number),
                report->late == 1 ? "" : "s");
    for (int i = 0; i < LOAD_ERRORS; i++) {
        if (report->errors[i] == 0)
            continue;
        fprintf(out, "  %-10s %s %s: %s\n", title,
                load_report_grouped(report->errors[i], number),
                load_error_name((enum load_error)i),
                load_error_text((enum load_error)i));
        title = "";
    }
    if (*report->wrong)
        fprintf(out, "  %-10s the first one: %s\n", "", report->wrong);
    if (*title)
        fprintf(out, "  %-10s none\n", title);
}

/* Write the figures of --connect-only: the number and rate of the connects that
   succeeded, the quantiles of their time, and the second SYNs if known.  */
static void print_only(FILE *out, const struct load_report *report)
{
    char number[NUMBER_TEXT];
    print_count(out, "connects", report->connects, report);
    fputs(", without a byte sent\n", out);
    print_latency(out, "connect", &report->connect);
    if (report->has_retransmissions)
        fprintf(out, "  %-10s %s\n", "second SYN",
                load_report_grouped(report->retried, number));
}

/* Write the number of segments sent again; nothing if the number is
   unknown.  */
static void print_retransmissions(FILE *out, const struct load_report *report)
{
    char number[NUMBER_TEXT];
    if (report->has_retransmissions)
        fprintf(out, "  %-10s %s segment%s sent again\n", "TCP",
                load_report_grouped(report->retransmissions, number),
                report->retransmissions == 1 ? "" : "s");
}

/* Write to OUT the figures of REPORT by its kind of run: numbers of connects
   and messages; the rate of messages, or in a run of connections that of
   connects, but none with LOAD_HOLD; times as quantiles; the loss of datagrams
   in percent.  Errors and retransmissions are not written here, but with
   LOAD_ONLY second SYNs are.  */
static void print_figures(FILE *out, const struct load_report *report)
{
    char number[NUMBER_TEXT], time[CLIENT_TIME_TEXT];
    uint64_t lost = report->errors[LOAD_UNANSWERED];
    double bytes =
        load_report_rate(report, report->messages) * (double)report->plan->size;
    if (report->plan->kind == LOAD_ONLY) {
        print_only(out, report);
        return;
    }
    if (report->plan->kind == LOAD_CONNECTS) {
        print_count(out, "connects", report->connects, report);
        fputs(", each with one message, verified\n", out);
        print_latency(out, "connect", &report->connect);
        print_latency(out, "to the end", &report->latency);
        return;
    }
    if (report->type == SOCK_STREAM)
        fprintf(out, "  %-10s %s in %s\n", "connected",
                load_report_grouped(report->connects, number),
                client_print_time(report->opened, time));
    if (report->type == SOCK_STREAM && report->connect.count > 1)
        print_latency(out, "connect", &report->connect);
    if (report->plan->kind == LOAD_HOLD) {
        fprintf(out, "  %-10s %s came back in %s, every byte verified\n",
                "messages", load_report_grouped(report->messages, number),
                client_print_time(report->elapsed, time));
    } else {
        print_count(out, "messages", report->messages, report);
        fprintf(out, "   %.*f MB/s each way, every byte verified\n",
                bytes < 1e8 ? 1 : 0, bytes / 1e6);
    }
    print_latency(out, "latency", &report->latency);
    if (report->type == SOCK_DGRAM && lost + report->messages > 0)
        fprintf(out, "  %-10s %.3f %%\n", "loss",
                100 * (double)lost / (double)(lost + report->messages));
}

/* The bound after BOUND, one of the row 1, 2, 5, 10, 20, 50 and so on.  */
static int64_t next_bound(int64_t bound)
{
    int64_t power = 1;
    while (power * 10 <= bound)
        power *= 10;
    return bound / power == 2 ? 5 * power : 2 * bound;
}

/* Print a line with NAME, a bar for COUNT, of full length at MAX, and the share
   of COUNT in ALL in percent.  MAX and ALL are above 0.  No COUNT but 0 has an
   empty bar.  */
static void print_bar(FILE *out, const char *name, uint64_t count, uint64_t max,
                      uint64_t all)
{
    char bar[BAR + 1];
    int length = (int)((double)count * (double)BAR / (double)max + 0.5);
    memset(bar, '#', BAR);
    bar[count > 0 && length == 0 ? 1 : length] = '\0';
    fprintf(out, "%12s |%-*s %5.1f %%\n", name, BAR, bar,
            100 * (double)count / (double)all);
}

/* Print a bar for each bound, with the share of the values between the bound
   before, if any, and the bound.  The bounds are 1, 2, 5, 10 us and so on, from
   the first with one percent of the values below it to the first with 99
   percent, at most ROWS_MAX.  A last row has the rest, if any.  With fewer than
   10 values print nothing.  */
static void print_histogram(FILE *out, const struct histogram *histogram)
{
    int64_t bounds[ROWS_MAX];
    uint64_t counts[ROWS_MAX + 1], seen = 0, max = 0;
    int rows = 0;
    int64_t bound = 1000;
    if (histogram->count < 10)
        return;
    while (histogram_below(histogram, bound) * 100 < histogram->count)
        bound = next_bound(bound);
    for (; rows < ROWS_MAX; bound = next_bound(bound)) {
        bounds[rows] = bound;
        counts[rows] = histogram_below(histogram, bound) - seen;
        seen += counts[rows++];
        if (histogram->count - seen <= histogram->count / 100)
            break;
    }
    counts[rows] = histogram->count - seen;
    for (int i = 0; i <= rows; i++)
        max = counts[i] > max ? counts[i] : max;
    putc('\n', out);
    for (int i = 0; i < rows; i++) {
        char name[CLIENT_TIME_TEXT + 1] = "<";
        client_print_time(bounds[i], name + 1);
        print_bar(out, name, counts[i], max, histogram->count);
    }
    if (counts[rows] > 0)
        print_bar(out, "more", counts[rows], max, histogram->count);
}

void load_report_text(FILE *out, const struct load_report *report)
{
    print_title(out, report);
    print_figures(out, report);
    print_retransmissions(out, report);
    print_errors(out, report);
    if (report->plan->kind == LOAD_ONLY) {
        char text[200];
        struct sentence verdict = {""};
        load_only_verdict(text, sizeof text, report);
        say(&verdict, "%s", text);
        put_sentence(out, NULL, &verdict);
    }
    print_histogram(out, &report->latency);
}

/* ---- for programs -------------------------------------------------------- */

/* Write HISTOGRAM as the object KEY; if empty, all but the count is null.  */
static void json_latency(struct json *json, const char *key,
                         const struct histogram *histogram)
{
    bool any = histogram->count > 0;
    json_line(json, key);
    json_number(json, "count", (int64_t)histogram->count);
    json_count(json, "min_ns", any ? histogram->least : -1);
    for (int i = 0; i < LOAD_POINTS; i++)
        json_count(json, load_points[i].key,
                   any ? histogram_quantile(histogram, load_points[i].share)
                       : -1);
    json_count(json, "max_ns", any ? histogram->most : -1);
    json_object_end(json);
}

/* Write the member "plan"; null for settings without a meaning in this run, and
   for the rate without a limit.  */
static void json_plan(struct json *json, const struct load_report *report)
{
    const struct load_plan *plan = report->plan;
    char peer[SONDE_ADDRESS_TEXT];
    json_object(json, "plan");
    json_text(json, "kind", load_report_kind(report));
    json_text(json, "peer", load_report_peer(report, peer));
    json_text(json, "transport", load_report_transport(report));
    json_number(json, "connections", (int64_t)plan->connections);
    bool sends = plan->kind != LOAD_ONLY;
    json_count(json, "size", sends ? (int64_t)plan->size : -1);
    json_count(json, "depth", sends ? (int64_t)plan->depth : -1);
    json_count(json, "duration_ms", sends ? plan->duration / 1000000 : -1);
    json_count(json, "rate", plan->rate > 0 ? plan->rate : -1);
    json_bool(json, "reset", plan->reset);
    json_object_end(json);
}

/* Write the members on errors: number, by kind, and the first wrong reply.  */
static void json_errors(struct json *json, const struct load_report *report)
{
    json_number(json, "errors", (int64_t)load_count_errors(report));
    json_object(json, "errors_by_kind");
    for (int i = 0; i < LOAD_ERRORS; i++)
        if (report->errors[i] > 0)
            json_number(json, load_error_name((enum load_error)i),
                        (int64_t)report->errors[i]);
    json_object_end(json);
    json_text(json, "first_wrong", *report->wrong ? report->wrong : NULL);
}

void load_report_json(FILE *out, const struct load_report *report,
                      enum load_line line, int64_t at, int64_t left_out)
{
    struct json json = {.out = out};
    double messages = load_report_rate(report, report->messages);
    json_line(&json, NULL);
    json_number(&json, "schema_version", 1);
    json_text(&json, "type", line == LOAD_LINE_SECOND ? "second" : "report");
    json_number(&json, "at_ns", at);
    json_number(&json, "left_out", left_out);
    json_plan(&json, report);
    json_bool(&json, "interrupted", report->interrupted);
    json_number(&json, "elapsed_ns", report->elapsed);
    json_number(&json, "messages", (int64_t)report->messages);
    json_number(&json, "messages_per_second", (int64_t)(messages + 0.5));
    json_number(&json, "bytes_per_second",
                (int64_t)load_report_bytes_rate(report));
    json_number(&json, "connects", (int64_t)report->connects);
    json_number(&json, "connects_per_second",
                (int64_t)(load_report_rate(report, report->connects) + 0.5));
    json_count(&json, "opened_ns",
               load_report_has_opened(report) ? report->opened : -1);
    json_number(&json, "late", (int64_t)report->late);
    bool is_only = report->plan->kind == LOAD_ONLY;
    bool is_known = report->has_retransmissions;
    char verdict[200];
    load_only_verdict(verdict, sizeof verdict, report);
    json_count(&json, "retransmissions",
               is_known ? (int64_t)report->retransmissions : -1);
    json_count(&json, "retried",
               is_only && is_known ? (int64_t)report->retried : -1);
    json_text(&json, "verdict",
              is_only && line == LOAD_LINE_REPORT ? verdict : NULL);
    json_latency(&json, "latency", &report->latency);
    json_latency(&json, "connect", &report->connect);
    json_errors(&json, report);
    json_object_end(&json);
}

/* ---- during the run ------------------------------------------------------ */

bool load_progress(const struct load_report *report, int64_t elapsed)
{
    char number[NUMBER_TEXT], errors[NUMBER_TEXT];
    bool is_only = report->plan->kind == LOAD_ONLY;
    progress_show(elapsed / 1000000, "%s %s, %s errors",
                  load_report_grouped(
                      is_only ? report->connects : report->messages, number),
                  is_only ? "connects" : "messages",
                  load_report_grouped(load_count_errors(report), errors));
    return true;
}
