/* listeners-watch.h - listeners --watch
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_LISTENERS_WATCH_H
#define PROGS_LISTENERS_WATCH_H 1

#include "probes/listeners/listeners.h"

/* Watch LISTENERS, or if ALL every listener of FAMILIES (bits), for DURATION
   milliseconds, or if 0, until SIGINT or SIGTERM.  A line of progress is on
   standard error, if that is a terminal; with JSON a line each second, and the
   report, on standard output.  Returns the exit status.  */
int listeners_watch(const struct listeners *listeners, unsigned families,
                    bool all, long duration, bool json);

#endif /* PROGS_LISTENERS_WATCH_H */
