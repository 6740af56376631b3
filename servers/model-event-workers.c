/* model-event-workers.c - the event model in several processes
   SPDX-License-Identifier: GPL-3.0-or-later

   Each worker polls the same listen sockets and its own clients.  The kernel
   wakes one of the idle workers (SONDE_EXCLUSIVE), and a worker that has
   accepted, and has more clients than the average, goes to the end of the line:
   so clients are spread evenly, and no client waits for a worker that is
   busy.

   --max-clients is a total, by the shares of the pool.  For --max-per-source
   shared memory has slots for each worker, one for each client, so that the
   clients of a worker that ends are known.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "servers/workers.h"

/* EVENT_WORKER_BATCH: clients that a worker accepts before it lets another
   worker do so.  SOURCES_MAX: the default of --max-clients with
   --max-per-source.  */
enum { EVENT_WORKER_BATCH = 8, SOURCES_MAX = 65536 };

struct event_workers {
    struct worker_pool pool;
    /* With --max-per-source: ROOM slots for each worker, of which the first
       USED have ever been in use.  */
    struct source_slot *slots;
    atomic_uint *used;
    size_t room, bytes;
};

/* The first slot of WORKER.  */
static struct source_slot *workers_slots(const struct event_workers *data,
                                         size_t worker)
{
    return data->slots + worker * data->room;
}

/* The slot of WORKER with SOURCE, or with SOURCE 0 a free slot; NULL if there
   is none.  If all slots used so far are full, the free slot is the first never
   used, and counts as used from now on.  */
static struct source_slot *workers_find_slot(struct event_workers *data,
                                             size_t worker, uint64_t source)
{
    struct source_slot *slots = workers_slots(data, worker);
    size_t used = data->used[worker];
    for (size_t i = 0; i < used; i++)
        if (source_slot_get(&slots[i]) == source)
            return &slots[i];
    if (source != 0 || used == data->room)
        return NULL;
    data->used[worker]++;
    return &slots[used];
}

/* The clients of SOURCE at all workers.  */
static long workers_count_source(const struct event_workers *data,
                                 uint64_t source)
{
    long count = 0;
    for (size_t worker = 0; worker < data->pool.size; worker++) {
        struct source_slot *slots = workers_slots(data, worker);
        size_t used = data->used[worker];
        for (size_t i = 0; i < used; i++)
            count += source_slot_get(&slots[i]) == source;
    }
    return count;
}

/* Fill a slot of this worker with SOURCE, then count.  Returns false with
   EDQUOT, and frees the slot, beyond --max-per-source; with ENOBUFS without a
   slot.  SOURCE 0 is admitted, and fills none.  In this order two clients that
   come at once may both be rejected, but never both accepted.  */
static bool event_workers_admit(struct server *server, uint64_t source)
{
    struct event_workers *data = server->model_data;
    if (source == 0)
        return true;
    struct source_slot *slot = workers_find_slot(data, data->pool.self, 0);
    if (!slot) {
        errno = ENOBUFS;
        return false;
    }
    source_slot_set(slot, source);
    if (workers_count_source(data, source) <= server->options->max_per_source)
        return true;
    source_slot_set(slot, 0);
    errno = EDQUOT;
    return false;
}

/* Free a slot of this worker with SOURCE, unless 0: a client has left.  */
static void event_workers_leave(struct server *server, uint64_t source)
{
    struct event_workers *data = server->model_data;
    struct source_slot *slot =
        source ? workers_find_slot(data, data->pool.self, source) : NULL;
    if (slot)
        source_slot_set(slot, 0);
}

/* The clients of all workers, 0 without a pool; at most the maximum, which the
   count may exceed for a moment, until a client is found to be one too many. */
static long event_workers_busy(struct server *server)
{
    const struct worker_pool *pool = server->pool;
    long count = pool ? workers_clients(server) : 0;
    return pool && pool->max > 0 && count > pool->max ? pool->max : count;
}

/* Callback of the pool, ended: the worker SELF has ended, and the clients of
   SELF have left.  Free the slots of SELF, for the next worker of this number.
   Without --max-per-source there are no slots, and nothing is done.  */
static void event_workers_ended(struct server *server, size_t self)
{
    struct event_workers *data = server->model_data;
    size_t used = data->slots ? data->used[self] : 0;
    for (size_t i = 0; i < used; i++)
        source_slot_set(&workers_slots(data, self)[i], 0);
}

/* The model of a worker's loop: as that of the event model.  */
static struct model worker_loop;

/* Map MAX slots, all free, for each of COUNT workers, in memory shared with the
   workers.  Returns 0, or -1 with errno.  */
static int event_workers_allocate(struct event_workers *data, size_t count,
                                  long max)
{
    data->room = (size_t)max;
    data->bytes =
        count * (data->room * sizeof *data->slots + sizeof *data->used);
    void *shared = mmap(NULL, data->bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANON, -1, 0);
    if (shared == MAP_FAILED)
        return -1;
    data->slots = shared;
    data->used = (void *)(data->slots + count * data->room);
    return 0;
}

/* Allocate and start the workers, if there are listen sockets.  With
   --max-per-source and no maximum of clients the maximum is SOURCES_MAX.
   Returns 0, or -1 with errno; event_workers_end follows in both cases.  */
static int event_workers_begin(struct server *server)
{
    if (server->listeners.count == 0) /* an inherited connection alone */
        return 0;
    struct event_workers *data = calloc(1, sizeof *data);
    size_t count = (size_t)server->options->workers;
    bool has_sources = server->options->max_per_source > 0;
    if (!data)
        return -1;
    server->model_data = data;
    worker_loop = model_event;
    worker_loop.batch = EVENT_WORKER_BATCH;
    worker_loop.admit = event_workers_admit;
    worker_loop.leave = event_workers_leave;
    worker_loop.busy = event_workers_busy;
    worker_loop.stop = workers_retire;
    data->pool = (struct worker_pool){
        .model = &worker_loop,
        .max = server->max == 0 && has_sources ? SOURCES_MAX : server->max,
        .has_total = true,
        .datagrams = true,
        .ended = event_workers_ended,
    };
    if (has_sources && event_workers_allocate(data, count, data->pool.max))
        return -1;
    if (workers_prepare(server, &data->pool, count))
        return -1;
    return workers_start(server);
}

/* Kill the remaining workers, which are not reaped, count their clients as cut
   off, and free what event_workers_begin allocated; nothing if there is no
   allocation.  model_end clears server->model_data.  */
static void event_workers_end(struct server *server)
{
    struct event_workers *data = server->model_data;
    if (!data)
        return;
    workers_end(server);
    if (data->slots)
        munmap(data->slots, data->bytes);
    free(data);
}

const struct model model_event_workers = {
    .forks = true,
    .batch = 64,
    .begin = event_workers_begin,
    .tick = workers_tick,
    .busy = event_workers_busy,
    .stop = workers_stop,
    .cut = workers_cut,
    .end = event_workers_end,
};
