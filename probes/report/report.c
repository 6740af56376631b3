/* report.c - what all reports have in common
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/finding/host.h"
#include "probes/queue/listen-row.h"
#include "probes/report/report.h"

int report_make(struct report *report, struct findings *findings, int wait)
{
    findings_sort(findings);
    *report = (struct report){.findings = findings, .wait = wait};
    if (table_make(&report->table, findings))
        return -1;
    report->verdict = verdict_of(&report->table);
    return 0;
}

void report_free(struct report *report)
{
    table_free(&report->table);
}

const struct report_family report_families[REPORT_FAMILIES] = {
    {"inet", "IPv4"}, {"inet6", "IPv6"}, {"unix", "UNIX"}};

const char *report_family_name(const char *id)
{
    for (size_t i = 0; i < REPORT_FAMILIES; i++)
        if (!strcmp(id, report_families[i].id))
            return report_families[i].name;
    return id;
}

bool report_is_setting(const struct finding *finding)
{
    return !strcmp(finding->id, "with") && strcmp(finding->key, "namespace");
}

void report_say_host(struct sentence *sentence, const struct findings *findings)
{
    say(sentence, "%s %s %s", host_text(findings, "system"),
        host_text(findings, "release"), host_text(findings, "machine"));
}

void report_json_host(struct json *json, const struct findings *findings)
{
    static const char *const keys[] = {"system", "release", "machine", "scope"};
    json_object(json, "host");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_text(json, keys[i], findings_text(findings, "host", keys[i]));
    json_object_end(json);
}

void report_say_namespace(struct sentence *sentence, const struct cap_row *cap)
{
    if (!cap->scope && cap->setting && !strncmp(cap->setting, "net.", 4))
        say(sentence, " (network namespace unknown)");
    if (!cap->scope || !strcmp(cap->scope, "host"))
        return;
    if (!strcmp(cap->scope, "own")) {
        say(sentence, ", in a new network namespace");
        return;
    }
    say(sentence, ", in this network namespace");
    if (!cap->initial)
        say(sentence, " (the initial one may differ)");
    else if (!strcmp(cap->initial, "yes"))
        say(sentence, " (the initial one)");
    else if (cap->initial_value >= 0)
        say(sentence, " (the initial one has %ld)", cap->initial_value);
    else
        say(sentence, " (not the initial one, whose value is not readable)");
}

void report_not_filled(struct sentence *sentence, const char *reason)
{
    size_t length = strlen(NOT_FILLED);
    reason = reason ? reason : "-";
    bool begins = !strncmp(reason, NOT_FILLED, length);
    say(sentence, "; " NOT_FILLED "%s", reason + (begins ? length : 0));
}
