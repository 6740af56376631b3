/* workers.h - a pool of processes that accept from the same listen sockets
   SPDX-License-Identifier: GPL-3.0-or-later

   The workers inherit the listen sockets: with a socket for each worker
   (SO_REUSEPORT) a client could be queued for a busy worker, and clients queued
   for a worker that ends are lost.  The parent accepts nothing, and replaces
   workers that end: after a second, after failures in a row twice as long each
   time, a minute at most.  */

#ifndef SERVERS_WORKERS_H
#define SERVERS_WORKERS_H 1

#include <stdatomic.h>
#include <sys/types.h>

#include "servers/server.h"

/* What a worker has in memory shared with the parent and the other workers.  */
struct worker_share {
    atomic_int clients;    /* being served, or about to be accepted */
    atomic_int cut_off;    /* clients, set when the worker ends */
    atomic_uint served_at; /* as in struct server; 0: no event */
    atomic_int serves;     /* 0: has ended, or stops; others answer datagrams */
};

struct worker_pool {
    /* To be set by the model.  MODEL: of a worker's loop.  MAX: clients of each
       worker, or with has_total of all together; 0: any number.  ENDED: the
       worker SELF has ended, free what it had in shared memory.  */
    const struct model *model;
    long max;
    bool has_total;
    bool datagrams; /* workers answer datagrams, and the parent none */
    void (*ended)(struct server *server, size_t self);
    size_t self; /* in a worker: its number */
    size_t size; /* the number of workers; 0: nothing for them to serve */
    struct worker_share *shares;
    /* Of workers.c.  */
    pid_t *pids; /* 0: none */
    pid_t parent;
    int life[2];             /* a pipe: EOF when the parent has ended */
    struct server_watch end; /* of LIFE, in a worker */
    int64_t started_at;      /* the latest workers */
    int64_t again_at;        /* no new worker before */
    int delay;               /* from the end of a worker to AGAIN_AT */
};

/* Allocate what POOL, the caller's, all zero but for the members that the model
   sets, needs for COUNT workers, at least 1; set server->pool.  Returns 0, or
   -1 with errno; workers_end frees what was allocated.  */
int workers_prepare(struct server *server, struct worker_pool *pool,
                    size_t count);

/* Start the workers of server->pool, after workers_prepare.  From now on the
   parent accepts no streams and, with pool->datagrams, answers no datagrams;
   server->clients counts workers, without a maximum, and SIGCHLD wakes the
   loop, with the self-pipe of stop_begin.  Returns 0; or -1 with errno, and
   some workers may run until workers_end.  If fork fails, the reason is in the
   log, and server->failed is set.  */
int workers_start(struct server *server);

/* Callback of the loop of a worker, stop: other workers answer the datagrams
   from now on.  */
void workers_retire(struct server *server);

/* Callbacks of a model: tick reaps workers, and starts new ones after the
   pause, unless the server stops, and returns the milliseconds until the next
   call is due, or -1; a failed fork is logged, and repeated after a second.
   stop begins and cut ends the grace period of the workers.  Without a pool
   nothing is done.  */
int workers_tick(struct server *server);
void workers_stop(struct server *server);
void workers_cut(struct server *server);

/* Kill all workers, which are not reaped, count their clients as cut off, set
   server->pool to NULL, and free all but POOL.  Without a pool nothing is
   done.  */
void workers_end(struct server *server);

/* In a worker of a pool with a total: count a client that is about to be
   accepted.  Elsewhere count nothing, and return true.  Returns false, and
   counts nothing, if there would be more than the maximum; if two workers
   reserve the last place at the same time, both may get false.  */
bool workers_reserve(struct server *server);

/* Undo workers_reserve, as when accept fails or a client has left; elsewhere do
   nothing.  */
void workers_unreserve(struct server *server);

/* In a worker of a pool with a total: its clients beyond the average of the
   workers, rounded up; 0: no more than the average.  */
long workers_excess(const struct server *server);

/* The worker for the datagram socket number INDEX: each socket has one; when it
   has ended or stops, the next serves the socket until there is a new one.
   Without any worker the result is pool->self.  */
size_t workers_find_owner(const struct server *server, size_t index);

/* The number of clients of all workers of the pool, which SERVER has, the sum
   of their shares; 0 for a pool without a total (HAS_TOTAL), since
   workers_reserve then counts nothing.  */
long workers_clients(const struct server *server);

#endif /* SERVERS_WORKERS_H */
