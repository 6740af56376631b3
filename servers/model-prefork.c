/* model-prefork.c - processes that wait for clients, one after the other each
   SPDX-License-Identifier: GPL-3.0-or-later

   All workers accept from the same sockets, so that a client finds whichever is
   free; were the sockets shared by SO_REUSEPORT, it could be given to one that
   is busy.  The parent answers datagrams, so that there is one count of them,
   and keeps up the number of workers.

   What a worker does stands in memory that all share: its client's source, and
   how many it cut off.  */

#include <config.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* What a worker's place says beside a source: nobody, and a client without one.
   No network begins with so many ones.  */
enum { FREE = 0 };
static const uint64_t unnamed = UINT64_MAX;

/* FAILED: a worker's exit status.  Milliseconds: until new workers are started,
   at first, and at most, if those before them failed.  */
enum { FAILED = 2, AGAIN = 1000, AGAIN_MOST = 60000 };

/* The source of a worker's client, in shared memory.  In halves: where the
   processor cannot write 64 bits at once, an atomic integer of that size has a
   lock, and each process its own.  The other half of what is read too early is
   FREE's.  So it may be taken for the source of another network of IPv6, whose
   client then is one too many for that moment; one too few is never counted, as
   who comes looks when his own place is taken.  */
struct place {
    atomic_uint high, low;
    atomic_int cut_off; /* clients, told at the worker's end */
};

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "shared memory needs no lock");

struct prefork_data {
    pid_t *workers; /* 0: there is none */
    size_t size;
    struct place *listen_addresses;
    pid_t parent;
    int life[2];        /* a pipe: workers end when the parent has */
    struct watch ended; /* of it, in a worker */
    size_t self;        /* in a worker: which */
    int64_t started_at; /* workers, lately */
    int64_t again_at;   /* no new workers before */
    int delay;          /* from the end of a worker to that */
    struct watch child;
};

static void prefork_put(struct place *place, uint64_t source)
{
    place->high = (unsigned)(source >> 32);
    place->low = (unsigned)source;
}

static uint64_t prefork_get(struct place *place)
{
    return (uint64_t)place->high << 32 | place->low;
}

/* ---- the worker ---------------------------------------------------------- */

static void on_parent_gone(struct server *server, struct watch *watch,
                           unsigned ready)
{
    (void)server;
    (void)watch;
    (void)ready;
    stop_hurry();
}

/* First take the place, then count: of two that come at once both may be
   refused, but never both be taken.  */
static bool prefork_admit(struct server *server, uint64_t source)
{
    struct prefork_data *data = server->model_data;
    long count = 0;
    if (source == 0)
        return true;
    prefork_put(&data->listen_addresses[data->self], source);
    for (size_t i = 0; i < data->size; i++)
        count += prefork_get(&data->listen_addresses[i]) == source;
    if (count <= server->options->max_per_source)
        return true;
    prefork_put(&data->listen_addresses[data->self], FREE);
    return false;
}

static void prefork_serve(struct server *server,
                          const struct server_client *client)
{
    struct prefork_data *data = server->model_data;
    prefork_put(&data->listen_addresses[data->self],
                client->source ? client->source : unnamed);
    model_iterative.serve(server, client);
    prefork_put(&data->listen_addresses[data->self], FREE);
}

static long prefork_busy(struct server *server)
{
    struct prefork_data *data = server->model_data;
    long count = 0;
    for (size_t i = 0; i < data->size; i++)
        count += prefork_get(&data->listen_addresses[i]) != FREE;
    return count;
}

/* With its own client, whose place may not be taken yet.  */
static long busy_beside(struct server *server)
{
    struct prefork_data *data = server->model_data;
    bool is_free = prefork_get(&data->listen_addresses[data->self]) == FREE;
    return prefork_busy(server) + (is_free ? server->clients : 0);
}

/* What a worker is, to the loop.  */
static const struct model worker_model = {
    .name = "worker",
    .waits = true,
    .batch = 1,
    .admit = prefork_admit,
    .serve = prefork_serve,
    .busy = busy_beside,
};

/* Have a loop of its own.  */
static int begin_loop(struct server *server)
{
    struct prefork_data *data = server->model_data;
    sonde_poller_close(server->poller);
    server->poller = NULL;
    for (size_t i = 0; i < server->listeners.count; i++)
        server->listeners.list[i].watch.ready = NULL;
    server->wake_fd = stop_begin_child();
    close(data->life[1]);
    data->ended.ready = on_parent_gone;
    if (server->wake_fd < 0 || server_open_poller(server))
        return -1;
    /* While it waits for its client's words it does not look at the pipe.
       Where there is no such signal it keeps the port so long.  */
    if (!sonde_parent_death_signal(STOP_NOW) && getppid() != data->parent)
        stop_hurry();
    return server_watch(server, data->life[0], SONDE_READABLE, &data->ended);
}

static _Noreturn void be_worker(struct server *server, size_t self)
{
    struct prefork_data *data = server->model_data;
    data->self = self;
    server->model = &worker_model;
    server->is_child = true;
    server->no_streams = false;
    server->no_datagrams = true;
    server->clients = server->cut_off = 0;
    server->leaves_when_quiet = false;
    if (begin_loop(server)) {
        log_trouble(LOG_WORKERS, "a worker cannot begin: %s", strerror(errno));
        _exit(FAILED);
    }
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].role == SONDE_DATAGRAM)
            listen_socket_leave(&server->listeners.list[i]);
    server_loop(server);
    data->listen_addresses[self].cut_off = server->cut_off;
    _exit(server->failed ? FAILED : 0);
}

/* ---- the parent ---------------------------------------------------------- */

/* Start the worker at PLACE.  */
static int prefork_start(struct server *server, size_t place)
{
    struct prefork_data *data = server->model_data;
    stop_hold();
    pid_t process = fork();
    if (process == 0)
        be_worker(server, place);
    if (process > 0) {
        data->workers[place] = process;
        server->clients++;
    }
    stop_release();
    return process > 0 ? 0 : -1;
}

/* A worker ended with STATUS.  One that cannot work, as with a socket that
   another process has shut down, is not to be started without end: what has
   failed, or ended at once, is started again after twice the time, up to a
   minute.  */
static void back_off(struct prefork_data *data, int status)
{
    int64_t now = monotonic_ms(), lived = now - data->started_at;
    bool failed = WIFEXITED(status) && WEXITSTATUS(status) == FAILED;
    if (lived >= AGAIN_MOST || (lived >= AGAIN && !failed))
        data->delay = AGAIN;
    data->again_at = now + data->delay;
}

/* Workers are about to be started again, at NOW.  */
static void begin_round(struct prefork_data *data, int64_t now)
{
    data->started_at = now;
    data->delay = data->delay < AGAIN_MOST / 2 ? 2 * data->delay : AGAIN_MOST;
}

/* A worker has ended.  */
static void count_worker(pid_t process, int status, void *user)
{
    struct server *server = user;
    struct prefork_data *data = server->model_data;
    for (size_t i = 0; i < data->size; i++) {
        if (data->workers[i] != process)
            continue;
        data->workers[i] = 0;
        prefork_put(&data->listen_addresses[i], FREE);
        server->clients--;
        server->cut_off +=
            atomic_exchange(&data->listen_addresses[i].cut_off, 0);
        if (!stop_asked())
            log_trouble(LOG_WORKERS,
                        "a worker ended (%s %d); there will be "
                        "another within a minute",
                        WIFEXITED(status) ? "status" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status)
                                          : WTERMSIG(status));
        back_off(data, status);
    }
}

static int prefork_tick(struct server *server)
{
    struct prefork_data *data = server->model_data;
    sonde_reap(count_worker, server);
    if (server->stopping || server->clients == (int)data->size)
        return -1;
    int64_t now = monotonic_ms();
    if (now < data->again_at)
        return monotonic_until(now, data->again_at);
    begin_round(data, now);
    for (size_t i = 0; i < data->size; i++)
        if (data->workers[i] == 0 && prefork_start(server, i)) {
            log_trouble(LOG_PROCESSES, "no new worker: %s", strerror(errno));
            data->again_at = now + AGAIN;
            return AGAIN;
        }
    return -1;
}

/* The places in shared memory, and a pipe.  */
static int begin_data(struct prefork_data *data, size_t size)
{
    data->workers = calloc(size, sizeof *data->workers);
    void *shared = mmap(NULL, size * sizeof *data->listen_addresses,
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (!data->workers || shared == MAP_FAILED)
        return -1;
    data->listen_addresses = shared;
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

static int prefork_begin(struct server *server)
{
    struct prefork_data *data = calloc(1, sizeof *data);
    if (!data)
        return -1;
    data->life[0] = data->life[1] = -1;
    server->model_data = data;
    server->no_streams = true;
    data->parent = getpid();
    server->most = 0; /* clients; what is counted here is workers */
    if (!has_streams(server))
        return 0;
    if (begin_data(data, (size_t)server->options->workers) ||
        sonde_selfpipe_catch(SIGCHLD))
        return -1;
    for (size_t i = 0; i < data->size; i++)
        if (prefork_start(server, i))
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

/* They begin their own time of grace.  */
static void prefork_stop(struct server *server)
{
    prefork_send_all(server, STOP_SOON);
}

static void prefork_cut(struct server *server)
{
    prefork_send_all(server, STOP_NOW);
}

static void prefork_end(struct server *server)
{
    struct prefork_data *data = server->model_data;
    if (!data)
        return;
    server->cut_off += (int)prefork_busy(server);
    /* Who is about to end may have said so already.  */
    for (size_t i = 0; i < data->size; i++)
        server->cut_off += data->listen_addresses[i].cut_off;
    prefork_send_all(server, SIGKILL);
    if (data->life[0] >= 0) {
        close(data->life[0]);
        close(data->life[1]);
    }
    if (data->listen_addresses)
        munmap(data->listen_addresses,
               data->size * sizeof *data->listen_addresses);
    free(data->workers);
    free(data);
}

const struct model model_prefork = {
    .name = "prefork",
    .waits = true,
    .batch = 1,
    .begin = prefork_begin,
    .serve = prefork_serve,
    .tick = prefork_tick,
    .busy = prefork_busy,
    .stop = prefork_stop,
    .cut = prefork_cut,
    .end = prefork_end,
};
