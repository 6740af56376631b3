/* privilege.h - give up root for good
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVICES_PRIVILEGE_H
#define SERVICES_PRIVILEGE_H 1

#include <sys/types.h>

struct identity {
    const char *name;
    uid_t user;
    gid_t group;
};

/* Look up the user NAME.  Returns 0; -1 with errno, 0 if there is none.  */
int privilege_find(const char *name, struct identity *identity);

/* Become IDENTITY, with its group alone, and make sure that there is no way
   back.  Returns NULL, or what went wrong, as part of a sentence, with errno,
   0 if that says nothing.  */
const char *privilege_drop(const struct identity *identity);

#endif /* SERVICES_PRIVILEGE_H */
