/* fill.h - fill listen queues with connections, many side by side
   SPDX-License-Identifier: GPL-3.0-or-later

   One filling is one listener that nobody accepts from, and clients that
   connect to it one after another until one is not let in.  What comes out is
   counted on connections alone; what the kernel says of the queue is noted
   beside it and decides nothing.  */

#ifndef PROBES_QUEUE_FILL_H
#define PROBES_QUEUE_FILL_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "sonde.h"

/* As many clients as one filling may have.  Each takes memory of the kernel's
   (base/budget.h); and beyond half of the
   28,000 local ports that Linux has for one destination, it looks for a free
   one ever longer: 12,000 take half a second, 16,000 take four.  */
enum { CLIENTS_MAX = 12288 };

/* What the client saw for whom there was no room.  */
enum overflow {
    OVERFLOW_NONE,    /* never came to that */
    OVERFLOW_SILENCE, /* nothing, for as long as we waited */
    OVERFLOW_REFUSED, /* ECONNREFUSED */
    OVERFLOW_RESET,   /* connected, then reset */
    OVERFLOW_ERROR    /* another errno: overflow_error */
};

/* What of ours stopped a filling: its figures are not the host's.  */
enum limit {
    LIMIT_NONE,
    LIMIT_DESCRIPTORS, /* RLIMIT_NOFILE */
    LIMIT_PORTS,       /* no local port was left for a client */
    LIMIT_FILES,       /* ENFILE: the whole host's */
    LIMIT_MEMORY,      /* ENOBUFS, ENOMEM */
    LIMIT_BUDGET,      /* the memory that may be taken (base/budget.h) */
    LIMIT_CLIENTS,     /* CLIENTS_MAX */
    LIMIT_TIME         /* the host did not answer on a free listener either */
};

enum fill_state {
    FILL_WAITING, /* for its turn */
    FILL_GOING,   /* it can connect more clients */
    FILL_PENDING, /* its last client is not connected yet */
    FILL_EXPIRED, /* and has been silent for the whole wait */
    FILL_DONE
};

struct fill {
    /* asked for */
    int family; /* AF_INET, AF_INET6 or AF_UNIX */
    int backlog;
    bool deferred; /* keep handshakes open: see defer.h */
    /* Where the clients connect from; of length 0, the system chooses.  */
    struct sonde_address source;
    /* found out, once DONE */
    long effective; /* the kernel's word on the backlog in force, or -1 */
    long queued;    /* its word on the queue when full, or -1 */
    long client;    /* connections the clients saw complete and stay */
    long accepted;  /* connections accept returned */
    /* If deferred: clients connected that neither accept returned nor, by the
       second, the kernel counts as waiting for it; the second may be -1.  */
    long incomplete, incomplete_told;
    enum overflow overflow;
    int overflow_error;
    /* The next client was turned away while the queue had room, as the kernel
       counts: by somebody in between, or what was sent got lost.  Then no
       figure is the host's.  */
    bool disturbed;
    enum limit limit;
    int error;          /* a call that has to work failed: errno, */
    const char *failed; /*   and which */
    /* For LIMIT_BUDGET: whose memory it is, as it was then.  */
    struct budget_bound memory;
    /* the filling's own */
    int64_t need; /* connections reserved for it, both queues; 0: not known */
    enum fill_state state;
    int listener;
    int *clients;
    size_t count, capacity;
    long drops; /* of the listener before the last client, or -1 */
    int pending;
    int64_t since; /* when the pending client began, by monotonic_ms */
};

/* A filling not begun, of a queue as it comes; and FILL as it was before it
   began.  */
struct fill fill_new(int family, int backlog);
struct fill fill_again(const struct fill *fill);

/* How many connections FILL takes, by the kernel's word on the backlog in force
   or else by the one asked for; 0 if neither tells.  No count depends on it. */
int64_t fill_need(const struct fill *fill);

/* What of ours ran out, if ERROR, an errno, tells that; else LIMIT_NONE.  */
enum limit limit_of(int error);

/* Run the COUNT fillings of LIST, as many side by side as there are
   descriptors and memory for, each client being given WAIT milliseconds; a
   queue for which there is not enough memory is not filled.  DONE is called
   as each ends, with its index and DATA, and returns false to stop it all.
   WATCH is a descriptor that ends it when it turns readable or in error.

   Nothing stays open.  Returns true if all were run.  */
bool fill_all(struct fill *list, size_t count, int wait, int watch,
              bool (*done)(size_t index, void *data), void *data);

#endif /* PROBES_QUEUE_FILL_H */
