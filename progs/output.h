/* output.h - messages and reports of a program, written to the end
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_OUTPUT_H
#define PROGS_OUTPUT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/check.h"

/* Call first.  Opens the descriptors 0 to 2 on /dev/null if closed, so no
   socket becomes standard output, and ignores SIGPIPE and SIGXFSZ: both are
   write errors.  PROGRAM is the name in messages, with static storage.  Returns
   false, after a message: without memory; if /dev/null cannot be opened for a
   closed descriptor; if a signal cannot be ignored; or if standard output is
   closed and NEEDS_OUTPUT.  Then end with STATUS_TROUBLE, without
   output_end.  */
bool output_begin(const char *program, bool needs_output);

/* Print a sentence on standard error, "PROGRAM: ...", masked as by mask_text,
   cut after 1023 bytes, and on a terminal folded at 79 columns.  After
   output_check nothing is printed: the first sentence is kept for the report.
   FORMAT has no newline.  Waits for room, as write_all; failures are ignored.
   Returns STATUS_TROUBLE, as usage_error and usage_hint do.  */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);

/* Print a usage error, as complain, followed by usage_hint, which prints where
   --help is, but not after output_check.  */
__attribute__((format(printf, 1, 2))) int usage_error(const char *format, ...);
int usage_hint(void);

/* Replace the progress line on standard error by the time in seconds and a
   text, "3 s: TEXT", without a newline: only on a terminal that takes output at
   once, and not before MILLISECONDS, the time since the start, is a second.
   progress_end removes the line, if there is one.  */
__attribute__((format(printf, 2, 3))) void
progress_show(int64_t milliseconds, const char *format, ...);
void progress_end(void);

/* The stream for the report, which is kept in memory until output_end: stdio
   would lose bytes for which a non-blocking standard output has no room.  */
FILE *output_stream(void);

/* Let output_end replace the file PATH, with static storage, by the report, so
   that no reader sees a part; "-" is standard output.  The new file has the
   mode of the umask.  output_end refuses, with a message, a PATH that exists
   and is no regular file; also a symbolic link.  */
void output_to(const char *path);

/* Replace PATH by the SIZE BYTES of another file than the report, at once, by
   the rules of output_to.  Returns 0, or STATUS_TROUBLE after a message.  */
int output_replace(const char *path, const char *bytes, size_t size);

/* Check, before long work, whether the file PATH ("-" is a file, too) could be
   replaced: refuse what output_to refuses; otherwise make a file beside PATH,
   and remove the new file.  rename is not tried, and may still fail.  Returns
   0, or STATUS_TROUBLE after a message.  */
int output_check_path(const char *path);

/* The report is data for another program, byte by byte.  Otherwise output_end
   masks the report as mask_report does, since profiles and names of files,
   processes and interfaces may have any bytes.  */
void output_raw(void);

/* Declare that the program is a check of a monitoring system: the report is one
   line, and messages are not written to standard error, except those of
   getopt_long and of output_end.  output_end turns each failure into
   CHECK_UNKNOWN.  */
void output_check(void);

/* Keep a copy of CHECK, which output_end writes as the report.  Nothing else
   may be in output_stream: the line would stand behind it.  A second call
   replaces the first.  Returns STATUS_DONE, for output_end, which returns the
   state of CHECK.  */
int output_check_result(const struct check *check);

/* Call last, once: write the report to standard output, or the file of
   output_to, and close standard output.  Returns STATUS, also if the reader of
   a pipe has gone; or STATUS_TROUBLE, after a message, if the report cannot be
   written, or is not empty and standard output was closed at the start.

   After output_check, a STATUS other than STATUS_DONE makes the check
   CHECK_UNKNOWN, with the first message of complain as its text.  The result is
   the state of the check, CHECK_OK without a check, as after --help; or
   CHECK_UNKNOWN if the report cannot be written.  */
int output_end(int status);

#endif /* PROGS_OUTPUT_H */
