/* cap-sysctl.c - the cap of listen queues, on the BSDs and macOS
   SPDX-License-Identifier: LGPL-2.1-or-later

   FreeBSD names it kern.ipc.soacceptqueue since 10.0, kern.ipc.somaxconn
   before, as do DragonFly and macOS; NetBSD kern.somaxconn; OpenBSD has
   numbers instead of names.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <sys/types.h>

#include <sys/sysctl.h>

#include "private.h"

#ifdef KERN_SOMAXCONN
static const char *const names[] = {"kern.somaxconn"};

static int read_setting(const char *name, int *value)
{
    (void)name;
    int number[2] = {CTL_KERN, KERN_SOMAXCONN};
    size_t size = sizeof *value;
    return sysctl(number, 2, value, &size, NULL, 0);
}
#else
static const char *const names[] = {"kern.ipc.soacceptqueue",
                                    "kern.ipc.somaxconn", "kern.somaxconn"};

static int read_setting(const char *name, int *value)
{
    size_t size = sizeof *value;
    return sysctlbyname(name, value, &size, NULL, 0);
}
#endif

int sonde_backlog_cap(struct sonde_backlog_cap *cap)
{
    int saved = errno;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int value;
        if (read_setting(names[i], &value))
            continue;
        cap->value = value;
        snprintf(cap->setting, sizeof cap->setting, "%s", names[i]);
        snprintf(cap->scope, sizeof cap->scope, "host");
        errno = saved;
        return 0;
    }
    if (errno == ENOENT)
        errno = ENOTSUP;
    return -1;
}
