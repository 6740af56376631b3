/* shutdown.c - the phases of a server from its start to its end
   SPDX-License-Identifier: GPL-3.0-or-later

                   quiet, started by inetd
      +---------------------------------------------------+
      |                                                   |
      |  signal; failure;              no client left     v
   RUNNING -------------> STOPPING ------------------->  OVER
             quiet, with     |                            ^
             workers         | grace period over;         |
                             | second signal; failure     |
                             v         no client left;    |
                            CUT --------------------------+
                                       10 s have passed

   RUNNING:  clients are accepted and served.
   STOPPING: clients in the accept queues were accepted, the listen sockets are
             closed.  All clients have the grace period to finish.
   CUT:      the remaining connections are closed.
   OVER:     server_loop returns.

   shutdown_step makes every transition.  Each worker of prefork, and the
   parent, has a phase of its own.  */

#include <config.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* Milliseconds.  CUT_MAX: for processes and threads to end, of which some may
   be frozen, as by a control group or a debugger.  QUIET: after which a server
   of inetd ends without clients.  */
enum { CUT_MAX = 10000, QUIET = 60000 };

/* ---- listen sockets ------------------------------------------------------ */

/* Whether closing LISTENER resets the clients in the accept queue: an inherited
   listen socket stays open in another process.  */
static bool shutdown_resets(const struct listen_socket *listener)
{
    return listener->fd >= 0 && listener->role == SONDE_LISTENER &&
           !listener->inherited;
}

/* Stop polling LISTENER, and close the socket; a worker's socket is closed by
   the exit.  Clients in the queue see an established connection: accept them
   first, and, except in a worker, reject those beyond --max-clients, which
   count as cut off; but leave the queue of an inherited socket alone.  Where
   workers accept, remove only the file of a UNIX socket: when the workers have
   ended, the clients left in the queue are counted, and an inherited socket
   gets its flags back.  */
static void shutdown_stop_listener(struct server *server,
                                   struct listen_socket *listener)
{
    bool resets = shutdown_resets(listener);
    if (listener->fd >= 0)
        sonde_poller_remove(server->poller, listener->fd);
    if (!server->no_streams && resets)
        accept_queued(server, listener);
    if (server->is_child)
        return;
    if (server->no_streams && listener->role == SONDE_LISTENER) {
        listen_socket_unlink(listener);
        return;
    }
    if (shutdown_resets(listener))
        accept_reject_queued(server, listener);
    listen_socket_close(listener);
}

/* Close the listen sockets that are still open, except in a worker.  In a
   shutdown clients in the queues are cut off, but not at inherited sockets.  */
static void shutdown_close_rest(struct server *server)
{
    for (size_t i = 0; i < server->listeners.count && !server->is_child; i++) {
        struct listen_socket *listener = &server->listeners.list[i];
        if (server->phase != SERVER_RUNNING && shutdown_resets(listener))
            accept_reject_queued(server, listener);
        listen_socket_close(listener);
    }
}

/* ---- transitions --------------------------------------------------------- */

/* Milliseconds until a server of inetd ends for lack of clients; -1: never.  */
static int shutdown_quiet_left(const struct server *server)
{
    if (!server->ends_when_quiet || server->phase != SERVER_RUNNING)
        return -1;
    return monotonic_until(monotonic_ms(), server->quiet_since + QUIET);
}

/* The next phase; the current phase, if no transition is due.  Nothing is
   changed.  */
static enum server_phase shutdown_next(const struct server *server)
{
    switch (server->phase) {
    case SERVER_RUNNING:
        if (stop_asked())
            return SERVER_STOPPING;
        if (shutdown_quiet_left(server) != 0)
            return SERVER_RUNNING;
        /* A worker may have got a client a moment ago.  */
        return server->no_streams ? SERVER_STOPPING : SERVER_OVER;
    case SERVER_STOPPING:
        if (server->clients == 0)
            return SERVER_OVER;
        return stop_now() ? SERVER_CUT : SERVER_STOPPING;
    case SERVER_CUT:
        if (server->clients == 0 || monotonic_ms() >= server->cut_until)
            return SERVER_OVER;
        return SERVER_CUT;
    case SERVER_OVER:
        break;
    }
    return SERVER_OVER;
}

/* The start of STOPPING: begin the grace period, if not begun, and have each
   client that leaves wake the loop.  Stop each listen socket
   (shutdown_stop_listener), log the number of clients, if any, except in a
   worker or after the grace period, and call the model's stop.  */
static void shutdown_begin_grace(struct server *server)
{
    stop_ask();
    server->wants_fewer = 1;
    for (size_t i = 0; i < server->listeners.count; i++)
        shutdown_stop_listener(server, &server->listeners.list[i]);
    long clients = server_clients(server);
    if (clients > 0 && !server->is_child && !stop_now())
        log_line("stopping; %ld client%s %ld s to finish", clients,
                 clients == 1 ? " has" : "s have", server->options->grace);
    if (server->model->stop)
        server->model->stop(server);
}

bool shutdown_step(struct server *server)
{
    if (server->failed)
        stop_hurry();
    enum server_phase next = shutdown_next(server);
    if (next == server->phase)
        return false;
    if (next == SERVER_OVER)
        shutdown_close_rest(server);
    server->phase = next;
    if (next == SERVER_STOPPING)
        shutdown_begin_grace(server);
    if (next != SERVER_CUT)
        return true;
    server->cut_until = monotonic_ms() + CUT_MAX;
    if (server->model->cut)
        server->model->cut(server);
    return true;
}

int shutdown_next_due(const struct server *server)
{
    return server->phase == SERVER_CUT
               ? monotonic_until(monotonic_ms(), server->cut_until)
               : shutdown_quiet_left(server);
}
