/* privilege.c - give up root for good
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "services/privilege.h"

int privilege_find(const char *name, struct identity *identity)
{
    errno = 0;
    const struct passwd *found = getpwnam(name);
    if (!found)
        return -1;
    *identity = (struct identity){name, found->pw_uid, found->pw_gid};
    return 0;
}

static bool is(const struct identity *identity)
{
    return getuid() == identity->user && geteuid() == identity->user &&
           getgid() == identity->group && getegid() == identity->group;
}

/* Whether a way back is still open.  Becoming root must fail, each way; so must
   the former group, of which more than one may be left.  */
static bool can_return(const struct identity *identity, gid_t former)
{
    gid_t groups[2];
    int count = getgroups(2, groups);
    if (count < 0 || count > 1 || (count == 1 && groups[0] != identity->group))
        return true;
    if (identity->user == 0)
        return false;
    if (!setuid(0) || !seteuid(0))
        return true;
    return former != identity->group && (!setgid(former) || !setegid(former));
}

const char *privilege_drop(const struct identity *identity)
{
    gid_t former = getgid();
    errno = 0;
    if (geteuid() != 0)
        return is(identity) ? NULL : "only root can become another user";
    /* In this order: the user is the one who may do the rest.  */
    if (setgroups(1, &identity->group) || setgid(identity->group) ||
        setuid(identity->user))
        return "the system refused it";
    bool closed = !can_return(identity, former);
    errno = 0; /* of the attempts, which must fail */
    if (!is(identity))
        return "the system did it by halves";
    if (!closed)
        return "there is a way back to root";
    return NULL;
}
