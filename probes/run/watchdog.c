/* watchdog.c - a process that sees others dead when this one has died
   SPDX-License-Identifier: GPL-3.0-or-later

   It hears of them through a pipe, whose end means that its parent is gone or
   wants it gone.  */

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

struct word {
    pid_t group;
    bool gone;
};

static void watchdog_note(pid_t *groups, const struct word *word)
{
    for (int i = 0; i < GROUPS_MAX; i++)
        if (groups[i] == (word->gone ? word->group : 0)) {
            groups[i] = word->gone ? 0 : word->group;
            return;
        }
}

/* Remove FOLDER and the files in it.  Returns 0, or -1.  */
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

/* Those who were killed may make one more file before they die, which on a busy
   host takes a while.  */
static void remove_folder(const char *folder)
{
    for (int i = 0; i < 1000 && *folder && clear_folder(folder); i++) {
        if (errno != ENOTEMPTY && errno != EEXIST)
            return;
        wait_pause(10);
    }
}

static _Noreturn void watchdog_sit(int pipe, const char *folder)
{
    pid_t groups[GROUPS_MAX] = {0};
    struct word word;
    for (int tries = 0;;) {
        ssize_t got = read(pipe, &word, sizeof word);
        if (got == (ssize_t)sizeof word) {
            watchdog_note(groups, &word);
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

static bool make_folder_in(struct watchdog *watchdog, const char *where)
{
    snprintf(watchdog->folder, sizeof watchdog->folder, "%s/sockprobe-XXXXXX",
             where);
    if (mkdtemp(watchdog->folder))
        return true;
    *watchdog->folder = '\0';
    return false;
}

static void make_folder(struct watchdog *watchdog)
{
    const char *where = getenv("TMPDIR");
    bool fits = where && *where == '/' && strlen(where) <= 40;
    if (!fits || !make_folder_in(watchdog, where))
        make_folder_in(watchdog, "/tmp");
}

/* In the child.  It makes the folder itself: nobody else can be killed between
   that and somebody's being there to remove it.  */
static _Noreturn void be_sitter(struct watchdog *watchdog, int pipe, int answer)
{
    setpgid(0, 0); /* what a terminal sends is not for it */
    sonde_signal(SIGPIPE, SIG_IGN, SONDE_RESTART);
    if (answer >= 0) {
        int tries = 0;
        make_folder(watchdog);
        while (write(answer, watchdog->folder, sizeof watchdog->folder) < 0 &&
               wait_retry(&tries))
            continue;
        close(answer);
    }
    watchdog_sit(pipe, watchdog->folder);
}

/* A short text that was written at once also arrives at once.  */
static void hear_folder(struct watchdog *watchdog, int answer)
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

/* Start it; it answers through ANSWER with its folder, if that is not NULL.  */
static int watchdog_start3(struct watchdog *watchdog, int *answer)
{
    int ends[2];
    if (pipe(ends))
        return -1;
    fflush(NULL); /* what stands in a buffer is not to be written twice */
    watchdog->child = fork();
    if (watchdog->child == 0) {
        close(ends[1]);
        if (answer)
            close(answer[0]);
        be_sitter(watchdog, ends[0], answer ? answer[1] : -1);
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
        return watchdog_start3(watchdog, NULL);
    if (pipe(answer))
        return -1;
    int failed = watchdog_start3(watchdog, answer);
    int error = errno;
    close(answer[1]);
    if (failed)
        close(answer[0]);
    else
        hear_folder(watchdog, answer[0]);
    errno = error;
    return failed;
}

/* A word is shorter than PIPE_BUF, so it arrives whole.  What the compiler
   leaves between its members is sent too, so it is made zero.  */
static void tell_it(const struct watchdog *watchdog, pid_t group, bool gone)
{
    struct word word;
    int tries = 0;
    memset(&word, 0, sizeof word);
    word.group = group;
    word.gone = gone;
    while (write(watchdog->pipe, &word, sizeof word) < 0 && wait_retry(&tries))
        continue;
}

void watchdog_mind(const struct watchdog *watchdog, pid_t group)
{
    tell_it(watchdog, group, false);
}

void watchdog_forget(const struct watchdog *watchdog, pid_t group)
{
    tell_it(watchdog, group, true);
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
