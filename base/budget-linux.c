/* budget-linux.c - memory and processes left on Linux, and the OOM killer
   SPDX-License-Identifier: GPL-3.0-or-later

   The folders of the control groups are searched once: on a host with many
   containers the list of mounts is long.  A child process is in the same
   groups.  */

#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/cgroup.h"
#include "base/descriptors.h"

/* The control groups of this process, searched by the first call.  A host
   without control groups has an empty list.  After another error the list is
   empty, too, and the next call searches again.  */
static const struct cgroups *own_groups(void)
{
    static struct cgroups groups;
    static bool found;
    if (!found)
        found = cgroups_find(&groups, "") == 0 || errno == ENOENT;
    return &groups;
}

/* The number of threads of process PID if the real user of the process is USER;
   otherwise, or if the process has ended, 0.  */
static long count_threads(const char *pid, uid_t user)
{
    char path[40], line[128];
    long threads = 0, owner = -1;
    snprintf(path, sizeof path, "/proc/%.20s/status", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file)) {
        if (!strncmp(line, "Uid:", 4))
            owner = strtol(line + 4, NULL, 10);
        if (!strncmp(line, "Threads:", 8))
            threads = strtol(line + 8, NULL, 10);
    }
    fclose(file);
    return owner == (long)user ? threads : 0;
}

/* Lower BOUND to the number of threads that RLIMIT_NPROC still allows, at least
   0.  RLIMIT_NPROC counts the threads of all processes of the user.  The kernel
   does not report the count, so visible threads are counted.  BOUND stays if
   the limit is very high, unreadable or higher than BOUND, and for root, a user
   without such a limit.  */
static void bound_user(struct budget_bound *bound)
{
    enum { MANY = 8192 };
    struct rlimit limit;
    long count = 0;
    uid_t user = getuid();
    if (user == 0 || getrlimit(RLIMIT_NPROC, &limit) ||
        limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > MANY)
        return;
    DIR *list = opendir("/proc");
    if (!list)
        return;
    for (struct dirent *entry; (entry = readdir(list));)
        if (isdigit((unsigned char)*entry->d_name))
            count += count_threads(entry->d_name, user);
    closedir(list);
    int64_t left = (int64_t)limit.rlim_cur - count;
    if (left >= bound->left)
        return;
    bound->left = left > 0 ? left : 0;
    snprintf(bound->by, sizeof bound->by, "RLIMIT_NPROC");
}

struct budget budget_now(void)
{
    struct budget budget = {.memory.left = BUDGET_UNBOUND,
                            .processes.left = BUDGET_UNBOUND};
    int error = errno;
    cgroups_bound(own_groups(), &budget);
    meminfo_bound("", &budget);
    bound_user(&budget.processes);
    errno = error;
    return budget;
}

/* oom_score_adj is added to the memory share of a process in thousandths: 1000
   precedes all other processes (proc(5); since 2.6.36).  */
int budget_volunteer(void)
{
    static const char max[] = "1000";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t wrote = write(fd, max, sizeof max - 1);
    descriptor_close(&fd);
    return wrote < 0 ? -1 : 0;
}

int64_t budget_oom_kills(void)
{
    int error = errno;
    int64_t kills = cgroups_oom_kills(own_groups());
    errno = error;
    return kills;
}
