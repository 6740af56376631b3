/* accept.c - take clients, whatever the trouble
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

void server_back_off(struct server *server)
{
    server->backoff = sonde_backoff(server->backoff);
    server->resume_at = monotonic_ms() + server->backoff;
}

/* What a lasting ERROR of accept may come from, and what to do.  */
static const char *accept_find_advice(int error)
{
    if (error == EACCES || error == EPERM)
        return "a policy forbids it: let seccomp, SELinux or AppArmor allow "
               "accept and accept4";
    return "clients that vanish while they wait, or another process has shut "
           "this socket down: then restart the server";
}

/* LISTENER is left alone for a while because of ERROR.  */
static void log_failure(const struct listen_socket *listener, int error)
{
    bool is_stream = listener->role != SONDE_DATAGRAM;
    enum log_trouble kind = is_stream ? LOG_ACCEPT : LOG_RECEIVE;
    const char *call = is_stream ? "accept" : "recvmsg";
    char text[LOG_ADDRESS];
    log_address(&listener->local, text);
    if (error == EAGAIN)
        log_trouble(kind,
                    "%s: poll goes on reporting that something is there, and "
                    "%s finds nothing; trying again once a second (another "
                    "process may have shut this socket down: then restart the "
                    "server)",
                    text, call);
    else if (is_stream)
        log_trouble(kind,
                    "%s: accept goes on failing: %s; trying again once a "
                    "second (%s)",
                    text, strerror(error), accept_find_advice(error));
    else
        log_trouble(kind,
                    "%s: datagrams cannot be received: %s; trying again once "
                    "a second",
                    text, strerror(error));
}

void server_check_listener(struct server *server,
                           struct listen_socket *listener, int error)
{
    int delay = sonde_backoff_after(&listener->backoff, listener->fd, error);
    if (error != EAGAIN)
        server->moved = true;
    if (delay == 0)
        return;
    listener->resume_at = monotonic_ms() + delay;
    /* Workers that are slower than others find nothing, too, but not so
       often.  */
    if (error != EAGAIN || sonde_backoff(delay) == delay)
        log_failure(listener, error);
}

/* No descriptor for a client: turn it away, or leave it waiting if that does
   not work either.  Linux says so even if nobody waits, and then there is
   nothing to tell.  Returns whether there may be more.  */
static bool accept_shed(struct server *server, struct listen_socket *listener,
                        int error)
{
    bool has_spare = error == EMFILE || error == ENFILE;
    bool is_shed =
        has_spare && !sonde_reserve_shed(&server->spare, listener->fd);
    if (has_spare && !is_shed && errno == EAGAIN)
        return false;
    log_trouble(LOG_DESCRIPTORS,
                "new clients are turned away, %d being served: %s",
                (int)server->clients, strerror(error));
    if (!is_shed)
        server_back_off(server);
    return is_shed;
}

/* accept failed with ERROR.  Returns whether there may be more clients.  */
static bool accept_take_failure(struct server *server,
                                struct listen_socket *listener, int error)
{
    char text[LOG_ADDRESS];
    switch (sonde_accept_class(error)) {
    case SONDE_ACCEPT_WAIT:
    case SONDE_ACCEPT_RETRY:
        server_check_listener(server, listener, error);
        return false;
    case SONDE_ACCEPT_BACKOFF:
        server->moved = true;
        return accept_shed(server, listener, error);
    case SONDE_ACCEPT_FATAL:
        break;
    }
    /* Linux says so of a listener that was shut down.  */
    const char *advice = error == EINVAL
                             ? " (another process may have shut this socket "
                               "down: then restart the server)"
                             : "";
    log_address(&listener->local, text);
    /* A worker is started again, and fails again.  */
    if (server->is_child)
        log_trouble(LOG_ACCEPT, "no more clients at %s: %s%s", text,
                    strerror(error), advice);
    else
        log_line("no more clients at %s: %s%s", text, strerror(error), advice);
    sonde_poller_remove(server->poller, listener->fd);
    /* The file is the parent's, whose other workers may do better.  */
    if (server->is_child)
        listen_socket_leave(listener);
    else
        listen_socket_close(listener);
    server->failed = true;
    return false;
}

/* Whether FD sends at once.  The first of them tells for all.  */
static void check_nodelay(struct server *server, int fd)
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

/* The text for the log of what PEER is called; NULL without memory.  */
static char *name_of(const struct sonde_address *peer)
{
    char text[LOG_ADDRESS];
    log_address(peer, text);
    return strdup(text);
}

static void say_welcome(struct server *server,
                        const struct server_client *client)
{
    struct sonde_address local = {0};
    char text[LOG_ADDRESS];
    long clients = server_clients(server);
    sonde_address_local(client->fd, &local);
    log_address(&local, text);
    log_line("%s: connected to %s, %ld client%s", client->name, text, clients,
             clients == 1 ? "" : "s");
}

static bool accept_admit(struct server *server, uint64_t source)
{
    long most = server->options->max_per_source;
    if (most == 0)
        return true;
    return server->model->admit ? server->model->admit(server, source)
                                : source_enter(&server->sources, source, most);
}

bool server_is_ready(int fd, short events)
{
    struct pollfd polled = {.fd = fd, .events = events};
    int count = -1;
    /* A signal that is pending makes it fail, though it would not wait.  */
    errno = EINTR;
    for (int i = 0; i < 64 && count < 0 && errno == EINTR; i++)
        count = poll(&polled, 1, 0);
    return count != 0;
}

/* Whether FD, which waited when the end was asked for, is to be turned away: it
   has said nothing, and where one client is served after the other the rest of
   the queue would wait with the server until its time is over.  */
static bool is_too_late(const struct server *server, int fd)
{
    return stop_asked() && server->model->waits &&
           !server->model->asynchronous && !server->options->service->opened &&
           !server_is_ready(fd, POLLIN);
}

/* FD is a new client, from PEER.  */
static void accept_welcome(struct server *server,
                           const struct listen_socket *listener, int fd,
                           const struct sonde_address *peer)
{
    struct server_client client = {.fd = fd, .source = source_of(peer)};
    char text[LOG_ADDRESS];
    if (is_too_late(server, fd)) {
        close(fd);
        server->cut_off++;
        return;
    }
    if (!accept_admit(server, client.source)) {
        log_address(peer, text);
        log_trouble(LOG_SOURCE, "%s: turned away, it has %ld connections", text,
                    server->options->max_per_source);
        close(fd);
        return;
    }
    if (sonde_address_port(&listener->local) >= 0) {
        check_nodelay(server, fd);
        if (server->options->keepalive > 0)
            sonde_keepalive(fd, (int)server->options->keepalive);
    }
    server->clients++;
    if (server->options->verbose)
        client.name = name_of(peer);
    if (client.name)
        say_welcome(server, &client);
    server->model->serve(server, &client);
}

bool server_take_client(struct server *server, struct listen_socket *listener)
{
    struct sonde_address peer;
    unsigned flags =
        SONDE_CLOEXEC | (server->model->waits ? 0 : SONDE_NONBLOCK);
    int fd = sonde_accept(listener->fd, &peer, flags);
    if (fd < 0)
        return accept_take_failure(server, listener, errno);
    server_check_listener(server, listener, 0);
    accept_welcome(server, listener, fd, &peer);
    /* For some a client is no success before it has a process or a thread.  */
    if (!server->resume_at)
        server->backoff = 0;
    return true;
}

enum connection_ending server_serve(struct server *server,
                                    const struct server_client *client,
                                    char *buffer)
{
    struct connection connection;
    connection_open(&connection, client->fd, server->options->service,
                    server->options->settings, server->timeout);
    connection_run(&connection, buffer);
    /* The handler that cut it off shut it down, which looks like its end.  */
    if (stop_now())
        connection.ending = CONNECTION_CUT;
    server_say_end(client, &connection);
    connection_free(&connection);
    return connection.ending;
}

void server_say_end(const struct server_client *client,
                    const struct connection *connection)
{
    if (client->name)
        log_line("%s: %s, %llu bytes received, %llu sent", client->name,
                 connection_reason(connection),
                 (unsigned long long)connection->received,
                 (unsigned long long)connection->sent);
}

void server_count_off(struct server *server, uint64_t source)
{
    if (server->options->max_per_source > 0)
        source_leave(&server->sources, source);
    server->clients--;
    if (server->wants_fewer)
        stop_wake();
}

void server_forget(struct server *server, const struct server_client *client)
{
    close(client->fd);
    free(client->name);
    server_count_off(server, client->source);
}
