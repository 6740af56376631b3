/* load-report.h - a load run told to people and to programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_LOAD_REPORT_H
#define PROGS_LOAD_REPORT_H 1

#include <stdio.h>

#include "load/load.h"

/* Write REPORT, of a run that is over, to OUT.  */
void load_report_text(FILE *out, const struct load_report *report);
void load_report_json(FILE *out, const struct load_report *report);

/* For load_run: progress_show messages and errors; ELAPSED in nanoseconds.  */
void load_progress(const struct load_report *report, int64_t elapsed);

#endif /* PROGS_LOAD_REPORT_H */
