/* output.h - messages and reports of a program, written to the end
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_OUTPUT_H
#define PROGS_OUTPUT_H 1

#include <stdbool.h>
#include <stdio.h>

/* To be called first.  Opens those of the descriptors 0 to 2 that are closed,
   so that no socket becomes standard output, and ignores SIGPIPE and SIGXFSZ: a
   reader that has gone, or a file that may not grow, is a write error.  PROGRAM
   is the name in messages, with static storage.
   Returns false, after a message, if there is no memory for a report, or if
   standard output is closed and NEEDS_OUTPUT.  */
bool output_begin(const char *program, bool needs_output);

/* Print a sentence on standard error, "PROGRAM: ...", masked as by
   mask_text.  */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* The same for a usage error, followed by usage_hint.  Returns
   STATUS_TROUBLE.  */
__attribute__((format(printf, 1, 2))) int usage_error(const char *format, ...);

/* Print where --help is, below a usage error.  Returns STATUS_TROUBLE.  */
int usage_hint(void);

/* The stream for the report.  The whole report is kept in memory until
   output_end, which waits where standard output is non-blocking: stdio would
   lose what the descriptor does not take at once.  */
FILE *output_stream(void);

/* What is reported is data for another program, which wants it byte by byte.
   Without this call output_end masks the report as mask_report does, whatever
   it is made of: profiles, names of files, processes and interfaces.  */
void output_raw(void);

/* To be called last: write the report to standard output.  Returns STATUS, also
   without a message if the reader of a pipe has gone; or STATUS_TROUBLE, after
   a message, if standard output is closed or the report cannot be written.  */
int output_end(int status);

#endif /* PROGS_OUTPUT_H */
