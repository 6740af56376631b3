/* load-report.h - a load run told to people and to programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_LOAD_REPORT_H
#define PROGS_LOAD_REPORT_H 1

#include <stdio.h>

#include "load/load.h"

void load_report_text(FILE *out, const struct load_report *report);
void load_report_json(FILE *out, const struct load_report *report);

/* A progress line on standard error, on a terminal, after the first second; and
   the end of the line.  */
void load_progress(const struct load_report *report, int64_t elapsed);
void load_progress_end(void);

#endif /* PROGS_LOAD_REPORT_H */
