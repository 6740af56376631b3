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
#include "servers/server.h"

bool server_is_full(const struct server *server)
{
    return server->max > 0 && server->clients >= server->max;
}

/* ---- back-off ------------------------------------------------------------ */

void server_back_off(struct server *server)
{
    server->backoff = sonde_backoff(server->backoff);
    server->resume_at = monotonic_ms() + server->backoff;
}

/* Log that LISTENER is not polled for a while because of ERROR.  */
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
        log_trouble(kind, "%s: %s keeps failing: %s; retrying once a second%s",
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

/* Whether there is room for a client.  If not, request a wake-up when a client
   leaves, and log the wait.  */
static bool listeners_have_room(struct server *server)
{
    server->wants_fewer = 0;
    if (!server_is_full(server))
        return true;
    /* In this order: a client may leave between the two looks.  */
    server->wants_fewer = server->model->asynchronous;
    if (!server_is_full(server))
        return true;
    log_trouble(LOG_CLIENTS,
                "new clients wait: %d are served, the maximum (--max-clients)",
                (int)server->clients);
    return false;
}

static void listener_set_watched(struct server *server,
                                 struct listen_socket *listener, bool watched)
{
    if (listener->watched == watched)
        return;
    listener->watched = watched;
    if (!sonde_poller_modify(server->poller, listener->fd,
                             watched ? SONDE_READABLE : 0, &listener->watch))
        return;
    server_fail(server, LOG_WAIT, "cannot poll a listen socket", errno, "");
}

void listeners_update(struct server *server)
{
    listeners_resume(server);
    bool open = !server->resume_at && listeners_have_room(server), any = false;
    for (size_t i = 0; i < server->listeners.count; i++) {
        struct listen_socket *listener = &server->listeners.list[i];
        bool is_datagram = listener->role == SONDE_DATAGRAM;
        if (listener->fd < 0 || (!is_datagram && server->no_streams))
            continue;
        any = true;
        listener_set_watched(server, listener,
                             (is_datagram ? !server->resume_at : open) &&
                                 !listener->resume_at);
    }
    if (!any && !server->no_streams)
        server->failed = true;
}
