/* backlog.c - the queue length a server wants
   SPDX-License-Identifier: LGPL-2.1-or-later

   What N given to listen() lets wait, kernel by kernel, is tabulated in
   doc/portability.md and simulated in tests/unit/test-backlog.c.  No known
   kernel queues fewer than N for an N from 1 to its cap and to
   sonde__sys.backlog_max, so N itself is the smallest argument that is right
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

/* Since FreeBSD 15 a jail with a network stack of its own has a cap of its own,
   which has the same name.  Whether this is one is told, what it is called is
   not.  */
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
