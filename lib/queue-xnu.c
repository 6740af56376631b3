/* queue-xnu.c - the queue of a listening socket on macOS
   SPDX-License-Identifier: LGPL-2.1-or-later

   The list of all TCP sockets has the counts, and needs no privilege; the
   socket is found by its address.  Compiled, not run.  */

#include <config.h>

#include <errno.h>

#include "xnu-pcblist.h"

int sonde_queue(int fd, struct sonde_queue *queue)
{
    int saved = errno;
    struct sonde_address local;
    struct sonde_inherited what;
    size_t size = 0;
    if (sonde_inherited(fd, &what))
        return sonde__fail(errno == ENOTCONN ? EINVAL : errno);
    if (sonde_address_local(fd, &local))
        return -1;
    if (what.family != AF_INET && what.family != AF_INET6)
        return sonde__fail(ENOTSUP);
    if (what.role != SONDE_LISTENER)
        return sonde__fail(EINVAL);
    void *list = sonde__sysctl_list("net.inet.tcp.pcblist_n", &size);
    if (!list)
        return -1;
    int result = sonde__xnu_queue(list, size, &local, queue);
    if (!result)
        errno = saved;
    sonde__free(list);
    return result;
}
