/* report.c - what all reports are made of
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

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

void report_not_filled(struct sentence *sentence, const char *reason)
{
    size_t length = strlen(NOT_FILLED);
    bool begins = !strncmp(reason, NOT_FILLED, length);
    say(sentence, "; " NOT_FILLED "%s", reason + (begins ? length : 0));
}
