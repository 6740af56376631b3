/* loop.c - wait for clients, datagrams and signals
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* Milliseconds: how long those cut off have to go, which takes them a moment
   unless the host is busy; how long a server that was started for a client
   stays when there is none; and when it is tried again to say that log lines
   were dropped.  */
enum { AFTER_CUT = 10000, QUIET = 60000, LOG_AGAIN = 1000 };

int server_watch(struct server *server, int fd, unsigned events,
                 struct watch *watch)
{
    return sonde_poller_add(server->poller, fd, events, watch);
}

static void on_wake(struct server *server, struct watch *watch, unsigned ready)
{
    (void)watch;
    (void)ready;
    if (stop_woken())
        server->moved = true;
}

int server_open_poller(struct server *server)
{
    server->poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (!server->poller)
        return -1;
    server->wake.ready = on_wake;
    return server_watch(server, server->wake_fd, SONDE_READABLE, &server->wake);
}

/* ---- entrances ----------------------------------------------------------- */

static bool is_full(const struct server *server)
{
    return server->most > 0 && server->clients >= server->most;
}

static void on_clients(struct server *server, struct watch *watch,
                       unsigned ready)
{
    struct listen_socket *listener = (void *)watch;
    (void)ready;
    for (int i = 0; i < server->model->batch && !is_full(server); i++)
        if (!server_take_client(server, listener) || listener->fd < 0 ||
            server->resume_at)
            return;
}

/* Whether LISTENER is left alone, because accept or receive goes on failing
   there.  */
static bool backs_off(struct listen_socket *listener)
{
    if (listener->resume_at && monotonic_ms() >= listener->resume_at)
        listener->resume_at = 0;
    return listener->resume_at != 0;
}

static void on_datagram(struct server *server, struct watch *watch,
                        unsigned ready)
{
    (void)ready;
    server_datagram(server, (struct listen_socket *)(void *)watch);
}

/* Whether clients may come now.  Those who may not wait in the queue.  */
static bool may_come(struct server *server)
{
    if (server->resume_at && monotonic_ms() < server->resume_at)
        return false;
    server->resume_at = 0;
    server->wants_fewer = server->stopping;
    if (!is_full(server))
        return true;
    /* First ask to be woken, then look again.  */
    server->wants_fewer = server->stopping || server->model->asynchronous;
    if (!is_full(server))
        return true;
    log_trouble(LOG_CLIENTS,
                "new clients wait: %d being served, and no more "
                "may be at a time",
                (int)server->clients);
    return false;
}

/* Whether LISTENER is to be watched.  */
static bool loop_is_ours(const struct server *server,
                         const struct listen_socket *listener)
{
    if (listener->fd < 0)
        return false;
    return listener->role == SONDE_DATAGRAM ? !server->no_datagrams
                                            : !server->no_streams;
}

/* WHAT ends this process, by ERROR.  A worker is started again, and may fail
   again each time.  */
static void log_end(const struct server *server, const char *what, int error)
{
    if (server->is_child)
        log_trouble(LOG_WAIT, "%s: %s", what, strerror(error));
    else
        log_line("%s: %s", what, strerror(error));
}

/* Watch ENTRANCE if OPEN.  */
static void set_watched(struct server *server, struct listen_socket *listener,
                        bool open)
{
    int result;
    if (!listener->watch.ready) {
        listener->watch.ready =
            listener->role == SONDE_DATAGRAM ? on_datagram : on_clients;
        result = server_watch(server, listener->fd, open ? SONDE_READABLE : 0,
                              &listener->watch);
    } else if (listener->watched != open) {
        result =
            sonde_poller_modify(server->poller, listener->fd,
                                open ? SONDE_READABLE : 0, &listener->watch);
    } else {
        return;
    }
    listener->watched = open;
    if (result) {
        log_end(server, "a socket cannot be watched", errno);
        server->failed = true;
    }
}

static void watch_entrances(struct server *server)
{
    bool open = may_come(server), any = false;
    bool all_back_off = server->resume_at != 0;
    for (size_t i = 0; i < server->listeners.count; i++) {
        struct listen_socket *listener = &server->listeners.list[i];
        if (!loop_is_ours(server, listener))
            continue;
        any = true;
        bool may = listener->role == SONDE_DATAGRAM ? !all_back_off : open;
        set_watched(server, listener, may && !backs_off(listener));
    }
    if (!any && !server->no_streams)
        server->failed = true;
}

/* ---- the end ------------------------------------------------------------- */

long server_clients(struct server *server)
{
    return server->model->busy ? server->model->busy(server)
                               : (long)server->clients;
}

/* Whether clients wait at LISTENER that would be lost with it.  Whoever passed
   an inherited one keeps it open, and them with it.  */
static bool may_lose(const struct listen_socket *listener)
{
    return listener->fd >= 0 && listener->role == SONDE_LISTENER &&
           !listener->inherited;
}

/* Take those who have waited at LISTENER since before the end was asked for.
   They are connected, as far as they know: to close it would reset them.  */
static void take_waiting(struct server *server, struct listen_socket *listener)
{
    struct sonde_queue queue = {.queued = LISTEN_SOCKET_QUEUE};
    sonde_queue(listener->fd, &queue);
    for (long i = 0; i < queue.queued && !stop_now() && !is_full(server); i++)
        if (!server_take_client(server, listener) || listener->fd < 0 ||
            server->resume_at)
            return;
}

/* Those for whom there is no room, or no time: they count as cut off.  */
static void loop_turn_away(struct server *server,
                           const struct listen_socket *listener)
{
    for (int i = 0; i < LISTEN_SOCKET_QUEUE; i++) {
        int fd = sonde_accept(listener->fd, NULL, SONDE_CLOEXEC);
        if (fd < 0)
            return;
        close(fd);
        server->cut_off++;
    }
}

/* No more will come by LISTENER.  Where other processes take the clients, it
   stays open until these have ended: who waits then is to be counted.  */
static void loop_shut(struct server *server, struct listen_socket *listener)
{
    if (listener->fd >= 0 && listener->watch.ready)
        sonde_poller_remove(server->poller, listener->fd);
    if (!server->no_streams && may_lose(listener))
        take_waiting(server, listener);
    if (server->is_child)
        return;
    if (may_lose(listener) && server->no_streams) {
        listen_socket_unlink(listener);
        return;
    }
    if (may_lose(listener))
        loop_turn_away(server, listener);
    listen_socket_close(listener);
}

static void begin_stop(struct server *server)
{
    server->stopping = true;
    server->wants_fewer = 1;
    for (size_t i = 0; i < server->listeners.count; i++)
        loop_shut(server, &server->listeners.list[i]);
    long clients = server_clients(server);
    if (clients > 0 && !server->is_child && !stop_now())
        log_line("stopping; %ld client%s %ld s to finish", clients,
                 clients == 1 ? " has" : "s have", server->options->grace);
    if (server->model->stop)
        server->model->stop(server);
}

static void cut_off(struct server *server)
{
    server->cut = true;
    server->over_at = monotonic_ms() + AFTER_CUT;
    if (server->model->cut)
        server->model->cut(server);
}

static void see_to_the_end(struct server *server)
{
    if (server->failed)
        stop_hurry();
    if (stop_asked() && !server->stopping)
        begin_stop(server);
    if (stop_now() && !server->cut)
        cut_off(server);
}

/* Whether nobody has needed the server for a while.  */
static bool is_quiet(struct server *server)
{
    if (!server->leaves_when_quiet || server->stopping)
        return false;
    int64_t now = monotonic_ms();
    if (server_clients(server) > 0)
        server->quiet_since = now;
    return now - server->quiet_since >= QUIET;
}

static bool is_over(struct server *server)
{
    if (server->stopping && server->clients == 0)
        return true;
    if (server->cut && monotonic_ms() >= server->over_at)
        return true;
    if (!is_quiet(server))
        return false;
    /* Other processes may have a client since a moment ago.  */
    if (server->no_streams)
        stop_ask();
    return !server->no_streams;
}

/* The entrances that stayed open for others.  */
static void close_rest(struct server *server)
{
    for (size_t i = 0; i < server->listeners.count && !server->is_child; i++) {
        struct listen_socket *listener = &server->listeners.list[i];
        if (server->stopping && may_lose(listener))
            loop_turn_away(server, listener);
        listen_socket_close(listener);
    }
}

/* ---- the loop ------------------------------------------------------------ */

static int loop_sooner(int a, int b)
{
    if (a < 0)
        return b;
    return b < 0 || a < b ? a : b;
}

/* The milliseconds until something is due, -1: nothing is.  */
static int next_due(struct server *server)
{
    int due = server->model->tick ? server->model->tick(server) : -1;
    /* Whoever reads the log may go on when there is nothing more to say.  */
    if (!log_flush())
        due = loop_sooner(due, LOG_AGAIN);
    if (server->resume_at)
        due = loop_sooner(due,
                          monotonic_until(monotonic_ms(), server->resume_at));
    for (size_t i = 0; i < server->listeners.count; i++) {
        const struct listen_socket *listener = &server->listeners.list[i];
        if (listener->resume_at && listener->fd >= 0 && !server->stopping)
            due = loop_sooner(
                due, monotonic_until(monotonic_ms(), listener->resume_at));
    }
    if (server->cut)
        due =
            loop_sooner(due, monotonic_until(monotonic_ms(), server->over_at));
    if (server->leaves_when_quiet && !server->stopping)
        due = loop_sooner(
            due, monotonic_until(monotonic_ms(), server->quiet_since + QUIET));
    return due;
}

static void take_events(struct server *server)
{
    struct sonde_event event;
    while (sonde_poller_next(server->poller, &event)) {
        struct watch *watch = event.data;
        watch->ready(server, watch, event.ready);
        if (server->leaves_when_quiet)
            server->quiet_since = monotonic_ms();
    }
}

/* The wait failed with ERROR.  Returns whether to try again, which is after a
   while: memory may be short, or a policy be mended.  */
static bool may_wait_again(struct server *server, int error)
{
    if (error == EBADF || error == EINVAL || error == EFAULT) {
        log_end(server, "cannot wait", error);
        server->failed = true;
        return false;
    }
    log_trouble(LOG_WAIT,
                "cannot wait for clients: %s; trying again once a second",
                strerror(error));
    server->wait_backoff = sonde_backoff(server->wait_backoff);
    wait_pause(server->wait_backoff);
    return true;
}

/* Take what is READY, a count.  */
static void take_ready(struct server *server, int ready)
{
    server->wait_backoff = 0;
    server->moved = ready == 0;
    take_events(server);
    if (server->moved)
        server->spin.rounds = 0;
    else if (monotonic_spin(&server->spin))
        log_trouble(LOG_WAIT,
                    "the wait for clients goes on reporting a socket for which "
                    "nothing can be done");
}

void server_loop(struct server *server)
{
    server->quiet_since = server->leaves_when_quiet ? monotonic_ms() : 0;
    for (;;) {
        see_to_the_end(server);
        /* Who was due, or was reaped, may have been the last.  */
        int due = next_due(server);
        if (is_over(server)) {
            close_rest(server);
            return;
        }
        if (!server->stopping)
            watch_entrances(server);
        if (server->failed && !server->cut)
            continue;
        int ready = sonde_poller_wait(server->poller, due);
        if (ready >= 0)
            take_ready(server, ready);
        else if (!may_wait_again(server, errno))
            return;
    }
}
