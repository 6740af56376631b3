/* queue-freebsd.c - the queue of a listening socket on FreeBSD
   SPDX-License-Identifier: LGPL-2.1-or-later

   Three options of every listening socket, of any family.  The limit is the
   backlog after the cap: connections are refused above 3/2 of the limit.
   Incomplete connections are mostly in the SYN cache and not counted here.
   Compiled, not run.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* Read the option NAME of the socket FD into *FIGURE.  Returns 0, or -1 with
   the errno of getsockopt.  */
static int queue_freebsd_ask(int fd, int name, long *figure)
{
    int value = 0;
    if (sonde__get_option(fd, SOL_SOCKET, name, &value))
        return -1;
    *figure = value;
    return 0;
}

int sonde_queue(int fd, struct sonde_queue *queue)
{
    int saved = errno;
    struct sonde_queue found = {-1, -1, -1, -1};
    long listens = 0;
    if (queue_freebsd_ask(fd, SO_ACCEPTCONN, &listens))
        return -1;
    if (!listens) {
        errno = EINVAL;
        return -1;
    }
    if (queue_freebsd_ask(fd, SO_LISTENQLEN, &found.queued) ||
        queue_freebsd_ask(fd, SO_LISTENQLIMIT, &found.backlog) ||
        queue_freebsd_ask(fd, SO_LISTENINCQLEN, &found.incomplete)) {
        if (errno == ENOPROTOOPT)
            errno = ENOTSUP;
        return -1;
    }
    *queue = found;
    errno = saved;
    return 0;
}
