/* model-prefork.c - processes that wait for clients, one after the other each
   SPDX-License-Identifier: GPL-3.0-or-later

   All workers accept from the same listen sockets: with a socket for each
   worker (SO_REUSEPORT) the kernel could give a client to a busy worker.  The
   parent answers datagrams, so that there is one rate for all, and replaces
   workers that end.

   Shared memory has a slot for each worker: the source of the worker's client,
   and how many clients the worker's shutdown cut off.  */

#include <config.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* Values of a slot besides sources: no client, and a client without a source,
   64 one bits, with which no network begins.  */
enum { FREE = 0 };
static const uint64_t unnamed = UINT64_MAX;

/* FAILED: a worker's exit status.  AGAIN, AGAIN_MAX: milliseconds before new
   workers, the first pause and the longest.  */
enum { FAILED = 2, AGAIN = 1000, AGAIN_MAX = 60000 };

/* The source of a worker's client, in halves: where the processor cannot write
   64 bits at once, a 64-bit atomic integer has a lock in each process.  A
   reader may see one new half and one half of FREE, and count a client too many
   of another IPv6 network for a moment.  No client is missed: prefork_admit
   fills the worker's own slot before it reads the others.  */
struct slot {
    atomic_uint high, low;
    atomic_int cut_off; /* clients, set when the worker ends */
};

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "shared memory needs no lock");

struct prefork_data {
    pid_t *workers; /* 0: none */
    size_t size;
    struct slot *slots;
    pid_t parent;
    int life[2];        /* a pipe: EOF when the parent has ended */
    struct watch ended; /* of LIFE, in a worker */
    size_t self;        /* the slot of the worker */
    int64_t started_at; /* the latest workers */
    int64_t again_at;   /* no new worker before */
    int delay;          /* from the end of a worker to AGAIN_AT */
};

static void slot_set(struct slot *slot, uint64_t source)
{
    slot->high = (unsigned)(source >> 32);
    slot->low = (unsigned)source;
}

static uint64_t slot_get(struct slot *slot)
{
    return (uint64_t)slot->high << 32 | slot->low;
}

/* ---- the worker ---------------------------------------------------------- */

/* The watch of the pipe: end the worker, without a grace period.  */
static void worker_on_parent_end(struct server *server, struct watch *watch,
                                 unsigned ready)
{
    stop_hurry();
}

/* Fill the worker's slot, then count the clients of SOURCE: of two clients that
   come at once both may be rejected, but never both accepted.  */
static bool prefork_admit(struct server *server, uint64_t source)
{
    struct prefork_data *data = server->model_data;
    long count = 0;
    if (source == 0)
        return true;
    slot_set(&data->slots[data->self], source);
    for (size_t i = 0; i < data->size; i++)
        count += slot_get(&data->slots[i]) == source;
    if (count <= server->options->max_per_source)
        return true;
    slot_set(&data->slots[data->self], FREE);
    return false;
}

static void prefork_serve(struct server *server,
                          const struct server_client *client)
{
    struct prefork_data *data = server->model_data;
    slot_set(&data->slots[data->self],
             client->source ? client->source : unnamed);
    model_iterative.serve(server, client);
    slot_set(&data->slots[data->self], FREE);
}

/* The number of clients of all workers, by the slots.  A worker counts its own
   client also before the slot is filled.  */
static long prefork_busy(struct server *server)
{
    struct prefork_data *data = server->model_data;
    long count = 0;
    for (size_t i = 0; i < data->size; i++)
        count += slot_get(&data->slots[i]) != FREE;
    if (server->is_child && slot_get(&data->slots[data->self]) == FREE)
        count += server->clients;
    return count;
}

/* The model of a worker's loop.  */
static const struct model worker_model = {
    .waits = true,
    .batch = 1,
    .admit = prefork_admit,
    .serve = prefork_serve,
    .busy = prefork_busy,
};

/* Open a loop for the worker: close the parent's poller and the datagram
   sockets, catch the signals, and watch for the end of the parent.  Returns 0,
   or -1 with errno.  */
static int worker_begin(struct server *server)
{
    struct prefork_data *data = server->model_data;
    sonde_poller_close(server->poller);
    server->poller = NULL;
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].role == SONDE_DATAGRAM)
            descriptor_close(&server->listeners.list[i].fd);
    server->wake_fd = stop_begin_child();
    close(data->life[1]);
    data->ended.ready = worker_on_parent_end;
    if (server->wake_fd < 0 || loop_open(server))
        return -1;
    /* A worker blocked in recv does not poll the pipe: without a signal for the
       parent's death, the worker keeps the port until recv returns.  */
    if (!sonde_parent_death_signal(STOP_NOW) && getppid() != data->parent)
        stop_hurry();
    return sonde_poller_add(server->poller, data->life[0], SONDE_READABLE,
                            &data->ended);
}

/* Serve clients in the child, in slot SELF, until the server stops, and exit;
   with FAILED and a line in the log if the worker cannot start or continue.  */
static _Noreturn void worker_run(struct server *server, size_t self)
{
    struct prefork_data *data = server->model_data;
    data->self = self;
    server->model = &worker_model;
    server->is_child = true;
    server->no_streams = false;
    server->clients = server->cut_off = 0;
    server->ends_when_quiet = false;
    if (worker_begin(server)) {
        log_trouble(LOG_WORKERS, "cannot start a worker: %s", strerror(errno));
        _exit(FAILED);
    }
    server_loop(server);
    data->slots[self].cut_off = server->cut_off;
    _exit(server->failed ? FAILED : 0);
}

/* ---- the parent ---------------------------------------------------------- */

/* Start the worker of SLOT.  Returns 0, or -1 with the errno of fork; the child
   does not return.  */
static int worker_start(struct server *server, size_t slot)
{
    struct prefork_data *data = server->model_data;
    stop_hold();
    pid_t pid = fork();
    if (pid == 0)
        worker_run(server, slot);
    if (pid > 0) {
        data->workers[slot] = pid;
        server->clients++;
    }
    stop_release();
    return pid > 0 ? 0 : -1;
}

/* A worker ended with STATUS: set when to start a new one.  After a failure, as
   with a socket shut down by another process, or an end within a second, the
   pause stays as doubled by prefork_tick; otherwise a second.  */
static void prefork_back_off(struct prefork_data *data, int status)
{
    int64_t now = monotonic_ms(), lived = now - data->started_at;
    bool failed = WIFEXITED(status) && WEXITSTATUS(status) == FAILED;
    if (lived >= AGAIN_MAX || (lived >= AGAIN && !failed))
        data->delay = AGAIN;
    data->again_at = now + data->delay;
}

/* The worker PID ended with STATUS: free the slot, add the clients cut off, and
   log the end unless the server stops.  */
static void worker_ended(pid_t pid, int status, void *user_data)
{
    struct server *server = user_data;
    struct prefork_data *data = server->model_data;
    for (size_t i = 0; i < data->size; i++) {
        if (data->workers[i] != pid)
            continue;
        data->workers[i] = 0;
        slot_set(&data->slots[i], FREE);
        server->clients--;
        server->cut_off += atomic_exchange(&data->slots[i].cut_off, 0);
        if (!stop_asked())
            log_trouble(LOG_WORKERS,
                        "a worker ended (%s %d); starting a new one within a "
                        "minute",
                        WIFEXITED(status) ? "status" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status)
                                          : WTERMSIG(status));
        prefork_back_off(data, status);
    }
}

/* Reap workers, and start new ones after the pause, unless stopping.  */
static int prefork_tick(struct server *server)
{
    struct prefork_data *data = server->model_data;
    sonde_reap(worker_ended, server);
    if (stop_asked() || server->clients == (int)data->size)
        return -1;
    int64_t now = monotonic_ms();
    if (now < data->again_at)
        return monotonic_until(now, data->again_at);
    data->started_at = now;
    data->delay = data->delay < AGAIN_MAX / 2 ? 2 * data->delay : AGAIN_MAX;
    for (size_t i = 0; i < data->size; i++)
        if (data->workers[i] == 0 && worker_start(server, i)) {
            log_trouble(LOG_PROCESSES, "cannot start a worker: fork: %s",
                        strerror(errno));
            data->again_at = now + AGAIN;
            return AGAIN;
        }
    return -1;
}

/* Returns 0, or -1 with errno; prefork_end frees what was allocated.  */
static int prefork_allocate(struct prefork_data *data, size_t size)
{
    data->workers = calloc(size, sizeof *data->workers);
    void *shared = mmap(NULL, size * sizeof *data->slots,
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (!data->workers || shared == MAP_FAILED)
        return -1;
    data->slots = shared;
    data->size = size;
    data->delay = AGAIN;
    data->started_at = monotonic_ms();
    return pipe(data->life);
}

static bool has_streams(const struct server *server)
{
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].role == SONDE_LISTENER)
            return true;
    return false;
}

/* Start the workers, or none if there are datagram sockets alone.  The parent
   accepts no streams from now on.  */
static int prefork_begin(struct server *server)
{
    struct prefork_data *data = calloc(1, sizeof *data);
    if (!data)
        return -1;
    data->life[0] = data->life[1] = -1;
    server->model_data = data;
    server->no_streams = true;
    data->parent = getpid();
    server->max = 0; /* the parent counts workers, not clients */
    if (!has_streams(server))
        return 0;
    if (prefork_allocate(data, (size_t)server->options->workers) ||
        sonde_selfpipe_catch(SIGCHLD))
        return -1;
    for (size_t i = 0; i < data->size; i++)
        if (worker_start(server, i))
            return -1;
    return 0;
}

static void prefork_send_all(struct server *server, int signo)
{
    struct prefork_data *data = server->model_data;
    for (size_t i = 0; i < data->size; i++)
        if (data->workers[i] > 0)
            kill(data->workers[i], signo);
}

static void prefork_stop(struct server *server)
{
    prefork_send_all(server, STOP_SOON);
}

static void prefork_cut(struct server *server)
{
    prefork_send_all(server, STOP_NOW);
}

/* Kill the remaining workers, and count their clients as cut off.  */
static void prefork_end(struct server *server)
{
    struct prefork_data *data = server->model_data;
    if (!data)
        return;
    server->cut_off += (int)prefork_busy(server);
    /* A worker that is about to end may have set the number already.  */
    for (size_t i = 0; i < data->size; i++)
        server->cut_off += data->slots[i].cut_off;
    prefork_send_all(server, SIGKILL);
    if (data->life[0] >= 0) {
        close(data->life[0]);
        close(data->life[1]);
    }
    if (data->slots)
        munmap(data->slots, data->size * sizeof *data->slots);
    free(data->workers);
    free(data);
}

const struct model model_prefork = {
    .waits = true,
    .forks = true,
    .batch = 1,
    .begin = prefork_begin,
    .serve = prefork_serve,
    .tick = prefork_tick,
    .busy = prefork_busy,
    .stop = prefork_stop,
    .cut = prefork_cut,
    .end = prefork_end,
};
