/* poller.h - the poller, its table of descriptors, and its back ends
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#ifndef SONDE_POLLER_H
#define SONDE_POLLER_H 1

#include "private.h"

/* The maximum of descriptors found by one wait; the next wait finds more.  */
enum { sonde__batch = 256 };

/* The state of a descriptor; the descriptor is the index in the table.  */
struct sonde__slot {
    void *data;
    unsigned interest; /* watched for */
    unsigned ready;    /* found, and not yet taken */
    int watched;       /* added, and not yet removed */
    int always;        /* refused by the back end, and always ready */
    size_t place;      /* index in the list of poll */
};

/* A back end.  All functions that return int return 0, or -1 with errno.  */
struct sonde__poller_way {
    /* open, unless NULL, acquires the resources of the back end, close releases
       them.  */
    int (*open)(struct sonde_poller *);
    void (*close)(struct sonde_poller *);
    /* Change the watched events of FD, which has a slot, from FROM, in force,
       to TO, another value.  0: not watched.  On failure FROM stays in
       force.  */
    int (*change)(struct sonde_poller *, int fd, unsigned from, unsigned to);
    /* Wait once, up to MILLISECONDS (0: do not wait; -1: no limit), and call
       sonde__poller_found for each ready descriptor.  0 also if none is ready.
       EINTR: interrupted by a signal.  */
    int (*wait)(struct sonde_poller *, int milliseconds);
};

struct sonde_poller {
    const struct sonde__poller_way *way;
    struct sonde__slot *slots;
    size_t slot_count;
    int found[sonde__batch];   /* descriptors that are ready */
    size_t found_count, taken; /* the first TAKEN have been returned */
    size_t always_count;       /* descriptors that are always ready */
    int fd;                    /* of epoll and kqueue */
    struct sonde__row row;     /* of waits cut short: many short waits, one
                                  after another, must not spin */
    pid_t owner;         /* of kqueue: the process that opened the queue */
    struct pollfd *list; /* of poll */
    /* list_room: entries allocated; list_next: where the next wait starts.  */
    size_t list_count, list_room, list_next;
};

extern const struct sonde__poller_way sonde__poller_poll;
#ifdef HAVE_EPOLL
extern const struct sonde__poller_way sonde__poller_epoll;
#endif
#ifdef HAVE_KQUEUE
extern const struct sonde__poller_way sonde__poller_kqueue;
#endif

/* The slot of FD if FD is watched, or NULL.  Valid until the next
   sonde__poller_make_slot.  */
struct sonde__slot *sonde__poller_slot(struct sonde_poller *poller, int fd);

/* Enlarge the table so that FD, not negative, has a slot.  The table may move.
   Returns 0, or -1 with ENOMEM.  */
int sonde__poller_make_slot(struct sonde_poller *poller, int fd);

/* Note in the batch of POLLER that FD is readable (IN), writable (OUT), or hung
   up or in error (FAILED), which counts as both.  Events that FD is not watched
   for are ignored; events of an FD already in the batch are merged; without
   room in the batch an event is left to the next wait.  */
void sonde__poller_found(struct sonde_poller *poller, int fd, int in, int out,
                         int failed);

#endif /* SONDE_POLLER_H */
