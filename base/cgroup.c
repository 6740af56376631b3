/* cgroup.c - memory and processes left by the control groups
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cgroup.h"

/* Max lines read of a file; a host with very many containers has some ten
   thousand mounts.  Max bytes of a value, and of the name of a file.  */
enum { LINES_MAX = 100000, VALUE_MAX = 64 };
/* More bytes than any memory; sums of a few cannot overflow.  A number from
   here on counts as no limit.  */
static const int64_t NUMBER_MAX = BUDGET_UNBOUND / 8;

/* ---- finding the folders ------------------------------------------------- */

/* The state of cgroups_find.  */
struct cgroup_search {
    struct cgroups *groups;
    const char *root;
    /* The path of each kind of group in /proc/self/cgroup, with the leading
       slash, allocated; NULL if there is none, or once its mount is found.  */
    char *paths[CGROUP_UNIFIED + 1];
};

/* The controllers of version 1.  */
static const char *const controllers[] = {
    [CGROUP_MEMORY] = "memory", [CGROUP_PIDS] = "pids"};

/* Whether WORD is one of the words in LIST, separated by commas.  */
static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word), size;
    do {
        size = strcspn(list, ",");
        if (size == length && !memcmp(list, word, length))
            return true;
        list += size;
    } while (*list++);
    return false;
}

/* Keep the path in a LINE of /proc/self/cgroup, "4:memory:/path", "0::/path",
   for each kind of group of this line; the first path of a kind stays.  A line
   of another form has no effect.  The path is not escaped and may contain
   colons.  LINE is modified.  Returns 0, or -1 with ENOMEM.  */
static int take_path(struct cgroup_search *search, char *line)
{
    char *list = strchr(line, ':');
    char *path = list ? strchr(list + 1, ':') : NULL;
    if (!path || path[1] != '/')
        return 0;
    *path++ = '\0';
    for (int kind = 0; kind <= CGROUP_UNIFIED; kind++) {
        bool is_kind = kind == CGROUP_UNIFIED
                           ? !strcmp(line, "0:")
                           : list_has(list + 1, controllers[kind]);
        if (!is_kind || search->paths[kind])
            continue;
        search->paths[kind] = strdup(path);
        if (!search->paths[kind])
            return -1;
    }
    return 0;
}

void mountinfo_unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        bool octal = *from == '\\' && strspn(from + 1, "01234567") >= 3;
        *to = octal ? (char)((from[1] & 3) << 6 | (from[2] & 7) << 3 |
                             (from[3] & 7))
                    : *from;
        from += octal ? 4 : 1;
    }
    *to = '\0';
}

/* Split TEXT in place at each blank into COUNT FIELDS, which may be empty, as
   the source of a mount; further text is ignored.  Returns false if TEXT has
   fewer fields; the last of FIELDS are then undefined.  */
static bool cgroup_split(char *text, char **fields, int count)
{
    for (int i = 0; i < count; i++) {
        fields[i] = text;
        if (!text)
            return false;
        text = strchr(text, ' ');
        if (text)
            *text++ = '\0';
    }
    return true;
}

/* Whether a file system of TYPE with OPTIONS is the hierarchy of version 2
   (CGROUP_UNIFIED), or a hierarchy of version 1 with the controller KIND.  */
static bool is_mount_of(const char *type, const char *options, int kind)
{
    return kind == CGROUP_UNIFIED ? !strcmp(type, "cgroup2")
                                  : !strcmp(type, "cgroup") &&
                                        list_has(options, controllers[kind]);
}

/* The end of PATH below ROOT, the group that is mounted: "/child", or empty
   ("/" for the ROOT "/") if PATH is ROOT; NULL if PATH is in another group.  */
static const char *cgroup_below(const char *root, const char *path)
{
    size_t length = strcmp(root, "/") ? strlen(root) : 0;
    if (strncmp(root, path, length) != 0)
        return NULL;
    path += length;
    return *path == '/' || *path == '\0' ? path : NULL;
}

/* Add to GROUPS the folder REST below POINT, the own group of KIND; then the
   parent folders, upwards, up to and including POINT.  REST is a result of
   cgroup_below.  ROOT is put before the paths.  No errors: if the path of the
   own group is longer than CGROUP_PATH_MAX, nothing is added; folders beyond
   CGROUPS_MAX are omitted.  Returns 0; or -1 with ENOMEM, and the folders added
   before stay.  */
static int add_folders(struct cgroups *groups, int kind, const char *root,
                       const char *point, const char *rest)
{
    char text[CGROUP_PATH_MAX];
    size_t min = strlen(root) + strlen(point);
    int length = snprintf(text, sizeof text, "%s%s%s", root, point, rest);
    if (length < 0 || (size_t)length >= sizeof text)
        return 0;
    size_t end = (size_t)length;
    for (bool own = true; groups->count < CGROUPS_MAX; own = false) {
        while (end > min && text[end - 1] == '/')
            end--;
        text[end] = '\0';
        char *folder = strdup(text);
        if (!folder)
            return -1;
        groups->list[groups->count++] =
            (struct cgroup){(enum cgroup_kind)kind, own, folder};
        if (end <= min)
            break;
        while (end > min && text[end - 1] != '/')
            end--;
    }
    return 0;
}

/* Add the folders of each kind of group mounted by a LINE of
   /proc/self/mountinfo, "31 23 0:28 ROOT POINT rw shared:1 - TYPE SOURCE
   OPTIONS"; the fields before the dash vary in number.  The first mount that
   shows the own group of a kind counts.  A line of another form has no effect.
   LINE is modified.  Returns 0, or -1 with ENOMEM.  */
static int take_mount(struct cgroup_search *search, char *line)
{
    char *mount[5], *system[3], *dash = strstr(line, " - ");
    if (!dash)
        return 0;
    *dash = '\0';
    if (!cgroup_split(line, mount, 5) || !cgroup_split(dash + 3, system, 3))
        return 0;
    char *root = mount[3], *point = mount[4];
    mountinfo_unescape(root);
    mountinfo_unescape(point);
    for (int kind = 0; kind <= CGROUP_UNIFIED; kind++) {
        char *path = search->paths[kind];
        if (!path || !is_mount_of(system[0], system[2], kind))
            continue;
        const char *rest = cgroup_below(root, path);
        if (!rest)
            continue;
        if (add_folders(search->groups, kind, search->root, point, rest))
            return -1;
        free(path);
        search->paths[kind] = NULL;
    }
    return 0;
}

/* Open FOLDER/NAME for reading.  Returns NULL with the errno of fopen; a path
   cut here is still too long for the kernel.  */
static FILE *open_below(const char *folder, const char *name)
{
    char path[CGROUP_PATH_MAX + VALUE_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "r");
}

/* Call TAKE for each of the first LINES_MAX lines of the file NAME below the
   root, without its newline, up to the first call that does not return 0.
   Returns 0; the result of that call; or -1 with the errno of fopen or
   getline.  */
static int cgroup_take_lines(struct cgroup_search *search, const char *name,
                             int (*take)(struct cgroup_search *search,
                                         char *line))
{
    char *line = NULL;
    size_t size = 0;
    int failed = 0;
    FILE *file = open_below(search->root, name);
    if (!file)
        return -1;
    for (int i = 0; i < LINES_MAX && !failed; i++) {
        if (getline(&line, &size, file) < 0) {
            failed = feof(file) ? 0 : -1;
            break;
        }
        line[strcspn(line, "\n")] = '\0';
        failed = take(search, line);
    }
    int error = errno;
    free(line);
    fclose(file);
    errno = error;
    return failed;
}

int cgroups_find(struct cgroups *groups, const char *root)
{
    struct cgroup_search search = {.groups = groups, .root = root};
    groups->count = 0;
    bool failed = cgroup_take_lines(&search, "proc/self/cgroup", take_path) ||
                  cgroup_take_lines(&search, "proc/self/mountinfo", take_mount);
    int error = errno;
    for (int kind = 0; kind <= CGROUP_UNIFIED; kind++)
        free(search.paths[kind]);
    if (!failed)
        return 0;
    cgroups_free(groups);
    errno = error;
    return -1;
}

void cgroups_free(struct cgroups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        free(groups->list[i].folder);
    groups->count = 0;
}

/* ---- reading figures ----------------------------------------------------- */

/* The number at the beginning of TEXT, after any white space; BUDGET_UNBOUND
   for "max" and other text, for a negative number, and from NUMBER_MAX on, as
   for the "no limit" of version 1, the largest number of whole pages.  Changes
   errno.  */
static int64_t cgroup_read_number(const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || errno || number < 0 || number >= NUMBER_MAX)
        return BUDGET_UNBOUND;
    return number;
}

/* The number at the beginning of the file NAME of GROUP, as by
   cgroup_read_number; BUDGET_UNBOUND also if the file cannot be read.  Changes
   errno.  */
static int64_t cgroup_read_file(const struct cgroup *group, const char *name)
{
    char text[VALUE_MAX];
    FILE *file = open_below(group->folder, name);
    if (!file)
        return BUDGET_UNBOUND;
    char *got = fgets(text, sizeof text, file);
    fclose(file);
    return got ? cgroup_read_number(text) : BUDGET_UNBOUND;
}

void figures_read(const char *folder, const char *file_name,
                  const char *const *names, size_t count, int64_t *values)
{
    char line[256];
    FILE *file = open_below(folder, file_name);
    if (!file)
        return;
    for (int i = 0; i < LINES_MAX && fgets(line, sizeof line, file); i++)
        for (size_t k = 0; k < count; k++) {
            size_t length = strlen(names[k]);
            if (strncmp(line, names[k], length) != 0 ||
                (line[length] != ' ' && line[length] != ':'))
                continue;
            int64_t number = cgroup_read_number(line + length + 1);
            if (number != BUDGET_UNBOUND)
                values[k] = number;
        }
    fclose(file);
}

/* ---- the budget ---------------------------------------------------------- */

/* Values of memory.stat.  The name "-": that version lacks the value.  */
enum stat {
    STAT_INACTIVE,
    STAT_ACTIVE,
    STAT_DIRTY,
    STAT_WRITEBACK,
    STAT_MAPPED,
    STAT_SHMEM,
    STAT_SLAB,
    STAT_LIMIT,
    STATS
};

/* Version 1 has other names for figures that include child groups.  */
static const char *const stat_names[][STATS] = {
    [CGROUP_MEMORY] = {"total_inactive_file", "total_active_file",
                       "total_dirty", "total_writeback", "total_mapped_file",
                       "total_shmem", "-", "hierarchical_memory_limit"},
    [CGROUP_UNIFIED] = {"inactive_file", "active_file", "file_dirty",
                        "file_writeback", "file_mapped", "shmem",
                        "slab_reclaimable", "-"}};

/* Bytes of memory in use that the kernel can reclaim, by STATS, an array with
   the indices of enum stat: clean, unmapped page cache and half of the
   reclaimable slabs.  Shared memory is no page cache of files, although it is
   mapped alike; a mapped file is a running program.  */
static int64_t cgroup_reclaimable(const int64_t *stats)
{
    int64_t mapped = stats[STAT_MAPPED] > stats[STAT_SHMEM]
                         ? stats[STAT_MAPPED] - stats[STAT_SHMEM]
                         : 0;
    int64_t cache = stats[STAT_INACTIVE] + stats[STAT_ACTIVE] -
                    stats[STAT_DIRTY] - stats[STAT_WRITEBACK] - mapped;
    return (cache > 0 ? cache : 0) + stats[STAT_SLAB] / 2;
}

/* Lower BOUND to LIMIT minus the use, at least 0.  The use is the number in the
   file USAGE of GROUP minus BACK, the reclaimable part, at least 0.  The origin
   is BY with " of the cgroup" or, if GROUP is a parent, " of a cgroup above".
   No effect if BOUND is not higher, if LIMIT is BUDGET_UNBOUND, or if USAGE is
   unreadable.  Changes errno.  */
static void cgroup_lower(struct budget_bound *bound, const struct cgroup *group,
                         const char *by, int64_t limit, const char *usage,
                         int64_t back)
{
    int64_t used = cgroup_read_file(group, usage);
    if (limit != BUDGET_UNBOUND && used != BUDGET_UNBOUND)
        budget_lower(bound, limit - (used > back ? used - back : 0), by,
                     group->own ? " of the cgroup" : " of a cgroup above");
}

/* Lower BOUND to the memory that GROUP, not of CGROUP_PIDS, has left: the
   smallest difference of a limit and its use, where reclaimable memory is not
   counted as used.  BOUND stays if lower.  Version 2 has two limits.
   Version 1 has three: of memory, of memory and swap, and until 5.15 of kernel
   memory, which has no page cache; memory.stat there has the lowest limit of
   memory of GROUP and its parents, mounted or not.  */
static void bound_memory(const struct cgroup *group, struct budget_bound *bound)
{
    static const struct {
        enum cgroup_kind kind;
        const char *limit, *usage;
        bool has_cache;
    } limits[] = {
        {CGROUP_UNIFIED, "memory.max", "memory.current", true},
        /* Above "high" the kernel throttles the group and kills no process.  */
        {CGROUP_UNIFIED, "memory.high", "memory.current", true},
        {CGROUP_MEMORY, "memory.limit_in_bytes", "memory.usage_in_bytes", true},
        {CGROUP_MEMORY, "memory.memsw.limit_in_bytes",
         "memory.memsw.usage_in_bytes", true},
        {CGROUP_MEMORY, "memory.kmem.limit_in_bytes",
         "memory.kmem.usage_in_bytes", false},
    };
    int64_t stats[STATS] = {[STAT_LIMIT] = BUDGET_UNBOUND};
    figures_read(group->folder, "memory.stat", stat_names[group->kind], STATS,
                 stats);
    int64_t cache = cgroup_reclaimable(stats);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (limits[i].kind == group->kind)
            cgroup_lower(bound, group, limits[i].limit,
                         cgroup_read_file(group, limits[i].limit),
                         limits[i].usage, limits[i].has_cache ? cache : 0);
    cgroup_lower(bound, group, "hierarchical_memory_limit", stats[STAT_LIMIT],
                 "memory.usage_in_bytes", cache);
}

void budget_lower(struct budget_bound *bound, int64_t left, const char *by,
                  const char *source)
{
    if (left >= bound->left)
        return;
    bound->left = left > 0 ? left : 0;
    snprintf(bound->by, sizeof bound->by, "%s%s", by, source);
}

void cgroups_bound(const struct cgroups *groups, struct budget *budget)
{
    for (size_t i = 0; i < groups->count; i++) {
        const struct cgroup *group = &groups->list[i];
        if (group->kind != CGROUP_PIDS)
            bound_memory(group, &budget->memory);
        if (group->kind != CGROUP_MEMORY)
            cgroup_lower(&budget->processes, group, "pids.max",
                         cgroup_read_file(group, "pids.max"), "pids.current",
                         0);
    }
}

void meminfo_bound(const char *root, struct budget *budget)
{
    static const char *const names[] = {"MemAvailable"};
    int64_t kib = BUDGET_UNBOUND;
    figures_read(root, "proc/meminfo", names, 1, &kib);
    if (kib < BUDGET_UNBOUND / 1024)
        budget_lower(&budget->memory, kib * 1024, "the host", "");
}

int64_t cgroups_oom_kills(const struct cgroups *groups)
{
    static const char *const names[] = {"oom_kill"};
    int64_t kills = -1;
    for (size_t i = 0; i < groups->count && kills < 0; i++) {
        const struct cgroup *group = &groups->list[i];
        if (group->own && group->kind != CGROUP_PIDS)
            figures_read(group->folder,
                         group->kind == CGROUP_UNIFIED ? "memory.events"
                                                       : "memory.oom_control",
                         names, 1, &kills);
    }
    return kills;
}
