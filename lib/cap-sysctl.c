/* cap-sysctl.c - the cap of listen queues, on the BSDs and macOS
   SPDX-License-Identifier: LGPL-2.1-or-later

   The setting is kern.ipc.soacceptqueue since FreeBSD 10.0, kern.ipc.somaxconn
   before, and on DragonFly and macOS.  OpenBSD has kern.somaxconn, and numbers
   instead of names.  NetBSD has no setting: the cap is SOMAXCONN of the
   kernel's headers.  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include <sys/sysctl.h>

#include "private.h"

#ifdef KERN_SOMAXCONN
static const char *const names[] = {"kern.somaxconn"};

/* Read the cap NAME, one of the table names, into *VALUE.  Returns 0, or -1
   with the errno of sysctl, or with ENOENT if NAME is not in the table.  */
static int read_setting(const char *name, int *value)
{
    int number[2] = {CTL_KERN, KERN_SOMAXCONN};
    size_t size = sizeof *value;
    if (strcmp(name, names[0]) != 0)
        return sonde__fail(ENOENT);
    return sysctl(number, 2, value, &size, NULL, 0);
}
#else
static const char *const names[] = {"kern.ipc.soacceptqueue",
                                    "kern.ipc.somaxconn"};

/* Read the sysctl NAME, an int, into *VALUE.  Returns 0, or -1 with the errno
   of sysctlbyname, ENOENT: no such sysctl.  */
static int read_setting(const char *name, int *value)
{
    size_t size = sizeof *value;
    return sysctlbyname(name, value, &size, NULL, 0);
}
#endif

#ifdef __NetBSD__
enum { constant = SOMAXCONN };
#else
enum { constant = -1 };
#endif

int sonde_backlog_cap(struct sonde_backlog_cap *cap)
{
    return sonde__cap_find(cap, read_setting, names,
                           sizeof names / sizeof *names, constant);
}
