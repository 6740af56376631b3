/* load-report.h - the report of a load run, as text and in JSON
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_LOAD_REPORT_H
#define PROGS_LOAD_REPORT_H 1

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "load/load.h"

/* Which line of JSON: of the last second, or of the whole run, the last.  */
enum load_line { LOAD_LINE_SECOND, LOAD_LINE_REPORT };

/* Write REPORT, of a run that is over, to OUT: server and settings, figures,
   TCP retransmissions, errors, for LOAD_ONLY the verdict, and a histogram of
   the latency.  */
void load_report_text(FILE *out, const struct load_report *report);

/* Write REPORT as an object in a line of JSON.  With LOAD_LINE_SECOND the
   counts of REPORT are those of the second alone, and the verdict is null.  AT
   is in nanoseconds since the start of the run, LEFT_OUT the number of lines
   left out before this line.  */
void load_report_json(FILE *out, const struct load_report *report,
                      enum load_line line, int64_t at, int64_t left_out);

/* The quantiles of reports: of 0.9, key "p90_ns", name "p90".  */
enum { LOAD_POINTS = 5 };
struct load_point {
    const char *name, *key;
    double share;
};
extern const struct load_point load_points[LOAD_POINTS];

/* The kind of run and the transport of REPORT by name, as in JSON.  */
const char *load_report_kind(const struct load_report *report);
const char *load_report_transport(const struct load_report *report);

/* Write the address of the server of REPORT, as in JSON, to TEXT: with the
   port, an abstract UNIX name as "@NAME", empty if unprintable.  Returns
   TEXT.  */
const char *load_report_peer(const struct load_report *report,
                             char text[SONDE_ADDRESS_TEXT]);

/* Whether the run of REPORT opens its connections before its measured phase, so
   that the time until all were established is known.  */
bool load_report_has_opened(const struct load_report *report);

/* Bytes of messages a second, in each direction, rounded; 0 if no time has
   passed.  */
uint64_t load_report_bytes_rate(const struct load_report *report);

/* COUNT per second of the run; 0 if no time has passed.  */
double load_report_rate(const struct load_report *report, uint64_t count);

/* For load_run and load_connect_only: show the numbers of messages (of
   LOAD_ONLY: connects) and errors by progress_show, ELAPSED being in
   nanoseconds.  Returns true.  */
load_progress_function load_progress;

#endif /* PROGS_LOAD_REPORT_H */
