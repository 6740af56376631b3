/* report-json.c - the report on listen queues in JSON
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/json.h"
#include "probes/finding/host.h"
#include "probes/report/report.h"

/* Incremented when a key changes its meaning or goes, not for a new key.  */
enum { SCHEMA_VERSION = 1 };

/* Write the member "reason" of ROW, null if there is none; for an unstable row
   without another reason, the ranges, since figures that vary are null.  */
static void report_json_put_reason(struct json *json,
                                   const struct queue_row *row)
{
    char text[120];
    if (row->stable || row->reason) {
        json_text(json, "reason", row->reason);
        return;
    }
    snprintf(text, sizeof text,
             "varies: connected %s, accepted %s, next client %s",
             row->client_text ? row->client_text : "-",
             row->accepted_text ? row->accepted_text : "-",
             row->overflow ? row->overflow : "-");
    json_text(json, "reason", text);
}

/* Write ROW as an object; unknown figures are null.  */
static void report_json_put_row(struct json *json, const struct queue_row *row)
{
    json_line(json, NULL);
    json_text(json, "family", row->family);
    json_number(json, "backlog", row->backlog);
    json_count(json, "effective", row->effective);
    json_count(json, "connected", row->client);
    json_count(json, "accepted", row->accepted);
    json_text(json, "next_client", row->overflow);
    json_bool(json, "stable", row->stable);
    json_text(json, "limit", row->limit);
    json_bool(json, "disturbed", row->disturbed);
    json_count(json, "queued", row->queued);
    json_count(json, "repeats", row->repeats);
    report_json_put_reason(json, row);
    json_count(json, "incomplete", row->incomplete);
    json_count(json, "incomplete_known_peer", row->known);
    json_count(json, "half_open", row->half_open);
    json_count(json, "accepted_by_cookie", row->passed);
    json_text(json, "incomplete_reason", row->incomplete_reason);
    json_text(json, "half_open_reason", row->half_open_reason);
    json_object_end(json);
}

/* Write the member KEY: the rule of RULING; null if none is determined, or if a
   row contradicts the rule.  */
static void put_rule(struct json *json, const char *key,
                     const struct ruling *ruling)
{
    char text[80];
    rule_print(&ruling->rule, false, text, sizeof text);
    json_text(json, key,
              ruling->comparable && ruling->broken == 0 ? text : NULL);
}

/* Write the member "cap"; unknown figures are null, and so are a setting not in
   force, and the scope if no kernel with these figures has the setting.  */
static void report_json_put_cap(struct json *json, const struct report *report)
{
    const struct cap_row *cap = &report->table.cap;
    json_object(json, "cap");
    json_count(json, "value", report->verdict.cap);
    json_text(json, "setting",
              report->verdict.setting_holds ? cap->setting : NULL);
    json_text(json, "scope",
              report->verdict.setting_foreign ? NULL : cap->scope);
    json_text(json, "initial_namespace", cap->initial);
    json_count(json, "initial_namespace_value", cap->initial_value);
    json_text(json, "family", cap->family);
    json_number(json, "requested", INT_MAX);
    json_count(json, "effective", cap->effective);
    json_count(json, "accepted", cap->accepted);
    json_count(json, "connected", cap->client);
    json_text(json, "next_client", cap->overflow);
    json_text(json, "limit", cap->limit);
    json_text(json, "reason", cap->reason);
    json_object_end(json);
}

/* Write the member "like": the kernel families with these figures.  */
static void report_json_put_like(struct json *json, const struct likeness *like)
{
    json_object(json, "like");
    json_text(json, "best", like->best);
    json_text(json, "evidence", like->known);
    json_array(json, "others");
    for (int i = 0; i < like->also_count; i++)
        json_text(json, NULL, like->also[i]);
    json_array_end(json);
    json_object_end(json);
}

/* Write the member "incomplete": rule, bound and settings of the SYN queue,
   each null if unknown.  The rule is also null if a row contradicts the
   rule.  */
static void report_json_put_incomplete(struct json *json,
                                       const struct report *report)
{
    json_object(json, "incomplete");
    put_rule(json, "rule", &report->verdict.incomplete);
    json_text(json, "bound", bound_name(report->verdict.bound));
    json_count(json, "tcp_syncookies", report->table.cookies);
    json_count(json, "tcp_max_syn_backlog", report->table.max_backlog);
    json_object_end(json);
}

/* Write the member "with", an object: the settings of --with, null for a failed
   one; empty without --with.  */
static void report_json_put_with(struct json *json,
                                 const struct findings *findings)
{
    json_object(json, "with");
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (report_is_setting(finding))
            json_text(json, finding->key, finding->value);
    }
    json_object_end(json);
}

/* Write the member "require": NEED of REPORT, or null without --require.  */
static void put_need(struct json *json, const struct report *report)
{
    static const char *const grants[] = {
        [GRANT_UNKNOWN] = NULL,
        [GRANT_FULL] = "full",
        [GRANT_TRUNCATED] = "truncated",
    };
    const struct requirement *need = &report->need;
    if (!report->requires) {
        json_text(json, "require", NULL);
        return;
    }
    json_object(json, "require");
    json_number(json, "requested", need->asked);
    json_text(json, "granted", grants[need->grant]);
    json_count(json, "effective", need->effective);
    json_count(json, "queued", need->queued);
    json_bool(json, "measured", need->measured);
    json_text(json, "reason", need->reason);
    json_object_end(json);
}

void report_json(FILE *out, const struct report *report)
{
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_number(&json, "schema_version", SCHEMA_VERSION);
    report_json_host(&json, report->findings);
    json_number(&json, "timeout_ms", report->wait);
    json_array(&json, "rows");
    for (size_t i = 0; i < report->table.count; i++)
        report_json_put_row(&json, &report->table.rows[i]);
    json_array_end(&json);
    put_rule(&json, "rule", &report->verdict.accepted);
    put_rule(&json, "rule_connected", &report->verdict.client);
    report_json_put_cap(&json, report);
    report_json_put_like(&json, &report->verdict.like);
    report_json_put_incomplete(&json, report);
    report_stepwise_json(&json, report->findings);
    report_json_put_with(&json, report->findings);
    put_need(&json, report);
    host_json(&json, report->findings);
    json_object_end(&json);
}
