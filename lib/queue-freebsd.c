/* queue-freebsd.c - the queue of a listening socket on FreeBSD
   SPDX-License-Identifier: LGPL-2.1-or-later

   Three options of listening sockets of any family.  The limit is the backlog
   after the cap; connections are refused above 3/2 of it.  Most incomplete ones
   are in the SYN cache and not counted.  Compiled, not run.  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_queue(int fd, struct sonde_queue *queue)
{
    int saved = errno;
    int listens = 0, queued, backlog, incomplete;
    if (sonde__get_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens))
        return -1;
    if (!listens)
        return sonde__fail(EINVAL);
    if (sonde__get_option(fd, SOL_SOCKET, SO_LISTENQLEN, &queued) ||
        sonde__get_option(fd, SOL_SOCKET, SO_LISTENQLIMIT, &backlog) ||
        sonde__get_option(fd, SOL_SOCKET, SO_LISTENINCQLEN, &incomplete))
        return sonde__fail(errno == ENOPROTOOPT ? ENOTSUP : errno);
    *queue = (struct sonde_queue){queued, backlog, incomplete, -1};
    errno = saved;
    return 0;
}
