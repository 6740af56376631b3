/* capability.h - Linux capabilities (capabilities(7))
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_CAPABILITY_H
#define SERVERS_CAPABILITY_H 1

/* Drop all capabilities of this thread, the ambient ones included, and read
   back that none is left.  Hides: that only Linux has capabilities.
   Returns 0, also on other systems; -1 with errno: EPERM, some are left; any
   errno of capget and capset.  */
int capability_drop(void);

#endif /* SERVERS_CAPABILITY_H */
