/* log-sink.h - standard error, without waiting long for its reader
   SPDX-License-Identifier: GPL-3.0-or-later

   A reader that stops must not stop the server.  The rule: what fits into the
   pipe is written at once.  When it is full, lines wait for the reader, for one
   second in all; a tenth of the time in which lines are written again is given
   back.  After that they are dropped, and counted, until the reader goes on. So
   a reader that pauses for a second, or is slower than the log now and then,
   loses nothing, and the server never loses more than a tenth of its time.

   The counts and times are those of all the processes that come of the one that
   began.  O_NONBLOCK of standard error, which others share, is not changed.  */

#ifndef SERVERS_LOG_SINK_H
#define SERVERS_LOG_SINK_H 1

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* To lie in memory that all the processes share.  All zero at first.  */
struct log_sink {
    atomic_long dropped; /* lines */
    atomic_uint waited;  /* milliseconds, of those that lines may wait */
    atomic_uint written; /* when a line was last written: milliseconds */
    atomic_int cut;      /* a line was written in part */
};

/* Begin, with SINK for the counts.  Takes a descriptor, where the system allows
   it.  */
void log_sink_begin(struct log_sink *sink);

/* Write the LENGTH bytes TEXT, a line.  Returns whether it was written; if not,
   it is counted.  */
bool log_sink_write(const char *text, size_t length);

/* How many lines have been dropped since the last call of
   log_sink_take_dropped, which begins a new count; and give back a count that
   could not be told.  */
long log_sink_dropped(void);
long log_sink_take_dropped(void);
void log_sink_return_dropped(long count);

#endif /* SERVERS_LOG_SINK_H */
