/* loop.c - wait for clients, datagrams and signals
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* Milliseconds.  LOG_AGAIN: until the next try to log that lines were dropped.
   LOOK_AGAIN: until a worker looks at the listen sockets unasked: the worker
   that was woken for a client may be stopped or have ended.  FULL_AGAIN: until
   the next look whether a client of another worker has left.  */
enum { LOG_AGAIN = 1000, LOOK_AGAIN = 1000, FULL_AGAIN = 20 };

/* The watch of the self-pipe: empty the pipe, and note progress if a signal was
   in it.  The number is not used: a signal only wakes the loop.  */
static void loop_woken(struct server *server, struct server_watch *watch,
                       unsigned ready)
{
    if (stop_woken())
        server->progress = true;
}

int loop_open(struct server *server)
{
    server->poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (!server->poller)
        return -1;
    for (size_t i = 0; i < server->listeners.count; i++) {
        struct listen_socket *listener = &server->listeners.list[i];
        listener->watch.ready =
            listener->role == SONDE_DATAGRAM ? datagram_ready : accept_ready;
        listener->watched = false; /* by listeners_update */
        if (listener->fd >= 0 &&
            sonde_poller_add(server->poller, listener->fd, 0, &listener->watch))
            return -1;
    }
    server->wake.ready = loop_woken;
    return sonde_poller_add(server->poller, server->wake_fd, SONDE_READABLE,
                            &server->wake);
}

/* Do what each round does: call the model's tick, log dropped lines, note that
   a server of inetd has clients.  Returns the milliseconds until anything is
   due, also a transition or the end of a back-off; -1: nothing.  */
static int loop_next_due(struct server *server)
{
    int due = server->model->tick ? server->model->tick(server) : -1;
    if (server->ends_when_quiet && server_clients(server) > 0)
        server->quiet_since = monotonic_ms();
    /* The reader of the log may continue when there is nothing to log.  */
    if (!log_flush())
        due = server_sooner(due, LOG_AGAIN);
    if (server->phase == SERVER_RUNNING)
        due = server_sooner(due, listeners_next_due(server));
    return server_sooner(due, shutdown_next_due(server));
}

/* Call the watch of each of the READY descriptors, and end the back-off of the
   wait.  From the 65th round in a row without progress on, sleep for some
   milliseconds, and log in the 256th (monotonic_spin): poll may report a socket
   in error.  READY 0 counts as progress.  In a server that ends when quiet,
   note the time of the events: in quiet_since, or in a worker in
   *served_at.  */
static void loop_dispatch(struct server *server, int ready)
{
    struct sonde_event event;
    server->wait_backoff = 0;
    server->progress = ready == 0;
    if (server->served_at && ready > 0)
        *server->served_at = (unsigned)(monotonic_ms() / 1000) + 1;
    while (sonde_poller_next(server->poller, &event)) {
        struct server_watch *watch = event.data;
        watch->ready(server, watch, event.ready);
        if (server->ends_when_quiet)
            server->quiet_since = monotonic_ms();
    }
    if (server->progress)
        server->spin.rounds = 0;
    else if (monotonic_spin(&server->spin))
        log_trouble(LOG_WAIT,
                    "poll keeps reporting a socket as ready on which no call "
                    "makes progress");
}

/* The wait failed with ERROR.  Returns false, and the server fails, with a line
   in the log, if ERROR is lasting: EBADF, EINVAL or EFAULT.  Otherwise true
   after a line in the log and a pause, 5 ms at first, a second at most, to wait
   again: memory may be short, or a policy be corrected.  */
static bool loop_pause(struct server *server, int error)
{
    if (error == EBADF || error == EINVAL || error == EFAULT) {
        server_fail(server, LOG_WAIT, "cannot poll for clients", error, "");
        return false;
    }
    log_trouble(LOG_WAIT,
                "cannot poll for clients: %s; retrying within a second",
                strerror(error));
    server->wait_backoff = sonde_backoff(server->wait_backoff);
    wait_pause(server->wait_backoff);
    return true;
}

/* The milliseconds of a wait without events, from now, after which to look at
   listen sockets shared with other workers: fewer while all workers together
   have the maximum of clients.  -1: the sockets are not shared, or not served
   any more.  */
static int loop_look_due(const struct server *server)
{
    if (server->phase != SERVER_RUNNING || !listeners_are_shared(server))
        return -1;
    return server->full_in_all ? FULL_AGAIN : LOOK_AGAIN;
}

void server_loop(struct server *server)
{
    server->quiet_since = server->ends_when_quiet ? monotonic_ms() : 0;
    while (server->phase != SERVER_OVER) {
        int due = loop_next_due(server);
        /* What is due may be another thing in another phase.  */
        if (shutdown_step(server))
            continue;
        if (server->phase == SERVER_RUNNING)
            listeners_update(server);
        if (server->failed && server->phase != SERVER_CUT)
            continue;
        due = server_sooner(due, loop_look_due(server));
        int ready = sonde_poller_wait(server->poller, due);
        if (ready == 0)
            listeners_look_again(server);
        if (ready >= 0)
            loop_dispatch(server, ready);
        else if (!loop_pause(server, errno))
            return;
    }
}
