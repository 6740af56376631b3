/* hidepid-linux.c - whether /proc shows every process
   SPDX-License-Identifier: LGPL-2.1-or-later

   Mounted with hidepid=2 (invisible; 4, ptraceable, is stricter) /proc hides
   the processes that the reader may not trace (fs/proc/base.c and root.c).  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private.h"

/* How /proc hides these processes: not known; from no reader; from readers
   without CAP_SYS_PTRACE that are not in a group; from all readers without
   CAP_SYS_PTRACE.  */
enum { hidden_unknown, hidden_from_nobody, hidden_by_group, hidden_from_all };
struct hiding {
    int mode;
    long group; /* members are exempt; 0, root, unless the mount names one */
};

/* NS_GET_USERNS of <linux/nsfs.h>, which musl-gcc does not find.  */
enum { get_user_namespace = _IO(0xb7, 1) };

/* Open the file NAME of this thread's folder in /proc to read, to be closed by
   fclose.  NULL with the errno of fopen, ENOTSUP instead of ENOENT.  May change
   errno on success.  */
static FILE *open_own(const char *name)
{
    char path[128];
    sonde__own_path(path, sizeof path, name);
    FILE *file = fopen(path, "re");
    if (!file && errno == ENOENT)
        errno = ENOTSUP;
    return file;
}

/* How a mount of proc with OPTIONS, such as "rw,hidepid=invisible,gid=4", hides
   processes: hidepid "invisible" or 2 is hidden_by_group, "ptraceable" or 4 is
   hidden_from_all, any other or none is hidden_from_nobody; the group is the
   number after "gid=", or 0.  The first option, rw or ro, is not examined.
   Before Linux 5.8 hidepid is a number.  */
static struct hiding read_options(const char *options)
{
    struct hiding hiding = {.mode = hidden_from_nobody};
    const char *group = strstr(options, ",gid=");
    if (strstr(options, ",hidepid=2") || strstr(options, ",hidepid=invisible"))
        hiding.mode = hidden_by_group;
    if (strstr(options, ",hidepid=4") || strstr(options, ",hidepid=ptraceable"))
        hiding.mode = hidden_from_all;
    if (group)
        hiding.group = strtol(group + 5, NULL, 10);
    return hiding;
}

/* Read LINE, of mountinfo, into *HIDING, if LINE is about the mount at /proc:
   the mode is hidden_unknown for another type than proc, and without options.
   Otherwise *HIDING stays.  The fields: numbers, the root, the mount point and
   its options, optional fields, "-", the type, the source and the options of
   the file system.  */
static void hidepid_linux_read_mount(const char *line, struct hiding *hiding)
{
    char point[128], type[16], options[256];
    const char *rest = strstr(line, " - ");
    if (!rest || sscanf(line, "%*s %*s %*s %*s %127s", point) != 1 ||
        strcmp(point, sonde__sys.proc) != 0)
        return;
    if (sscanf(rest, " - %15s %*s %255s", type, options) == 2 &&
        !strcmp(type, "proc"))
        *hiding = read_options(options);
    else
        hiding->mode = hidden_unknown;
}

/* Read the options of the last mount at /proc, the visible one, into *HIDING.
   Returns 0; or -1 with errno, and *HIDING is undefined; ENOTSUP: no such
   mount, or not of type proc, or no list of mounts.  May change errno on
   success.  */
static int read_hiding(struct hiding *hiding)
{
    char line[4096];
    FILE *file = open_own("mountinfo");
    if (!file)
        return -1;
    hiding->mode = hidden_unknown;
    errno = 0;
    while (fgets(line, sizeof line, file))
        hidepid_linux_read_mount(line, hiding);
    int error = ferror(file)                     ? errno ? errno : EIO
                : hiding->mode == hidden_unknown ? ENOTSUP
                                                 : 0;
    fclose(file);
    return error ? sonde__fail(error) : 0;
}

/* Open the file NAME, such as "ns/user", of this thread's folder in /proc.
   Returns the descriptor, or -1 with errno.  */
static int open_namespace(const char *name)
{
    char path[128];
    sonde__own_path(path, sizeof path, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Whether PID_NAMESPACE belongs to USER_NAMESPACE, both descriptors: 1, 0 also
   if the owner may not be seen (EPERM), or -1 with errno; ENOTSUP: before Linux
   4.9.  */
static int is_owner(int pid_namespace, int user_namespace)
{
    struct stat owner, own;
    int fd = ioctl(pid_namespace, get_user_namespace);
    if (fd < 0)
        return errno == EPERM ? 0
                              : sonde__fail(errno == ENOTTY ? ENOTSUP : errno);
    int result = fstat(fd, &owner) || fstat(user_namespace, &own)
                     ? -1
                     : owner.st_dev == own.st_dev && owner.st_ino == own.st_ino;
    sonde__close(fd);
    return result;
}

/* Whether capabilities and groups of this process count for all processes of
   its PID namespace: not in a child user namespace without a PID namespace of
   its own.  Returns 1, also without namespaces; 0; or -1 with errno.  */
static int has_full_reach(void)
{
    int user = open_namespace("ns/user");
    if (user < 0)
        return errno == ENOENT ? 1 : -1;
    int pid = open_namespace("ns/pid");
    int result = pid < 0 ? errno == ENOENT ? 1 : -1 : is_owner(pid, user);
    if (pid >= 0)
        sonde__close(pid);
    sonde__close(user);
    return result;
}

/* Whether CAP_SYS_PTRACE is in force for this thread: 1, 0, or -1 with the
   errno of open or read; ENOTSUP: no file "status", or no line of capabilities
   in it.  May change errno on success.  */
static int may_trace(void)
{
    enum { cap_sys_ptrace = 19 };
    char line[256];
    unsigned long long mask;
    int found = -1;
    FILE *file = open_own("status");
    if (!file)
        return -1;
    errno = 0;
    while (found < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "CapEff: %llx", &mask) == 1)
            found = mask >> cap_sys_ptrace & 1;
    int error = ferror(file) ? errno ? errno : EIO : ENOTSUP;
    fclose(file);
    return found < 0 ? sonde__fail(error) : found;
}

/* Whether GROUP is the effective or a supplementary group of this process: 1,
   0, or -1 with errno.  */
static int is_in_group(gid_t group)
{
    int found = getegid() == group;
    int count = getgroups(0, NULL);
    if (count < 0)
        return -1;
    gid_t *groups = malloc((count ? (size_t)count : 1) * sizeof *groups);
    if (!groups)
        return -1;
    /* With a count of 0 getgroups would write no groups, and return the number
       of those that another thread has set meanwhile.  */
    count = count ? getgroups(count, groups) : 0;
    for (int i = 0; i < count; i++)
        found |= groups[i] == group;
    free(groups);
    return count < 0 ? -1 : found;
}

/* Whether HIDING, of mode hidden_by_group or hidden_from_all, hides nothing
   from this process, by CAP_SYS_PTRACE or, with hidden_by_group, by the exempt
   group: 1, 0, or -1 with errno.  0 whenever has_full_reach is 0.  */
static int is_exempt(const struct hiding *hiding)
{
    int result = has_full_reach();
    if (result <= 0)
        return result;
    result = may_trace();
    if (result != 0 || hiding->mode != hidden_by_group)
        return result;
    return is_in_group((gid_t)hiding->group);
}

int sonde_owners_complete(void)
{
    int saved = errno;
    struct hiding hiding = {.group = 0};
    if (read_hiding(&hiding))
        return -1;
    int result = hiding.mode == hidden_from_nobody ? 1 : is_exempt(&hiding);
    if (result >= 0)
        errno = saved;
    return result;
}
