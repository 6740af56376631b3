/* capability-linux.c - capget and capset
   SPDX-License-Identifier: GPL-3.0-or-later

   By system calls, since libcap is no part of a C library.  Clearing
   the permitted set clears the ambient set, too (capabilities(7)).  */

#include <config.h>

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/capability.h"

enum { WORDS = 2 }; /* of 32 capabilities, in version 3 */

/* How many of the WORDS have a capability in any of the three sets: effective,
   permitted, inheritable.  0: the thread has none.  -1 with the errno of
   capget.  */
static int capability_count(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[WORDS] = {{0}};
    int count = 0;
    if (syscall(SYS_capget, &header, data))
        return -1;
    for (int i = 0; i < WORDS; i++)
        count += data[i].effective || data[i].permitted || data[i].inheritable;
    return count;
}

int capability_drop(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[WORDS] = {{0}};
    int count = capability_count();
    if (count == 0)
        return 0;
    if (count < 0 || syscall(SYS_capset, &header, none))
        return -1;
    count = capability_count();
    if (count > 0)
        errno = EPERM;
    return count == 0 ? 0 : -1;
}
