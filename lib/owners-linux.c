/* owners-linux.c - the processes with a given socket, by /proc/PID/fd
   SPDX-License-Identifier: LGPL-2.1-or-later

   Every link in the folder is read; links to "socket:[NUMBER]" are looked up.
   Reading a link touches no file system but /proc itself, while stat would hang
   on a hanging file system.  Listing the folder and reading its links need
   separate permissions (fs/proc/fd.c and base.c): unread tables are counted. */

#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

struct search {
    const uint64_t *sockets; /* sorted inodes */
    size_t count;
    int timeout; /* 0 or less: the search has no deadline */
    int64_t deadline;
    sonde_owner_each *each;
    void *data;
    int hidden; /* processes with a table not readable, in whole or in part */
};

static int owners_linux_compare(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The result of reading one table of descriptors.  */
enum table {
    TABLE_FAILED = -1, /* the search must end: errno */
    TABLE_READ,
    TABLE_EMPTY, /* an ended thread, a kernel thread, a zombie */
    TABLE_HIDDEN /* not readable, in whole or in part */
};

/* Read into *SOCKET the number in "socket:[NUMBER]", the target of the link
   NAME in DIRECTORY; or 0.  No other link of /proc/PID/fd begins so, because
   paths are absolute.  Returns 0, or -1 with the errno of readlink.  */
static int owners_linux_read_socket(int directory, const char *name,
                                    uint64_t *socket)
{
    static const char begin[] = "socket:[";
    char text[48];
    ssize_t length =
        sonde__sys.readlinkat(directory, name, text, sizeof text - 1);
    *socket = 0;
    if (length < 0)
        return -1;
    if (length < (ssize_t)sizeof begin ||
        memcmp(text, begin, sizeof begin - 1) != 0)
        return 0;
    text[length] = '\0';
    *socket = strtoull(text + sizeof begin - 1, NULL, 10);
    return 0;
}

/* Read into NAME, of SIZE bytes, the name of the process with the folder PID in
   PROC, cut to SIZE - 1 bytes; empty if the file is not readable, for instance
   because the process has ended.  May change errno.  */
static void owners_linux_read_name(int proc, const char *pid, char *name,
                                   size_t size)
{
    char path[40];
    snprintf(path, sizeof path, "%.20s/comm", pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, size - 1);
    if (fd >= 0)
        sonde__close(fd);
    name[length < 0 ? 0 : length] = '\0';
    /* A name may contain a newline: only the last is removed.  */
    if (length > 0 && name[length - 1] == '\n')
        name[length - 1] = '\0';
}

static int owners_linux_is_number(const char *text)
{
    return isdigit((unsigned char)*text) != 0;
}

/* Returns 0 if the search may continue, or -1 with EAGAIN at the deadline.
   With a timeout of 0 the search continues, because no read waits.  */
static int in_time(const struct search *search)
{
    if (search->timeout <= 0 || sonde_deadline_left(search->deadline) > 0)
        return 0;
    errno = EAGAIN;
    return -1;
}

/* The meaning of ERROR in a table of descriptors.  An ended process or a closed
   descriptor has no socket: TABLE_EMPTY.  Missing resources in this process end
   the search: TABLE_FAILED.  For any further errno the table is not readable:
   TABLE_HIDDEN.  errno is set to ERROR, except for TABLE_EMPTY.  */
static enum table table_judge(int error)
{
    if (error == ENOENT || error == ESRCH)
        return TABLE_EMPTY;
    errno = error;
    return error == EMFILE || error == ENFILE || error == ENOMEM ? TABLE_FAILED
                                                                 : TABLE_HIDDEN;
}

static bool owners_linux_is_wanted(const struct search *search, uint64_t socket)
{
    return socket != 0 && search->count > 0 &&
           bsearch(&socket, search->sockets, search->count, sizeof socket,
                   owners_linux_compare);
}

/* Report the process PID as an owner of the socket OWNER->inode, by a call of
   EACH.  An OWNER with a pid of 0 gets the pid and the name of PID first.
   Returns 0, or -1 with ECANCELED: EACH stopped the list.  */
static int report_owner(struct search *search, int proc, const char *pid,
                        struct sonde_owner *owner)
{
    if (owner->pid == 0) {
        owner->pid = (pid_t)strtol(pid, NULL, 10);
        owners_linux_read_name(proc, pid, owner->name, sizeof owner->name);
    }
    if (!search->each(owner, search->data))
        return 0;
    errno = ECANCELED;
    return -1;
}

/* Search DIRECTORY, a table of descriptors of the process PID, and call EACH
   for each descriptor of a wanted socket.  Returns the result of the table;
   TABLE_FAILED with errno: EAGAIN at the deadline, ECANCELED if EACH stopped
   the list, or missing resources.  */
static enum table search_descriptors(struct search *search, int proc,
                                     DIR *directory, const char *pid)
{
    struct sonde_owner owner = {0};
    const struct dirent *entry;
    enum table result = TABLE_EMPTY;
    unsigned seen = 0;
    for (errno = 0; (entry = sonde__sys.readdir(directory)); errno = 0) {
        /* The clock is read for every 256th entry.  */
        if (seen++ % 256 == 0 && in_time(search))
            return TABLE_FAILED;
        if (!owners_linux_is_number(entry->d_name))
            continue;
        if (owners_linux_read_socket(dirfd(directory), entry->d_name,
                                     &owner.inode)) {
            enum table trouble = table_judge(errno);
            if (trouble == TABLE_FAILED)
                return TABLE_FAILED;
            if (trouble == TABLE_HIDDEN)
                result = TABLE_HIDDEN;
            continue;
        }
        if (result == TABLE_EMPTY)
            result = TABLE_READ;
        if (owners_linux_is_wanted(search, owner.inode) &&
            report_owner(search, proc, pid, &owner))
            return TABLE_FAILED;
    }
    return errno == 0 || table_judge(errno) == TABLE_EMPTY ? result
                                                           : table_judge(errno);
}

/* Open the folder PATH in PROC, to be closed by close_folder.  On failure NULL;
 *RESULT is then the meaning of the errno, as of table_judge.  */
static DIR *owners_linux_open_folder(int proc, const char *path,
                                     enum table *result)
{
    DIR *directory = NULL;
    int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        directory = sonde__sys.fdopendir(fd);
    if (directory)
        return directory;
    /* fdopendir calls fstat, which fails if the process has just ended.  */
    int error = errno;
    if (fd >= 0)
        sonde__close(fd);
    *result = table_judge(error);
    return NULL;
}

/* Close DIRECTORY and keep errno.  */
static void close_folder(DIR *directory)
{
    int saved = errno;
    closedir(directory);
    errno = saved;
}

/* Search the table of the process PID in FOLDER, of the process or of a thread.
   Returns as search_descriptors; if the table cannot be opened, the meaning of
   the errno.  */
static enum table search_table(struct search *search, int proc,
                               const char *folder, const char *pid)
{
    char path[64];
    enum table result = TABLE_EMPTY;
    snprintf(path, sizeof path, "%.50s/fd", folder);
    DIR *directory = owners_linux_open_folder(proc, path, &result);
    if (directory) {
        result = search_descriptors(search, proc, directory, pid);
        close_folder(directory);
    }
    return result;
}

/* Search the threads of PID except the main thread.  All share one table, so
   the first thread with a table decides.  FOUND is the result for the main
   thread, and the result here if no other thread has a table.  TABLE_FAILED
   with EAGAIN at the deadline.  */
static enum table search_threads(struct search *search, int proc,
                                 const char *pid, enum table found)
{
    char path[64];
    const struct dirent *entry;
    enum table result = found, trouble = found;
    snprintf(path, sizeof path, "%.20s/task", pid);
    DIR *directory = owners_linux_open_folder(proc, path, &trouble);
    if (!directory)
        return trouble == TABLE_FAILED ? trouble : found;
    while ((entry = sonde__sys.readdir(directory))) {
        if (!owners_linux_is_number(entry->d_name) ||
            !strcmp(entry->d_name, pid))
            continue;
        snprintf(path, sizeof path, "%.20s/task/%.20s", pid, entry->d_name);
        enum table next = in_time(search)
                              ? TABLE_FAILED
                              : search_table(search, proc, path, pid);
        if (next == TABLE_EMPTY)
            continue;
        result = next;
        break;
    }
    close_folder(directory);
    return result;
}

/* Search the process PID, and count the process in search->hidden if its table
   is not readable, in whole or in part.  A main thread that has ended before
   the other threads has an empty folder, or a folder owned by root: then the
   other threads are searched.  Returns 0, or -1 with errno if the search must
   end.  */
static int search_process(struct search *search, int proc, const char *pid)
{
    enum table result = search_table(search, proc, pid, pid);
    if (result == TABLE_EMPTY || result == TABLE_HIDDEN)
        result = search_threads(search, proc, pid, result);
    search->hidden += result == TABLE_HIDDEN;
    return result == TABLE_FAILED ? -1 : 0;
}

/* After a failure to open /proc: ENOENT becomes ENOTSUP.  Returns -1.  */
static int no_proc(void)
{
    if (errno == ENOENT)
        errno = ENOTSUP;
    return -1;
}

/* Search all processes in /proc.  Returns 0, or -1 with errno; ENOTSUP: /proc
   does not exist, or has no process.  */
static int search_all(struct search *search)
{
    const struct dirent *entry = NULL;
    int result = 0;
    DIR *proc = opendir(sonde__sys.proc);
    if (!proc)
        return no_proc();
    /* Without a mounted /proc the folder is empty.  */
    unsigned processes = 0;
    while (!result && (errno = 0, entry = sonde__sys.readdir(proc)))
        if (owners_linux_is_number(entry->d_name)) {
            processes++;
            result = search_process(search, dirfd(proc), entry->d_name);
        }
    /* The list of processes was cut short by an error.  */
    if (!result && !entry && errno != 0)
        result = -1;
    if (!result && processes == 0) {
        errno = ENOTSUP;
        result = -1;
    }
    close_folder(proc);
    return result;
}

int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *data)
{
    int saved = errno;
    struct search search = {.count = count,
                            .timeout = timeout,
                            .deadline = sonde_deadline(timeout),
                            .each = each,
                            .data = data};
    size_t size = count * sizeof *sockets;
    uint64_t *sorted = malloc(size ? size : 1);
    if (!sorted)
        return -1;
    if (count > 0) {
        memcpy(sorted, sockets, size);
        qsort(sorted, count, sizeof *sorted, owners_linux_compare);
    }
    search.sockets = sorted;
    int result = search_all(&search);
    if (!result)
        errno = saved;
    sonde__free(sorted);
    return result ? -1 : search.hidden;
}

int sonde_owner_check(pid_t pid)
{
    int saved = errno;
    char name[24];
    struct search search = {.timeout = 0};
    if (pid <= 0 || (kill(pid, 0) && errno == ESRCH)) {
        errno = ESRCH;
        return -1;
    }
    int proc = open(sonde__sys.proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return no_proc();
    snprintf(name, sizeof name, "%ld", (long)pid);
    int result = faccessat(proc, name, F_OK, 0);
    if (!result)
        result = search_process(&search, proc, name);
    else if (errno == ENOENT)
        errno = faccessat(proc, "self", F_OK, 0) ? ENOTSUP : EACCES;
    if (!result && search.hidden > 0) {
        errno = EACCES;
        result = -1;
    }
    sonde__close(proc);
    if (!result)
        errno = saved;
    return result;
}
