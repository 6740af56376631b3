/* workers.c - a pool of processes that accept from the same listen sockets
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/stop.h"
#include "servers/workers.h"

/* FAILED: a worker's exit status.  AGAIN, AGAIN_MAX: milliseconds before new
   workers, the first pause and the longest.  */
enum { FAILED = 2, AGAIN = 1000, AGAIN_MAX = 60000 };

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "shared memory needs no lock");

/* ---- the worker ---------------------------------------------------------- */

/* Callback of the pipe, at the end of the parent: end the worker, without a
   grace period, within a second (stop_hurry).  WATCH and READY are ignored.  */
static void worker_on_parent_end(struct server *server,
                                 struct server_watch *watch, unsigned ready)
{
    stop_hurry();
}

/* Close the datagram sockets, if the parent answers datagrams.  */
static void worker_close_others(struct server *server)
{
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].role == SONDE_DATAGRAM &&
            !server->pool->datagrams)
            descriptor_close(&server->listeners.list[i].fd);
}

/* Open a loop for the worker: close the parent's poller, the write end of the
   pipe LIFE and the sockets of worker_close_others, catch signals, and watch
   for the end of the parent; if the parent has ended already, stop without a
   grace period.  Returns 0, or -1 with errno: the worker must exit.  */
static int worker_begin(struct server *server)
{
    struct worker_pool *pool = server->pool;
    sonde_poller_close(server->poller);
    server->poller = NULL;
    worker_close_others(server);
    server->wake_fd = stop_begin_child();
    close(pool->life[1]);
    pool->end.ready = worker_on_parent_end;
    if (server->wake_fd < 0 || loop_open(server))
        return -1;
    /* A worker blocked in recv does not poll the pipe: without a signal for the
       parent's death, the worker keeps the port until recv returns.  */
    if (!sonde_parent_death_signal(STOP_NOW) && getppid() != pool->parent)
        stop_hurry();
    return sonde_poller_add(server->poller, pool->life[0], SONDE_READABLE,
                            &pool->end);
}

/* In the child, worker SELF: serve clients until the server stops, note the
   clients cut off in the share, and exit with 0; or with the exit status
   FAILED, after a line in the log, if the worker cannot start or continue.  */
static _Noreturn void worker_run(struct server *server, size_t self)
{
    struct worker_pool *pool = server->pool;
    pool->self = self;
    server->model = pool->model;
    server->max = pool->max;
    server->is_child = true;
    server->no_streams = server->no_datagrams = false;
    server->clients = server->cut_off = 0;
    server->served_at =
        server->ends_when_quiet ? &pool->shares[self].served_at : NULL;
    server->ends_when_quiet = false;
    if (worker_begin(server)) {
        log_trouble(LOG_WORKERS, "cannot start a worker: %s", strerror(errno));
        _exit(FAILED);
    }
    server_loop(server);
    pool->shares[self].cut_off = server->cut_off;
    _exit(server->failed ? FAILED : 0);
}

bool workers_reserve(struct server *server)
{
    struct worker_pool *pool = server->pool;
    if (!pool || !pool->has_total || !server->is_child)
        return true;
    pool->shares[pool->self].clients++;
    if (pool->max == 0 || workers_clients(server) <= pool->max)
        return true;
    pool->shares[pool->self].clients--;
    return false;
}

void workers_unreserve(struct server *server)
{
    struct worker_pool *pool = server->pool;
    if (pool && pool->has_total && server->is_child)
        pool->shares[pool->self].clients--;
}

long workers_clients(const struct server *server)
{
    const struct worker_pool *pool = server->pool;
    long count = 0;
    for (size_t i = 0; i < pool->size; i++)
        count += pool->shares[i].clients;
    return count;
}

long workers_excess(const struct server *server)
{
    const struct worker_pool *pool = server->pool;
    long size = (long)pool->size;
    long beyond =
        pool->shares[pool->self].clients * size - workers_clients(server);
    return beyond > 0 ? (beyond + size - 1) / size : 0;
}

void workers_retire(struct server *server)
{
    server->pool->shares[server->pool->self].serves = 0;
}

size_t workers_find_owner(const struct server *server, size_t index)
{
    const struct worker_pool *pool = server->pool;
    for (size_t i = 0; i < pool->size; i++)
        if (pool->shares[(index + i) % pool->size].serves)
            return (index + i) % pool->size;
    return pool->self;
}

/* ---- the parent ---------------------------------------------------------- */

/* Start the worker number SELF, mark its share as serving, and count the worker
   in server->clients.  Signals are held during fork, in the worker until
   stop_begin_child.  Returns 0, or -1 with the errno of fork; the child does
   not return.  */
static int worker_start(struct server *server, size_t self)
{
    stop_hold();
    server->pool->shares[self].serves = 1;
    pid_t pid = fork();
    if (pid == 0)
        worker_run(server, self);
    if (pid > 0) {
        server->pool->pids[self] = pid;
        server->clients++;
    } else {
        server->pool->shares[self].serves = 0;
    }
    stop_release();
    return pid > 0 ? 0 : -1;
}

/* A worker ended with STATUS: set when to start a new one.  The time counts
   from the latest start of any worker.  After an end within a second, or a
   failure within a minute, as with a socket shut down by another process, the
   pause stays as doubled by workers_tick; otherwise a second.  */
static void workers_back_off(struct worker_pool *pool, int status)
{
    int64_t now = monotonic_ms(), lived = now - pool->started_at;
    bool failed = WIFEXITED(status) && WEXITSTATUS(status) == FAILED;
    if (lived >= AGAIN_MAX || (lived >= AGAIN && !failed))
        pool->delay = AGAIN;
    pool->again_at = now + pool->delay;
}

/* Send SIGNO to all workers that are not reaped yet; nothing without a
   pool.  */
static void workers_send_all(struct server *server, int signo)
{
    struct worker_pool *pool = server->pool;
    for (size_t i = 0; pool && i < pool->size; i++)
        if (pool->pids[i] > 0)
            kill(pool->pids[i], signo);
}

/* The worker PID of USER_DATA, the server, ended with STATUS: clear its share,
   free its other shared memory (pool->ended), release its lock of the datagram
   limits, count the worker off, add its clients cut off to server->cut_off, log
   the end unless the server stops, and set the pause (workers_back_off).  A PID
   that is no worker is ignored.  */
static void worker_ended(pid_t pid, int status, void *user_data)
{
    struct server *server = user_data;
    struct worker_pool *pool = server->pool;
    for (size_t i = 0; i < pool->size; i++) {
        if (pool->pids[i] != pid)
            continue;
        pool->pids[i] = 0;
        pool->shares[i].clients = pool->shares[i].serves = 0;
        if (pool->ended)
            pool->ended(server, i);
        datagram_limit_recover(server->limit, (int)i + 1);
        server->clients--;
        server->cut_off += atomic_exchange(&pool->shares[i].cut_off, 0);
        if (!stop_asked())
            log_trouble(LOG_WORKERS,
                        "a worker ended (%s %d); starting a new one within a "
                        "minute",
                        WIFEXITED(status) ? "status" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status)
                                          : WTERMSIG(status));
        workers_back_off(pool, status);
    }
}

/* Set server->quiet_since to the last event of any worker, if later: a server
   that ends when quiet is not quiet before.  Nothing in any other server.  */
static void workers_note_events(struct server *server)
{
    const struct worker_pool *pool = server->pool;
    for (size_t i = 0; server->ends_when_quiet && i < pool->size; i++) {
        int64_t at = (int64_t)pool->shares[i].served_at * 1000;
        if (at > server->quiet_since)
            server->quiet_since = at;
    }
}

int workers_tick(struct server *server)
{
    struct worker_pool *pool = server->pool;
    if (!pool)
        return -1;
    workers_note_events(server);
    sonde_reap(worker_ended, server);
    if (stop_asked() || server->clients == (int)pool->size)
        return -1;
    int64_t now = monotonic_ms();
    if (now < pool->again_at)
        return monotonic_until(now, pool->again_at);
    pool->started_at = now;
    pool->delay = pool->delay < AGAIN_MAX / 2 ? 2 * pool->delay : AGAIN_MAX;
    for (size_t i = 0; i < pool->size; i++)
        if (pool->pids[i] == 0 && worker_start(server, i)) {
            log_trouble(LOG_PROCESSES, "cannot start a worker: fork: %s",
                        strerror(errno));
            pool->again_at = now + AGAIN;
            return AGAIN;
        }
    return -1;
}

int workers_prepare(struct server *server, struct worker_pool *pool,
                    size_t count)
{
    server->pool = pool;
    pool->life[0] = pool->life[1] = -1;
    pool->pids = calloc(count, sizeof *pool->pids);
    void *shared = mmap(NULL, count * sizeof *pool->shares,
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (!pool->pids && shared != MAP_FAILED)
        munmap(shared, count * sizeof *pool->shares);
    if (!pool->pids || shared == MAP_FAILED)
        return -1;
    pool->shares = shared;
    pool->size = count;
    pool->delay = AGAIN;
    pool->started_at = monotonic_ms();
    pool->parent = getpid();
    return pipe(pool->life);
}

int workers_start(struct server *server)
{
    struct worker_pool *pool = server->pool;
    server->no_streams = true;
    server->no_datagrams = pool->datagrams;
    server->max = 0; /* the parent counts workers, not clients */
    if (sonde_selfpipe_catch(SIGCHLD))
        return -1;
    for (size_t i = 0; i < pool->size; i++)
        if (worker_start(server, i)) {
            server->failed = true;
            return log_line("cannot start %zu workers: fork: %s; %zu started; "
                            "raise the limit of processes, or give fewer "
                            "--workers",
                            pool->size, strerror(errno), i);
        }
    return 0;
}

void workers_stop(struct server *server)
{
    workers_send_all(server, STOP_SOON);
}

void workers_cut(struct server *server)
{
    workers_send_all(server, STOP_NOW);
    workers_send_all(server, SIGCONT); /* a stopped worker handles no signal */
}

void workers_end(struct server *server)
{
    struct worker_pool *pool = server->pool;
    if (!pool)
        return;
    server->cut_off += (int)server->model->busy(server);
    /* A worker that is about to end may have set the number already.  */
    for (size_t i = 0; i < pool->size; i++)
        server->cut_off += pool->shares[i].cut_off;
    workers_send_all(server, SIGKILL);
    if (pool->life[0] >= 0) {
        close(pool->life[0]);
        close(pool->life[1]);
    }
    if (pool->shares)
        munmap(pool->shares, pool->size * sizeof *pool->shares);
    free(pool->pids);
    server->pool = NULL;
}
