/* listeners-watch.h - listeners --watch
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_LISTENERS_WATCH_H
#define PROGS_LISTENERS_WATCH_H 1

#include "probes/listeners/listeners.h"

/* Watch LISTENERS, or if ALL every listener of FAMILIES (bits), for DURATION
   milliseconds, or if 0, without limit.  SIGINT, SIGTERM or a failure of
   standard output ends the watch earlier.  The report at the end goes to the
   descriptor of standard output, not to output_stream; with JSON also a line at
   the start and each second.  Without JSON a line of progress is on standard
   error, if that is a terminal.  The self-pipe of the library is opened and
   closed.  Returns the exit status: STATUS_TROUBLE after a message, if the
   listeners cannot be watched, memory runs out, or standard output fails;
   STATUS_DONE if the reader has gone.  */
int listeners_watch(const struct listeners *listeners, unsigned families,
                    bool all, long duration, bool json);

#endif /* PROGS_LISTENERS_WATCH_H */
