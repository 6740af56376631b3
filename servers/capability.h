/* capability.h - the parts of root's power that a process may hold singly
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_CAPABILITY_H
#define SERVERS_CAPABILITY_H 1

/* Drop all capabilities of this thread, the ambient ones included, and read
   back that none is left.  Hides: that only Linux has them.
   Returns 0, also where there are none; -1 with errno: EPERM, some are left;
   any errno of capget and capset.  */
int capability_drop(void);

#endif /* SERVERS_CAPABILITY_H */
