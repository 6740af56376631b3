/* model-event.c - all clients in one process, by readiness
   SPDX-License-Identifier: GPL-3.0-or-later

   A client that is ready has one read, and what the service makes of it is
   written at once: so a message costs a wait, which many share, a read and a
   write.  What is not taken is kept, and the client is watched for nothing but
   taking it: no more of it is read, and the others do not notice.  An idle
   client costs its struct served, no buffer.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"

struct served {
    struct watch watch; /* first: see watch.h */
    struct connection connection;
    struct server_client client;
    struct served *before, *after; /* in a queue */
    int64_t due;
    unsigned wish;
    bool lingers;
};

/* Those whose time is over first, first.  */
struct queue {
    struct served *first, *last;
};

struct event_data {
    struct queue working, lingering;
};

static struct queue *queue_of(struct server *server,
                              const struct served *served)
{
    struct event_data *data = server->model_data;
    return served->lingers ? &data->lingering : &data->working;
}

static void event_enqueue(struct queue *queue, struct served *served)
{
    served->before = queue->last;
    served->after = NULL;
    *(queue->last ? &queue->last->after : &queue->first) = served;
    queue->last = served;
}

static void event_dequeue(struct queue *queue, struct served *served)
{
    *(served->before ? &served->before->after : &queue->first) = served->after;
    *(served->after ? &served->after->before : &queue->last) = served->before;
}

static int event_begin(struct server *server)
{
    server->model_data = calloc(1, sizeof(struct event_data));
    return server->model_data ? 0 : -1;
}

static void event_forget(struct server *server, struct served *served)
{
    sonde_poller_remove(server->poller, served->client.fd);
    event_dequeue(queue_of(server, served), served);
    server_say_end(&served->client, &served->connection);
    connection_free(&served->connection);
    server_forget(server, &served->client);
    free(served);
}

/* SERVED gave a sign of life: it comes last now.  */
static void event_prolong(struct server *server, struct served *served)
{
    bool lingers = served->connection.state == CONNECTION_LINGERING;
    long idle = server->options->idle_timeout;
    if (lingers ? served->lingers : idle == 0)
        return;
    event_dequeue(queue_of(server, served), served);
    served->lingers = lingers;
    served->due = monotonic_ms() + (lingers ? CONNECTION_LINGER : idle);
    event_enqueue(queue_of(server, served), served);
}

/* SERVED cannot be watched, as errno says.  */
static void event_abandon(struct server *server, struct served *served)
{
    served->connection.error = errno;
    log_trouble(LOG_MEMORY, "a client cannot be watched, and is let go: %s",
                strerror(errno));
    connection_abandon(&served->connection, CONNECTION_LOST);
    event_forget(server, served);
}

/* Go on with SERVED, and watch for what it waits for now.  Returns false if
   nothing came of it: it was reported as ready, and is not.  */
static bool go_on(struct server *server, struct served *served)
{
    struct connection *connection = &served->connection;
    uint64_t bytes = connection->received + connection->sent;
    uint8_t state = connection->state, half_closed = connection->half_closed;
    connection_step(connection, server->buffer);
    unsigned wish = connection_events(connection);
    if (wish == served->wish && state == connection->state &&
        half_closed == connection->half_closed &&
        bytes == connection->received + connection->sent)
        return false;
    if (wish && wish != served->wish &&
        sonde_poller_modify(server->poller, served->client.fd, wish,
                            &served->watch)) {
        event_abandon(server, served);
        return true;
    }
    served->wish = wish;
    if (wish)
        event_prolong(server, served);
    else
        event_forget(server, served);
    return true;
}

static void on_ready(struct server *server, struct watch *watch, unsigned ready)
{
    (void)ready;
    if (go_on(server, (struct served *)(void *)watch))
        server->moved = true;
}

static void event_serve(struct server *server,
                        const struct server_client *client)
{
    struct event_data *data = server->model_data;
    struct served *served = calloc(1, sizeof *served);
    if (!served) {
        log_trouble(LOG_MEMORY, "no memory for a client");
        server_forget(server, client);
        return;
    }
    served->watch.ready = on_ready;
    served->client = *client;
    event_enqueue(&data->working, served);
    connection_open(&served->connection, client->fd, server->options->service,
                    server->options->settings, 0);
    /* What has ended already need not be watched.  */
    if (served->connection.state == CONNECTION_ENDING)
        connection_step(&served->connection, server->buffer);
    served->wish = connection_events(&served->connection);
    if (served->wish == 0) {
        event_forget(server, served);
    } else if (server_watch(server, client->fd, served->wish, &served->watch)) {
        event_abandon(server, served);
    } else {
        event_prolong(server, served);
    }
}

/* Whether what SERVED waits for is there.  It may be the server that gave no
   sign of life: stopped, or frozen with its host.  */
static bool is_ready(const struct served *served)
{
    bool writes = served->wish & SONDE_WRITABLE;
    return server_is_ready(served->client.fd, writes ? POLLOUT : POLLIN);
}

/* End those of QUEUE that are due.  Returns the milliseconds until the next
   is, or -1.  */
static int event_expire(struct server *server, struct queue *queue, int64_t now,
                        enum connection_ending ending)
{
    while (queue->first && queue->first->due <= now) {
        struct served *served = queue->first;
        if (ending == CONNECTION_IDLE && is_ready(served) &&
            go_on(server, served))
            continue;
        connection_abandon(&served->connection, ending);
        event_forget(server, served);
    }
    return queue->first ? monotonic_until(now, queue->first->due) : -1;
}

static int event_tick(struct server *server)
{
    struct event_data *data = server->model_data;
    int idle = -1, linger = -1;
    if (server->options->idle_timeout == 0 && !data->lingering.first)
        return -1;
    int64_t now = monotonic_ms();
    if (server->options->idle_timeout > 0)
        idle = event_expire(server, &data->working, now, CONNECTION_IDLE);
    linger = event_expire(server, &data->lingering, now, CONNECTION_DONE);
    return idle < 0 || (linger >= 0 && linger < idle) ? linger : idle;
}

static void event_cut(struct server *server)
{
    struct event_data *data = server->model_data;
    while (data->working.first) {
        connection_abandon(&data->working.first->connection, CONNECTION_CUT);
        event_forget(server, data->working.first);
        server->cut_off++;
    }
    while (data->lingering.first)
        event_forget(server, data->lingering.first);
}

static void event_end(struct server *server)
{
    free(server->model_data);
}

const struct model model_event = {
    .name = "event",
    .batch = 64,
    .begin = event_begin,
    .serve = event_serve,
    .tick = event_tick,
    .cut = event_cut,
    .end = event_end,
};
