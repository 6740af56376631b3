/* cgroup.c - memory and processes left by the control groups
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cgroup.h"

/* Max lines read of a file, further lines are ignored; a host with very many
   containers has some ten thousand mounts.  Max bytes of a value, and of the
   name of a file.  */
enum { LINES_MAX = 100000, VALUE_MAX = 64 };
/* More bytes than any memory; sums of a few cannot overflow.  A number from
   here on counts as no limit.  */
static const int64_t NUMBER_MAX = BUDGET_UNBOUND / 8;

/* ---- finding the folders ------------------------------------------------- */

/* The paths of the three kinds of group in /proc/self/cgroup, each with the
   leading slash and allocated; NULL if the process is in no such group.  */
struct paths {
    char *of[CGROUP_UNIFIED + 1];
};

/* Whether WORD is one of the words, separated by commas, in the COUNT bytes
   LIST.  */
static bool list_has(const char *list, size_t count, const char *word)
{
    size_t length = strlen(word);
    const char *end = list + count;
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *stop = comma ? comma : end;
        if ((size_t)(stop - list) == length && !memcmp(list, word, length))
            return true;
        list = stop + 1;
    }
    return false;
}

/* The state of cgroups_find.  */
struct search {
    struct cgroups *groups;
    const char *root;
    struct paths paths;
};

/* Keep the path in a LINE of /proc/self/cgroup, "4:memory:/path", "0::/path",
   for each kind of group that the line is about.  The first path of a kind
   stays; other lines are ignored.  The path is not escaped and may contain
   colons.  Returns 0, or -1 with ENOMEM.  */
static int take_path(struct search *search, char *line)
{
    struct paths *paths = &search->paths;
    const char *controllers = strchr(line, ':');
    const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path || path[1] != '/')
        return 0;
    size_t length = (size_t)(path - ++controllers);
    const bool is[] = {
        [CGROUP_MEMORY] = list_has(controllers, length, "memory"),
        [CGROUP_PIDS] = list_has(controllers, length, "pids"),
        [CGROUP_UNIFIED] = length == 0 && !strncmp(line, "0:", 2),
    };
    for (int kind = 0; kind <= CGROUP_UNIFIED; kind++) {
        if (!is[kind] || paths->of[kind])
            continue;
        paths->of[kind] = strdup(path + 1);
        if (!paths->of[kind])
            return -1;
    }
    return 0;
}

/* Replace the escapes of mountinfo in TEXT in place: a blank is \040.  */
static void cgroup_unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        bool octal = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' &&
                     from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
                     from[3] <= '7';
        int value = *from;
        if (octal)
            value =
                (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
        *to = (char)value;
        from += octal ? 4 : 1;
    }
    *to = '\0';
}

struct mount {
    char *root, *point;
    const char *type, *options; /* the file system's, not the mount's; OPTIONS
                                   is NULL if there are none */
};

/* Split a LINE of /proc/self/mountinfo, "31 23 0:28 ROOT POINT rw shared:1 -
   TYPE SOURCE OPTIONS"; the fields before the dash vary in number.  LINE is
   modified, and *MOUNT points into LINE.  Returns false if LINE has another
   form; then *MOUNT is undefined.  */
static bool cgroup_read_mount(char *line, struct mount *mount)
{
    char *save, *dash = strstr(line, " - ");
    if (!dash)
        return false;
    *dash = '\0';
    for (int i = 0; i < 3; i++)
        if (!strtok_r(i ? NULL : line, " ", &save))
            return false;
    mount->root = strtok_r(NULL, " ", &save);
    mount->point = strtok_r(NULL, " ", &save);
    mount->type = strtok_r(dash + 3, " ", &save);
    if (!mount->point || !mount->type || !strtok_r(NULL, " ", &save))
        return false;
    mount->options = strtok_r(NULL, " ", &save);
    cgroup_unescape(mount->root);
    cgroup_unescape(mount->point);
    return true;
}

/* Whether MOUNT is the hierarchy of version 2 (CGROUP_UNIFIED), or a hierarchy
   of version 1 with the controller KIND.  */
static bool is_mount_of(const struct mount *mount, enum cgroup_kind kind)
{
    static const char *const names[] = {
        [CGROUP_MEMORY] = "memory", [CGROUP_PIDS] = "pids"};
    if (kind == CGROUP_UNIFIED)
        return !strcmp(mount->type, "cgroup2");
    return !strcmp(mount->type, "cgroup") && mount->options &&
           list_has(mount->options, strlen(mount->options), names[kind]);
}

/* The end of PATH below ROOT, the group that is mounted: "/child", or empty if
   PATH is ROOT; NULL if PATH is in another group.  */
static const char *cgroup_below(const char *root, const char *path)
{
    size_t length = strcmp(root, "/") ? strlen(root) : 0;
    if (strncmp(root, path, length) != 0)
        return NULL;
    path += length;
    return *path == '/' || *path == '\0' ? path : NULL;
}

static bool has_kind(const struct cgroups *groups, enum cgroup_kind kind)
{
    for (size_t i = 0; i < groups->count; i++)
        if (groups->list[i].kind == kind)
            return true;
    return false;
}

/* Add to GROUPS the folder REST below POINT, of a group of KIND, and its
   parents up to POINT; ROOT is put before the paths.  The folder is the own
   group if GROUPS has no other folder of KIND.  A path longer than
   CGROUP_PATH_MAX is omitted, and so are folders beyond CGROUPS_MAX: no error.
   Returns 0; or -1 with ENOMEM, and the folders added before stay.  */
static int add_folders(struct cgroups *groups, enum cgroup_kind kind,
                       const char *root, const char *point, const char *rest)
{
    char text[CGROUP_PATH_MAX];
    size_t min = strlen(root) + strlen(point);
    int length = snprintf(text, sizeof text, "%s%s%s", root, point, rest);
    if (length < 0 || (size_t)length >= sizeof text)
        return 0;
    for (size_t end = (size_t)length; groups->count < CGROUPS_MAX;) {
        while (end > min && text[end - 1] == '/')
            end--;
        text[end] = '\0';
        struct cgroup *group = &groups->list[groups->count];
        *group = (struct cgroup){kind, !has_kind(groups, kind), strdup(text)};
        if (!group->folder)
            return -1;
        groups->count++;
        if (end <= min)
            return 0;
        while (end > min && text[end - 1] != '/')
            end--;
    }
    return 0;
}

/* Add the folders of each kind of group mounted by LINE of mountinfo.  The
   first mount that shows the own group of a kind counts.  Other lines are
   ignored.  LINE is modified.  Returns 0, or -1 with ENOMEM.  */
static int take_mount(struct search *search, char *line)
{
    struct cgroups *groups = search->groups;
    const struct paths *paths = &search->paths;
    struct mount mount;
    if (!cgroup_read_mount(line, &mount))
        return 0;
    for (int kind = 0; kind <= CGROUP_UNIFIED; kind++) {
        if (!paths->of[kind] || has_kind(groups, (enum cgroup_kind)kind) ||
            !is_mount_of(&mount, (enum cgroup_kind)kind))
            continue;
        const char *rest = cgroup_below(mount.root, paths->of[kind]);
        if (rest && add_folders(groups, (enum cgroup_kind)kind, search->root,
                                mount.point, rest))
            return -1;
    }
    return 0;
}

/* Open FOLDER/NAME for reading.  Returns NULL with the errno of fopen, or with
   ENAMETOOLONG.  */
static FILE *open_below(const char *folder, const char *name)
{
    char path[CGROUP_PATH_MAX + VALUE_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return fopen(path, "r");
}

/* Read the next line of FILE, without its newline, into *LINE, a buffer of
   getline that the caller frees.  Returns false at the end of FILE or after an
   error.  */
static bool cgroup_next_line(FILE *file, char **line, size_t *size)
{
    ssize_t length = getline(line, size, file);
    if (length > 0 && (*line)[length - 1] == '\n')
        (*line)[length - 1] = '\0';
    return length >= 0;
}

/* Call TAKE for each line of the file NAME below the root, up to the first call
   that does not return 0.  Lines beyond LINES_MAX are ignored, and a read error
   ends the file.  Returns 0; the result of that call; or -1 with errno if the
   file cannot be opened.  */
static int cgroup_take_lines(struct search *search, const char *name,
                             int (*take)(struct search *search, char *line))
{
    char *line = NULL;
    size_t size = 0;
    int failed = 0;
    FILE *file = open_below(search->root, name);
    if (!file)
        return -1;
    for (int i = 0; i < LINES_MAX && !failed; i++) {
        if (!cgroup_next_line(file, &line, &size))
            break;
        failed = take(search, line);
    }
    free(line);
    fclose(file);
    return failed;
}

int cgroups_find(struct cgroups *groups, const char *root)
{
    struct search search = {.groups = groups, .root = root};
    *groups = (struct cgroups){.count = 0};
    int failed =
        cgroup_take_lines(&search, "proc/self/cgroup", take_path) ||
                cgroup_take_lines(&search, "proc/self/mountinfo", take_mount)
            ? -1
            : 0;
    int error = errno;
    for (int kind = 0; kind <= CGROUP_UNIFIED; kind++)
        free(search.paths.of[kind]);
    if (failed) {
        cgroups_free(groups);
        errno = error;
    }
    return failed;
}

void cgroups_free(struct cgroups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        free(groups->list[i].folder);
    groups->count = 0;
}

/* ---- reading figures ----------------------------------------------------- */

/* The number at the beginning of TEXT; BUDGET_UNBOUND for "max", for text that
   is no number, for a negative number, and for the "no limit" of version 1, the
   largest number of whole pages.  Changes errno.  */
static int64_t cgroup_read_number(const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || errno || number < 0 || number >= NUMBER_MAX)
        return BUDGET_UNBOUND;
    return number;
}

/* The number at the beginning of the file NAME of GROUP; BUDGET_UNBOUND if
   there is none, or if the file cannot be read.  */
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

/* Read the numbers of the COUNT NAMES from lines "name number" or "name:
   number" into VALUES, up to the end of FILE or LINES_MAX lines.  A value
   without a line or number stays.  */
static void cgroup_read_lines(FILE *file, const char *const *names,
                              size_t count, int64_t *values)
{
    char line[256];
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
}

/* Read VALUES from the file NAME of GROUP by cgroup_read_lines.  All values
   stay if the file cannot be opened.  */
static void read_stat(const struct cgroup *group, const char *name,
                      const char *const *names, size_t count, int64_t *values)
{
    FILE *file = open_below(group->folder, name);
    if (!file)
        return;
    cgroup_read_lines(file, names, count, values);
    fclose(file);
}

/* ---- memory -------------------------------------------------------------- */

/* Values of memory.stat, in the order of the names below.  The name "-" matches
   no line: that version lacks the value.  */
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

static const char *const unified_names[STATS] = {
    "inactive_file", "active_file", "file_dirty",       "file_writeback",
    "file_mapped",   "shmem",       "slab_reclaimable", "-"};
/* Version 1 has other names for figures that include child groups.  */
static const char *const first_names[STATS] = {"total_inactive_file",
                                               "total_active_file",
                                               "total_dirty",
                                               "total_writeback",
                                               "total_mapped_file",
                                               "total_shmem",
                                               "-",
                                               "hierarchical_memory_limit"};

/* Bytes of memory in use that the kernel can reclaim: clean, unmapped page
   cache and half of the reclaimable slabs.  Shared memory is no page cache of
   files, although it is mapped alike; a mapped file is a running program.  */
static int64_t cgroup_reclaimable(const int64_t *stats)
{
    int64_t mapped = stats[STAT_MAPPED] > stats[STAT_SHMEM]
                         ? stats[STAT_MAPPED] - stats[STAT_SHMEM]
                         : 0;
    int64_t cache = stats[STAT_INACTIVE] + stats[STAT_ACTIVE] -
                    stats[STAT_DIRTY] - stats[STAT_WRITEBACK] - mapped;
    return (cache > 0 ? cache : 0) + stats[STAT_SLAB] / 2;
}

/* Lower BOUND to LEFT, at least 0, with BY followed by WHOSE as the source.  A
   BOUND that is not higher than LEFT stays.  */
static void cgroup_lower(struct budget_bound *bound, int64_t left,
                         const char *by, const char *whose)
{
    if (left >= bound->left)
        return;
    bound->left = left > 0 ? left : 0;
    snprintf(bound->by, sizeof bound->by, "%s%s", by, whose);
}

/* The end of the name of a source: GROUP, as part of a sentence.  */
static const char *cgroup_whose(const struct cgroup *group)
{
    return group->own ? " of the cgroup" : " of a cgroup above";
}

/* LIMIT minus USED, of which BACK is reclaimable; negative if LIMIT is
   exceeded.  BUDGET_UNBOUND if LIMIT or USED is.  */
static int64_t left_of(int64_t limit, int64_t used, int64_t back)
{
    if (limit == BUDGET_UNBOUND || used == BUDGET_UNBOUND)
        return BUDGET_UNBOUND;
    return limit - (used > back ? used - back : 0);
}

/* Lower BOUND to the memory that GROUP, of version 2, has left.  */
static void bound_unified(const struct cgroup *group,
                          struct budget_bound *bound)
{
    /* Above "high" the kernel throttles the group and kills no process.  */
    static const char *const limits[] = {"memory.max", "memory.high"};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        int64_t stats[STATS] = {0};
        int64_t limit = cgroup_read_file(group, limits[i]);
        if (limit == BUDGET_UNBOUND)
            continue;
        read_stat(group, "memory.stat", unified_names, STATS, stats);
        cgroup_lower(bound,
                     left_of(limit, cgroup_read_file(group, "memory.current"),
                             cgroup_reclaimable(stats)),
                     limits[i], cgroup_whose(group));
    }
}

/* Lower BOUND to the memory that GROUP, of version 1, has left.  Version 1 has
   three limits: of memory, of memory and swap, and until 5.15 of kernel memory
   without page cache.  The limits of parent groups, mounted or not, are in
   memory.stat.  */
static void bound_first(const struct cgroup *group, struct budget_bound *bound)
{
    static const struct {
        const char *limit, *usage;
        bool has_cache;
    } limits[] = {
        {"memory.limit_in_bytes", "memory.usage_in_bytes", true},
        {"memory.memsw.limit_in_bytes", "memory.memsw.usage_in_bytes", true},
        {"memory.kmem.limit_in_bytes", "memory.kmem.usage_in_bytes", false},
    };
    int64_t stats[STATS] = {[STAT_LIMIT] = BUDGET_UNBOUND};
    read_stat(group, "memory.stat", first_names, STATS, stats);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        int64_t limit = cgroup_read_file(group, limits[i].limit);
        if (limit == BUDGET_UNBOUND)
            continue;
        cgroup_lower(
            bound,
            left_of(limit, cgroup_read_file(group, limits[i].usage),
                    limits[i].has_cache ? cgroup_reclaimable(stats) : 0),
            limits[i].limit, cgroup_whose(group));
    }
    cgroup_lower(bound,
                 left_of(stats[STAT_LIMIT],
                         cgroup_read_file(group, limits[0].usage),
                         cgroup_reclaimable(stats)),
                 "hierarchical_memory_limit", cgroup_whose(group));
}

/* ---- the budget ---------------------------------------------------------- */

void cgroups_bound(const struct cgroups *groups, struct budget *budget)
{
    for (size_t i = 0; i < groups->count; i++) {
        const struct cgroup *group = &groups->list[i];
        if (group->kind == CGROUP_UNIFIED)
            bound_unified(group, &budget->memory);
        else if (group->kind == CGROUP_MEMORY)
            bound_first(group, &budget->memory);
        if (group->kind == CGROUP_MEMORY)
            continue;
        cgroup_lower(&budget->processes,
                     left_of(cgroup_read_file(group, "pids.max"),
                             cgroup_read_file(group, "pids.current"), 0),
                     "pids.max", cgroup_whose(group));
    }
}

void meminfo_bound(const char *root, struct budget *budget)
{
    static const char *const names[] = {"MemAvailable"};
    int64_t kib = BUDGET_UNBOUND;
    FILE *file = open_below(root, "proc/meminfo");
    if (!file)
        return;
    cgroup_read_lines(file, names, 1, &kib);
    fclose(file);
    if (kib < BUDGET_UNBOUND / 1024)
        cgroup_lower(&budget->memory, kib * 1024, "the host", "");
}

int64_t cgroups_oom_kills(const struct cgroups *groups)
{
    static const char *const names[] = {"oom_kill"};
    int64_t kills = BUDGET_UNBOUND;
    for (size_t i = 0; i < groups->count && kills == BUDGET_UNBOUND; i++) {
        const struct cgroup *group = &groups->list[i];
        if (group->own && group->kind != CGROUP_PIDS)
            read_stat(group,
                      group->kind == CGROUP_UNIFIED ? "memory.events"
                                                    : "memory.oom_control",
                      names, 1, &kills);
    }
    return kills == BUDGET_UNBOUND ? -1 : kills;
}
