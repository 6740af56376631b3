/* listen-watch.c - which listen sockets the loop polls, and when
   SPDX-License-Identifier: GPL-3.0-or-later

   A listen socket is not polled while the server has --max-clients clients,
   lacks descriptors, processes or threads, or while accept or recvmsg keeps
   failing there.  Clients then stay in the accept queue.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/workers.h"

/* The pause, in milliseconds, of a worker with many more clients than others,
   which have been woken.  */
enum { YIELD = 2 };

bool server_is_full(struct server *server)
{
    return server->max > 0 && server_clients(server) >= server->max;
}

bool listeners_are_shared(const struct server *server)
{
    return server->is_child && server->pool && server->pool->has_total;
}

/* ---- back-off ------------------------------------------------------------ */

void server_back_off(struct server *server)
{
    server->backoff = sonde_backoff(server->backoff);
    server->resume_at = monotonic_ms() + server->backoff;
}

/* Log, limited by log_trouble, that accept or recvmsg at LISTENER keeps failing
   with ERROR and is tried again later; with a remedy, except for an error of
   recvmsg other than EAGAIN.  */
static void listener_log_error(const struct listen_socket *listener, int error)
{
    bool is_stream = listener->role != SONDE_DATAGRAM;
    enum log_trouble kind = is_stream ? LOG_ACCEPT : LOG_RECEIVE;
    const char *call = is_stream ? "accept" : "recvmsg";
    char text[LOG_ADDRESS];
    log_address(&listener->local, text);
    if (error == EAGAIN)
        log_trouble(kind,
                    "%s: poll keeps reporting the socket as readable, but %s "
                    "fails with EAGAIN; retrying once a second (another "
                    "process may have shut this socket down: then restart the "
                    "server)",
                    text, call);
    else
        log_trouble(kind,
                    "%s: %s keeps failing: %s; retrying within a second%s",
                    text, call, strerror(error),
                    !is_stream ? ""
                    : error == EACCES || error == EPERM
                        ? " (a policy denies it: let seccomp, SELinux or "
                          "AppArmor allow accept and accept4)"
                        : " (clients that disconnect before accept, or another "
                          "process has shut this socket down: then restart the "
                          "server)");
}

void listener_check(struct server *server, struct listen_socket *listener,
                    int error)
{
    int delay = sonde_backoff_after(&listener->backoff, listener->fd, error);
    if (error != EAGAIN)
        server->progress = true;
    if (delay == 0)
        return;
    listener->resume_at = monotonic_ms() + delay;
    /* A slow worker of many gets EAGAIN, too, but not so often.  */
    if (error != EAGAIN || sonde_backoff(delay) == delay)
        listener_log_error(listener, error);
}

/* End the back-offs of SERVER and of the listen sockets that are over.  */
static void listeners_resume(struct server *server)
{
    if (listeners_next_due(server) != 0)
        return;
    int64_t now = monotonic_ms();
    if (server->resume_at <= now)
        server->resume_at = 0;
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].resume_at <= now)
            server->listeners.list[i].resume_at = 0;
}

int listeners_next_due(const struct server *server)
{
    int64_t first = server->resume_at;
    for (size_t i = 0; i < server->listeners.count; i++) {
        const struct listen_socket *listener = &server->listeners.list[i];
        if (listener->fd >= 0 && listener->resume_at &&
            (first == 0 || listener->resume_at < first))
            first = listener->resume_at;
    }
    return first ? monotonic_until(monotonic_ms(), first) : -1;
}

/* ---- watching ------------------------------------------------------------ */

/* Returns whether there is room for a client; wants_fewer and full_in_all are
   then cleared, unless a client leaves during the call.  At the maximum of
   clients, log that new clients wait, even if none does; in an asynchronous
   model set wants_fewer, so that the next client that leaves wakes the loop;
   and set full_in_all if workers share the maximum.  */
static bool listeners_find_room(struct server *server)
{
    server->wants_fewer = 0;
    server->full_in_all = false;
    if (!server_is_full(server))
        return true;
    server->full_in_all = listeners_are_shared(server);
    /* In this order: a client may leave between the two looks.  */
    server->wants_fewer = server->model->asynchronous;
    if (!server_is_full(server))
        return true;
    log_trouble(LOG_CLIENTS,
                "new clients wait: %d are served, the maximum (--max-clients)",
                (int)server_clients(server));
    return false;
}

/* With WATCHED, poll LISTENER, which is open, for readability, exclusively if
   shared with workers (SONDE_EXCLUSIVE); without WATCHED, stop polling
   LISTENER.  Does nothing if listener->watched is WATCHED already.  If the
   poller fails, SERVER fails, with a line in the log.  */
static void listener_set_watched(struct server *server,
                                 struct listen_socket *listener, bool watched)
{
    if (listener->watched == watched)
        return;
    listener->watched = watched;
    unsigned events = !watched ? 0
                      : listeners_are_shared(server)
                          ? SONDE_READABLE | SONDE_EXCLUSIVE
                          : SONDE_READABLE;
    if (!sonde_poller_modify(server->poller, listener->fd, events,
                             &listener->watch))
        return;
    server_fail(server, LOG_WAIT, "cannot poll a listen socket", errno, "");
}

/* Whether this loop answers the datagrams of listen socket number INDEX:
   always, unless workers share the socket.  Of several workers one does: two at
   one socket cost a quarter more processor time a datagram (measured,
   6.18).  */
static bool listener_is_own(const struct server *server, size_t index)
{
    return !listeners_are_shared(server) ||
           workers_find_owner(server, index) == server->pool->self;
}

/* Adding a socket again puts the worker at the end of the line.  */
void listener_yield(struct server *server, struct listen_socket *listener)
{
    if (listener->fd < 0 || listener->resume_at ||
        !listeners_are_shared(server))
        return;
    long excess = workers_excess(server);
    if (excess > 0)
        listener_set_watched(server, listener, false);
    /* In a burst the first worker that runs would take all.  */
    if (excess > server->model->batch)
        listener->resume_at = monotonic_ms() + YIELD;
}

void listeners_look_again(struct server *server)
{
    for (size_t i = 0; i < server->listeners.count; i++)
        if (server->listeners.list[i].fd >= 0 && listeners_are_shared(server))
            listener_set_watched(server, &server->listeners.list[i], false);
}

void listeners_update(struct server *server)
{
    listeners_resume(server);
    bool open = !server->resume_at && listeners_find_room(server), any = false;
    for (size_t i = 0; i < server->listeners.count; i++) {
        struct listen_socket *listener = &server->listeners.list[i];
        bool is_datagram = listener->role == SONDE_DATAGRAM;
        if (listener->fd < 0 ||
            (is_datagram ? server->no_datagrams : server->no_streams))
            continue;
        any = true;
        bool may = is_datagram
                       ? !server->resume_at && listener_is_own(server, i)
                       : open;
        listener_set_watched(server, listener, may && !listener->resume_at);
    }
    if (!any && !server->no_streams)
        server->failed = true;
}
