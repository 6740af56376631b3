/* cgroup.h - memory and processes left by the control groups
   SPDX-License-Identifier: GPL-3.0-or-later

   Linux limits memory and processes of a container by control groups: version 1
   has a hierarchy for each controller, version 2 a single hierarchy; a host may
   use both.  The limits of all parent groups apply, too.  Only files below a
   root folder are read, so this code is tested on every system.  Formats:
   Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst,
   6.18.  */

#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/budget.h"

/* Version 1 with the controller memory or pids; or version 2, a unified
   hierarchy with all controllers.  */
enum cgroup_kind { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_UNIFIED };

enum {
    CGROUPS_MAX = 48, /* folders; the groups of containers are 4 to 8 deep */
    CGROUP_PATH_MAX = 4096 /* bytes of a folder's path, with the NUL */
};

/* The folders of the groups, each own group before its parents.  */
struct cgroups {
    struct cgroup {
        enum cgroup_kind kind;
        bool own;     /* the group of this process, not a parent group */
        char *folder; /* allocated */
    } list[CGROUPS_MAX];
    size_t count;
};

/* Find the groups of this process by /proc/self/cgroup and /proc/self/mountinfo
   below ROOT ("" for the host itself).  *GROUPS is overwritten.  Omitted are:
   groups without a mount; folders beyond CGROUPS_MAX; an own group whose path
   is longer than CGROUP_PATH_MAX, with all parents.  Returns 0, and
   cgroups_free frees *GROUPS; or -1 with the errno of opening or reading those
   files, or ENOMEM, and *GROUPS is empty.  */
int cgroups_find(struct cgroups *groups, const char *root);

/* Free the folders and empty GROUPS.  */
void cgroups_free(struct cgroups *groups);

/* Lower BOUND to LEFT, at least 0, with BY followed by SOURCE as the origin.
   BOUND->by is cut to 63 bytes.  A BOUND not higher than LEFT stays.  */
void budget_lower(struct budget_bound *bound, int64_t left, const char *by,
                  const char *source);

/* Lower the bounds in BUDGET to the amounts left by GROUPS, at least 0; a bound
   that is lower stays.  Memory: the limit minus the use, plus clean unmapped
   page cache, plus half of the reclaimable slabs.  Processes: pids.max minus
   pids.current.  An unreadable file is no bound.  Changes errno.  */
void cgroups_bound(const struct cgroups *groups, struct budget *budget);

/* Replace each "\ooo" of TEXT, a field of /proc/self/mountinfo, by its byte,
   in place: a blank is "\040".  */
void mountinfo_unescape(char *text);

/* Lower BUDGET's memory to the MemAvailable of /proc/meminfo below ROOT, from
   the source "the host".  A lower bound stays; so does any bound if the file or
   the value cannot be read.  Changes errno.  */
void meminfo_bound(const char *root, struct budget *budget);

/* Read the numbers of the COUNT NAMES from lines "name number" or "name:
   number" of the file FOLDER/FILE_NAME into VALUES: of each name the last line
   with a number from 0 to 2^60 - 2.  A value is unchanged without such a line,
   or if the file cannot be opened.  Text after the number is ignored.  Each
   part of a line longer than 255 bytes is read as a line.  Lines from the
   100001st on are ignored.  Changes errno.  */
void figures_read(const char *folder, const char *file_name,
                  const char *const *names, size_t count, int64_t *values);

/* The number of processes that the kernel has killed because memory ran out,
   ever, in the own group of memory (version 1 or 2) in GROUPS: the first
   readable count; -1 without a readable count.  Changes errno.  */
int64_t cgroups_oom_kills(const struct cgroups *groups);

#endif /* BASE_CGROUP_H */
