/* poller-epoll.c - the poller by epoll: Linux, illumos
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <sys/epoll.h>

#include "poller.h"

/* Open the epoll descriptor of POLLER.  Returns 0, or -1 with errno.  */
static int open_epoll(struct sonde_poller *poller)
{
    poller->fd = epoll_create1(EPOLL_CLOEXEC);
    return poller->fd < 0 ? -1 : 0;
}

/* Close the epoll descriptor of POLLER.  Keeps errno.  */
static void close_epoll(struct sonde_poller *poller)
{
    sonde__close(poller->fd);
}

/* Have epoll watch FD for the events TO; 0: no longer.  FROM are the events in
   force, 0 if FD is not in the epoll set.  FROM and TO are not both 0; with
   SONDE_EXCLUSIVE in one, the other is 0, else EINVAL.  SONDE_EXCLUSIVE is
   ignored where the system lacks EPOLLEXCLUSIVE.  Returns 0, or -1 with the
   errno of epoll_ctl, and FROM in force.  */
static int poller_epoll_change(struct sonde_poller *poller, int fd,
                               unsigned from, unsigned to)
{
    struct epoll_event event = {0};
    int operation = !from ? EPOLL_CTL_ADD : to ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    event.data.fd = fd;
    if (to & SONDE_READABLE)
        event.events |= EPOLLIN;
    if (to & SONDE_WRITABLE)
        event.events |= EPOLLOUT;
#ifdef EPOLLEXCLUSIVE
    if (to & SONDE_EXCLUSIVE)
        event.events |= EPOLLEXCLUSIVE;
#endif
    return epoll_ctl(poller->fd, operation, fd, &event);
}

/* Wait once, up to MILLISECONDS (-1: no limit), and note ready descriptors,
   sonde__batch at most, in POLLER.  Returns 0, or -1 with errno; EINTR: by a
   signal.  */
static int wait_epoll(struct sonde_poller *poller, int milliseconds)
{
    struct epoll_event events[sonde__batch];
    int count = epoll_wait(poller->fd, events, sonde__batch, milliseconds);
    for (int i = 0; i < count; i++) {
        int found = (int)events[i].events;
        sonde__poller_found(poller, events[i].data.fd, found & EPOLLIN,
                            found & EPOLLOUT, found & (EPOLLHUP | EPOLLERR));
    }
    return count < 0 ? -1 : 0;
}

const struct sonde__poller_way sonde__poller_epoll = {
    .open = open_epoll,
    .close = close_epoll,
    .change = poller_epoll_change,
    .wait = wait_epoll,
};
