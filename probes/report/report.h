/* report.h - reports on listen queues
   SPDX-License-Identifier: GPL-3.0-or-later

   Write errors are left to ferror (OUT).  The plain form is findings_write.  */

#ifndef PROBES_REPORT_REPORT_H
#define PROBES_REPORT_REPORT_H 1

#include "base/sentence.h"
#include "probes/finding/finding.h"
#include "probes/verdict/require.h"
#include "probes/verdict/table.h"
#include "probes/verdict/verdict.h"

struct report {
    const struct findings *findings;
    struct queue_table table;
    struct verdict verdict;
    int wait;      /* the silence timeout, in milliseconds */
    bool requires; /* NEED is valid, with --require */
    struct requirement need;
};

/* An address family: as findings name it, and as people do.  */
struct report_family {
    const char *id, *name;
};

enum { REPORT_FAMILIES = 3 };
extern const struct report_family report_families[REPORT_FAMILIES];

/* The name of the family ID; ID itself if it is not known.  */
const char *report_family_name(const char *id);

/* Make *REPORT from FINDINGS, which must outlive it.  WAIT: the silence
   timeout. Returns 0, or -1 with ENOMEM.  */
int report_make(struct report *report, struct findings *findings, int wait);

void report_free(struct report *report);

/* Write the text report, in 80 columns of plain ASCII.  */
void report_text(FILE *out, const struct report *report);

/* Parts of the text report: the host and its namespace; the rule; the cap.  */
void report_head(FILE *out, const struct report *report);
void report_rule(FILE *out, const struct report *report);
void report_cap(FILE *out, const struct report *report);

/* Append to SENTENCE the network namespace of CAP's setting.  */
void report_say_namespace(struct sentence *sentence, const struct cap_row *cap);

/* Append "; not filled: REASON" to SENTENCE.  REASON may begin with "not
   filled: " itself.  */
void report_not_filled(struct sentence *sentence, const char *reason);

/* Write BACKLOG to TEXT; INT_MAX is "max".  */
void report_backlog(int backlog, char *text, size_t size);

/* Write a bar chart, in 80 columns of plain ASCII.  */
void report_chart(FILE *out, const struct report *report);

/* Write NEED alone, and advice.  */
void report_require(FILE *out, const struct report *report);

/* Write JSON; the keys are described in backlogprobe(1).  */
void report_json(FILE *out, const struct report *report);

/* Write the text format of Prometheus; the metrics are described in
   backlogprobe(1).  */
void report_prometheus(FILE *out, const struct report *report);

#endif /* PROBES_REPORT_REPORT_H */
