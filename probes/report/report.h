/* report.h - reports on listen queues
   SPDX-License-Identifier: GPL-3.0-or-later

   Write errors are left to ferror (OUT).  The plain form is findings_write.
   Texts of findings are masked by progs/output.h, not here.  */

#ifndef PROBES_REPORT_REPORT_H
#define PROBES_REPORT_REPORT_H 1

#include "base/check.h"
#include "base/json.h"
#include "base/sentence.h"
#include "probes/finding/finding.h"
#include "probes/verdict/require.h"
#include "probes/verdict/table.h"
#include "probes/verdict/verdict.h"

/* The input of all reports.  */
struct report {
    const struct findings *findings;
    struct queue_table table;
    struct verdict verdict;
    int wait;      /* the silence timeout, in milliseconds */
    bool requires; /* NEED is valid, with --require; set by the caller */
    struct requirement need;
};

/* The address families: the name in findings, "inet", and in text, "IPv4".  */
struct report_family {
    const char *id, *name;
};

enum { REPORT_FAMILIES = 3 };
extern const struct report_family report_families[REPORT_FAMILIES];

/* The NAME of the family ID; ID itself if unknown.  */
const char *report_family_name(const char *id);

/* Whether FINDING is a setting of --with, set or failed: any key of the id
   "with" but "namespace".  */
bool report_is_setting(const struct finding *finding);

/* Sort FINDINGS, which must outlive the report, and make *REPORT, with REQUIRES
   false.  WAIT is the silence timeout in milliseconds.  Returns 0; free with
   report_free.  Or -1 with ENOMEM, and an empty table.  */
int report_make(struct report *report, struct findings *findings, int wait);

/* Free the table of REPORT.  The findings are not freed.  */
void report_free(struct report *report);

/* Parts of all reports, on answers as well.  report_say_host: append "SYSTEM
   RELEASE MACHINE" of the host, "-" for a missing one.  report_json_host: write
   the member "host", an object with these and the scope; a missing one is
   null.  */
void report_say_host(struct sentence *sentence,
                     const struct findings *findings);
void report_json_host(struct json *json, const struct findings *findings);

/* Write the text report, in 80 columns of plain ASCII: report_head, the table
   by backlog with notes on missing and unstable figures, report_rule, the SYN
   queue, report_cap, the next client, report_stepwise_text, and the kernel
   families with these figures.  NEED is not written.  */
void report_text(FILE *out, const struct report *report);

/* Parts of the text report.  report_head: the host, the network namespace if
   its number is known, with --with also the settings, and an empty line.
   report_rule: the rule for accepted connections, or why there is none, with
   the rows that contradict the rule; and the rule for connections complete at
   the clients, if that is determined and differs.  report_cap: the cap, or
   "unknown", and its origin, and how many connections a backlog of INT_MAX
   queued, or why that queue was not filled.  */
void report_head(FILE *out, const struct report *report);
void report_rule(FILE *out, const struct report *report);
void report_cap(FILE *out, const struct report *report);

/* Append where CAP's setting applies, to a phrase that names the setting; no
   number of a namespace is written.  Scope "own": ", in a new network
   namespace".  Another scope but "host": ", in this network namespace", and in
   parentheses: this is the initial one; or the value of the initial one; or
   that this is not the initial one, whose value is not readable; or that the
   initial one may differ (INITIAL is NULL).  No scope, and a setting "net.*": "
   (network namespace unknown)".  Otherwise nothing is appended.  */
void report_say_namespace(struct sentence *sentence, const struct cap_row *cap);

/* Append "; not filled: REASON", with "-" for NULL; "not filled: " at the
   beginning of REASON is not repeated.  */
void report_not_filled(struct sentence *sentence, const char *reason);

/* Returns BACKLOG in decimal, written to TEXT; for INT_MAX the constant
   "max".  */
enum { BACKLOG_TEXT = 16 };
const char *report_backlog(int backlog, char text[BACKLOG_TEXT]);

/* Write in plain ASCII the text of report_head; a bar chart of the accepted
   connections by backlog, of the first family with figures; and the texts of
   report_rule and report_cap.  The chart has at most 80 columns, if no figure
   has more than six digits.  A note has the number of the last bars, if these
   do not fit.  Without figures there is no chart.  */
void report_chart(FILE *out, const struct report *report);

/* Write NEED, which must be valid, as a sentence; a line for IPv4 and for IPv6,
   if not measured, with the reason; and if a setting truncates the backlog, how
   to raise the setting (advice_write).  */
void report_require(FILE *out, const struct report *report);

/* Set CHECK, empty before, by NEED, which must be valid: CHECK_CRITICAL if the
   backlog is truncated, CHECK_UNKNOWN if unknown, else CHECK_OK; the sentence
   of report_require on NEED; performance data "granted": the smaller of the
   backlog in force, as the kernel reports, and the connections queued, or the
   one that is known, with the critical range "ASKED:"; no data if both are
   unknown.  */
void report_check(struct check *check, const struct report *report);

/* Write JSON, or the text format of Prometheus, described in backlogprobe(1).
 */
void report_json(FILE *out, const struct report *report);
void report_prometheus(FILE *out, const struct report *report);

/* Parts on --again (probes/queue/listen-again.h) and --overflow
   (probes/queue/overflow.h).  report_stepwise_text: a sentence for each option
   and family, and a note if tcp_abort_on_overflow is on.  report_stepwise_json:
   the members "again" and "overflow", arrays with an object for each family,
   and "tcp_abort_on_overflow", a number, null if unknown.  Families without
   findings are left out.  */
void report_stepwise_text(FILE *out, const struct findings *findings);
void report_stepwise_json(struct json *json, const struct findings *findings);

#endif /* PROBES_REPORT_REPORT_H */
