/* model-prefork.c - processes that wait for clients, one after the other each
   SPDX-License-Identifier: GPL-3.0-or-later

   The parent answers datagrams.  Shared memory has a slot for each worker: the
   source of the worker's client.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "servers/workers.h"

/* Values of a slot besides sources: no client, and a client without a source,
   64 one bits.  */
enum { FREE = 0 };
static const uint64_t unnamed = UINT64_MAX;

struct prefork_data {
    struct worker_pool pool;
    struct source_slot *slots; /* of each worker */
    size_t size;
};

/* The worker's own slot.  */
static struct source_slot *slot_own(struct prefork_data *data)
{
    return &data->slots[data->pool.self];
}

/* Fill the worker's slot with SOURCE, then count.  Returns false with EDQUOT,
   and frees the slot, beyond --max-per-source; otherwise true, and the slot
   stays filled.  In this order two clients that come at once may both be
   rejected, but never both accepted.  SOURCE 0 is admitted, and fills no
   slot.  */
static bool prefork_admit(struct server *server, uint64_t source)
{
    struct prefork_data *data = server->model_data;
    long count = 0;
    if (source == 0)
        return true;
    source_slot_set(slot_own(data), source);
    for (size_t i = 0; i < data->size; i++)
        count += source_slot_get(&data->slots[i]) == source;
    if (count <= server->options->max_per_source)
        return true;
    source_slot_set(slot_own(data), FREE);
    errno = EDQUOT;
    return false;
}

/* Serve CLIENT as model_iterative does, to the end, close CLIENT and count the
   client off.  Meanwhile the source of CLIENT fills the worker's slot.  */
static void prefork_serve(struct server *server,
                          const struct server_client *client)
{
    struct prefork_data *data = server->model_data;
    source_slot_set(slot_own(data), client->source ? client->source : unnamed);
    model_iterative.serve(server, client);
    source_slot_set(slot_own(data), FREE);
}

/* The number of clients of all workers, by the slots.  A worker counts its own
   client also before the slot is filled.  */
static long prefork_busy(struct server *server)
{
    struct prefork_data *data = server->model_data;
    long count = 0;
    for (size_t i = 0; i < data->size; i++)
        count += source_slot_get(&data->slots[i]) != FREE;
    if (server->is_child && source_slot_get(slot_own(data)) == FREE)
        count += server->clients;
    return count;
}

/* The worker number WORKER has ended: free its slot.  */
static void prefork_free_slot(struct server *server, size_t worker)
{
    struct prefork_data *data = server->model_data;
    source_slot_set(&data->slots[worker], FREE);
}

/* The model of a worker's loop.  */
static const struct model worker_model = {
    .waits = true,
    .batch = 1,
    .admit = prefork_admit,
    .serve = prefork_serve,
    .busy = prefork_busy,
};

/* Whether SERVER has a listen socket of a stream.  */
static bool has_streams(const struct server *server)
{
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].role == SONDE_LISTENER)
            return true;
    return false;
}

/* Start workers if there are streams.  In any case the parent accepts no
   streams, and has no maximum of clients.  Returns 0, or -1 with errno;
   prefork_end follows in both cases.  */
static int prefork_begin(struct server *server)
{
    struct prefork_data *data = calloc(1, sizeof *data);
    size_t size = (size_t)server->options->workers;
    if (!data)
        return -1;
    server->model_data = data;
    server->no_streams = true;
    server->max = 0;
    if (!has_streams(server))
        return 0;
    data->pool.model = &worker_model;
    data->pool.ended = prefork_free_slot;
    void *shared = mmap(NULL, size * sizeof *data->slots,
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (shared == MAP_FAILED)
        return -1;
    data->slots = shared;
    data->size = size;
    if (workers_prepare(server, &data->pool, size))
        return -1;
    return workers_start(server);
}

/* Kill the remaining workers, which are not reaped, count their clients as cut
   off, and free what prefork_begin allocated; nothing if there is no
   allocation.  model_end clears server->model_data.  */
static void prefork_end(struct server *server)
{
    struct prefork_data *data = server->model_data;
    if (!data)
        return;
    workers_end(server);
    if (data->slots)
        munmap(data->slots, data->size * sizeof *data->slots);
    free(data);
}

const struct model model_prefork = {
    .waits = true,
    .forks = true,
    .batch = 1,
    .begin = prefork_begin,
    .serve = prefork_serve,
    .tick = workers_tick,
    .busy = prefork_busy,
    .stop = workers_stop,
    .cut = workers_cut,
    .end = prefork_end,
};
