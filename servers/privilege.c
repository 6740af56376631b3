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

#include "servers/capability.h"
#include "servers/privilege.h"

int privilege_find(const char *name, struct identity *identity)
{
    errno = 0;
    const struct passwd *found = getpwnam(name);
    if (!found)
        return -1;
    *identity = (struct identity){name, found->pw_uid, found->pw_gid};
    return 0;
}

/* ---- groups -------------------------------------------------------------- */

struct groups {
    gid_t *list;
    int count;
};

static bool groups_hold(const struct groups *groups, gid_t group)
{
    for (int i = 0; i < groups->count; i++)
        if (groups->list[i] == group)
            return true;
    return false;
}

/* The supplementary groups of this process.  The caller frees the list.
   Returns 0, or -1 with errno.  */
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

/* The groups that IDENTITY has by the system's lists.  The caller frees the
   list.  Returns 0, or -1 with errno.  */
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

/* Move the groups of HELD that ALLOWED holds to the front.  Returns how many
   there are.  */
static int groups_keep(struct groups *held, const struct groups *allowed)
{
    int kept = 0;
    for (int i = 0; i < held->count; i++)
        if (groups_hold(allowed, held->list[i])) {
            gid_t group = held->list[i];
            held->list[i] = held->list[kept];
            held->list[kept++] = group;
        }
    return kept;
}

/* Drop the groups of HELD that ALLOWED does not hold.  */
static int groups_drop(struct groups *held, const struct groups *allowed,
                       const char *name, char *why, size_t size)
{
    int kept = groups_keep(held, allowed);
    if (kept == held->count || !setgroups((GROUP_COUNT_T)kept, held->list))
        return 0;
    snprintf(why, size,
             "supplementary group %lu is not one of %s's and cannot be "
             "dropped: %s",
             (unsigned long)held->list[kept], name, strerror(errno));
    return -1;
}

/* Whether all groups of this process are among ALLOWED.  */
static int groups_check(const struct groups *allowed, char *why, size_t size)
{
    struct groups held = {0};
    int result = groups_of_process(&held);
    if (result)
        snprintf(why, size, "cannot read the supplementary groups back: %s",
                 strerror(errno));
    for (int i = 0; !result && i < held.count; i++)
        if (!groups_hold(allowed, held.list[i])) {
            snprintf(why, size, "supplementary group %lu is left",
                     (unsigned long)held.list[i]);
            result = -1;
        }
    free(held.list);
    return result;
}

/* ---- user ---------------------------------------------------------------- */

static bool is_identity(const struct identity *identity)
{
    return getuid() == identity->user && geteuid() == identity->user &&
           getgid() == identity->group && getegid() == identity->group;
}

/* Say which CALL failed, and why IDENTITY cannot be had.  Returns -1.  */
static int privilege_refused(const struct identity *identity, const char *call,
                             char *why, size_t size)
{
    const char *error = strerror(errno);
    if (errno == EPERM && geteuid() != 0 && geteuid() == identity->user)
        snprintf(why, size,
                 "the group of this process is %lu, %s has %lu, and %s cannot "
                 "change it: %s",
                 (unsigned long)getegid(), identity->name,
                 (unsigned long)identity->group, call, error);
    else
        snprintf(why, size, "%s: %s%s", call, error,
                 errno == EINVAL  ? "; this user namespace has no such id"
                 : errno != EPERM ? ""
                 : geteuid() != 0 ? "; only root can become another user"
                                  : "; this root lacks the privilege (on Linux "
                                    "CAP_SETUID and CAP_SETGID)");
    return -1;
}

/* Keep no supplementary group but that of IDENTITY.  Root of a user namespace
   may lack setgroups alone (user_namespaces(7)), which does no harm as long as
   there is no group to drop.  */
static int groups_set(const struct identity *identity, char *why, size_t size)
{
    struct groups held = {0}, own = {(gid_t[]){identity->group}, 1};
    if (!setgroups(1, own.list))
        return 0;
    if (geteuid() != 0 || groups_of_process(&held)) {
        free(held.list);
        return privilege_refused(identity, "setgroups", why, size);
    }
    int result = groups_drop(&held, &own, identity->name, why, size);
    free(held.list);
    return result;
}

/* Become IDENTITY, with its group alone.  */
static int privilege_become(const struct identity *identity, char *why,
                            size_t size)
{
    /* In this order: only the former user may do all three.  */
    if (groups_set(identity, why, size))
        return -1;
    if (setgid(identity->group))
        return privilege_refused(identity, "setgid", why, size);
    if (setuid(identity->user))
        return privilege_refused(identity, "setuid", why, size);
    return 0;
}

/* This process is IDENTITY: drop the groups that IDENTITY has not.  */
static int privilege_stay(const struct identity *identity, char *why,
                          size_t size)
{
    struct groups held = {0}, allowed = {0};
    int result = 0;
    if (groups_of_process(&held) || groups_of_user(identity, &allowed)) {
        snprintf(why, size, "cannot look up the groups of %s: %s",
                 identity->name, strerror(errno));
        result = -1;
    }
    if (!result)
        result = groups_drop(&held, &allowed, identity->name, why, size);
    if (!result)
        result = groups_check(&allowed, why, size);
    free(held.list);
    free(allowed.list);
    return result;
}

/* Whether a way back is still open: by the saved user or group, which every
   system honours but not every system lets one read, or by a capability.
   FORMER is the group from before.  */
static bool can_return(const struct identity *identity, gid_t former)
{
    if (identity->user == 0)
        return false;
    if (!setuid(0) || !seteuid(0))
        return true;
    return former != identity->group && (!setgid(former) || !setegid(former));
}

int privilege_drop(const struct identity *identity, char *why, size_t size)
{
    gid_t former = getgid();
    bool was_identity = is_identity(identity);
    struct groups own = {(gid_t[]){identity->group}, 1};
    if ((was_identity ? privilege_stay : privilege_become)(identity, why, size))
        return -1;
    if (!was_identity && groups_check(&own, why, size))
        return -1;
    if (identity->user != 0 && capability_drop()) {
        snprintf(why, size, "cannot drop capabilities: %s", strerror(errno));
        return -1;
    }
    if (!is_identity(identity)) {
        snprintf(why, size, "user or group is another one afterwards");
        return -1;
    }
    if (can_return(identity, former)) {
        snprintf(why, size, "the process can still return to root");
        return -1;
    }
    return 0;
}
