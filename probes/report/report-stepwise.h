/* report-stepwise.h - the report on --again and --overflow
   SPDX-License-Identifier: GPL-3.0-or-later

   A second listen (probes/queue/listen-again.h), and the next client of a full
   queue (probes/queue/overflow.h).  */

#ifndef PROBES_REPORT_REPORT_STEPWISE_H
#define PROBES_REPORT_REPORT_STEPWISE_H 1

#include "base/json.h"
#include "probes/finding/finding.h"

/* Write a sentence for each family and option, and a note if
   tcp_abort_on_overflow is on.  Without findings, nothing is written.  */
void report_stepwise_text(FILE *out, const struct findings *findings);

/* Write the members "again" and "overflow", arrays with an object for each
   family, and "tcp_abort_on_overflow", a number.  Without findings the arrays
   are empty and the number is null.  */
void report_stepwise_json(struct json *json, const struct findings *findings);

#endif /* PROBES_REPORT_REPORT_STEPWISE_H */
