/* log-sink.h - write to standard error without waiting long for the reader
   SPDX-License-Identifier: GPL-3.0-or-later

   A reader must not be able to stop the server.  While there is room in the
   pipe, lines are written at once.  When the pipe is full, the server waits for
   the reader, for one second in all; a tenth of the time in which lines are
   written without waiting is added to the allowance again.  When the allowance
   is used up, lines are dropped, and counted, until there is room in the pipe.
   So a reader that pauses for a second, or is slow at times, loses nothing, and
   the server never loses more than a tenth of its time.

   The caller of log_sink_begin and all descendants share the counts and times.
   O_NONBLOCK of standard error is not changed, as other processes share the
   open file.  */

#ifndef SERVERS_LOG_SINK_H
#define SERVERS_LOG_SINK_H 1

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* In memory shared by all processes.  All zero at first.  */
struct log_sink {
    atomic_long dropped; /* lines */
    atomic_uint waited;  /* milliseconds used up of the allowance */
    atomic_uint written; /* the time of the last line, in milliseconds */
    atomic_int cut;      /* a line was written in part */
};

/* Begin, with SINK for the counts, which must outlive all lines.  Opens a
   descriptor for good, where the system has /proc and standard error is a pipe
   or a terminal.  */
void log_sink_begin(struct log_sink *sink);

/* Write the LENGTH bytes TEXT, a line with its newline.  May wait until the
   allowance is used up; never waits after the grace period.  Returns whether
   all was written; if not, the line is counted as dropped, and a part may have
   been written.  */
bool log_sink_write(const char *text, size_t length);

/* Take the number of dropped lines, which becomes 0; and add COUNT again, if
   the number could not be logged.  */
long log_sink_take_dropped(void);
void log_sink_return_dropped(long count);

#endif /* SERVERS_LOG_SINK_H */
