/* watchdog.h - a process that kills process groups when its parent dies
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_WATCHDOG_H
#define PROBES_RUN_WATCHDOG_H 1

#include <stdbool.h>
#include <sys/types.h>

struct watchdog {
    int pipe; /* the end to write to; the watchdog acts when all copies close */
    pid_t child;     /* the watchdog */
    char folder[64]; /* "" if there is none */
    bool ended;      /* killed by watchdog_forget */
};

/* Start a watchdog: a child process, in its own process group, that kills the
   process groups of watchdog_join with SIGKILL when this process dies or calls
   watchdog_stop; a SIGHUP, SIGINT or SIGTERM does not end the watchdog.
   Children of this process inherit WATCHDOG's pipe, also through exec, and
   should close the pipe: the watchdog acts only after the last copy is closed.
   All output streams are flushed.  WITH_FOLDER: the watchdog makes an empty
   folder for the groups, and removes the folder after killing them: in TMPDIR
   if that is an absolute path of at most 40 bytes and usable, otherwise in /tmp
   (the path of a UNIX socket is limited); this call waits for the folder.
   Returns 0, with an empty FOLDER if none was asked for or none could be made;
   or -1 with the errno of pipe or fork, and nothing is left open.  */
int watchdog_start(struct watchdog *watchdog, bool with_folder);

/* watchdog_join: in a child, become the leader of a process group, which the
   watchdog is to kill, and close the pipe.  At most 256 groups are kept, others
   are ignored, and so are failures.  watchdog_forget: take GROUP, which has
   ended, out of the watchdog's groups; if that fails, the watchdog is killed,
   and no group is killed at the end.  Later calls of watchdog_forget do nothing
   then.  Both functions wait up to a second.  The caller ignores SIGPIPE.  */
void watchdog_join(const struct watchdog *watchdog);
void watchdog_forget(struct watchdog *watchdog, pid_t group);

/* Close the pipe and reap the watchdog, which kills its remaining process
   groups, removes its folder with all files in it, and ends.  Waits up to 20
   seconds, then kills the watchdog: its groups may then survive.  If the
   watchdog was killed, here or by watchdog_forget, or its exit status is not
   known to be 0, this process removes the folder, which may take ten seconds
   more.  Keeps errno.  */
void watchdog_stop(struct watchdog *watchdog);

#endif /* PROBES_RUN_WATCHDOG_H */
