/* capability.h - drop the capabilities of a process
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_CAPABILITY_H
#define BASE_CAPABILITY_H 1

/* Drop all capabilities of the calling thread, ambient capabilities included,
   and check the result; a thread without capabilities makes one system call.
   Hides: capabilities are Linux's (capabilities(7)).
   Returns 0, as on systems without capabilities, where nothing is done; -1 with
   errno: EPERM, some are left; any errno of capget and capset.  */
int capability_drop(void);

#endif /* BASE_CAPABILITY_H */
