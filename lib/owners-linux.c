/* owners-linux.c - the processes with a given socket, by /proc/PID/fd
   SPDX-License-Identifier: LGPL-2.1-or-later

   Reading a link touches no file system but /proc itself, while stat would hang
   on a hanging file system.  Listing the folder and reading its links need
   separate permissions (fs/proc/fd.c and base.c): unread tables are
   counted.  */

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
    int proc;   /* the folder /proc */
    int hidden; /* processes with a table not readable, in whole or in part */
};

/* The result of reading one table of descriptors; of several results the last
   in this order prevails.  */
enum table {
    TABLE_EMPTY, /* an ended thread, a kernel thread, a zombie */
    TABLE_READ,
    TABLE_CLOSED, /* the folder may not be opened */
    TABLE_HIDDEN, /* not all links are readable */
    TABLE_FAILED  /* the search must end: errno */
};

/* Read the target of the link NAME in DIRECTORY.  Set *SOCKET to NUMBER for the
   target "socket:[NUMBER]", and to 0 for any other target.  A path cannot begin
   with "socket:[", since all paths here are absolute.  ENAMETOOLONG of readlink
   means a path too long for the kernel: *SOCKET is 0.  Returns 0; or -1 with
   any other errno of readlink, and *SOCKET unchanged.  Success may change
   errno.  */
static int owners_linux_read_socket(int directory, const char *name,
                                    uint64_t *socket)
{
    static const char begin[] = "socket:[";
    char text[48];
    ssize_t length =
        sonde__sys.readlinkat(directory, name, text, sizeof text - 1);
    if (length < 0 && errno != ENAMETOOLONG)
        return -1;
    text[length < 0 ? 0 : length] = '\0';
    *socket = strncmp(text, begin, sizeof begin - 1)
                  ? 0
                  : strtoull(text + sizeof begin - 1, NULL, 10);
    return 0;
}

/* Read the name of the process PID, in digits, into OWNER: at most 31 bytes,
   without the newline at the end; empty if not readable.  May change errno.  */
static void owners_linux_read_name(const struct search *search, const char *pid,
                                   struct sonde_owner *owner)
{
    char path[40];
    snprintf(path, sizeof path, "%.20s/comm", pid);
    int fd = openat(search->proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, owner->name, sizeof owner->name - 1);
    if (fd >= 0)
        sonde__close(fd);
    /* A name may contain a newline: only the last is removed.  */
    if (length > 0 && owner->name[length - 1] == '\n')
        length--;
    owner->name[length < 0 ? 0 : length] = '\0';
}

/* Whether TEXT begins with a digit.  TEXT is a name in /proc or in a folder fd
   or task there: after a digit such a name has digits only.  */
static int owners_linux_is_number(const char *text)
{
    return isdigit((unsigned char)*text) != 0;
}

/* Returns 0 if SEARCH may continue, or -1 with EAGAIN after the deadline of
   SEARCH.  With a timeout of 0 or less always 0: no read waits.  */
static int check_time(const struct search *search)
{
    if (search->timeout <= 0 || sonde_deadline_left(search->deadline) > 0)
        return 0;
    return sonde__fail(EAGAIN);
}

/* The meaning of errno for a table of descriptors: TABLE_EMPTY for 0, and for
   an ended process or a closed descriptor (ENOENT, ESRCH); TABLE_FAILED for
   EMFILE, ENFILE and ENOMEM, which end the search; TABLE_HIDDEN for any other.
   Keeps errno.  */
static enum table table_judge(void)
{
    if (errno == 0 || errno == ENOENT || errno == ESRCH)
        return TABLE_EMPTY;
    return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? TABLE_FAILED
                                                                 : TABLE_HIDDEN;
}

/* Compare two inodes, for qsort and bsearch.  */
static int owners_linux_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Whether SOCKET, an inode, is among the sockets of SEARCH; 0 never is.  By
   binary search: a host may have thousands of listeners.  */
static bool owners_linux_is_wanted(const struct search *search, uint64_t socket)
{
    return socket != 0 && search->count > 0 &&
           bsearch(&socket, search->sockets, search->count, sizeof socket,
                   owners_linux_compare) != NULL;
}

/* Call EACH of SEARCH with OWNER, whose socket is set.  If the pid of OWNER is
   0, set pid and name to those of the process PID, in digits, before.  Returns
   0, or -1 with ECANCELED: EACH returned another value than 0.  May change
   errno on success.  */
static int report_owner(const struct search *search, const char *pid,
                        struct sonde_owner *owner)
{
    if (owner->pid == 0) {
        owner->pid = (pid_t)strtol(pid, NULL, 10);
        owners_linux_read_name(search, pid, owner);
    }
    return search->each(owner, search->data) ? sonde__fail(ECANCELED) : 0;
}

/* Search DIRECTORY, a table of descriptors of the process PID, from the current
   entry on, and call EACH of SEARCH for each descriptor of a wanted socket.
   Returns TABLE_EMPTY: no descriptors, or all were closed meanwhile;
   TABLE_READ; TABLE_HIDDEN: not all is readable; TABLE_FAILED, with errno:
   EAGAIN after the deadline, ECANCELED if EACH stopped the search, or EMFILE,
   ENFILE, ENOMEM.  EACH may have been called whatever the result.  */
static enum table search_descriptors(const struct search *search,
                                     DIR *directory, const char *pid)
{
    struct sonde_owner owner = {0};
    const struct dirent *entry;
    enum table result = TABLE_EMPTY, next = TABLE_EMPTY;
    unsigned seen = 0;
    for (errno = 0; (entry = sonde__sys.readdir(directory)); errno = 0) {
        /* The clock is read for every 256th entry.  */
        if (++seen % 256 == 0 && check_time(search))
            return TABLE_FAILED;
        if (!owners_linux_is_number(entry->d_name))
            continue;
        next = owners_linux_read_socket(dirfd(directory), entry->d_name,
                                        &owner.inode)
                   ? table_judge()
                   : TABLE_READ;
        if (next == TABLE_FAILED ||
            (next == TABLE_READ &&
             owners_linux_is_wanted(search, owner.inode) &&
             report_owner(search, pid, &owner)))
            return TABLE_FAILED;
        result = next > result ? next : result;
    }
    next = table_judge();
    return next > result ? next : result;
}

/* Open the folder PATH, relative to /proc, the descriptor proc of SEARCH.
   Returns the stream, or NULL with errno.  The caller closes the stream by
   close_folder, which keeps errno.  */
static DIR *owners_linux_open_folder(const struct search *search,
                                     const char *path)
{
    int fd = openat(search->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* fdopendir calls fstat, which fails if the process has just ended.  */
    DIR *directory = fd < 0 ? NULL : sonde__sys.fdopendir(fd);
    if (fd >= 0 && !directory)
        sonde__close(fd);
    return directory;
}

/* Close DIRECTORY and keep errno.  */
static void close_folder(DIR *directory)
{
    int saved = errno;
    closedir(directory);
    errno = saved;
}

/* Search FOLDER/fd, relative to /proc, the table of descriptors of the process
   PID or of one of its threads, for wanted sockets; call EACH of SEARCH for
   each.  Returns TABLE_CLOSED: the folder may not be opened; TABLE_EMPTY also
   if the process has ended; otherwise as search_descriptors.  */
static enum table search_table(const struct search *search, const char *folder,
                               const char *pid)
{
    char path[64];
    snprintf(path, sizeof path, "%.50s/fd", folder);
    DIR *directory = owners_linux_open_folder(search, path);
    if (!directory && table_judge() == TABLE_HIDDEN)
        return TABLE_CLOSED;
    if (!directory)
        return table_judge();
    enum table result = search_descriptors(search, directory, pid);
    close_folder(directory);
    return result;
}

/* Search the table of each thread of the process PID except the main thread, as
   search_table, until a result is not TABLE_EMPTY: living threads share one
   table, unless one has called unshare, and an ended thread shows none.
   Returns this result; TABLE_EMPTY if there is none, or the list of threads is
   not readable; TABLE_FAILED, with errno, also after the deadline and for
   EMFILE, ENFILE, ENOMEM.  */
static enum table search_threads(const struct search *search, const char *pid)
{
    char path[64];
    const struct dirent *entry;
    enum table result = TABLE_EMPTY;
    snprintf(path, sizeof path, "%.20s/task", pid);
    DIR *directory = owners_linux_open_folder(search, path);
    if (!directory)
        return table_judge() == TABLE_FAILED ? TABLE_FAILED : TABLE_EMPTY;
    while (result == TABLE_EMPTY &&
           (errno = 0, entry = sonde__sys.readdir(directory))) {
        if (!owners_linux_is_number(entry->d_name) ||
            !strcmp(entry->d_name, pid))
            continue;
        snprintf(path, sizeof path, "%.20s/task/%.20s", pid, entry->d_name);
        result =
            check_time(search) ? TABLE_FAILED : search_table(search, path, pid);
    }
    if (result == TABLE_EMPTY && table_judge() == TABLE_FAILED)
        result = TABLE_FAILED;
    close_folder(directory);
    return result;
}

/* Search the table of the process PID, in digits, as search_table, and count
   the process in search->hidden if the table is not readable, in whole or in
   part.  A main thread that has ended before the others has an empty folder, or
   one owned by root: after TABLE_EMPTY and TABLE_CLOSED the other threads are
   searched.  After TABLE_HIDDEN no other thread is: sockets passed to EACH
   would be passed again.  Returns 0, or -1 with errno if the search must
   end.  */
static int search_process(struct search *search, const char *pid)
{
    enum table result = search_table(search, pid, pid);
    if (result == TABLE_EMPTY || result == TABLE_CLOSED) {
        enum table threads = search_threads(search, pid);
        result = threads == TABLE_EMPTY ? result : threads;
    }
    search->hidden += result == TABLE_CLOSED || result == TABLE_HIDDEN;
    return result == TABLE_FAILED ? -1 : 0;
}

/* Search all processes in DIRECTORY, /proc, as search_process.  Returns 0, or
   -1 with errno, also if the list breaks off; EAGAIN: after the deadline;
   ENOTSUP: no process, since /proc is not mounted.  */
static int search_all(struct search *search, DIR *directory)
{
    const struct dirent *entry;
    unsigned processes = 0;
    while ((errno = 0, entry = sonde__sys.readdir(directory))) {
        if (!owners_linux_is_number(entry->d_name))
            continue;
        processes++;
        if (check_time(search) || search_process(search, entry->d_name))
            return -1;
    }
    if (errno == 0 && processes == 0)
        errno = ENOTSUP;
    return errno == 0 ? 0 : -1;
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
    DIR *directory = opendir(sonde__sys.proc);
    if (!directory)
        return sonde__fail(errno == ENOENT ? ENOTSUP : errno);
    uint64_t *sorted = malloc((count + 1) * sizeof *sorted);
    int result = -1;
    if (sorted) {
        if (count > 0)
            memcpy(sorted, sockets, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, owners_linux_compare);
        search.sockets = sorted;
        search.proc = dirfd(directory);
        result = search_all(&search, directory);
    }
    sonde__free(sorted);
    close_folder(directory);
    if (result)
        return -1;
    errno = saved;
    return search.hidden;
}

int sonde_owner_check(pid_t pid)
{
    int saved = errno;
    char name[24];
    struct search search = {.timeout = 0};
    if (pid <= 0 || (kill(pid, 0) && errno == ESRCH))
        return sonde__fail(ESRCH);
    search.proc = open(sonde__sys.proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (search.proc < 0)
        return sonde__fail(errno == ENOENT ? ENOTSUP : errno);
    snprintf(name, sizeof name, "%ld", (long)pid);
    int result = faccessat(search.proc, name, F_OK, 0);
    if (!result)
        result = search_process(&search, name);
    else if (errno == ENOENT)
        errno = faccessat(search.proc, "self", F_OK, 0) ? ENOTSUP : EACCES;
    if (!result && search.hidden > 0)
        result = sonde__fail(EACCES);
    sonde__close(search.proc);
    if (!result)
        errno = saved;
    return result;
}

/* The number of threads by FIELDS, the text of /proc/PID/stat from the third
   field, the state, on; 0 if FIELDS has too few fields.  */
static long owners_linux_threads(const char *fields)
{
    const int wanted = 20;
    for (int field = 3; field < wanted && fields; field++) {
        fields = strchr(fields, ' ');
        fields = fields ? fields + 1 : NULL;
    }
    return fields ? strtol(fields, NULL, 10) : 0;
}

/* The state follows the name, which is in parentheses.  The name may contain
   any byte: the last ")" of the line ends the name.  */
int sonde_owner_state(pid_t pid)
{
    int saved = errno;
    char path[128], text[512];
    if (pid <= 0)
        return sonde__fail(ESRCH);
    snprintf(path, sizeof path, "%s/%ld/stat", sonde__sys.proc, (long)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return sonde__fail(errno == ENOENT ? ESRCH : errno);
    errno = 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    int error = ferror(file) ? errno ? errno : EIO : 0;
    fclose(file);
    if (error) /* ESRCH: it was reaped meanwhile */
        return sonde__fail(error);
    text[length] = '\0';
    const char *end = strrchr(text, ')');
    if (!end || end[1] != ' ' || !isalpha((unsigned char)end[2]))
        return sonde__fail(EPROTO);
    int state = (unsigned char)end[2];
    if ((state == 'D' || state == 'Z') && owners_linux_threads(end + 2) > 1)
        state = 'S';
    errno = saved;
    return state;
}
