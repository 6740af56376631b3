/* poller.c - which descriptors are ready
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <sys/stat.h>

#include "poller.h"

/* The back end for SONDE_POLLER_BEST.  */
#if defined HAVE_EPOLL
#define POLLER_BEST &sonde__poller_epoll
#elif defined HAVE_KQUEUE
#define POLLER_BEST &sonde__poller_kqueue
#else
#define POLLER_BEST &sonde__poller_poll
#endif

/* How often a wait that would not sleep is repeated after EINTR.  */
enum { max_cut_short = 64 };

struct sonde_poller *sonde_poller_open(enum sonde_poller_kind kind)
{
    if (kind != SONDE_POLLER_BEST && kind != SONDE_POLLER_POLL) {
        errno = EINVAL;
        return NULL;
    }
    struct sonde_poller *poller = calloc(1, sizeof *poller);
    if (!poller)
        return NULL;
    poller->way = kind == SONDE_POLLER_POLL ? &sonde__poller_poll : POLLER_BEST;
    poller->fd = -1;
    if (poller->way->open && poller->way->open(poller)) {
        sonde__free(poller);
        return NULL;
    }
    return poller;
}

void sonde_poller_close(struct sonde_poller *poller)
{
    if (!poller)
        return;
    poller->way->close(poller);
    free(poller->slots);
    free(poller);
}

/* Whether ERROR, of the back end for FD, means a device that is always ready:
   ERROR is EINVAL, and FD is a character device.  kqueue refuses devices
   without a filter in the driver (macOS: /dev/null, /dev/zero, /dev/tty) with
   EINVAL.  Reading and writing such a device does not wait, and poll reports
   the device as ready.  May change errno.  */
static int is_refused_device(int fd, int error)
{
    struct stat status;
    return error == EINVAL && !fstat(fd, &status) && S_ISCHR(status.st_mode);
}

/* Let the back end watch FD for EVENTS instead of the interest in the slot of
   FD; 0: no longer.  FD has a slot, and EVENTS differ from the interest, which
   the caller then updates.  A character device refused by the back end is
   marked in the slot as always ready, which is success, and the back end is not
   called again for this slot.  Returns 0, or -1 with the errno of the back
   end.  */
static int poller_watch(struct sonde_poller *poller, int fd, unsigned events)
{
    struct sonde__slot *slot = &poller->slots[fd];
    if (slot->always ||
        !poller->way->change(poller, fd, slot->interest, events))
        return 0;
    int error = errno;
    if (slot->interest == 0 && events && is_refused_device(fd, error)) {
        slot->always = 1;
        poller->always_count++;
        return 0;
    }
    errno = error;
    return -1;
}

/* Put the devices that are always ready, and watched for an event, into the
   batch, as ready to read and to write, as far as watched for.  Called before
   the back end fills the batch, so that descriptors which stay ready do not
   keep the devices out.  */
static void find_always(struct sonde_poller *poller)
{
    size_t left = poller->always_count;
    for (size_t fd = 0; fd < poller->slot_count && left > 0; fd++)
        if (poller->slots[fd].always) {
            sonde__poller_found(poller, (int)fd, 1, 1, 0);
            left--;
        }
}

/* Whether EVENTS, 0 included, are known, and SONDE_EXCLUSIVE does not stand
   alone.  */
static int poller_may_watch(unsigned events)
{
    return !(events & ~(SONDE_READABLE | SONDE_WRITABLE | SONDE_EXCLUSIVE)) &&
           events != SONDE_EXCLUSIVE;
}

int sonde_poller_add(struct sonde_poller *poller, int fd, unsigned events,
                     void *data)
{
    int saved = errno;
    if (!poller_may_watch(events))
        return sonde__fail(EINVAL);
    /* EBADF here: a number without a descriptor must not enlarge the table, and
       a descriptor watched for no event is not checked by the back end, which
       checks the rest without a further call.  */
    if ((fd < 0 || (size_t)fd >= poller->slot_count || events == 0) &&
        sonde__sys.fcntl(fd, F_GETFD, 0) < 0)
        return -1;
    if (sonde__poller_slot(poller, fd))
        return sonde__fail(EEXIST);
    if (sonde__poller_make_slot(poller, fd) ||
        (events && poller_watch(poller, fd, events)))
        return -1;
    struct sonde__slot *slot = &poller->slots[fd];
    slot->data = data;
    slot->interest = events;
    slot->ready = 0;
    slot->watched = 1;
    errno = saved;
    return 0;
}

int sonde_poller_modify(struct sonde_poller *poller, int fd, unsigned events,
                        void *data)
{
    int saved = errno;
    struct sonde__slot *slot = sonde__poller_slot(poller, fd);
    if (!slot)
        return sonde__fail(ENOENT);
    if (!poller_may_watch(events))
        return sonde__fail(EINVAL);
    /* epoll cannot modify an entry with EPOLLEXCLUSIVE.  */
    if (slot->interest && events && slot->interest != events &&
        (slot->interest | events) & SONDE_EXCLUSIVE)
        return sonde__fail(EINVAL);
    if (slot->interest != events && poller_watch(poller, fd, events))
        return -1;
    slot->data = data;
    slot->interest = events;
    slot->ready &= events;
    errno = saved;
    return 0;
}

int sonde_poller_remove(struct sonde_poller *poller, int fd)
{
    int saved = errno;
    struct sonde__slot *slot = sonde__poller_slot(poller, fd);
    if (!slot)
        return sonde__fail(ENOENT);
    /* A failure means that FD was closed before: already removed.  */
    if (slot->always)
        poller->always_count--;
    else if (slot->interest)
        poller->way->change(poller, fd, slot->interest, 0);
    *slot = (struct sonde__slot){0};
    errno = saved;
    return 0;
}

int sonde_poller_wait(struct sonde_poller *poller, int timeout)
{
    int saved = errno;
    int64_t deadline = sonde_deadline(timeout);
    struct sonde_event dropped;
    while (sonde_poller_next(poller, &dropped))
        continue;
    poller->taken = poller->found_count = 0;
    /* POSIX knows no negative timeout of poll but -1.  */
    for (int left = timeout < 0 ? -1 : timeout;;
         left = sonde_deadline_left(deadline)) {
        find_always(poller);
        if (poller->found_count > 0)
            left = 0;
        int failed = poller->way->wait(poller, left);
        if (failed && errno != EINTR)
            return -1;
        if (poller->found_count > 0) {
            poller->row.failures = 0;
            break;
        }
        /* A pending signal may interrupt even a wait of 0: the descriptors were
           not checked.  */
        if (left == 0 && failed &&
            sonde__row_count(&poller->row) < max_cut_short)
            continue;
        if (left == 0)
            break;
        /* Nothing found and no failure: epoll still reports a descriptor that
           was closed, but not removed, while a duplicate is open.  Without a
           deadline sonde__row_sleep would give up, and not sleep.  */
        int64_t until =
            failed || deadline != SONDE_NEVER ? deadline : sonde_deadline(1000);
        if (sonde__row_sleep(&poller->row, until)) {
            poller->row.failures = 0; /* the next wait sleeps as long */
            return -1;
        }
        if (!failed && sonde_deadline_left(deadline) == 0)
            break;
    }
    errno = saved;
    return (int)poller->found_count;
}

int sonde_poller_next(struct sonde_poller *poller, struct sonde_event *event)
{
    while (poller->taken < poller->found_count) {
        int fd = poller->found[poller->taken++];
        struct sonde__slot *slot = sonde__poller_slot(poller, fd);
        if (!slot || !slot->ready)
            continue;
        event->fd = fd;
        event->ready = slot->ready;
        event->data = slot->data;
        slot->ready = 0;
        return 1;
    }
    return 0;
}
