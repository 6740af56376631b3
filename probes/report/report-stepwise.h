/* report-stepwise.h - what was asked step by step, told
   SPDX-License-Identifier: GPL-3.0-or-later

   What a second listen does (probes/queue/listen-again.h) and what becomes of
   the client outside (probes/queue/overflow.h).  Nothing is written where
   neither was asked.  */

#ifndef PROBES_REPORT_REPORT_STEPWISE_H
#define PROBES_REPORT_REPORT_STEPWISE_H 1

#include "base/json.h"
#include "probes/finding/finding.h"

/* For people: a sentence for each family.  */
void report_more_text(FILE *out, const struct findings *findings);

/* For programs: the members "again" and "overflow", lists.  */
void report_more_json(struct json *json, const struct findings *findings);

#endif /* PROBES_REPORT_REPORT_STEPWISE_H */
