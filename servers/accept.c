/* accept.c - accept and reject clients
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/wait.h"
#include "servers/log.h"
#include "servers/stop.h"
#include "servers/workers.h"

/* Set TCP_NODELAY on FD, a TCP client, unless accepted sockets inherit the
   option: tested on the first client alone, and noted in SERVER.  Failures are
   ignored.  */
static void accept_set_nodelay(struct server *server, int fd)
{
    int on = 0;
    socklen_t size = sizeof on;
    if (!server->nodelay_checked) {
        server->nodelay_checked = true;
        server->nodelay_inherited =
            !getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size) && on;
    }
    on = 1;
    if (!server->nodelay_inherited)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Log CLIENT by name, which is not NULL, with the local address ("(unnamed)" if
   not known) and the number of clients of all processes.  */
static void accept_log(struct server *server,
                       const struct server_client *client)
{
    struct sonde_address local = {0};
    char text[LOG_ADDRESS];
    long clients = server_clients(server);
    sonde_address_local(client->fd, &local);
    log_line("%s: connected to %s, %ld client%s", client->name,
             log_address(&local, text), clients, clients == 1 ? "" : "s");
}

/* Log why the client at PEER is rejected for --max-per-source.  ERROR is
   EDQUOT: the source has the maximum; or any other errno: the client cannot be
   counted.  */
static void accept_log_source(const struct server *server,
                              const struct sonde_address *peer, int error)
{
    char text[LOG_ADDRESS];
    log_address(peer, text);
    if (error == EDQUOT)
        log_trouble(LOG_SOURCE,
                    "%s: client rejected: its source has %ld connections "
                    "(--max-per-source)",
                    text, server->options->max_per_source);
    else
        log_trouble(LOG_MEMORY,
                    "%s: client rejected: cannot count it for "
                    "--max-per-source: %s",
                    text, strerror(error));
}

/* Count the client at PEER for --max-per-source, which is set, by the admit
   callback of the model or else in server->sources.  Sets client->source in
   each case.  Returns false, with a line in the log and nothing counted, if the
   source has the maximum, or if memory or a slot to count the client is
   missing; the client stays open.  */
static bool accept_count_source(struct server *server,
                                const struct sonde_address *peer,
                                struct server_client *client)
{
    client->source = source_of(peer, server->source_seed);
    if (server->model->admit ? server->model->admit(server, client->source)
                             : source_enter(&server->sources, client->source,
                                            server->options->max_per_source))
        return true;
    accept_log_source(server, peer, errno);
    return false;
}

/* Whether to reject FD, a new client: the shutdown has begun, the model serves
   a single client at a time, the service waits for input (no opened callback),
   and no input has come, not even a FIN.  The silent client would take all of
   the grace period.  Does not wait; false if poll fails.  */
static bool is_too_late(const struct server *server, int fd)
{
    return server->model->waits && !server->model->asynchronous &&
           stop_asked() && !server->options->service->opened &&
           wait_one(fd, POLLIN, 0) == 0;
}

/* Set the TCP options of FD, accepted at LISTENER from PEER after
   workers_reserve, count the client, log the client with --verbose, and have
   the model serve the client.  Close FD instead, and undo workers_reserve, if
   the client is too late (is_too_late), which counts as cut off, or not
   admitted for --max-per-source, which is logged.  */
static void accept_client(struct server *server,
                          const struct listen_socket *listener, int fd,
                          const struct sonde_address *peer)
{
    struct server_client client = {.fd = fd};
    char text[LOG_ADDRESS];
    if (is_too_late(server, fd)) {
        close(fd);
        workers_unreserve(server);
        server->cut_off++;
        return;
    }
    if (server->options->max_per_source > 0 &&
        !accept_count_source(server, peer, &client)) {
        close(fd);
        workers_unreserve(server);
        return;
    }
    if (sonde_address_port(&listener->local) >= 0) {
        accept_set_nodelay(server, fd);
        if (server->options->keepalive > 0)
            sonde_keepalive(fd, (int)server->options->keepalive);
    }
    server->clients++;
    if (server->options->verbose)
        client.name = strdup(log_address(peer, text));
    if (client.name)
        accept_log(server, &client);
    server->model->serve(server, &client);
}

/* ---- errors -------------------------------------------------------------- */

/* accept at LISTENER failed with ERROR, out of descriptors or memory.  After
   EMFILE or ENFILE reject a client by the reserve descriptor, and return true:
   call accept again.  If the rejection fails, or after another error, back off
   (server_back_off), and return false: new clients wait.  Both are logged.  If
   the queue is empty, where Linux reports EMFILE, too, only return false.  */
static bool accept_shed(struct server *server, struct listen_socket *listener,
                        int error)
{
    bool has_reserve = error == EMFILE || error == ENFILE;
    bool is_shed =
        has_reserve && !sonde_reserve_shed(&server->reserve, listener->fd);
    if (has_reserve && !is_shed && errno == EAGAIN)
        return false;
    log_trouble(LOG_DESCRIPTORS, "new clients %s, %d are served: %s",
                is_shed ? "rejected" : "wait", (int)server->clients,
                strerror(error));
    if (!is_shed)
        server_back_off(server);
    return is_shed;
}

/* accept at LISTENER failed with ERROR, for good: log the error, make SERVER
   fail, stop polling LISTENER, and close LISTENER.  A worker keeps the file of
   a UNIX socket.  */
static void accept_give_up(struct server *server,
                           struct listen_socket *listener, int error)
{
    char text[LOG_ADDRESS], what[LOG_ADDRESS + 40];
    snprintf(what, sizeof what, "%s: cannot accept clients any more",
             log_address(&listener->local, text));
    /* EINVAL is Linux's error for a socket after shutdown(2).  */
    server_fail(server, LOG_ACCEPT, what, error,
                error == EINVAL ? " (another process may have shut this socket "
                                  "down: then restart the server)"
                                : "");
    sonde_poller_remove(server->poller, listener->fd);
    /* The parent owns the file, and workers may still succeed.  */
    if (server->is_child)
        descriptor_close(&listener->fd);
    else
        listen_socket_close(listener);
}

/* accept at LISTENER failed with ERROR: by the class of ERROR
   (sonde_accept_class), reject a client or back off (BACKOFF: accept_shed),
   which is progress of the loop; give up (FATAL: accept_give_up); or count the
   failure, which may pause polling (WAIT and RETRY: listener_check).  Returns
   whether to call accept again: only after a rejection.  */
static bool accept_fail(struct server *server, struct listen_socket *listener,
                        int error)
{
    switch (sonde_accept_class(error)) {
    case SONDE_ACCEPT_WAIT:
    case SONDE_ACCEPT_RETRY:
        listener_check(server, listener, error);
        return false;
    case SONDE_ACCEPT_BACKOFF:
        server->progress = true;
        return accept_shed(server, listener, error);
    case SONDE_ACCEPT_FATAL:
        break;
    }
    accept_give_up(server, listener, error);
    return false;
}

/* ---- the queue ----------------------------------------------------------- */

/* Accept up to MAX clients of LISTENER, none during a back-off of SERVER, and
   serve or reject each.  Each client accepted resets the back-off of LISTENER,
   and also that of SERVER unless serving the client begins one.  An empty queue
   counts as a failure (accept_fail) only at the first call of accept.  A client
   rejected by accept_shed counts in MAX.  Returns true if more may be queued;
   false if the queue is empty, accept fails otherwise, SERVER backs off, or the
   workers together have the maximum.  */
static bool accept_clients(struct server *server,
                           struct listen_socket *listener, long max)
{
    unsigned flags =
        SONDE_CLOEXEC | (server->model->waits ? 0 : SONDE_NONBLOCK);
    for (long i = 0; i < max && !server->resume_at; i++) {
        struct sonde_address peer;
        if (!workers_reserve(server))
            return false;
        int fd = sonde_accept(listener->fd, &peer, flags);
        if (fd < 0)
            workers_unreserve(server);
        if (fd < 0 && i > 0 && errno == EAGAIN)
            return false;
        if (fd < 0) {
            if (!accept_fail(server, listener, errno))
                return false;
            continue;
        }
        /* Not written in vain: each child of the fork model would keep a copy
           of the page.  */
        if (listener->backoff.delay || listener->backoff.idle)
            listener->backoff = (struct sonde_backoff_state){0};
        server->progress = true;
        accept_client(server, listener, fd, &peer);
        /* A client may fail for want of a process or a thread.  */
        if (!server->resume_at)
            server->backoff = 0;
    }
    return !server->resume_at;
}

void accept_ready(struct server *server, struct server_watch *watch,
                  unsigned ready)
{
    long max = server->model->batch;
    if (server->max > 0 && server->max - server->clients < max)
        max = server->max - server->clients;
    struct listen_socket *listener = (void *)watch;
    accept_clients(server, listener, max);
    listener_yield(server, listener);
}

void accept_queued(struct server *server, struct listen_socket *listener)
{
    struct sonde_queue queue = {.queued = LISTEN_SOCKET_BACKLOG};
    sonde_queue(listener->fd, &queue);
    for (long i = 0; i < queue.queued && !stop_now() && !server_is_full(server);
         i++)
        if (!accept_clients(server, listener, 1))
            return;
}

void accept_reject_queued(struct server *server,
                          const struct listen_socket *listener)
{
    for (int i = 0; i < LISTEN_SOCKET_BACKLOG; i++) {
        int fd = sonde_accept(listener->fd, NULL, SONDE_CLOEXEC);
        if (fd < 0)
            return;
        close(fd);
        server->cut_off++;
    }
}
