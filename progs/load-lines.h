/* load-lines.h - a line of JSON for each second of a load run
   SPDX-License-Identifier: GPL-3.0-or-later

   Lines are written during the run as far as standard output takes them
   (progs/spool.h): a slow reader delays no message.  */

#ifndef PROGS_LOAD_LINES_H
#define PROGS_LOAD_LINES_H 1

#include "load/load.h"

/* Call before the run, once in a process: begin the first second, with an empty
   spool.  */
void load_lines_begin(void);

/* For load_run and load_connect_only: in the first call after each full second
   since load_lines_begin, add a line with the figures since the last line; in
   each call, write what standard output takes.  Several seconds passed at once
   share a line.  Without memory, or if the spool is full, the line is left out,
   and counted.  Returns false after a write error, or if the reader has
   gone.  */
load_progress_function load_lines_progress;

/* Call after the run, in each case: what is not written yet, and the line of
   REPORT, unless NULL, go to output_stream, unless a write failed before.
   Frees the spool.  Returns 0, also if the reader has gone; or STATUS_TROUBLE
   after a message, if lines could not be written.  */
int load_lines_end(const struct load_report *report);

#endif /* PROGS_LOAD_LINES_H */
