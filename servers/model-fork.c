/* model-fork.c - a process for each client
   SPDX-License-Identifier: GPL-3.0-or-later

   The handler of SIGCHLD counts children off.  SIGCHLD is blocked while the
   table of children changes: so no child is missed by ending before the parent
   has entered the pid, and no child stays a zombie.  Children catch SIGTERM,
   too, with the same grace period.  The parent ends the grace period by
   STOP_NOW, so that children can log the end of a client, and kills the
   remaining children later.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* Exit statuses of a child.  */
enum { SERVED = 0, CUT_OFF = 1 };

struct child {
    pid_t pid; /* 0: the slot is free */
    uint64_t source;
};

struct fork_data {
    size_t size, next; /* NEXT: a slot that may be free */
    atomic_int crashed;
    struct child list[];
};

/* For the signal handler.  */
static struct server *the_server;

/* In the handler of SIGCHLD: the child PID ended with STATUS.  Free the slot in
   USER_DATA, the table, count the client off, and note whether the child was
   cut off or killed; after a kill wake the loop, as fork_tick logs it.  A PID
   that is not in the table is ignored.  */
static void child_ended(pid_t pid, int status, void *user_data)
{
    struct fork_data *data = user_data;
    for (size_t i = 0; i < data->size; i++) {
        if (data->list[i].pid != pid)
            continue;
        data->list[i].pid = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == CUT_OFF)
            the_server->cut_off++;
        else if (!WIFEXITED(status)) {
            data->crashed++;
            stop_wake();
        }
        server_count_off(the_server, data->list[i].source);
        return;
    }
}

/* Handler of SIGCHLD: reap all children that have ended.  Keeps errno.  */
static void fork_on_sigchld(int signo)
{
    int saved = errno;
    sonde_reap(child_ended, the_server->model_data);
    errno = saved;
}

/* The bytes of a table of COUNT children.  */
static size_t child_table_bytes(size_t count)
{
    return sizeof(struct fork_data) + count * sizeof(struct child);
}

/* A table of COUNT children, all free; NULL with errno.  Shared memory, though
   no child uses the table: each child would keep a private copy of the page
   that the parent changes next.  */
static struct fork_data *child_table_open(size_t count)
{
    void *memory = mmap(NULL, child_table_bytes(count), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    struct fork_data *data = memory;
    data->size = count;
    return data;
}

/* Allocate the table for server->max clients, above 0, and catch SIGCHLD.
   Returns 0, or -1 with errno.  */
static int fork_begin(struct server *server)
{
    server->model_data = child_table_open((size_t)server->max);
    the_server = server;
    return server->model_data
               ? sonde_signal(SIGCHLD, fork_on_sigchld, SONDE_RESTART)
               : -1;
}

/* Count a client of SOURCE, with the results of source_enter up to
   --max-per-source.  SIGCHLD is blocked meanwhile, since the handler changes
   the table of sources.  */
static bool fork_admit(struct server *server, uint64_t source)
{
    stop_hold();
    bool may =
        source_enter(&server->sources, source, server->options->max_per_source);
    int error = errno;
    stop_release();
    errno = error;
    return may;
}

/* A free slot of the table DATA, which the caller fills; NULL if all are in
   use.  The search begins behind the last result.  SIGCHLD must be blocked
   until the slot is filled.  */
static struct child *child_find_free(struct fork_data *data)
{
    for (size_t i = 0; i < data->size; i++) {
        data->next = (data->next + 1) % data->size;
        if (data->list[data->next].pid == 0)
            return &data->list[data->next];
    }
    return NULL;
}

/* Serve CLIENT in the child, and exit with SERVED or CUT_OFF.  Called with
   signals held (stop_hold): stop_watch has CLIENT before the signals are
   released.  Before both, close the listen sockets: a new server cannot bind
   the address of a socket open in a child.  The poller and the self-pipe stay
   open, unused, which saves two calls; the kernel closes both at exit.  Apart
   from the buffer, SERVER is not written: each page that is written costs the
   child a copy.  */
static _Noreturn void child_run(struct server *server,
                                const struct server_client *client)
{
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].fd >= 0)
            close(server->listeners.list[i].fd);
    stop_watch(client->fd);
    stop_release();
    enum connection_ending ending =
        connection_serve(server, client, server->buffer, NULL);
    _exit(ending == CONNECTION_CUT ? CUT_OFF : SERVED);
}

/* Fork a child for CLIENT, close the parent's descriptor, and free the name;
   the client is counted until the child ends.  If fork fails, log, close the
   client, count the client off, and back off.  */
static void fork_serve(struct server *server,
                       const struct server_client *client)
{
    struct fork_data *data = server->model_data;
    stop_hold();
    struct child *slot = child_find_free(data);
    pid_t pid = slot ? fork() : -1;
    if (pid == 0)
        child_run(server, client);
    if (pid > 0) {
        *slot = (struct child){pid, client->source};
        close(client->fd);
        free(client->name);
        stop_release();
        return;
    }
    int error = errno;
    server_client_close(server, client);
    int clients = server->clients;
    stop_release();
    /* With signals unblocked: the reader of the log may be stuck, and then only
       a signal ends the wait.  */
    log_trouble(LOG_PROCESSES, "new clients rejected, %d are served: fork: %s",
                clients, strerror(error));
    server_back_off(server);
}

/* Log the number of children killed by a signal since the last call, unless the
   shutdown cuts them off.  Returns -1: no next call is due.  */
static int fork_tick(struct server *server)
{
    struct fork_data *data = server->model_data;
    int crashed = data->crashed ? atomic_exchange(&data->crashed, 0) : 0;
    if (crashed > 0 && server->phase != SERVER_CUT)
        log_trouble(LOG_WORKERS, "%d process%s killed by a signal", crashed,
                    crashed == 1 ? " was" : "es were");
    return -1;
}

/* Send STOP_NOW to all children, and SIGCONT, since a stopped child handles no
   signal; the handler counts each child off later.  */
static void fork_cut(struct server *server)
{
    struct fork_data *data = server->model_data;
    stop_hold();
    for (size_t i = 0; i < data->size; i++)
        if (data->list[i].pid) {
            kill(data->list[i].pid, STOP_NOW);
            kill(data->list[i].pid, SIGCONT);
        }
    stop_release();
}

/* Kill the remaining children, which are not reaped, count each as cut off,
   restore the default action of SIGCHLD, and free the table; nothing without a
   table.  model_end clears server->model_data.  */
static void fork_end(struct server *server)
{
    struct fork_data *data = server->model_data;
    if (!data)
        return;
    sonde_signal(SIGCHLD, SIG_DFL, SONDE_RESTART);
    for (size_t i = 0; i < data->size; i++)
        if (data->list[i].pid)
            server->cut_off += !kill(data->list[i].pid, SIGKILL);
    munmap(data, child_table_bytes(data->size));
}

const struct model model_fork = {
    .waits = true,
    .asynchronous = true,
    .forks = true,
    .batch = 1,
    .max_clients = 10000,
    .begin = fork_begin,
    .admit = fork_admit,
    .serve = fork_serve,
    .tick = fork_tick,
    .cut = fork_cut,
    .end = fork_end,
};
