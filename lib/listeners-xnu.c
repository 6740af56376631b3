/* listeners-xnu.c - every listening TCP socket of macOS
   SPDX-License-Identifier: LGPL-2.1-or-later

   The same list as in queue-xnu.c.  Compiled, not run.  */

#include <config.h>

#include <errno.h>

#include "xnu-pcblist.h"

struct filter {
    int family;
    sonde_listener_each *each;
    void *data;
};

/* Pass LISTENER to the function of the filter DATA, if of the wanted family.
   Returns the result of the function: not 0 stops the list; or 0.  */
static int listeners_xnu_pass(const struct sonde_listener *listener, void *data)
{
    const struct filter *filter = data;
    return listener->address.storage.ss_family == filter->family
               ? filter->each(listener, filter->data)
               : 0;
}

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data)
{
    int saved = errno;
    size_t size = 0;
    struct filter filter = {family, each, data};
    if (family != AF_INET && family != AF_INET6)
        return sonde__fail(family == AF_UNIX ? ENOTSUP : EAFNOSUPPORT);
    void *list = sonde__sysctl_list("net.inet.tcp.pcblist_n", &size);
    if (!list)
        return -1;
    int result = sonde__xnu_each(list, size, listeners_xnu_pass, &filter);
    if (!result)
        errno = saved;
    sonde__free(list);
    return result;
}
