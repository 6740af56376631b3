/* owners-linux.c - which processes have a socket, by /proc/PID/fd
   SPDX-License-Identifier: LGPL-2.1-or-later

   Every link in there is read, and those that say "socket:[NUMBER]" are looked
   up.  Reading a link touches no file system but /proc itself, where stat would
   hang with one that does.  */

#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

struct search {
    const uint64_t *sockets;
    size_t count;
    int timeout;
    int64_t deadline;
    sonde_owner_each *each;
    void *closure;
    int hidden;
};

static int compare(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The number in "socket:[NUMBER]", what the link NAME of DIRECTORY says; or 0.
   No other link of /proc/PID/fd begins so, paths being absolute.  */
static uint64_t socket_of(int directory, const char *name)
{
    static const char begin[] = "socket:[";
    char text[48];
    ssize_t length = readlinkat(directory, name, text, sizeof text - 1);
    if (length < (ssize_t)sizeof begin ||
        memcmp(text, begin, sizeof begin - 1) != 0)
        return 0;
    text[length] = '\0';
    return strtoull(text + sizeof begin - 1, NULL, 10);
}

/* The name of the process whose folder in PROC is PID; it may have ended, and
   then has none.  */
static void read_name(int proc, const char *pid, char *name, size_t size)
{
    char path[40];
    snprintf(path, sizeof path, "%.20s/comm", pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, size - 1);
    if (fd >= 0)
        sonde__close(fd);
    name[length < 0 ? 0 : length] = '\0';
    /* A name may hold a newline: the last one is not its own.  */
    if (length > 0 && name[length - 1] == '\n')
        name[length - 1] = '\0';
}

static int is_number(const char *text)
{
    return isdigit((unsigned char)*text) != 0;
}

/* Whether it may go on: -1 with EAGAIN at the deadline.  With a timeout of 0
   all that is read here can be had at once.  */
static int in_time(const struct search *search)
{
    if (search->timeout <= 0 || sonde__left(search->deadline) > 0)
        return 0;
    errno = EAGAIN;
    return -1;
}

/* Go through DIRECTORY, the descriptors of the process PID.  */
static int search_descriptors(struct search *search, int proc, DIR *directory,
                              const char *pid)
{
    struct sonde_owner owner = {0};
    const struct dirent *entry;
    for (unsigned seen = 0; (entry = readdir(directory)); seen++) {
        /* The clock is looked at now and then.  */
        if (seen % 256 == 0 && in_time(search))
            return -1;
        if (!is_number(entry->d_name))
            continue;
        owner.socket = socket_of(dirfd(directory), entry->d_name);
        if (owner.socket == 0 ||
            !bsearch(&owner.socket, search->sockets, search->count,
                     sizeof owner.socket, compare))
            continue;
        if (owner.process == 0) {
            owner.process = (pid_t)strtol(pid, NULL, 10);
            read_name(proc, pid, owner.name, sizeof owner.name);
        }
        if (search->each(&owner, search->closure)) {
            errno = ECANCELED;
            return -1;
        }
    }
    return 0;
}

/* What ERROR, met with one process, means for the search: a process that has
   ended meanwhile has nothing (open says so, or fstat, which fdopendir calls);
   one that may not be looked at counts; and -1: it cannot go on.  */
static int judge(struct search *search, int error)
{
    if (error == EACCES || error == EPERM)
        search->hidden++;
    errno = error;
    return error == EMFILE || error == ENFILE || error == ENOMEM ? -1 : 0;
}

static int search_process(struct search *search, int proc, const char *pid)
{
    char path[40];
    snprintf(path, sizeof path, "%.20s/fd", pid);
    int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return judge(search, errno);
    DIR *directory = sonde__sys.fdopendir(fd);
    if (!directory) {
        sonde__close(fd);
        return judge(search, errno);
    }
    int result = search_descriptors(search, proc, directory, pid);
    int saved = errno;
    closedir(directory);
    errno = saved;
    return result;
}

static int search_all(struct search *search)
{
    const struct dirent *entry;
    int result = 0;
    DIR *proc = opendir(sonde__sys.proc);
    if (!proc) {
        if (errno == ENOENT)
            errno = ENOTSUP;
        return -1;
    }
    /* An empty folder is where /proc would be.  */
    unsigned processes = 0;
    while (!result && (entry = readdir(proc)))
        if (is_number(entry->d_name)) {
            processes++;
            result = search_process(search, dirfd(proc), entry->d_name);
        }
    if (!result && processes == 0) {
        errno = ENOTSUP;
        result = -1;
    }
    int saved = errno;
    closedir(proc);
    errno = saved;
    return result;
}

int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *closure)
{
    int saved = errno;
    struct search search = {.count = count,
                            .timeout = timeout,
                            .deadline = sonde__deadline(timeout),
                            .each = each,
                            .closure = closure};
    size_t size = count * sizeof *sockets;
    uint64_t *sorted = malloc(size ? size : 1);
    if (!sorted)
        return -1;
    if (count > 0) {
        memcpy(sorted, sockets, size);
        qsort(sorted, count, sizeof *sorted, compare);
    }
    search.sockets = sorted;
    int result = search_all(&search);
    if (!result)
        errno = saved;
    saved = errno;
    free(sorted);
    errno = saved;
    return result ? -1 : search.hidden;
}
