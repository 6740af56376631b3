/* privilege.h - give up root for good
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_PRIVILEGE_H
#define SERVERS_PRIVILEGE_H 1

#include <sys/types.h>

/* A user to become.  NAME is longer than any user's on the systems known.  */
struct identity {
    char name[256];
    uid_t user;
    gid_t group;
};

/* Look up the user NAME, a name or the number of a user with a name, and fill
   in IDENTITY.  Returns 0, or -1 with the reason in the log.  */
int privilege_find(const char *name, struct identity *identity);

/* Become IDENTITY for good, with the group of IDENTITY alone.  A process that
   runs as IDENTITY already keeps those of its supplementary groups that
   getgrouplist lists, and drops the others.  Where setgroups is denied, as in
   some user namespaces, a process with a group to drop is refused.
   Capabilities are dropped unless IDENTITY is root.  Then the result is read
   back: user and group, supplementary groups, capabilities; and last, unless
   IDENTITY is root, attempts to become root again, and to take the former group
   again, must fail.  To be called while there is a single thread.
   Returns 0, or -1 with the reason in the log: the process may then have lost
   some of its privileges, or have them again if a last attempt succeeded, and
   must not go on.  */
int privilege_drop(const struct identity *identity);

#endif /* SERVERS_PRIVILEGE_H */
