/* test-cgroup.c - base/cgroup.c, on files that are played
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "tests/unit/unit.h"

static const int64_t mib = 1024 * 1024;

/* The root folder of the files.  */
static char root[] = "/tmp/sonde-cgroup-XXXXXX";

static void make_root(void)
{
    strcpy(root + strlen(root) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static int remove_one(const char *path, const struct stat *status, int flag,
                      struct FTW *ftw)
{
    return remove(path);
}

static void remove_root(void)
{
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Write TEXT to PATH below the root, with its folders.  */
static void play(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = whole + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        ck_assert(!mkdir(whole, 0700) || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(whole, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void play_groups(const char *groups, const char *mounts)
{
    play("/proc/self/cgroup", groups);
    play("/proc/self/mountinfo", mounts);
}

static struct budget bound(void)
{
    struct cgroups groups;
    struct budget budget = {.memory.left = BUDGET_UNBOUND,
                            .processes.left = BUDGET_UNBOUND};
    ck_assert_int_eq(cgroups_find(&groups, root), 0);
    cgroups_bound(&groups, &budget);
    cgroups_free(&groups);
    return budget;
}

#define UNIFIED_MOUNT                                                          \
    "24 1 0:22 / /proc rw - proc proc rw\n"                                    \
    "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 "       \
    "cgroup2 rw,nsdelegate\n"

START_TEST(unified)
{
    play_groups("0::/a/b\n", UNIFIED_MOUNT);
    play("/sys/fs/cgroup/a/b/memory.max", "max\n");
    play("/sys/fs/cgroup/a/b/memory.high", "max\n");
    play("/sys/fs/cgroup/a/b/memory.current", "1048576\n");
    ck_assert_int_eq(bound().memory.left, BUDGET_UNBOUND);
    play("/sys/fs/cgroup/a/memory.max", "67108864\n");
    play("/sys/fs/cgroup/a/memory.current", "57671680\n");
    struct budget budget = bound();
    ck_assert_int_eq(budget.memory.left, 9 * mib);
    ck_assert_str_eq(budget.memory.by, "memory.max of a cgroup above");
    play("/sys/fs/cgroup/a/b/memory.high", "5242880\n");
    budget = bound();
    ck_assert_int_eq(budget.memory.left, 4 * mib);
    ck_assert_str_eq(budget.memory.by, "memory.high of the cgroup");
}
END_TEST

/* What the kernel can give back is left; what it cannot, is not.  */
static const struct {
    const char *stat;
    int64_t left; /* in MiB */
} stats[] = {
    {"", 4},
    {"anon 1\ninactive_file 20971520\nactive_file 10485760\n", 34},
    {"inactive_file 20971520\nfile_dirty 10485760\nfile_writeback 5242880\n",
     9},
    {"inactive_file 20971520\nfile_mapped 8388608\n", 16},
    {"inactive_file 20971520\nfile_mapped 8388608\nshmem 8388608\n", 24},
    {"inactive_file 1048576\nfile_dirty 2097152\n", 4},
    {"slab_reclaimable 4194304\nslab_unreclaimable 8388608\n", 6},
    {"inactive_file 99999999999\n", 64}, /* more than is used */
    {"inactive_file -5\nactive_file x\n", 4},
    {"inactive_filed 20971520\n", 4},
};

START_TEST(page_cache)
{
    play_groups("0::/\n", UNIFIED_MOUNT);
    play("/sys/fs/cgroup/memory.max", "67108864");
    play("/sys/fs/cgroup/memory.current", "62914560");
    play("/sys/fs/cgroup/memory.stat", stats[_i].stat);
    ck_assert_msg(bound().memory.left == stats[_i].left * mib,
                  "%s: %lld MiB left", stats[_i].stat,
                  (long long)(bound().memory.left / mib));
}
END_TEST

/* Nothing less than nothing.  */
START_TEST(beyond)
{
    play_groups("0::/\n", UNIFIED_MOUNT);
    play("/sys/fs/cgroup/memory.max", "1048576");
    play("/sys/fs/cgroup/memory.current", "2097152");
    play("/sys/fs/cgroup/pids.max", "3");
    play("/sys/fs/cgroup/pids.current", "9");
    ck_assert_int_eq(bound().memory.left, 0);
    ck_assert_int_eq(bound().processes.left, 0);
}
END_TEST

#define FIRST_MOUNTS                                                           \
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"               \
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "              \
    "rw,cpu,cpuacct\n"                                                         \
    "35 31 0:32 /docker/1\\0402 /sys/fs/cgroup/mem\\134ory ro - cgroup "       \
    "cgroup rw,memory\n"                                                       \
    "40 31 0:36 / /sys/fs/cgroup/pids rw shared:9 - cgroup cgroup rw,pids\n"   \
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

/* A container of the first version: the mount shows its group, with a blank in
   the name and a backslash in the mount point, and nothing above; one pids
   hierarchy, all of which is seen; and an empty unified one.  */
START_TEST(first)
{
    play_groups("9:pids:/docker/1 2\n4:memory:/docker/1 2\n"
                "2:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n",
                FIRST_MOUNTS);
    play("/sys/fs/cgroup/mem\\ory/memory.limit_in_bytes",
         "9223372036854771712\n");
    play("/sys/fs/cgroup/mem\\ory/memory.usage_in_bytes", "52428800\n");
    play("/sys/fs/cgroup/pids/docker/1 2/pids.max", "100\n");
    play("/sys/fs/cgroup/pids/docker/1 2/pids.current", "40\n");
    play("/sys/fs/cgroup/pids/docker/pids.max", "max\n");
    struct budget budget = bound();
    ck_assert_int_eq(budget.memory.left, BUDGET_UNBOUND);
    ck_assert_int_eq(budget.processes.left, 60);
    ck_assert_str_eq(budget.processes.by, "pids.max of the cgroup");
    play("/sys/fs/cgroup/pids/docker/pids.max", "50\n");
    play("/sys/fs/cgroup/pids/docker/pids.current", "45\n");
    ck_assert_int_eq(bound().processes.left, 5);
    play("/sys/fs/cgroup/mem\\ory/memory.limit_in_bytes", "104857600\n");
    ck_assert_int_eq(bound().memory.left, 50 * mib);
    play("/sys/fs/cgroup/mem\\ory/memory.stat",
         "inactive_file 1\ntotal_inactive_file 31457280\n"
         "total_active_file 0\ntotal_dirty 10485760\n"
         "hierarchical_memory_limit 9223372036854771712\n");
    ck_assert_int_eq(bound().memory.left, 70 * mib);
    play("/sys/fs/cgroup/mem\\ory/memory.kmem.limit_in_bytes", "10485760\n");
    play("/sys/fs/cgroup/mem\\ory/memory.kmem.usage_in_bytes", "8388608\n");
    budget = bound();
    ck_assert_int_eq(budget.memory.left, 2 * mib);
    ck_assert_str_eq(budget.memory.by,
                     "memory.kmem.limit_in_bytes of the cgroup");
}
END_TEST

/* A group above that no mount shows.  */
START_TEST(hidden_above)
{
    play_groups("4:memory:/docker/1 2\n", FIRST_MOUNTS);
    play("/sys/fs/cgroup/mem\\ory/memory.limit_in_bytes",
         "9223372036854771712\n");
    play("/sys/fs/cgroup/mem\\ory/memory.usage_in_bytes", "52428800\n");
    play("/sys/fs/cgroup/mem\\ory/memory.stat",
         "hierarchical_memory_limit 67108864\n");
    struct budget budget = bound();
    ck_assert_int_eq(budget.memory.left, 14 * mib);
    ck_assert_str_eq(budget.memory.by,
                     "hierarchical_memory_limit of the cgroup");
    play("/sys/fs/cgroup/mem\\ory/memory.memsw.limit_in_bytes", "73400320\n");
    play("/sys/fs/cgroup/mem\\ory/memory.memsw.usage_in_bytes", "71303168\n");
    ck_assert_int_eq(bound().memory.left, 2 * mib);
}
END_TEST

/* What is not to be understood bounds nothing, and does no harm.  */
static const struct {
    const char *groups, *mounts;
} odd[] = {
    {"", ""},
    {"0::\n", UNIFIED_MOUNT},
    {"0", UNIFIED_MOUNT},
    {"::/\n:\n0:/\n", UNIFIED_MOUNT},
    {"0::/a\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2\n"},
    {"0::/a\n", "31 23 0:28 / - cgroup2 cgroup2 rw\n - \n-\n31 23\n"},
    {"0::/a\n", "31 23 0:28 /b /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
    {"0::/ab\n", "31 23 0:28 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
    {"0::/\n", "31 23 0:28 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
    {"4:memory:/\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup cgroup\n"},
    {"4:xmemory:/\n4:memoryx:/\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup "
                                   "cgroup rw,memory\n"},
};

START_TEST(odd_files)
{
    play_groups(odd[_i].groups, odd[_i].mounts);
    play("/sys/fs/cgroup/memory.max", "1");
    play("/sys/fs/cgroup/memory.current", "1");
    play("/sys/fs/cgroup/memory.limit_in_bytes", "1");
    play("/sys/fs/cgroup/memory.usage_in_bytes", "1");
    ck_assert_int_eq(bound().memory.left, BUDGET_UNBOUND);
}
END_TEST

/* More groups than there is room for, and longer paths.  */
START_TEST(deep)
{
    static char groups[3 * CGROUP_PATH_MAX];
    strcpy(groups, "0::");
    for (int i = 0; i < 100; i++)
        strcat(groups, "/x");
    play_groups(groups, UNIFIED_MOUNT);
    play("/sys/fs/cgroup/x/memory.max", "1");
    ck_assert_int_eq(bound().memory.left, BUDGET_UNBOUND);
    for (int i = 0; i < CGROUP_PATH_MAX; i++)
        strcat(groups, "/x");
    play_groups(groups, UNIFIED_MOUNT);
    ck_assert_int_eq(bound().memory.left, BUDGET_UNBOUND);
}
END_TEST

START_TEST(no_files)
{
    struct cgroups groups;
    ck_assert_int_eq(cgroups_find(&groups, root), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_uint_eq(groups.count, 0);
}
END_TEST

/* A file that cannot be read is not taken for an empty one.  */
START_TEST(unreadable)
{
    struct cgroups groups;
    play("/proc/self/mountinfo/x", "");
    play("/proc/self/cgroup", "0::/a\n");
    ck_assert_int_eq(cgroups_find(&groups, root), -1);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_uint_eq(groups.count, 0);
}
END_TEST

START_TEST(host)
{
    struct budget budget = {.memory.left = BUDGET_UNBOUND};
    meminfo_bound(root, &budget);
    ck_assert_int_eq(budget.memory.left, BUDGET_UNBOUND);
    play("/proc/meminfo", "MemTotal:        2048 kB\n"
                          "MemAvailable:    1024 kB\n");
    meminfo_bound(root, &budget);
    ck_assert_int_eq(budget.memory.left, mib);
    ck_assert_str_eq(budget.memory.by, "the host");
}
END_TEST

/* How often the kernel killed for want of memory, by either version.  */
START_TEST(kills)
{
    struct cgroups groups;
    play_groups("4:memory:/docker/1 2\n0::/\n", FIRST_MOUNTS);
    ck_assert_int_eq(cgroups_find(&groups, root), 0);
    ck_assert_int_eq(cgroups_oom_kills(&groups), -1);
    play("/sys/fs/cgroup/mem\\ory/memory.oom_control",
         "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");
    ck_assert_int_eq(cgroups_oom_kills(&groups), 7);
    cgroups_free(&groups);
    play_groups("0::/a\n", UNIFIED_MOUNT);
    play("/sys/fs/cgroup/a/memory.events",
         "low 0\nhigh 1\nmax 3\noom 4\noom_kill 2\noom_group_kill 1\n");
    ck_assert_int_eq(cgroups_find(&groups, root), 0);
    ck_assert_int_eq(cgroups_oom_kills(&groups), 2);
    cgroups_free(&groups);
}
END_TEST

START_TEST(words)
{
    char text[160];
    struct budget budget = {.memory = {3 * mib + 5, "memory.max of the cgroup"},
                            .processes.left = BUDGET_UNBOUND};
    budget_explain(text, sizeof text, &budget.memory, "this queue",
                   23 * mib + 1);
    ck_assert_str_eq(text,
                     "memory: memory.max of the cgroup leaves 3 MiB, half of "
                     "which may be taken, and this queue needs about 24 MiB");
    ck_assert_int_eq(budget_connections(&budget),
                     3 * mib / 2 / BUDGET_CONNECTION);
    ck_assert_int_eq(budget_share(&budget.processes), BUDGET_UNBOUND);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, make_root, remove_root);
    tcase_add_test(tests, unified);
    tcase_add_loop_test(tests, page_cache, 0,
                        (int)(sizeof stats / sizeof *stats));
    tcase_add_test(tests, beyond);
    tcase_add_test(tests, first);
    tcase_add_test(tests, hidden_above);
    tcase_add_loop_test(tests, odd_files, 0, (int)(sizeof odd / sizeof *odd));
    tcase_add_test(tests, deep);
    tcase_add_test(tests, no_files);
    tcase_add_test(tests, unreadable);
    tcase_add_test(tests, host);
    tcase_add_test(tests, kills);
    tcase_add_test(tests, words);
}

int main(void)
{
    return unit_main("cgroup", add);
}
