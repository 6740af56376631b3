/* poller-poll.c - the poller by poll: everywhere
   SPDX-License-Identifier: LGPL-2.1-or-later

   The list holds the descriptors watched for an event.  Each slot has the index
   of its entry; the last entry replaces a removed entry.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "poller.h"

/* Free the list of POLLER.  */
static void close_poll(struct sonde_poller *poller)
{
    free(poller->list);
}

/* Make room for one more entry in the list, which may move.  Returns 0, or -1
   with ENOMEM and the list unchanged.  */
static int poller_poll_make_room(struct sonde_poller *poller)
{
    if (poller->list_count < poller->list_room)
        return 0;
    size_t room = 2 * poller->list_room + 16;
    struct pollfd *list = realloc(poller->list, room * sizeof *list);
    if (!list)
        return -1;
    poller->list = list;
    poller->list_room = room;
    return 0;
}

/* Add FD, which has a slot and is not in the list, to the list, without events.
   Returns 0, or -1: EBADF: FD is not open; or ENOMEM.  */
static int poller_poll_join(struct sonde_poller *poller, int fd)
{
    /* poll would report a closed descriptor only later.  */
    if (sonde__sys.fcntl(fd, F_GETFD, 0) < 0 || poller_poll_make_room(poller))
        return -1;
    poller->slots[fd].place = poller->list_count;
    poller->list[poller->list_count++] = (struct pollfd){.fd = fd};
    return 0;
}

/* Remove FD, which must be in the list; the last entry takes the place of FD.
   The slot of FD keeps the old index.  */
static void poller_poll_leave(struct sonde_poller *poller, int fd)
{
    size_t place = poller->slots[fd].place;
    struct pollfd last = poller->list[--poller->list_count];
    poller->list[place] = last;
    poller->slots[last.fd].place = place;
}

/* Have poll watch FD, which has a slot, for the events TO; 0: FD leaves the
   list.  FROM are the events in force, 0 if FD is not in the list; FROM and TO
   are not both 0.  SONDE_EXCLUSIVE is ignored.  Returns 0; or -1: EBADF or
   ENOMEM, only if FROM is 0, and FD is not in the list then.  */
static int poller_poll_change(struct sonde_poller *poller, int fd,
                              unsigned from, unsigned to)
{
    if (!to) {
        poller_poll_leave(poller, fd);
        return 0;
    }
    if (!from && poller_poll_join(poller, fd))
        return -1;
    int events = (to & SONDE_READABLE ? POLLIN : 0) |
                 (to & SONDE_WRITABLE ? POLLOUT : 0);
    poller->list[poller->slots[fd].place].events = (short)events;
    return 0;
}

/* Poll once, up to MILLISECONDS (-1: no limit), and note the ready descriptors
   in POLLER, up to a full batch; the rest is left to the next wait.  Returns 0,
   also if none is ready; or -1 with the errno of poll, ENOMEM instead of
   EAGAIN.  Each wait starts where the last wait stopped, so that the first of
   many ready descriptors do not keep the rest out.  */
static int poller_poll_wait(struct sonde_poller *poller, int milliseconds)
{
    size_t count = poller->list_count;
    int ready = sonde__sys.poll(poller->list, (nfds_t)count, milliseconds);
    if (ready < 0) {
        if (sonde__not_now(errno))
            errno = ENOMEM; /* the meaning of EAGAIN in poll */
        return -1;
    }
    size_t place = poller->list_next;
    for (size_t i = 0; i < count && ready > 0; i++, place++) {
        if (poller->found_count == sonde__batch)
            break;
        if (place >= count)
            place = 0;
        const struct pollfd *entry = &poller->list[place];
        if (!entry->revents)
            continue;
        /* A closed descriptor, too, is reported as ready.  */
        sonde__poller_found(poller, entry->fd, entry->revents & POLLIN,
                            entry->revents & POLLOUT,
                            entry->revents & (POLLHUP | POLLERR | POLLNVAL));
        ready--;
    }
    poller->list_next = place;
    return 0;
}

const struct sonde__poller_way sonde__poller_poll = {
    .close = close_poll,
    .change = poller_poll_change,
    .wait = poller_poll_wait,
};
