/* watchdog.h - a process that kills process groups when its parent dies
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_WATCHDOG_H
#define PROBES_RUN_WATCHDOG_H 1

#include <stdbool.h>
#include <sys/types.h>

struct watchdog {
    int pipe;
    pid_t child;
    char folder[64]; /* "" if there is none */
};

/* Start a watchdog.  WITH_FOLDER: the watchdog makes an empty folder for the
   process groups, and removes the folder after killing them.  The folder is in
   TMPDIR if that exists and is short, otherwise in /tmp: the path of a UNIX
   socket is limited.  Returns 0, or -1 with errno.  */
int watchdog_start(struct watchdog *watchdog, bool with_folder);

/* Add a process group to kill; remove a process group.  */
void watchdog_mind(const struct watchdog *watchdog, pid_t group);
void watchdog_forget(const struct watchdog *watchdog, pid_t group);

/* Stop the watchdog, which kills its remaining process groups.  Keeps errno. */
void watchdog_stop(struct watchdog *watchdog);

#endif /* PROBES_RUN_WATCHDOG_H */
