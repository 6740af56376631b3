/* watchdog.h - a process that sees others dead when this one has died
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

/* Start it; with WITH_FOLDER, it makes an empty folder for those it minds (in
   TMPDIR if that is there and short, otherwise in /tmp: a UNIX socket's path
   has little room), and removes it when they are dead.  Returns 0, or -1 with
   errno.  */
int watchdog_start(struct watchdog *watchdog, bool with_folder);

/* A process group to be seen dead; one that is gone.  */
void watchdog_mind(const struct watchdog *watchdog, pid_t group);
void watchdog_forget(const struct watchdog *watchdog, pid_t group);

/* End it: what it still minds is killed.  Keeps errno.  */
void watchdog_stop(struct watchdog *watchdog);

#endif /* PROBES_RUN_WATCHDOG_H */
