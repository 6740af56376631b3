/* model-fork.c - a process for each client
   SPDX-License-Identifier: GPL-3.0-or-later

   Children are counted off in the handler of SIGCHLD, which is kept back while
   the table of children changes: so none is lost that ends before its parent
   has noted it down, and none stays a zombie.  They catch SIGTERM as their
   parent does and have the same grace; the parent ends it by a signal of its
   own, so that they can say how their clients ended, and kills what is left
   after that.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* What a child's exit status tells of its client.  */
enum { SERVED = 0, CUT_OFF = 1 };

struct child {
    pid_t process; /* 0: the place is free */
    uint64_t source;
};

struct fork_data {
    struct child *list;
    size_t size, next; /* a place that may be free */
    atomic_int crashed;
};

/* For the handler.  */
static struct server *the_server;

static void count_child(pid_t process, int status, void *user)
{
    struct fork_data *data = user;
    for (size_t i = 0; i < data->size; i++) {
        if (data->list[i].process != process)
            continue;
        data->list[i].process = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == CUT_OFF)
            the_server->cut_off++;
        else if (!WIFEXITED(status))
            data->crashed++;
        server_count_off(the_server, data->list[i].source);
        return;
    }
}

static void on_child(int signo)
{
    int saved = errno;
    (void)signo;
    sonde_reap(count_child, the_server->model_data);
    errno = saved;
}

static int fork_begin(struct server *server)
{
    struct fork_data *data = calloc(1, sizeof *data);
    if (!data)
        return -1;
    server->model_data = data;
    data->size = (size_t)server->most;
    data->list = calloc(data->size, sizeof *data->list);
    the_server = server;
    return data->list ? sonde_signal(SIGCHLD, on_child, SONDE_RESTART) : -1;
}

/* A child may end, and change the table, at any time.  */
static bool fork_admit(struct server *server, uint64_t source)
{
    stop_hold();
    bool may =
        source_enter(&server->sources, source, server->options->max_per_source);
    stop_release();
    return may;
}

static struct child *find_place(struct fork_data *data)
{
    for (size_t i = 0; i < data->size; i++) {
        data->next = (data->next + 1) % data->size;
        if (data->list[data->next].process == 0)
            return &data->list[data->next];
    }
    return NULL;
}

/* What was the parent's closes with the process; but as long as a child has an
   listener, a new server cannot open it.  The poller and what wakes up stay
   open, unused, which saves two calls.  */
static _Noreturn void fork_be_child(struct server *server,
                                    const struct server_client *client)
{
    listen_sockets_leave(&server->listeners);
    stop_watch(client->fd);
    stop_release();
    enum connection_ending ending =
        server_serve(server, client, server->buffer);
    _exit(ending == CONNECTION_CUT ? CUT_OFF : SERVED);
}

static void fork_serve(struct server *server,
                       const struct server_client *client)
{
    struct fork_data *data = server->model_data;
    stop_hold();
    struct child *place = find_place(data);
    pid_t process = place ? fork() : -1;
    if (process == 0)
        fork_be_child(server, client);
    if (process > 0) {
        *place = (struct child){process, client->source};
        close(client->fd);
        free(client->name);
        stop_release();
        return;
    }
    int error = errno, clients = server->clients;
    server_forget(server, client);
    stop_release();
    /* Not before: whoever reads the log may be stuck, and then a signal is what
       ends the wait.  */
    log_trouble(LOG_PROCESSES,
                "new clients are turned away, %d being "
                "served: no process: %s",
                clients, strerror(error));
    server_back_off(server);
}

static int fork_tick(struct server *server)
{
    struct fork_data *data = server->model_data;
    int crashed = data->crashed ? atomic_exchange(&data->crashed, 0) : 0;
    if (crashed > 0 && !server->cut)
        log_trouble(LOG_WORKERS, "%d process%s ended by a signal", crashed,
                    crashed == 1 ? "" : "es");
    return -1;
}

static void fork_cut(struct server *server)
{
    struct fork_data *data = server->model_data;
    stop_hold();
    for (size_t i = 0; i < data->size; i++)
        if (data->list[i].process)
            kill(data->list[i].process, STOP_NOW);
    stop_release();
}

static void fork_end(struct server *server)
{
    struct fork_data *data = server->model_data;
    if (!data)
        return;
    sonde_signal(SIGCHLD, SIG_DFL, SONDE_RESTART);
    for (size_t i = 0; data->list && i < data->size; i++)
        if (data->list[i].process)
            server->cut_off += !kill(data->list[i].process, SIGKILL);
    free(data->list);
    free(data);
}

const struct model model_fork = {
    .name = "fork",
    .waits = true,
    .asynchronous = true,
    .batch = 1,
    .most = 10000,
    .begin = fork_begin,
    .admit = fork_admit,
    .serve = fork_serve,
    .tick = fork_tick,
    .cut = fork_cut,
    .end = fork_end,
};
