/* poller.c - which descriptors are ready, by whatever the system has
   SPDX-License-Identifier: LGPL-2.1-or-later

   What is watched stands in a table indexed by descriptor, what a wait found
   in a list of descriptors.  An event is looked up in the table when it is
   taken, not when it is found: so a descriptor that was removed meanwhile, or
   removed and added anew, has none.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <sys/stat.h>

#include "poller.h"

/* In the order in which SONDE_POLLER_BEST takes them.  */
static const struct sonde__poller_way *const ways[] = {
#ifdef HAVE_EPOLL
    &sonde__poller_epoll,
#endif
#ifdef HAVE_KQUEUE
    &sonde__poller_kqueue,
#endif
    &sonde__poller_poll,
};

struct sonde_poller *sonde_poller_open(enum sonde_poller_kind kind)
{
    const struct sonde__poller_way *way = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !way; i++)
        if (kind == SONDE_POLLER_BEST || kind == ways[i]->kind)
            way = ways[i];
    if (!way) {
        errno = ENOTSUP;
        return NULL;
    }
    struct sonde_poller *poller = calloc(1, sizeof *poller);
    if (!poller)
        return NULL;
    poller->way = way;
    poller->fd = -1;
    if (way->open(poller)) {
        int saved = errno;
        free(poller);
        errno = saved;
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

const char *sonde_poller_name(const struct sonde_poller *poller)
{
    return poller->way->name;
}

/* The slot of FD if it is watched, else null with ENOENT.  */
static struct sonde__slot *find_slot(struct sonde_poller *poller, int fd)
{
    if (fd >= 0 && (size_t)fd < poller->slot_count && poller->slots[fd].watched)
        return &poller->slots[fd];
    errno = ENOENT;
    return NULL;
}

/* Make the table hold FD.  */
static int make_slot(struct sonde_poller *poller, int fd)
{
    size_t count = poller->slot_count;
    if ((size_t)fd < count)
        return 0;
    size_t more = 2 * count > (size_t)fd ? 2 * count : (size_t)fd + 16;
    if (more > SIZE_MAX / sizeof *poller->slots) {
        errno = ENOMEM;
        return -1;
    }
    struct sonde__slot *slots =
        realloc(poller->slots, more * sizeof *poller->slots);
    if (!slots)
        return -1;
    for (size_t i = count; i < more; i++)
        slots[i] = (struct sonde__slot){0};
    poller->slots = slots;
    poller->slot_count = more;
    return 0;
}

static int check_events(unsigned events)
{
    if (!(events & ~(SONDE_READABLE | SONDE_WRITABLE)))
        return 0;
    errno = EINVAL;
    return -1;
}

/* kqueue refuses character devices whose driver has no filter (macOS:
   /dev/null, /dev/zero, /dev/tty) with EINVAL.  Reading and writing them does
   not wait, and poll says that they are ready.  */
static int is_refused_device(int fd, int error)
{
    struct stat status;
    return error == EINVAL && !fstat(fd, &status) && S_ISCHR(status.st_mode);
}

/* Have FD, whose slot is SLOT, watched for EVENTS, not 0, in place of what it
   was.  */
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

/* Report those that are always ready.  They come first, so that others that are
   ready without end do not keep them out.  */
static void find_always(struct sonde_poller *poller)
{
    size_t left = poller->always_count;
    for (size_t fd = 0; fd < poller->slot_count && left > 0; fd++)
        if (poller->slots[fd].always) {
            sonde__poller_found(poller, (int)fd, sonde__whatever);
            left--;
        }
}

int sonde_poller_add(struct sonde_poller *poller, int fd, unsigned events,
                     void *user)
{
    int saved = errno;
    if (check_events(events))
        return -1;
    /* EBADF here, so that a number no descriptor has makes no table of its
       size, and one that is watched for nothing yet is looked at too.  Others
       are looked at by the way itself, without a further call.  */
    if ((fd < 0 || (size_t)fd >= poller->slot_count || events == 0) &&
        sonde__sys.fcntl(fd, F_GETFD, 0) < 0)
        return -1;
    if (find_slot(poller, fd)) {
        errno = EEXIST;
        return -1;
    }
    if (make_slot(poller, fd) || (events && poller_watch(poller, fd, events)))
        return -1;
    struct sonde__slot *slot = &poller->slots[fd];
    slot->user = user;
    slot->interest = events;
    slot->ready = 0;
    slot->watched = 1;
    errno = saved;
    return 0;
}

int sonde_poller_modify(struct sonde_poller *poller, int fd, unsigned events,
                        void *user)
{
    int saved = errno;
    struct sonde__slot *slot = find_slot(poller, fd);
    if (!slot || check_events(events))
        return -1;
    if (slot->interest != events && poller_watch(poller, fd, events))
        return -1;
    slot->user = user;
    slot->interest = events;
    slot->ready &= events;
    errno = saved;
    return 0;
}

int sonde_poller_remove(struct sonde_poller *poller, int fd)
{
    int saved = errno;
    struct sonde__slot *slot = find_slot(poller, fd);
    if (!slot)
        return -1;
    /* That fails only if FD was closed before, and then it is done.  */
    if (slot->always)
        poller->always_count--;
    else if (slot->interest)
        poller->way->change(poller, fd, slot->interest, 0);
    *slot = (struct sonde__slot){0};
    errno = saved;
    return 0;
}

void sonde__poller_found(struct sonde_poller *poller, int fd, unsigned ready)
{
    struct sonde__slot *slot = find_slot(poller, fd);
    if (!slot || !(ready & slot->interest))
        return;
    /* kqueue tells of reading and of writing apart.  */
    if (!slot->ready && poller->found_count == sonde__batch)
        return;
    if (!slot->ready)
        poller->found[poller->found_count++] = fd;
    slot->ready |= ready & slot->interest;
}

/* Drop what was found and not taken.  */
static void poller_forget(struct sonde_poller *poller)
{
    while (poller->taken < poller->found_count) {
        struct sonde__slot *slot =
            find_slot(poller, poller->found[poller->taken++]);
        if (slot)
            slot->ready = 0;
    }
    poller->taken = poller->found_count = 0;
}

int sonde_poller_wait(struct sonde_poller *poller, int timeout)
{
    int saved = errno;
    int64_t deadline = sonde_deadline(timeout);
    struct sonde__row row = {0};
    poller_forget(poller);
    for (;;) {
        find_always(poller);
        int left = poller->found_count > 0 ? 0 : sonde_deadline_left(deadline);
        int failed = poller->way->wait(poller, left);
        if (failed && errno != EINTR)
            return -1;
        if (poller->found_count > 0 || left == 0)
            break;
        /* Nothing found and no failure: epoll goes on reporting a descriptor
           that was closed, and not removed, while a duplicate is open.  */
        if (sonde__row_sleep(&row, SONDE_NEVER) && failed)
            return -1;
        if (sonde_deadline_left(deadline) == 0)
            break;
    }
    errno = saved;
    return (int)poller->found_count;
}

int sonde_poller_next(struct sonde_poller *poller, struct sonde_event *event)
{
    int saved = errno;
    while (poller->taken < poller->found_count) {
        int fd = poller->found[poller->taken++];
        struct sonde__slot *slot = find_slot(poller, fd);
        if (!slot || !slot->ready)
            continue;
        event->fd = fd;
        event->ready = slot->ready;
        event->user = slot->user;
        slot->ready = 0;
        errno = saved;
        return 1;
    }
    errno = saved;
    return 0;
}
