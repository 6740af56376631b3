/* watchdog.c - a process that kills process groups when its parent dies
   SPDX-License-Identifier: GPL-3.0-or-later

   The watchdog reads process groups from a pipe.  End of file: the parent has
   died, or stops the watchdog.  */

#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/run/watchdog.h"
#include "sonde.h"

enum { GROUPS_MAX = 256 };

/* Sent through the pipe: GROUP is to be killed; or, if GONE, no longer.  */
struct watchdog_message {
    pid_t group;
    bool gone;
};

/* Add or remove the group in MESSAGE.  With GROUPS_MAX groups in the list,
   another group is ignored.  */
static void watchdog_note(pid_t *groups, const struct watchdog_message *message)
{
    for (int i = 0; i < GROUPS_MAX; i++)
        if (groups[i] == (message->gone ? message->group : 0)) {
            groups[i] = message->gone ? 0 : message->group;
            return;
        }
}

/* Remove FOLDER and the files in it, but no folders.  Returns 0, also if there
   is no FOLDER; or -1 with errno.  */
static int clear_folder(const char *folder)
{
    DIR *list = opendir(folder);
    if (!list)
        return errno == ENOENT ? 0 : -1;
    for (struct dirent *entry; (entry = readdir(list));)
        unlinkat(dirfd(list), entry->d_name, 0);
    closedir(list);
    return rmdir(folder);
}

/* Remove FOLDER, with its files; "": nothing.  A killed process may make one
   more file before it dies, which takes a while on a busy host: so a FOLDER
   that is not empty is retried for ten seconds.  */
static void remove_folder(const char *folder)
{
    for (int i = 0; i < 1000 && *folder && clear_folder(folder); i++) {
        if (errno != ENOTEMPTY && errno != EEXIST)
            return;
        wait_pause(10);
    }
}

/* Note groups until PIPE ends, then kill the groups that are left, remove
   FOLDER and exit.  */
static _Noreturn void watchdog_run(int pipe, const char *folder)
{
    pid_t groups[GROUPS_MAX] = {0};
    struct watchdog_message message;
    for (int tries = 0;;) {
        ssize_t got = read(pipe, &message, sizeof message);
        if (got == (ssize_t)sizeof message) {
            watchdog_note(groups, &message);
            tries = 0;
        } else if (got >= 0 || !wait_retry(&tries)) {
            break;
        }
    }
    for (int i = 0; i < GROUPS_MAX; i++)
        if (groups[i] > 0)
            kill(-groups[i], SIGKILL);
    remove_folder(folder);
    _exit(0);
}

/* Make the folder in WHERE.  Returns false, and sets its name to "", on
   failure.  */
static bool make_folder_in(struct watchdog *watchdog, const char *where)
{
    snprintf(watchdog->folder, sizeof watchdog->folder, "%s/sockprobe-XXXXXX",
             where);
    if (mkdtemp(watchdog->folder))
        return true;
    *watchdog->folder = '\0';
    return false;
}

/* Make the folder in TMPDIR, if that is an absolute path of at most 40 bytes,
   or else in /tmp.  Its name is "" if both fail.  */
static void make_folder(struct watchdog *watchdog)
{
    const char *where = getenv("TMPDIR");
    bool fits = where && *where == '/' && strlen(where) <= 40;
    if (!fits || !make_folder_in(watchdog, where))
        make_folder_in(watchdog, "/tmp");
}

/* Be the watchdog, in the child.  The child makes the folder, so the folder
   never exists without a watchdog, and writes its name to ANSWER; ANSWER -1: no
   folder.  */
static _Noreturn void watchdog_be_child(struct watchdog *watchdog, int pipe,
                                        int answer)
{
    setpgid(0, 0); /* no signals of the terminal */
    sonde_signal(SIGPIPE, SIG_IGN, SONDE_RESTART);
    if (answer >= 0) {
        int tries = 0;
        make_folder(watchdog);
        while (write(answer, watchdog->folder, sizeof watchdog->folder) < 0 &&
               wait_retry(&tries))
            continue;
        close(answer);
    }
    watchdog_run(pipe, watchdog->folder);
}

/* Read the name of the folder, which arrives in one piece, and close ANSWER.
   The name is "" if reading fails.  */
static void watchdog_read_folder(struct watchdog *watchdog, int answer)
{
    ssize_t got;
    int tries = 0;
    do
        got = read(answer, watchdog->folder, sizeof watchdog->folder);
    while (got < 0 && wait_retry(&tries));
    if (got != (ssize_t)sizeof watchdog->folder)
        *watchdog->folder = '\0';
    close(answer);
}

/* Fork the watchdog; unless ANSWER, a pipe, is NULL, the watchdog makes a
   folder and writes its name there.  Returns 0, or -1 with errno; ANSWER stays
   open.  */
static int watchdog_fork(struct watchdog *watchdog, int *answer)
{
    int ends[2];
    if (pipe(ends))
        return -1;
    fflush(NULL); /* lest the child write buffers again */
    watchdog->child = fork();
    if (watchdog->child == 0) {
        close(ends[1]);
        if (answer)
            close(answer[0]);
        watchdog_be_child(watchdog, ends[0], answer ? answer[1] : -1);
    }
    int error = errno;
    close(ends[0]);
    watchdog->pipe = ends[1];
    if (watchdog->child < 0) {
        close(ends[1]);
        errno = error;
        return -1;
    }
    return 0;
}

int watchdog_start(struct watchdog *watchdog, bool with_folder)
{
    int answer[2];
    memset(watchdog->folder, 0, sizeof watchdog->folder);
    if (!with_folder)
        return watchdog_fork(watchdog, NULL);
    if (pipe(answer))
        return -1;
    int failed = watchdog_fork(watchdog, answer);
    int error = errno;
    close(answer[1]);
    if (failed)
        close(answer[0]);
    else
        watchdog_read_folder(watchdog, answer[0]);
    errno = error;
    return failed;
}

/* Send the watchdog a message; a failure is ignored.  A message is shorter than
   PIPE_BUF, and arrives in one piece.  Padding is sent, too, and set to
   zero.  */
static void watchdog_send(const struct watchdog *watchdog, pid_t group,
                          bool gone)
{
    struct watchdog_message message;
    int tries = 0;
    memset(&message, 0, sizeof message);
    message.group = group;
    message.gone = gone;
    while (write(watchdog->pipe, &message, sizeof message) < 0 &&
           wait_retry(&tries))
        continue;
}

void watchdog_mind(const struct watchdog *watchdog, pid_t group)
{
    watchdog_send(watchdog, group, false);
}

void watchdog_forget(const struct watchdog *watchdog, pid_t group)
{
    watchdog_send(watchdog, group, true);
}

void watchdog_stop(struct watchdog *watchdog)
{
    enum { CLEARING = 20000, DYING = 1000 }; /* milliseconds */
    int error = errno;
    close(watchdog->pipe);
    if (wait_child(watchdog->child, NULL, CLEARING) == 0) {
        kill(watchdog->child, SIGKILL);
        wait_child(watchdog->child, NULL, DYING);
    }
    remove_folder(watchdog->folder); /* if it was killed before it could */
    errno = error;
}
