/* backlog.c - the argument of listen for a given queue length, and the cap
   SPDX-License-Identifier: LGPL-2.1-or-later

   The queue for listen (fd, N), kernel by kernel, is tabulated in
   doc/portability.md and simulated in tests/unit/test-backlog.c.  No known
   kernel queues fewer than N connections for an N from 1 to its cap and to
   sonde__sys.backlog_max, so N itself is the smallest argument correct
   everywhere.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "private.h"

int sonde_backlog(int wanted)
{
    if (wanted < 1)
        return 1;
    return wanted < sonde__sys.backlog_max ? wanted : sonde__sys.backlog_max;
}

/* Whether the cap of listen queues is that of one jail instead of the host.
   Since FreeBSD 15 a jail with a network stack of its own has a cap of its own,
   under the same name.  The kernel reports whether this process is in such a
   jail, but not the name of the jail.  Returns 0 also where READ cannot read
   the settings that tell this: another system, or an older kernel.  */
static int is_own_stack(sonde__setting_read *read)
{
    int release, vnet;
    return !read("kern.osreldate", &release) && release >= 1500000 &&
           !read("security.jail.vnet", &vnet) && vnet != 0;
}

int sonde__cap_find(struct sonde_backlog_cap *cap, sonde__setting_read *read,
                    const char *const *names, size_t count, long constant)
{
    int saved = errno, value;
    struct sonde_backlog_cap found = {.value = constant, .scope = "host"};
    size_t i = 0;
    while (i < count && read(names[i], &value))
        i++;
    if (i < count) {
        if (value < 0)
            return sonde__fail(EPROTO);
        found.value = value;
        snprintf(found.setting, sizeof found.setting, "%s", names[i]);
        if (is_own_stack(read))
            found.scope[0] = '\0';
    } else if (constant < 0) {
        if (errno == ENOENT)
            errno = ENOTSUP;
        return -1;
    }
    *cap = found;
    errno = saved;
    return 0;
}
