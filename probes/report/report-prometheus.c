/* report-prometheus.c - the report on listen queues for Prometheus
   SPDX-License-Identifier: GPL-3.0-or-later

   Unknown and unstable figures have no sample.  */

#include <config.h>

#include "base/prometheus.h"
#include "probes/report/report.h"

static const struct {
    const char *name, *help;
    row_figure *value;
} metrics[] = {
    {"sonde_backlog_effective",
     "The backlog in force, as the kernel reports it, by requested backlog.",
     row_effective},
    {"sonde_backlog_connected", "Connections that completed at the clients.",
     row_client},
    {"sonde_backlog_accepted", "Connections that accept returned.",
     row_accepted},
};

/* Write a sample of NAME for each stable row with a known figure VALUE, with
   the family and the requested backlog as labels.  */
static void put_rows(FILE *out, const struct queue_table *table,
                     const char *name, row_figure *value)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        char backlog[16];
        snprintf(backlog, sizeof backlog, "%d", row->backlog);
        const struct prometheus_label labels[] = {
            {"family", row->family}, {"backlog", backlog}, {NULL, NULL}};
        if (row->stable)
            prometheus_sample(out, name, labels, value(row));
    }
}

/* Write both metrics of the cap, each without a sample if unknown; the setting
   is a label of the first, if in force.  */
static void report_prometheus_put_cap(FILE *out, const struct report *report)
{
    const struct cap_row *cap = &report->table.cap;
    const struct prometheus_label labels[] = {
        {"setting", report->verdict.setting_holds ? cap->setting : NULL},
        {NULL, NULL}};
    prometheus_head(out, "sonde_backlog_cap", "gauge",
                    "The largest backlog in force.");
    prometheus_sample(out, "sonde_backlog_cap", labels, report->verdict.cap);
    prometheus_head(out, "sonde_backlog_cap_accepted", "gauge",
                    "Connections that accept returned for the largest "
                    "backlog requested.");
    prometheus_sample(out, "sonde_backlog_cap_accepted", NULL, cap->accepted);
}

void report_prometheus(FILE *out, const struct report *report)
{
    for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++) {
        prometheus_head(out, metrics[m].name, "gauge", metrics[m].help);
        put_rows(out, &report->table, metrics[m].name, metrics[m].value);
    }
    report_prometheus_put_cap(out, report);
}
