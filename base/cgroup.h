/* cgroup.h - what the control groups of this process leave
   SPDX-License-Identifier: GPL-3.0-or-later

   Linux bounds a container's memory and processes by control groups: of the
   first version, one hierarchy for each controller, or of the second, one for
   all; a host may use both.  A process is bounded by its own group and by all
   groups above it.  Only files are read, below a root folder, so that every
   system can test this on files of its own; which system has such files is
   known to base/budget-linux.c alone.  Formats: Linux,
   Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst, 6.18.  */

#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/budget.h"

enum cgroup_kind { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_UNIFIED };

enum {
    CGROUPS_MAX = 48, /* folders; the groups of containers are 4 to 8 deep */
    CGROUP_PATH_MAX = 4096
};

/* The folders of the groups, each own group before those above it.  */
struct cgroups {
    struct cgroup {
        enum cgroup_kind kind;
        bool own;
        char *folder;
    } list[CGROUPS_MAX];
    size_t count;
};

/* Find the groups by /proc/self/cgroup and /proc/self/mountinfo below ROOT
   ("" for the host itself).  A group that no mount shows is left out.  Returns
   0; or -1 with errno if those files cannot be read, or with ENOMEM.  */
int cgroups_find(struct cgroups *groups, const char *root);

void cgroups_free(struct cgroups *groups);

/* Lower the bounds in BUDGET to what GROUPS leave.  Memory: the limit less what
   is used, of which the page cache that can be dropped does not count (neither
   dirty pages nor mapped files are such), and half of the slabs that the
   kernel calls reclaimable.  A file that cannot be read bounds nothing.  */
void cgroups_bound(const struct cgroups *groups, struct budget *budget);

/* Lower BUDGET's memory to the MemAvailable of /proc/meminfo below ROOT.  */
void meminfo_bound(const char *root, struct budget *budget);

/* How many processes of this process's group the kernel has killed for want of
   memory, or -1 if that is not to be read.  */
int64_t cgroups_oom_kills(const struct cgroups *groups);

#endif /* BASE_CGROUP_H */
