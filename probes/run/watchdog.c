/* watchdog.c - a process that kills process groups when its parent dies
   SPDX-License-Identifier: GPL-3.0-or-later

   The watchdog reads process groups from a pipe.  End of file: the parent has
   died, or stops the watchdog.  */

#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/wait.h"
#include "base/write.h"
#include "probes/run/watchdog.h"
#include "sonde.h"

enum { GROUPS_MAX = 256 };

/* Add GROUP to GROUPS, an array of GROUPS_MAX in which 0 is a free place; if
   GROUP is negative, remove -GROUP.  With no free place, or if -GROUP is not in
   the array, nothing is done.  */
static void watchdog_note(pid_t *groups, pid_t group)
{
    for (int i = 0; i < GROUPS_MAX; i++)
        if (groups[i] == (group < 0 ? -group : 0)) {
            groups[i] = group < 0 ? 0 : group;
            return;
        }
}

/* Open FOLDER for reading; never through a link, nor a folder of another user,
   since the name may have been taken.  Returns NULL with errno: EPERM for a
   folder of another user; any other of open, fstat or fdopendir.  */
static DIR *open_folder(const char *folder)
{
    struct stat status;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    int failed = fstat(fd, &status);
    if (!failed && status.st_uid != geteuid()) {
        failed = -1;
        errno = EPERM;
    }
    DIR *list = failed ? NULL : fdopendir(fd);
    if (!list)
        descriptor_close(&fd);
    return list;
}

/* Remove FOLDER and the files in LIST, its entries; NULL: no files.  Folders in
   FOLDER stay.  Returns 0, also if there is no FOLDER; or -1 with errno:
   ENOTEMPTY or EEXIST if a file or folder is left in FOLDER; any other of
   rmdir.  */
static int clear_folder(const char *folder, DIR *list)
{
    if (list)
        rewinddir(list);
    for (struct dirent *entry; list && (entry = readdir(list));)
        unlinkat(dirfd(list), entry->d_name, 0);
    return rmdir(folder) && errno != ENOENT ? -1 : 0;
}

/* Remove FOLDER with its files; nothing if FOLDER is "".  LIST is FOLDER, open
   by open_folder, and is closed here; NULL: FOLDER is opened here.  A folder of
   another user stays.  A folder that cannot be opened is removed only if empty.
   A FOLDER that is not empty is retried for ten seconds: a killed process may
   make one more file before it dies, which takes a while on a busy host.  After
   any failure FOLDER stays, without a message.  */
static void remove_folder(const char *folder, DIR *list)
{
    if (!list && *folder)
        list = open_folder(folder);
    if (!list && errno == EPERM)
        return;
    for (int i = 0; i < 1000 && *folder && clear_folder(folder, list); i++) {
        if (errno != ENOTEMPTY && errno != EEXIST)
            break;
        wait_pause(10);
    }
    if (list)
        closedir(list);
}

/* Read process groups from PIPE until end of file, or until reads fail for a
   second.  Then kill the remaining groups with SIGKILL, remove FOLDER with its
   files (remove_folder with LIST), unless "", and exit with 0.  */
static _Noreturn void watchdog_run(int pipe, const char *folder, DIR *list)
{
    pid_t groups[GROUPS_MAX] = {0};
    pid_t group;
    for (int tries = 0;;) {
        ssize_t got = read(pipe, &group, sizeof group);
        if (got == (ssize_t)sizeof group) {
            watchdog_note(groups, group);
            tries = 0;
        } else if (got == 0 || ++tries > WAIT_FAILURES) {
            break;
        } else {
            wait_pause(5); /* a failed read is no end of the parent */
        }
    }
    for (int i = 0; i < GROUPS_MAX; i++)
        if (groups[i] > 0)
            kill(-groups[i], SIGKILL);
    remove_folder(folder, list);
    _exit(0);
}

/* Make the folder in TMPDIR, if that is an absolute path of at most 40 bytes;
   otherwise, or after a failure there, in /tmp.  Set FOLDER of WATCHDOG to the
   path of the folder, or to "" on failure.  Returns the folder, opened now: at
   the end there may be no memory for that; NULL on failure.  */
static DIR *make_folder(struct watchdog *watchdog)
{
    const char *const places[] = {getenv("TMPDIR"), "/tmp"};
    for (int i = 0; i < 2; i++) {
        if (!places[i] || *places[i] != '/' || strlen(places[i]) > 40)
            continue;
        snprintf(watchdog->folder, sizeof watchdog->folder,
                 "%s/sockprobe-XXXXXX", places[i]);
        if (!mkdtemp(watchdog->folder))
            continue;
        DIR *list = open_folder(watchdog->folder);
        if (list)
            return list;
        rmdir(watchdog->folder);
    }
    *watchdog->folder = '\0';
    return NULL;
}

/* Be the watchdog, in the child.  PIPE is for watchdog_run.  WITH_FOLDER: the
   child makes the folder, so the folder never exists without a watchdog, and
   writes the whole array FOLDER, "" on failure, to ANSWER; if that write fails,
   the folder is removed.  Otherwise nothing is written.  ANSWER is closed.
   Signals of a terminal, SIGPIPE, SIGHUP and SIGTERM do not end the watchdog:
   the last two may be sent to all processes of a session or a service at once,
   and the watchdog must outlive its parent.  */
static _Noreturn void watchdog_be_child(struct watchdog *watchdog, int pipe,
                                        int answer, bool with_folder)
{
    static const int ignored[] = {SIGPIPE, SIGHUP, SIGINT, SIGTERM};
    DIR *list = NULL;
    setpgid(0, 0); /* no signals of the terminal */
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        sonde_signal(ignored[i], SIG_IGN, SONDE_RESTART);
    if (with_folder) {
        list = make_folder(watchdog);
        if (write_all(answer, watchdog->folder, sizeof watchdog->folder)) {
            remove_folder(watchdog->folder, list);
            *watchdog->folder = '\0';
            list = NULL;
        }
    }
    close(answer);
    watchdog_run(pipe, watchdog->folder, list);
}

/* Read FOLDER of WATCHDOG from ANSWER: the whole array, which arrives in one
   piece.  Waits without a limit until the watchdog writes or ends.  FOLDER is
   "" if the watchdog writes "" or nothing, if fewer bytes arrive, or if reading
   fails.  */
static void watchdog_read_folder(struct watchdog *watchdog, int answer)
{
    ssize_t got;
    int tries = 0;
    do
        got = read(answer, watchdog->folder, sizeof watchdog->folder);
    while (got < 0 && wait_retry(&tries));
    if (got != (ssize_t)sizeof watchdog->folder)
        *watchdog->folder = '\0';
}

int watchdog_start(struct watchdog *watchdog, bool with_folder)
{
    int groups[2], answer[2] = {-1, -1};
    memset(watchdog->folder, 0, sizeof watchdog->folder);
    watchdog->ended = false;
    if (pipe(groups))
        return -1;
    fflush(NULL); /* lest the child write buffers again */
    watchdog->pipe = groups[1];
    watchdog->child = pipe(answer) ? -1 : fork();
    if (watchdog->child == 0) {
        close(groups[1]);
        close(answer[0]);
        watchdog_be_child(watchdog, groups[0], answer[1], with_folder);
    }
    int error = errno;
    close(groups[0]);
    descriptor_close(&answer[1]);
    if (watchdog->child < 0)
        close(groups[1]);
    else
        watchdog_read_folder(watchdog, answer[0]);
    descriptor_close(&answer[0]);
    errno = error;
    return watchdog->child < 0 ? -1 : 0;
}

/* Write GROUP, or -GROUP to remove GROUP, to the watchdog.  A message is
   shorter than PIPE_BUF, and so arrives in one piece.  Returns 0; or -1 with
   the errno of write, EINTR after a second.  */
static int watchdog_write(const struct watchdog *watchdog, pid_t group)
{
    ssize_t sent;
    int tries = 0;
    do
        sent = write(watchdog->pipe, &group, sizeof group);
    while (sent < 0 && wait_retry(&tries));
    return sent < 0 ? -1 : 0;
}

void watchdog_join(const struct watchdog *watchdog)
{
    setpgid(0, 0);
    watchdog_write(watchdog, getpid());
    close(watchdog->pipe);
}

/* After a group has ended, its number may be used for another group: a watchdog
   that still had the number would kill that group at the end.  */
void watchdog_forget(struct watchdog *watchdog, pid_t group)
{
    if (watchdog->ended || watchdog_write(watchdog, -group) == 0)
        return;
    watchdog->ended = true;
    kill(watchdog->child, SIGKILL);
}

void watchdog_stop(struct watchdog *watchdog)
{
    enum { CLEARING = 20000, DYING = 1000 }; /* milliseconds */
    int error = errno, status = -1;
    close(watchdog->pipe);
    if (wait_child(watchdog->child, &status, CLEARING) == 0) {
        kill(watchdog->child, SIGKILL);
        wait_child(watchdog->child, NULL, DYING);
    }
    /* If it was killed before it could.  */
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        remove_folder(watchdog->folder, NULL);
    errno = error;
}
