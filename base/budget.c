/* budget.c - memory and processes left, and the OOM killer
   SPDX-License-Identifier: GPL-3.0-or-later

   The files of Linux are missing on other systems: no bound there.  */

#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/cgroup.h"
#include "base/descriptors.h"

/* The control groups of this process and its children, searched once: on a host
   with many containers the list of mounts is long.  Empty without control
   groups; empty after another error, and the next call searches again.  Changes
   errno.  */
static const struct cgroups *own_groups(void)
{
    static struct cgroups groups;
    static bool found;
    if (!found)
        found = cgroups_find(&groups, "") == 0 || errno == ENOENT;
    return &groups;
}

/* The number of threads of process PID, a name of a folder in /proc; 0 if the
   real user of PID is not USER, or if the status is unreadable, as after the
   end of PID.  Changes errno.  */
static int64_t count_threads(const char *pid, uid_t user)
{
    static const char *const names[] = {"Uid", "Threads"};
    char folder[32];
    int64_t values[] = {-1, 0};
    snprintf(folder, sizeof folder, "/proc/%.20s", pid);
    figures_read(folder, "status", names, 2, values);
    return values[0] == (int64_t)user ? values[1] : 0;
}

/* Lower BOUND to the number of threads that RLIMIT_NPROC, a limit for all
   threads of the user, still allows, at least 0.  The kernel does not report
   the number of threads, so visible threads are counted.  BOUND stays if lower,
   if the limit is above 8192, if the limit or all threads are unreadable, for
   root, and on systems without RLIMIT_NPROC.  Changes errno.  */
static void bound_user(struct budget_bound *bound)
{
#ifdef RLIMIT_NPROC /* illumos has none */
    enum { MANY = 8192 };
    struct rlimit limit;
    int64_t count = 0;
    uid_t user = getuid();
    if (user == 0 || getrlimit(RLIMIT_NPROC, &limit) || limit.rlim_cur > MANY)
        return;
    DIR *list = opendir("/proc");
    if (!list)
        return;
    for (struct dirent *entry; (entry = readdir(list));)
        if (isdigit((unsigned char)*entry->d_name))
            count += count_threads(entry->d_name, user);
    closedir(list);
    if (count > 0)
        budget_lower(bound, (int64_t)limit.rlim_cur - count, "RLIMIT_NPROC",
                     "");
#endif
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

int64_t budget_share(const struct budget_bound *bound)
{
    return bound->left == BUDGET_UNBOUND ? BUDGET_UNBOUND : bound->left / 2;
}

int64_t budget_connections(const struct budget *budget)
{
    int64_t share = budget_share(&budget->memory);
    return share == BUDGET_UNBOUND ? BUDGET_UNBOUND : share / BUDGET_CONNECTION;
}

void budget_explain(char *text, size_t size, const struct budget_bound *bound,
                    const char *what, int64_t need)
{
    enum { MIB = 1024 * 1024 };
    snprintf(text, size,
             "memory: %s leaves %" PRId64 " MiB, half of which may be taken, "
             "and %s needs about %" PRId64 " MiB",
             bound->by, bound->left / MIB, what, (need + MIB - 1) / MIB);
}

/* oom_score_adj is added to the memory share of a process in thousandths: 1000
   precedes all other processes (proc(5); since 2.6.36).  */
int budget_volunteer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    ssize_t wrote = fd < 0 ? -1 : write(fd, "1000", 4);
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
