/* loop.c - wait for clients, datagrams and signals
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "services/log.h"
#include "services/server.h"
#include "services/stop.h"

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
    struct entrance *entrance = (void *)watch;
    (void)ready;
    for (int i = 0; i < server->model->batch && !is_full(server); i++)
        if (!server_take_client(server, entrance) || entrance->fd < 0 ||
            server->resume_at)
            return;
}

/* Whether ENTRANCE is left alone, because accept or receive goes on failing
   there.  */
static bool backs_off(struct entrance *entrance)
{
    if (entrance->resume_at && monotonic_ms() >= entrance->resume_at)
        entrance->resume_at = 0;
    return entrance->resume_at != 0;
}

static void on_datagram(struct server *server, struct watch *watch,
                        unsigned ready)
{
    (void)ready;
    server_datagram(server, (struct entrance *)(void *)watch);
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

/* Whether ENTRANCE is to be watched.  */
static bool is_ours(const struct server *server,
                    const struct entrance *entrance)
{
    if (entrance->fd < 0)
        return false;
    return entrance->role == SONDE_DATAGRAM ? !server->no_datagrams
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
static void set_watched(struct server *server, struct entrance *entrance,
                        bool open)
{
    int result;
    if (!entrance->watch.ready) {
        entrance->watch.ready =
            entrance->role == SONDE_DATAGRAM ? on_datagram : on_clients;
        result = server_watch(server, entrance->fd, open ? SONDE_READABLE : 0,
                              &entrance->watch);
    } else if (entrance->watched != open) {
        result =
            sonde_poller_modify(server->poller, entrance->fd,
                                open ? SONDE_READABLE : 0, &entrance->watch);
    } else {
        return;
    }
    entrance->watched = open;
    if (result) {
        log_end(server, "a socket cannot be watched", errno);
        server->failed = true;
    }
}

static void watch_entrances(struct server *server)
{
    bool open = may_come(server), any = false;
    bool all_back_off = server->resume_at != 0;
    for (size_t i = 0; i < server->entrances.count; i++) {
        struct entrance *entrance = &server->entrances.list[i];
        if (!is_ours(server, entrance))
            continue;
        any = true;
        bool may = entrance->role == SONDE_DATAGRAM ? !all_back_off : open;
        set_watched(server, entrance, may && !backs_off(entrance));
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

/* Whether clients wait at ENTRANCE that would be lost with it.  Whoever passed
   an inherited one keeps it open, and them with it.  */
static bool may_lose(const struct entrance *entrance)
{
    return entrance->fd >= 0 && entrance->role == SONDE_LISTENER &&
           !entrance->inherited;
}

/* Take those who have waited at ENTRANCE since before the end was asked for.
   They are connected, as far as they know: to close it would reset them.  */
static void take_waiting(struct server *server, struct entrance *entrance)
{
    struct sonde_queue queue = {.queued = ENTRANCE_QUEUE};
    sonde_queue(entrance->fd, &queue);
    for (long i = 0; i < queue.queued && !stop_now() && !is_full(server); i++)
        if (!server_take_client(server, entrance) || entrance->fd < 0 ||
            server->resume_at)
            return;
}

/* Those for whom there is no room, or no time: they count as cut off.  */
static void turn_away(struct server *server, const struct entrance *entrance)
{
    for (int i = 0; i < ENTRANCE_QUEUE; i++) {
        int fd = sonde_accept(entrance->fd, NULL, SONDE_CLOEXEC);
        if (fd < 0)
            return;
        close(fd);
        server->cut_off++;
    }
}

/* No more will come by ENTRANCE.  Where other processes take the clients, it
   stays open until these have ended: who waits then is to be counted.  */
static void shut(struct server *server, struct entrance *entrance)
{
    if (entrance->fd >= 0 && entrance->watch.ready)
        sonde_poller_remove(server->poller, entrance->fd);
    if (!server->no_streams && may_lose(entrance))
        take_waiting(server, entrance);
    if (server->is_child)
        return;
    if (may_lose(entrance) && server->no_streams) {
        entrance_unlink(entrance);
        return;
    }
    if (may_lose(entrance))
        turn_away(server, entrance);
    entrance_close(entrance);
}

static void begin_stop(struct server *server)
{
    server->stopping = true;
    server->wants_fewer = 1;
    for (size_t i = 0; i < server->entrances.count; i++)
        shut(server, &server->entrances.list[i]);
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
    for (size_t i = 0; i < server->entrances.count && !server->is_child; i++) {
        struct entrance *entrance = &server->entrances.list[i];
        if (server->stopping && may_lose(entrance))
            turn_away(server, entrance);
        entrance_close(entrance);
    }
}

/* ---- the loop ------------------------------------------------------------ */

static int sooner(int a, int b)
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
        due = sooner(due, LOG_AGAIN);
    if (server->resume_at)
        due = sooner(due, monotonic_until(monotonic_ms(), server->resume_at));
    for (size_t i = 0; i < server->entrances.count; i++) {
        const struct entrance *entrance = &server->entrances.list[i];
        if (entrance->resume_at && entrance->fd >= 0 && !server->stopping)
            due = sooner(due,
                         monotonic_until(monotonic_ms(), entrance->resume_at));
    }
    if (server->cut)
        due = sooner(due, monotonic_until(monotonic_ms(), server->over_at));
    if (server->leaves_when_quiet && !server->stopping)
        due = sooner(
            due, monotonic_until(monotonic_ms(), server->quiet_since + QUIET));
    return due;
}

static void take_events(struct server *server)
{
    struct sonde_event event;
    while (sonde_poller_next(server->poller, &event)) {
        struct watch *watch = event.user;
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
    monotonic_sleep(server->wait_backoff);
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
