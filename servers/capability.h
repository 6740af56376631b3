/* capability.h - Linux capabilities (capabilities(7))
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_CAPABILITY_H
#define SERVERS_CAPABILITY_H 1

/* Drop all capabilities of the calling thread, ambient capabilities included,
   and check the result.  Hides: capabilities are Linux's.  Returns 0, as on
   systems without capabilities, where nothing is done; -1 with errno: EPERM,
   some are left; any errno of capget and capset.  */
int capability_drop(void);

#endif /* SERVERS_CAPABILITY_H */
