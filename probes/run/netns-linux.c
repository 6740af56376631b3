/* netns-linux.c - the network namespaces of this host, by /proc
   SPDX-License-Identifier: GPL-3.0-or-later

   The kernel makes the files of /proc/PID/net for each network namespace, with
   inode numbers of their own (fs/proc/proc_net.c, since 2.6.24): two processes
   are in one namespace if /proc/PID/net/tcp has one inode number.  A kernel
   where a child's file differs from that of its parent is no such kernel.  The
   file of each process is looked up once, and never opened.  */

#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/descriptors.h"
#include "base/wait.h"
#include "probes/run/netns.h"
#include "sonde.h"

enum {
    PATH_SIZE = 64,
    CGROUP_SIZE = 8192,
    PROCESSES_A_LOOK = 64,
    CHILD_MS = 5000
};

/* The inode of the file /proc/PROCESS/NAME, PROCESS being a number or "self"; 0
   with the errno of stat.  */
static uint64_t netns_linux_inode(const char *process, const char *name)
{
    char path[PATH_SIZE];
    struct stat file;
    snprintf(path, sizeof path, "/proc/%.20s/%s", process, name);
    return stat(path, &file) ? 0 : (uint64_t)file.st_ino;
}

/* The inode of the file /proc/PID/NAME; 0 with the errno of stat.  */
static uint64_t netns_linux_inode_of(pid_t pid, const char *name)
{
    char process[24];
    snprintf(process, sizeof process, "%ld", (long)pid);
    return netns_linux_inode(process, name);
}

/* Read the file /proc/PID/NAME into TEXT, cut to SIZE - 1 bytes; TEXT is empty
   if the file cannot be read.  SIZE is at least 1.  */
static void netns_linux_read(pid_t pid, const char *name, char *text,
                             size_t size)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
    text[length < 0 ? 0 : length] = '\0';
    descriptor_close(&fd);
}

/* Whether KEY, the inode of net/tcp of this process and not 0, identifies a
   network namespace: a forked child, in the same namespace, then has the same
   inode.  Returns 1 if so; 0 if not, or if the child's inode cannot be read; -1
   with the errno of fork.  The child is killed, and reaped before the
   return.  */
static int netns_linux_check_key(uint64_t key)
{
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0) {
        wait_pause(CHILD_MS); /* ends even if this process is killed before */
        _exit(0);
    }
    uint64_t other = netns_linux_inode_of(child, "net/tcp");
    kill(child, SIGKILL);
    wait_child(child, NULL, CHILD_MS);
    return other == key;
}

/* ---- processes ----------------------------------------------------------- */

/* Append a namespace, all zero, to LIST.  Returns the namespace, or NULL with
   ENOMEM.  Pointers to other namespaces of LIST may become invalid.  */
static struct netns *netns_linux_append(struct netns_list *list)
{
    bool is_full = (list->count & (list->count - 1)) == 0;
    size_t room = list->count ? 2 * list->count : 1;
    struct netns *moved =
        is_full ? realloc(list->list, room * sizeof *moved) : list->list;
    if (!moved)
        return NULL;
    list->list = moved;
    struct netns *added = &moved[list->count++];
    *added = (struct netns){0};
    return added;
}

/* Find the namespace KEY in LIST, or append it.  *LAST is the index to try
   first, and becomes that of the result.  Returns NULL with ENOMEM.  An append
   moves LIST: other pointers into it are invalid then.  */
static struct netns *netns_linux_find(struct netns_list *list, uint64_t key,
                                      size_t *last)
{
    if (*last < list->count && list->list[*last].key == key)
        return &list->list[*last];
    for (*last = 0; *last < list->count; ++*last)
        if (list->list[*last].key == key)
            return &list->list[*last];
    struct netns *added = netns_linux_append(list);
    if (added)
        added->key = key;
    return added;
}

/* Count the process PROCESS, a number, in PROCESSES of its namespace, which is
   appended to LIST if new, and note the number in PIDS, if PIDS has room.
   Without permission to see the namespace (EACCES, EPERM), the process is
   counted in HIDDEN instead.  Any other failure of stat, as for a process that
   has ended, is ignored.  LAST is for netns_linux_find.  Returns 0, or -1 with
   ENOMEM.  */
static int netns_linux_add_process(struct netns_list *list, const char *process,
                                   size_t *last)
{
    uint64_t key = netns_linux_inode(process, "net/tcp");
    if (key == 0) {
        /* ENOENT, ESRCH, EINVAL: ended, or a zombie.  */
        list->hidden += errno == EACCES || errno == EPERM;
        return 0;
    }
    struct netns *netns = netns_linux_find(list, key, last);
    if (!netns)
        return -1;
    if (netns->processes < NETNS_PROCESSES)
        netns->pids[netns->processes] = (pid_t)strtol(process, NULL, 10);
    netns->processes++;
    return 0;
}

/* Add all processes of PROC to LIST.  Returns 0, or -1 with errno: ETIMEDOUT if
   DEADLINE, checked at each 64th process, has passed; ENOMEM; ENOTSUP if PROC
   lists no process, not even this one; that of readdir.  The C library takes
   ENOENT for the end of a folder, and so does not report ENOENT.  */
static int netns_linux_add_processes(struct netns_list *list, DIR *proc,
                                     int64_t deadline)
{
    const struct dirent *entry;
    size_t last = 0;
    unsigned i = 0;
    while ((errno = 0, entry = readdir(proc))) {
        if (!isdigit((unsigned char)*entry->d_name))
            continue;
        if (++i % PROCESSES_A_LOOK == 0 && sonde_deadline_left(deadline) == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (netns_linux_add_process(list, entry->d_name, &last))
            return -1;
    }
    if (errno == 0 && i == 0)
        errno = ENOTSUP;
    return errno ? -1 : 0;
}

/* Fill in NETNS, which has a process and NUMBER 0.  IS_OWN: KEY equals OWN, the
   key of this process's namespace.  NUMBER is from the link ns/net of this
   process if IS_OWN; otherwise of the first of PIDS with a readable link; 0
   without a readable link.  NAME is the command of the first process, and PLACE
   the container or unit; each is empty if unknown.  */
static void netns_linux_describe(struct netns *netns, uint64_t own)
{
    char cgroup[CGROUP_SIZE];
    pid_t pid = netns->pids[0];
    netns->is_own = netns->key == own;
    for (int i = 0; i < NETNS_PROCESSES && netns->pids[i] && !netns->number;
         i++)
        netns->number = netns_linux_inode_of(netns->pids[i], "ns/net");
    if (netns->is_own)
        netns->number = netns_linux_inode("self", "ns/net");
    netns_linux_read(pid, "comm", netns->name, sizeof netns->name);
    size_t length = strlen(netns->name);
    if (length > 0 && netns->name[length - 1] == '\n')
        netns->name[length - 1] = '\0';
    netns_linux_read(pid, "cgroup", cgroup, sizeof cgroup);
    container_name(cgroup, netns->place);
}

/* ---- mounts -------------------------------------------------------------- */

/* Append a copy of PATH to MOUNTS of LIST.  Returns 0, or -1 with ENOMEM.  */
static int netns_linux_keep_mount(struct netns_list *list, const char *path)
{
    char **moved =
        realloc(list->mounts, (list->mount_count + 1) * sizeof *list->mounts);
    char *copy = strdup(path);
    if (moved)
        list->mounts = moved;
    if (!moved || !copy) {
        free(copy);
        return -1;
    }
    list->mounts[list->mount_count++] = copy;
    return 0;
}

/* Add the namespace NUMBER, mounted at PATH, to LIST, with a copy of PATH.  If
   a namespace in LIST has NUMBER, PATH becomes its MOUNT, unless it has a
   MOUNT.  Otherwise, with CAN_ENTER, a namespace without a process is appended;
   without CAN_ENTER, PATH is added to MOUNTS, since namespaces in LIST may lack
   a number.  Returns 0, or -1 with ENOMEM.  */
static int netns_linux_add_mount(struct netns_list *list, uint64_t number,
                                 const char *path)
{
    for (size_t i = 0; i < list->count; i++) {
        struct netns *netns = &list->list[i];
        if (netns->number != number)
            continue;
        if (!netns->mount)
            netns->mount = strdup(path);
        return netns->mount ? 0 : -1;
    }
    if (!list->can_enter)
        return netns_linux_keep_mount(list, path);
    struct netns *netns = netns_linux_append(list);
    if (!netns)
        return -1;
    netns->number = number;
    netns->mount = strdup(path);
    return netns->mount ? 0 : -1;
}

/* Add NUMBER to the *COUNT numbers in SEEN, which has room for one more, unless
   NUMBER is there already.  Returns true if NUMBER was there.  */
static bool netns_linux_note_seen(uint64_t *seen, size_t *count,
                                  uint64_t number)
{
    for (size_t i = 0; i < *count; i++)
        if (seen[i] == number)
            return true;
    seen[(*count)++] = number;
    return false;
}

/* Call netns_linux_add_mount for the first mount of each namespace in
   MOUNTINFO, lines of /proc/self/mountinfo.  Returns 0; or -1 with ENOMEM, or
   with the errno of read.  */
static int netns_linux_add_mounts(struct netns_list *list, FILE *mountinfo)
{
    char *line = NULL;
    size_t room = 0, count = 0;
    uint64_t *seen = NULL;
    int result = 0;
    while (!result && getline(&line, &room, mountinfo) > 0) {
        int path = 0, end = 0;
        unsigned long long number;
        if (sscanf(line, "%*s %*s %*s net:[%llu] %n%*s%n", &number, &path,
                   &end) != 1 ||
            end == 0)
            continue;
        uint64_t *moved = realloc(seen, (count + 1) * sizeof *seen);
        if (!moved) {
            result = -1;
            break;
        }
        seen = moved;
        line[end] = '\0';
        mountinfo_unescape(line + path);
        if (!netns_linux_note_seen(seen, &count, number))
            result = netns_linux_add_mount(list, number, line + path);
    }
    if (!feof(mountinfo))
        result = -1;
    free(seen);
    free(line);
    return result;
}

/* ---- the list ------------------------------------------------------------ */

/* Set HERE of LIST to a descriptor of the own namespace, or -1 on failure; and
   CAN_ENTER to whether this process may enter the own namespace again.  If so,
   this process can return from other namespaces, and may enter these unless a
   user namespace forbids that.  */
static void netns_linux_open_own(struct netns_list *list)
{
    list->here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    list->can_enter = list->here >= 0 && !setns(list->here, CLONE_NEWNET);
}

/* Fill in LIST, empty with HERE -1, from PROC, /proc, which is read until
   DEADLINE.  Returns 0, also without a file mountinfo; or -1 with errno, and
   LIST filled in part.  ENOTSUP: inodes do not identify namespaces, which a
   forked child shows, or PROC has no net/tcp of this process, or no process.
   ETIMEDOUT after DEADLINE; ENOMEM; that of fork, readdir, open or read.  */
static int netns_linux_fill(struct netns_list *list, DIR *proc,
                            int64_t deadline)
{
    uint64_t own = netns_linux_inode("self", "net/tcp");
    int is_key = own ? netns_linux_check_key(own) : 0;
    if (is_key <= 0) {
        errno = is_key < 0 ? errno : ENOTSUP;
        return -1;
    }
    netns_linux_open_own(list);
    if (netns_linux_add_processes(list, proc, deadline))
        return -1;
    for (size_t i = 0; i < list->count; i++)
        netns_linux_describe(&list->list[i], own);
    list->complete = sonde_owners_complete() == 1;
    FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
    if (!mountinfo)
        return errno == ENOENT ? 0 : -1;
    int result = netns_linux_add_mounts(list, mountinfo);
    fclose(mountinfo);
    return result;
}

int netns_list_read(struct netns_list *list, int timeout)
{
    list->here = -1;
    DIR *proc = opendir("/proc");
    if (!proc)
        return -1;
    int result = netns_linux_fill(list, proc, sonde_deadline(timeout));
    int error = errno;
    closedir(proc);
    errno = error;
    return result;
}

pid_t netns_process(const struct netns *netns)
{
    for (int i = 0; i < NETNS_PROCESSES && netns->pids[i]; i++)
        if (netns_linux_inode_of(netns->pids[i], "net/tcp") == netns->key)
            return netns->pids[i];
    return 0;
}

int netns_enter(const struct netns_list *list, const struct netns *netns)
{
    char path[PATH_SIZE];
    struct stat file;
    pid_t pid = netns_process(netns);
    if (!list->can_enter) {
        errno = EPERM;
        return -1;
    }
    if (!pid && !netns->mount) {
        errno = ESRCH;
        return -1;
    }
    snprintf(path, sizeof path, "/proc/%ld/ns/net", (long)pid);
    int fd = open(pid ? path : netns->mount, O_RDONLY | O_CLOEXEC);
    int error =
        fd < 0 ? errno
        : fstat(fd, &file) || (netns->number && file.st_ino != netns->number)
            ? ESRCH
        : setns(fd, CLONE_NEWNET) ? errno
                                  : 0;
    descriptor_close(&fd);
    errno = error == ENOENT ? ESRCH : error;
    return error ? -1 : 0;
}

void netns_leave(const struct netns_list *list)
{
    if (setns(list->here, CLONE_NEWNET))
        abort(); /* the rest would be read in the wrong namespace */
}

void netns_print_id(const struct netns *netns, char text[NETNS_ID])
{
    snprintf(text, NETNS_ID, "%s:[%llu]", netns->number ? "net" : "tcp",
             (unsigned long long)(netns->number ? netns->number : netns->key));
}

void netns_list_free(struct netns_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->list[i].mount);
    for (size_t i = 0; i < list->mount_count; i++)
        free(list->mounts[i]);
    free(list->list);
    free(list->mounts);
    if (list->here >= 0)
        close(list->here);
    *list = (struct netns_list){.here = -1};
}
