/* output.h - what a program says, and whether it got out
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_OUTPUT_H
#define PROGS_OUTPUT_H 1

#include <stdbool.h>
#include <stdio.h>

/* To be called first: makes sure that the descriptors 0 to 2 are taken, so
   that no socket becomes standard output, and that a reader who went away, or
   a file that may not grow, is a write error, not a death by signal.  PROGRAM
   is the name in messages. Returns false, having said so, if standard output is
   closed, or if there is no memory for a report.  */
bool output_begin(const char *program);

/* The same, for a program that may have nothing to report, and saying
   nothing.  */
bool output_open(const char *program);

/* Say a sentence on standard error: "PROGRAM: ...".  Masked as by
   mask_text.  */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* What a program reports: the whole report is kept, and written by output_end,
   which waits where standard output is non-blocking.  stdio would lose what the
   descriptor does not take at once.  */
FILE *output_stream(void);

/* What is reported is data for another program, which wants it byte by byte.
   Without this call output_end masks the report as mask_report does, whatever
   it is made of: profiles, names of files, processes and interfaces.  */
void output_raw(void);

/* To be called last: write the report to standard output.  Returns STATUS, also
   if the reader of a pipe has gone before its end: nothing is said then.  Or
   STATUS_TROUBLE, having said why, if it could not be written.  */
int output_end(int status);

#endif /* PROGS_OUTPUT_H */
