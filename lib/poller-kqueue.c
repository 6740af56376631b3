/* poller-kqueue.c - the poller by kqueue: the BSDs, macOS
   SPDX-License-Identifier: LGPL-2.1-or-later

   Reading and writing are two filters, each added and deleted by a separate
   call, so that an error belongs to one call.  A filter reports a descriptor
   hung up or in error by itself (EV_EOF).  */

#include <config.h>

#include <errno.h>
#include <sys/types.h>

#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include "poller.h"

/* Open the queue of POLLER, close-on-exec.  Returns 0, or -1 with errno.  */
static int open_kqueue(struct sonde_poller *poller)
{
    poller->fd = kqueue();
    if (poller->fd < 0)
        return -1;
    if (sonde__set_flags(poller->fd, SONDE_CLOEXEC))
        return sonde__close_failed(poller->fd);
    poller->owner = getpid();
    return 0;
}

/* Close the queue, but only in the process that opened the queue: a forked
   child inherits no queue, and the number may be another descriptor there.  */
static void close_kqueue(struct sonde_poller *poller)
{
    if (poller->owner == getpid())
        sonde__close(poller->fd);
}

static const struct kevent reading = {.filter = EVFILT_READ};
static const struct kevent writing = {.filter = EVFILT_WRITE};

/* Add the filter of EVENT for FD if ON is not 0, else delete the filter.
   Returns 0, or -1 with the errno of kevent.  */
static int poller_kqueue_set(struct sonde_poller *poller, int fd,
                             struct kevent event, unsigned on)
{
    event.ident = (uintptr_t)fd;
    event.flags = on ? EV_ADD : EV_DELETE;
    return kevent(poller->fd, &event, 1, NULL, 0, NULL) < 0 ? -1 : 0;
}

/* Change the watched events of FD from FROM to TO; SONDE_EXCLUSIVE is ignored.
   Returns 0, or -1 with errno, and FROM in force: if the second of two filters
   fails, the first is restored.  */
static int poller_kqueue_change(struct sonde_poller *poller, int fd,
                                unsigned from, unsigned to)
{
    unsigned changed = from ^ to;
    if (changed & SONDE_READABLE &&
        poller_kqueue_set(poller, fd, reading, to & SONDE_READABLE))
        return -1;
    if (changed & SONDE_WRITABLE &&
        poller_kqueue_set(poller, fd, writing, to & SONDE_WRITABLE)) {
        int saved = errno;
        if (changed & SONDE_READABLE)
            poller_kqueue_set(poller, fd, reading, from & SONDE_READABLE);
        errno = saved;
        return -1;
    }
    return 0;
}

/* Wait once, up to MILLISECONDS (-1: no limit), and note ready descriptors,
   sonde__batch at most, in POLLER.  Returns 0, or -1 with errno; EINTR: by a
   signal.  */
static int wait_kqueue(struct sonde_poller *poller, int milliseconds)
{
    struct kevent events[sonde__batch];
    struct timespec limit = {.tv_sec = milliseconds / 1000,
                             .tv_nsec = milliseconds % 1000 * 1000000};
    int count = kevent(poller->fd, NULL, 0, events, sonde__batch,
                       milliseconds < 0 ? NULL : &limit);
    for (int i = 0; i < count; i++)
        sonde__poller_found(poller, (int)events[i].ident,
                            events[i].filter == EVFILT_READ,
                            events[i].filter == EVFILT_WRITE, 0);
    return count < 0 ? -1 : 0;
}

const struct sonde__poller_way sonde__poller_kqueue = {
    .open = open_kqueue,
    .close = close_kqueue,
    .change = poller_kqueue_change,
    .wait = wait_kqueue,
};
