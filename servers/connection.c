/* connection.c - one client of a stream service, whatever the model
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/connection.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/stop.h"

/* ---- state machine ------------------------------------------------------- */

/* Whether there is output not yet sent.  */
static bool pending_is_left(const struct connection *connection)
{
    return connection->start < connection->end;
}

/* End CONNECTION as ENDING, unless over; pending output is not sent.  */
static void connection_abandon(struct connection *connection,
                               enum connection_ending ending)
{
    if (connection->state == CONNECTION_OVER)
        return;
    connection->ending = (uint8_t)ending;
    connection->state = CONNECTION_OVER;
}

/* Log errno, of a failed receive, or with IS_SEND of a send, if a policy or the
   resources of this host are the cause, not the client.  EACCES may also come
   from the network: on Linux ICMPv6 "administratively prohibited", when the
   retransmissions have timed out.  Keeps errno.  */
static void connection_log_denied(bool is_send)
{
    const char *what = is_send ? "send" : "receive", *remedy = "";
    switch (errno) {
    case EACCES:
        remedy = is_send ? " (a firewall, over IPv6 also on the way, or a "
                           "policy: let seccomp, SELinux or AppArmor allow "
                           "send and sendto)"
                         : " (a policy, or over IPv6 a firewall on the way: "
                           "let seccomp, SELinux or AppArmor allow recv and "
                           "recvfrom)";
        break;
    case EPERM:
    case ENOSYS:
        remedy = is_send ? " (a firewall of this host, or a policy: let "
                           "seccomp, SELinux or AppArmor allow send and sendto)"
                         : " (a policy denies it: let seccomp, SELinux or "
                           "AppArmor allow recv and recvfrom)";
        break;
    case ENOBUFS:
    case ENOMEM:
        break;
    default:
        return;
    }
    log_trouble(LOG_CONNECTION, "client closed: cannot %s: %s%s", what,
                strerror(errno), remedy);
}

/* A call failed with errno: note the errno, and end CONNECTION as lost; as idle
   after EAGAIN, the end of the timeout.  Where calls never block, EAGAIN is no
   failure, and nothing is done.  */
static void connection_note_error(struct connection *connection)
{
    if (errno == EAGAIN && connection->timeout == 0)
        return;
    connection->error = errno;
    connection_abandon(connection,
                       errno == EAGAIN ? CONNECTION_IDLE : CONNECTION_LOST);
}

/* Append a copy of the SIZE bytes DATA, at least 1, to the pending output.
   Beyond CONNECTION_PENDING_MAX in all, or without memory, end CONNECTION as
   CONNECTION_MEMORY instead.  */
static void pending_append(struct connection *connection, const char *data,
                           size_t size)
{
    size_t old = connection->end - connection->start;
    char *both =
        old + size <= CONNECTION_PENDING_MAX ? malloc(old + size) : NULL;
    if (!both) {
        connection_abandon(connection, CONNECTION_MEMORY);
        return;
    }
    if (old > 0)
        memcpy(both, connection->pending + connection->start, old);
    memcpy(both + old, data, size);
    free(connection->pending);
    connection->pending = both;
    connection->start = 0;
    connection->end = (uint32_t)(old + size);
}

/* Write as much of the SIZE bytes DATA as one call takes, and count the bytes
   as sent.  Where calls block, the call waits for room up to the timeout.
   Returns the number of bytes; 0 if calls never block and there is no room, or
   after an error or the timeout, which end CONNECTION (connection_note_error);
   an error of this host is logged.  */
static size_t connection_send(struct connection *connection, const char *data,
                              size_t size)
{
    ssize_t count =
        sonde_write(connection->client.fd, data, size, connection->timeout);
    if (count < 0) {
        connection_log_denied(true);
        connection_note_error(connection);
        return 0;
    }
    connection->sent += (uint64_t)count;
    return (size_t)count;
}

void connection_write(struct connection *connection, const char *data,
                      size_t size)
{
    size_t count = 0;
    if (connection->state == CONNECTION_OVER || size == 0)
        return;
    if (!pending_is_left(connection))
        count = connection_send(connection, data, size);
    if (connection->state != CONNECTION_OVER && count < size)
        pending_append(connection, data + count, size - count);
}

void connection_end(struct connection *connection)
{
    if (connection->state == CONNECTION_SERVING)
        connection->state = CONNECTION_ENDING;
}

const void *connection_settings(const struct connection *connection)
{
    return connection->settings;
}

/* Send pending output, which there is, by one call, and free the buffer when
   all is sent.  An error, or the timeout where calls block, ends CONNECTION. */
static void pending_send(struct connection *connection)
{
    connection->start += (uint32_t)connection_send(
        connection, connection->pending + connection->start,
        connection->end - connection->start);
    if (!pending_is_left(connection))
        connection_free(connection);
}

/* Pass the SIZE bytes DATA to the service, or discard the bytes if the service
   has no input callback.  SIZE 0, the client's FIN, is noted as half_closed,
   and ends CONNECTION once pending output is sent.  */
static void connection_input(struct connection *connection, const char *data,
                             size_t size)
{
    const struct service *service = connection->service;
    if (size == 0) {
        connection->half_closed = 1;
        connection_end(connection);
    } else if (service->input) {
        service->input(connection, data, size);
    }
}

/* Read once, up to CONNECTION_PIECE bytes, into BUFFER, waiting up to TIMEOUT
   milliseconds (-1: without limit), and count the bytes as received.  Returns
   the number of bytes, 0 after a FIN, or -1 with errno: EAGAIN if none came in
   time; any errno of sonde_read, logged if this host is the cause.  */
static ssize_t connection_read_once(struct connection *connection, char *buffer,
                                    int timeout)
{
    ssize_t count =
        sonde_read(connection->client.fd, buffer, CONNECTION_PIECE, timeout);
    if (count < 0)
        connection_log_denied(false);
    else
        connection->received += (uint64_t)count;
    return count;
}

/* Read once, waiting up to the timeout, and pass the input, or the client's
   FIN, to connection_input.  An error ends CONNECTION, except EAGAIN where
   calls never block.  */
static void connection_read(struct connection *connection, char *buffer)
{
    ssize_t count =
        connection_read_once(connection, buffer, connection->timeout);
    if (count < 0)
        connection_note_error(connection);
    else
        connection_input(connection, buffer, (size_t)count);
}

/* Read once, waiting up to TIMEOUT milliseconds, discard the input, and count
   the bytes as received and as ignored.  End CONNECTION as done if the client
   has sent a FIN, after an error other than EAGAIN, or if more than
   CONNECTION_IGNORED_MAX bytes were ignored in all.  */
static void connection_discard(struct connection *connection, char *buffer,
                               int timeout)
{
    ssize_t count = connection_read_once(connection, buffer, timeout);
    connection->ignored += count > 0 ? (uint32_t)count : 0;
    if (count == 0 || (count < 0 && errno != EAGAIN) ||
        connection->ignored > CONNECTION_IGNORED_MAX)
        connection_abandon(connection, CONNECTION_DONE);
}

/* Discard input once (connection_discard), so that unread input does not turn
   the close into a reset; from linger_until on, end CONNECTION as done.  Where
   calls block, the read waits for input until linger_until.  */
static void connection_linger(struct connection *connection, char *buffer)
{
    int left = monotonic_until(monotonic_ms(), connection->linger_until);
    connection_discard(connection, buffer, connection->timeout == 0 ? 0 : left);
    if (left == 0)
        connection_abandon(connection, CONNECTION_DONE);
}

/* All output is sent, and the service has ended.  Unless the client has sent a
   FIN, read once without waiting, and discard the input (connection_discard).
   Closing is harmless if the client has sent a FIN, or no input came since the
   service ended: then, and after an error, end CONNECTION as done.  Otherwise
   send a FIN, and begin to linger.  */
static void connection_finish(struct connection *connection, char *buffer)
{
    if (!connection->half_closed)
        connection_discard(connection, buffer, 0);
    if (connection->state == CONNECTION_OVER)
        return;
    if (connection->half_closed || connection->ignored == 0 ||
        sonde_half_close(connection->client.fd)) {
        connection_abandon(connection, CONNECTION_DONE);
        return;
    }
    connection->linger_until = monotonic_ms() + CONNECTION_LINGER;
    connection->state = CONNECTION_LINGERING;
}

void connection_open(struct connection *connection,
                     const struct server_client *client,
                     const struct service *service, const void *settings,
                     int timeout)
{
    *connection = (struct connection){.service = service,
                                      .settings = settings,
                                      .client = *client,
                                      .timeout = timeout};
    if (service->opened)
        service->opened(connection);
}

unsigned connection_events(const struct connection *connection)
{
    if (connection->state == CONNECTION_OVER)
        return 0;
    return connection->state == CONNECTION_ENDING || pending_is_left(connection)
               ? SONDE_WRITABLE
               : SONDE_READABLE;
}

void connection_step(struct connection *connection, char *buffer)
{
    if (connection->state == CONNECTION_LINGERING)
        connection_linger(connection, buffer);
    else if (pending_is_left(connection))
        pending_send(connection);
    else if (connection->state == CONNECTION_SERVING)
        connection_read(connection, buffer);
    if (connection->state == CONNECTION_ENDING && !pending_is_left(connection))
        connection_finish(connection, buffer);
}

void connection_free(struct connection *connection)
{
    free(connection->pending);
    connection->pending = NULL;
}

const char *connection_reason(const struct connection *connection)
{
    static const char *const reasons[] = {
        [CONNECTION_DONE] = "ended",
        [CONNECTION_LOST] = "connection reset by peer",
        [CONNECTION_IDLE] = "idle timeout",
        [CONNECTION_MEMORY] = "no memory for unsent output",
        [CONNECTION_CUT] = "closed by shutdown",
    };
    int error = connection->error;
    return connection->ending == CONNECTION_LOST && error != EPIPE &&
                   error != ECONNRESET
               ? strerror(error)
               : reasons[connection->ending];
}

/* Log the reason of the end of CONNECTION, which is over, and the numbers of
   bytes received and sent, if the client has a name.  */
static void connection_log_end(const struct connection *connection)
{
    if (connection->client.name)
        log_line("%s: %s, %llu bytes received, %llu sent",
                 connection->client.name, connection_reason(connection),
                 (unsigned long long)connection->received,
                 (unsigned long long)connection->sent);
}

/* ---- with blocking calls ------------------------------------------------- */

void connection_run(struct connection *connection, char *buffer)
{
    while (connection_events(connection))
        connection_step(connection, buffer);
}

enum connection_ending connection_serve(struct server *server,
                                        const struct server_client *client,
                                        char *buffer, const atomic_int *cut)
{
    struct connection connection;
    connection_open(&connection, client, server->options->service,
                    server->options->settings, server->timeout);
    connection_run(&connection, buffer);
    /* The shutdown calls shutdown(2), which looks like the client's FIN.  */
    if (cut ? *cut : stop_now())
        connection.ending = CONNECTION_CUT;
    connection_log_end(&connection);
    connection_free(&connection);
    return connection.ending;
}

/* ---- by events of the poller --------------------------------------------- */

/* Put CONNECTION, which is in no queue, at the end of QUEUE.  The expiry is
   neither set nor compared: the caller keeps the order.  */
static void connection_enqueue(struct connection_queue *queue,
                               struct connection *connection)
{
    connection->queue = queue;
    connection->prev = queue->last;
    connection->next = NULL;
    *(queue->last ? &queue->last->next : &queue->first) = connection;
    queue->last = connection;
}

/* Remove CONNECTION from its queue.  Its own links keep their values.  */
static void connection_dequeue(struct connection *connection)
{
    struct connection_queue *queue = connection->queue;
    struct connection *prev = connection->prev, *next = connection->next;
    *(prev ? &prev->next : &queue->first) = next;
    *(next ? &next->prev : &queue->last) = prev;
}

/* With --idle-timeout, restart the idle timeout of CONNECTION after activity,
   and move CONNECTION to the end of server->working.  A connection that lingers
   moves to server->lingering instead, once, also without --idle-timeout, and
   expires CONNECTION_LINGER milliseconds later.  */
static void connection_prolong(struct server *server,
                               struct connection *connection)
{
    bool lingers = connection->state == CONNECTION_LINGERING;
    struct connection_queue *queue =
        lingers ? &server->lingering : &server->working;
    long idle = server->options->idle_timeout;
    if (lingers ? connection->queue == queue : idle == 0)
        return;
    connection_dequeue(connection);
    connection->due = monotonic_ms() + (lingers ? CONNECTION_LINGER : idle);
    connection_enqueue(queue, connection);
}

void connection_close(struct server *server, struct connection *connection,
                      enum connection_ending ending)
{
    connection_abandon(connection, ending);
    sonde_poller_remove(server->poller, connection->client.fd);
    connection_dequeue(connection);
    connection_log_end(connection);
    connection_free(connection);
    server_client_close(server, &connection->client);
    free(connection);
}

/* Poll for the next events of CONNECTION, and restart its timeout.  Close and
   free CONNECTION if over, or, with a line in the log, if the poller fails.  */
static void connection_update(struct server *server,
                              struct connection *connection)
{
    unsigned events = connection_events(connection);
    if (events == 0) {
        connection_close(server, connection, CONNECTION_DONE);
        return;
    }
    if (events != connection->events &&
        (connection->events ? sonde_poller_modify : sonde_poller_add)(
            server->poller, connection->client.fd, events,
            &connection->watch)) {
        connection->error = errno;
        log_trouble(LOG_MEMORY, "client closed: cannot poll its socket: %s",
                    strerror(errno));
        connection_close(server, connection, CONNECTION_LOST);
        return;
    }
    connection->events = (uint8_t)events;
    connection_prolong(server, connection);
}

bool connection_advance(struct server *server, struct connection *connection)
{
    uint64_t bytes = connection->received + connection->sent;
    uint8_t state = connection->state, half_closed = connection->half_closed;
    connection_step(connection, server->buffer);
    if (connection_events(connection) == connection->events &&
        state == connection->state && half_closed == connection->half_closed &&
        bytes == connection->received + connection->sent)
        return false;
    connection_update(server, connection);
    return true;
}

/* Callback of WATCH, the first member of a connection of the event model: take
   a step (connection_advance), and note progress if the step changed anything.
   READY is ignored.  */
static void connection_ready(struct server *server, struct server_watch *watch,
                             unsigned ready)
{
    if (connection_advance(server, (struct connection *)(void *)watch))
        server->progress = true;
}

void connection_start(struct server *server, struct connection *connection,
                      const struct server_client *client)
{
    connection_open(connection, client, server->options->service,
                    server->options->settings, 0);
    connection->watch.ready = connection_ready;
    connection_enqueue(&server->working, connection);
    /* After the end of the service the poller is not needed.  */
    if (connection->state == CONNECTION_ENDING)
        connection_step(connection, server->buffer);
    connection_update(server, connection);
}
