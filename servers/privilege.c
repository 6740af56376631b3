/* privilege.c - give up root for good
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "servers/log.h"
#include "servers/privilege.h"

int privilege_find(const char *name, struct identity *identity)
{
    char *end;
    errno = 0;
    const struct passwd *found = getpwnam(name);
    int error = errno; /* strtoul may set errno, too */
    unsigned long number = strtoul(name, &end, 10);
    if (!found && *name >= '0' && *name <= '9' && !*end &&
        number == (uid_t)number) {
        errno = 0;
        found = getpwuid((uid_t)number);
        error = errno;
    }
    /* For an unknown user POSIX has no errno; systems have ENOENT or ESRCH.  */
    if (!found)
        return log_line("--user %s: %s", name,
                        error && error != ENOENT && error != ESRCH
                            ? strerror(error)
                            : "no such user");
    *identity =
        (struct identity){.user = found->pw_uid, .group = found->pw_gid};
    snprintf(identity->name, sizeof identity->name, "%s", found->pw_name);
    return 0;
}

/* ---- groups -------------------------------------------------------------- */

struct groups {
    gid_t *list;
    int count;
};

/* Whether GROUP is one of GROUPS.  */
static bool groups_have(const struct groups *groups, gid_t group)
{
    for (int i = 0; i < groups->count; i++)
        if (groups->list[i] == group)
            return true;
    return false;
}

/* Read the supplementary groups of this process into GROUPS, which is all zero.
   Returns 0, or -1 with errno; the caller frees the list in each case.  */
static int groups_of_process(struct groups *groups)
{
    int count = getgroups(0, NULL);
    if (count < 0)
        return -1;
    groups->list = malloc(((size_t)count + 1) * sizeof *groups->list);
    if (!groups->list)
        return -1;
    groups->count = count ? getgroups(count, groups->list) : 0;
    return groups->count < 0 ? -1 : 0;
}

/* Read the groups of IDENTITY, by the system's lists, its own group included,
   into GROUPS, which is all zero.  Returns 0, or -1 with errno, ERANGE: more
   than 65536; the caller frees the list in each case.  */
static int groups_of_user(const struct identity *identity,
                          struct groups *groups)
{
    for (int room = 64; room <= 65536; room *= 4) {
        gid_t *list = realloc(groups->list, (size_t)room * sizeof *list);
        if (!list)
            return -1;
        groups->list = list;
        groups->count = room;
        /* A gid_t is as large as an int where the list is of int.  */
        if (getgrouplist(identity->name, (GROUPLIST_T)identity->group,
                         (GROUPLIST_T *)list, &groups->count) >= 0)
            return 0;
    }
    errno = ERANGE;
    return -1;
}

/* Move the groups of HELD that ALLOWED has to the front.  Returns how many.  */
static int groups_keep(struct groups *held, const struct groups *allowed)
{
    int kept = 0;
    for (int i = 0; i < held->count; i++)
        if (groups_have(allowed, held->list[i])) {
            gid_t group = held->list[i];
            held->list[i] = held->list[kept];
            held->list[kept++] = group;
        }
    return kept;
}

/* Let the process drop those of its supplementary groups HELD that are not in
   ALLOWED.  HELD is reordered: the kept groups come first.  If there is none to
   drop, the groups of the process are not set.  NAME, the user, is for the log.
   Returns 0, or -1 with the reason in the log.  */
static int groups_drop(struct groups *held, const struct groups *allowed,
                       const char *name)
{
    int kept = groups_keep(held, allowed);
    if (kept == held->count || !setgroups((GROUP_COUNT_T)kept, held->list))
        return 0;
    return log_line("--user %s: supplementary group %lu is not one of %s's and "
                    "cannot be dropped: %s",
                    name, (unsigned long)held->list[kept], name,
                    strerror(errno));
}

/* Check that all supplementary groups of this process are in ALLOWED.  NAME,
   the user, is for the log.  Returns 0; or -1 with the reason in the log, also
   if the groups cannot be read.  */
static int groups_check(const struct groups *allowed, const char *name)
{
    struct groups held = {0};
    int result = groups_of_process(&held);
    if (result)
        log_line("--user %s: cannot read the supplementary groups back: %s",
                 name, strerror(errno));
    for (int i = 0; !result && i < held.count; i++)
        if (!groups_have(allowed, held.list[i]))
            result = log_line("--user %s: supplementary group %lu is left",
                              name, (unsigned long)held.list[i]);
    free(held.list);
    return result;
}

/* ---- user ---------------------------------------------------------------- */

/* Whether the real and effective user and group are those of IDENTITY.  */
static bool identity_is_current(const struct identity *identity)
{
    return getuid() == identity->user && geteuid() == identity->user &&
           getgid() == identity->group && getegid() == identity->group;
}

/* Log that CALL, to become IDENTITY, failed with errno, and the likely cause.
   Returns -1.  */
static int privilege_refused(const struct identity *identity, const char *call)
{
    const char *error = strerror(errno);
    if (errno == EPERM && geteuid() != 0 && geteuid() == identity->user)
        return log_line("--user %s: the group of this process is %lu, %s has "
                        "%lu, and %s cannot change it: %s",
                        identity->name, (unsigned long)getegid(),
                        identity->name, (unsigned long)identity->group, call,
                        error);
    return log_line("--user %s: %s: %s%s", identity->name, call, error,
                    errno == EINVAL  ? "; this user namespace has no such id"
                    : errno != EPERM ? ""
                    : geteuid() != 0
                        ? "; only root can become another user"
                        : "; this root lacks the privilege (on Linux "
                          "CAP_SETUID and CAP_SETGID)");
}

/* Keep no supplementary group but the group of IDENTITY.  If setgroups fails,
   with any errno, root alone may go on, and only without a group to drop: root
   of a user namespace may lack setgroups alone (user_namespaces(7)).  Returns
   0, or -1 with the reason in the log.  */
static int groups_set(const struct identity *identity)
{
    struct groups held = {0}, own = {(gid_t[]){identity->group}, 1};
    if (!setgroups(1, own.list))
        return 0;
    int error = errno;
    bool is_let_off = geteuid() == 0 && !groups_of_process(&held);
    errno = error;
    int result = is_let_off ? groups_drop(&held, &own, identity->name)
                            : privilege_refused(identity, "setgroups");
    free(held.list);
    return result;
}

/* Become IDENTITY, with its group alone.  Returns 0; or -1 with the reason in
   the log, and the supplementary groups and the group may be changed.  */
static int privilege_become(const struct identity *identity)
{
    /* In this order: only the former user may do all three.  */
    if (groups_set(identity))
        return -1;
    if (setgid(identity->group))
        return privilege_refused(identity, "setgid");
    if (setuid(identity->user))
        return privilege_refused(identity, "setuid");
    return 0;
}

/* The process has the user of IDENTITY: read the groups of this user into
   ALLOWED, all zero, which the caller frees in each case, and drop all others.
   Returns 0, or -1 with the reason in the log.  */
static int privilege_stay(const struct identity *identity,
                          struct groups *allowed)
{
    struct groups held = {0};
    int result =
        groups_of_process(&held) || groups_of_user(identity, allowed)
            ? log_line("--user %s: cannot look up the groups of %s: %s",
                       identity->name, identity->name, strerror(errno))
            : groups_drop(&held, allowed, identity->name);
    free(held.list);
    return result;
}

/* Drop groups, become IDENTITY unless the process is IDENTITY already, and
   check the groups.  A process that becomes IDENTITY has its primary group
   alone; one that is IDENTITY keeps those of its groups that getgrouplist
   lists.  Returns 0; or -1 with the reason in the log, and the process may be
   changed in part.  */
static int privilege_set(const struct identity *identity)
{
    struct groups own = {(gid_t[]){identity->group}, 1}, listed = {0};
    bool stay = identity_is_current(identity);
    int result =
        stay ? privilege_stay(identity, &listed) : privilege_become(identity);
    if (!result)
        result = groups_check(stay ? &listed : &own, identity->name);
    free(listed.list);
    return result;
}

/* Try to return to root, by a capability or by the saved user, and to the group
   FORMER, the previous one, unless IDENTITY has that group: saved ids are not
   readable on every system.  Returns NULL if no call succeeded, and, without a
   try, if IDENTITY is root; else to what the process has returned, in words,
   and the process must end.  */
static const char *identity_try_return(const struct identity *identity,
                                       gid_t former)
{
    if (identity->user == 0)
        return NULL;
    if (!setuid(0) || !seteuid(0))
        return "root";
    return former != identity->group && (!setgid(former) || !setegid(former))
               ? "its former group"
               : NULL;
}

int privilege_drop(const struct identity *identity)
{
    gid_t former = getgid();
    const char *name = identity->name;
    if (privilege_set(identity))
        return -1;
    if (identity->user != 0 && capability_drop())
        return log_line("--user %s: cannot drop capabilities: %s", name,
                        strerror(errno));
    if (!identity_is_current(identity))
        return log_line("--user %s: user or group differs afterwards", name);
    const char *returned = identity_try_return(identity, former);
    return returned ? log_line("--user %s: the process can still return to %s",
                               name, returned)
                    : 0;
}
