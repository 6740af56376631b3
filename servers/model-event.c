/* model-event.c - all clients in one process, by readiness
   SPDX-License-Identifier: GPL-3.0-or-later

   A message costs a wait, shared by all ready clients, a read and a write.
   While output is pending, the client is polled for writability alone.  An idle
   client costs a struct connection, no buffer.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "servers/log.h"
#include "servers/server.h"

/* Serve CLIENT by events; without memory, log a line, close CLIENT and count
   the client off.  */
static void event_serve(struct server *server,
                        const struct server_client *client)
{
    struct connection *connection = malloc(sizeof *connection);
    if (connection) {
        connection_start(server, connection, client);
        return;
    }
    log_trouble(LOG_MEMORY, "client rejected: %s", strerror(errno));
    server_client_close(server, client);
}

/* Whether CONNECTION has an event now, or poll fails.  The server, not the
   client, may have been idle: stopped, or frozen with the host.  */
static bool event_is_ready(const struct connection *connection)
{
    bool writes = connection->events & SONDE_WRITABLE;
    return wait_one(connection->client.fd, writes ? POLLOUT : POLLIN, 0) != 0;
}

/* Close the connections of QUEUE that have expired at NOW, of monotonic_ms, for
   the reason ENDING.  With CONNECTION_IDLE, a connection whose descriptor is
   ready at this moment takes a step first, and is closed here only if the step
   has no effect.  Returns milliseconds to the next expiry, or -1: QUEUE is
   empty.  */
static int event_expire(struct server *server, struct connection_queue *queue,
                        int64_t now, enum connection_ending ending)
{
    while (queue->first && queue->first->due <= now) {
        struct connection *connection = queue->first;
        if (ending != CONNECTION_IDLE || !event_is_ready(connection) ||
            !connection_advance(server, connection))
            connection_close(server, connection, ending);
    }
    return queue->first ? monotonic_until(now, queue->first->due) : -1;
}

/* Close idle and lingering connections after their time.  Returns the
   milliseconds until the next expiry, or -1.  */
static int event_tick(struct server *server)
{
    int idle = -1;
    if (server->options->idle_timeout == 0 && !server->lingering.first)
        return -1;
    int64_t now = monotonic_ms();
    if (server->options->idle_timeout > 0)
        idle = event_expire(server, &server->working, now, CONNECTION_IDLE);
    return server_sooner(
        idle, event_expire(server, &server->lingering, now, CONNECTION_DONE));
}

/* Close all connections, and count those that do not linger as cut off.  */
static void event_cut(struct server *server)
{
    while (server->working.first) {
        connection_close(server, server->working.first, CONNECTION_CUT);
        server->cut_off++;
    }
    while (server->lingering.first)
        connection_close(server, server->lingering.first, CONNECTION_DONE);
}

const struct model model_event = {
    .batch = 64,
    .serve = event_serve,
    .tick = event_tick,
    .cut = event_cut,
};
