/* connection.c - one client of a stream service, whatever the model
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/connection.h"
#include "sonde.h"

static bool has_kept(const struct connection *connection)
{
    return connection->start < connection->end;
}

void connection_abandon(struct connection *connection,
                        enum connection_ending ending)
{
    if (connection->state == CONNECTION_OVER)
        return;
    connection->ending = (uint8_t)ending;
    connection->state = CONNECTION_OVER;
}

/* A call failed.  EAGAIN where it may wait is the end of patience; where it may
   not, it is nothing.  */
static void connection_take_failure(struct connection *connection)
{
    if (errno == EAGAIN && connection->timeout == 0)
        return;
    connection->error = errno;
    connection_abandon(connection,
                       errno == EAGAIN ? CONNECTION_IDLE : CONNECTION_LOST);
}

/* Keep the SIZE bytes DATA, behind what is kept already.  */
static void connection_keep(struct connection *connection, const char *data,
                            size_t size)
{
    size_t old = connection->end - connection->start;
    char *both = old + size <= CONNECTION_KEPT ? malloc(old + size) : NULL;
    if (!both) {
        connection_abandon(connection, CONNECTION_MEMORY);
        return;
    }
    if (old > 0)
        memcpy(both, connection->kept + connection->start, old);
    memcpy(both + old, data, size);
    free(connection->kept);
    connection->kept = both;
    connection->start = 0;
    connection->end = (uint32_t)(old + size);
}

void connection_write(struct connection *connection, const char *data,
                      size_t size)
{
    ssize_t count = 0;
    if (connection->state == CONNECTION_OVER || size == 0)
        return;
    if (!has_kept(connection)) {
        count = sonde_write(connection->fd, data, size, connection->timeout);
        if (count < 0) {
            connection_take_failure(connection);
            count = 0;
        }
        connection->sent += (uint64_t)count;
    }
    if (connection->state != CONNECTION_OVER && (size_t)count < size)
        connection_keep(connection, data + count, size - (size_t)count);
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

static void write_kept(struct connection *connection)
{
    ssize_t count =
        sonde_write(connection->fd, connection->kept + connection->start,
                    connection->end - connection->start, connection->timeout);
    if (count < 0) {
        connection_take_failure(connection);
        return;
    }
    connection->sent += (uint64_t)count;
    connection->start += (uint32_t)count;
    if (!has_kept(connection)) {
        free(connection->kept);
        connection->kept = NULL;
    }
}

static void connection_take_input(struct connection *connection,
                                  const char *data, size_t size)
{
    const struct service *service = connection->service;
    if (size == 0) {
        connection->half_closed = 1;
        if (service->ended)
            service->ended(connection);
        else
            connection_end(connection);
    } else if (service->input) {
        service->input(connection, data, size);
    }
}

static void read_more(struct connection *connection, char *buffer)
{
    ssize_t count = sonde_read(connection->fd, buffer, CONNECTION_PIECE,
                               connection->timeout);
    if (count < 0) {
        connection_take_failure(connection);
        return;
    }
    connection->received += (uint64_t)count;
    connection_take_input(connection, buffer, (size_t)count);
}

/* Read from a client that has nothing to say any more.  */
static void ignore_input(struct connection *connection, char *buffer,
                         int timeout)
{
    ssize_t count =
        sonde_read(connection->fd, buffer, CONNECTION_PIECE, timeout);
    if (count > 0) {
        connection->received += (uint64_t)count;
        connection->ignored += (uint32_t)count;
    }
    if (count == 0 || (count < 0 && errno != EAGAIN) ||
        connection->ignored > CONNECTION_IGNORED)
        connection_abandon(connection, CONNECTION_DONE);
}

/* Listen to it for what is left of the time.  */
static void connection_linger(struct connection *connection, char *buffer)
{
    int left = monotonic_until(monotonic_ms(), connection->linger_until);
    ignore_input(connection, buffer, connection->timeout == 0 ? 0 : left);
    if (left == 0)
        connection_abandon(connection, CONNECTION_DONE);
}

/* All is sent.  If the client has ended, or was silent, so is it over; else it
   is told of the end, and listened to until it takes notice.  */
static void connection_finish(struct connection *connection, char *buffer)
{
    if (!connection->half_closed)
        ignore_input(connection, buffer, 0);
    if (connection->half_closed || connection->ignored == 0)
        connection_abandon(connection, CONNECTION_DONE);
    if (connection->state == CONNECTION_OVER)
        return;
    if (sonde_half_close(connection->fd))
        connection_abandon(connection, CONNECTION_DONE);
    connection->linger_until = monotonic_ms() + CONNECTION_LINGER;
    if (connection->state != CONNECTION_OVER)
        connection->state = CONNECTION_LINGERING;
}

void connection_open(struct connection *connection, int fd,
                     const struct service *service, const void *settings,
                     int timeout)
{
    *connection = (struct connection){
        .service = service, .settings = settings, .fd = fd, .timeout = timeout};
    if (service->opened)
        service->opened(connection);
}

unsigned connection_events(const struct connection *connection)
{
    switch (connection->state) {
    case CONNECTION_SERVING:
    case CONNECTION_LINGERING:
        return has_kept(connection) ? SONDE_WRITABLE : SONDE_READABLE;
    case CONNECTION_ENDING:
        return SONDE_WRITABLE;
    default:
        return 0;
    }
}

void connection_step(struct connection *connection, char *buffer)
{
    if (connection->state == CONNECTION_LINGERING)
        connection_linger(connection, buffer);
    else if (has_kept(connection))
        write_kept(connection);
    else if (connection->state == CONNECTION_SERVING)
        read_more(connection, buffer);
    if (connection->state == CONNECTION_ENDING && !has_kept(connection))
        connection_finish(connection, buffer);
}

void connection_run(struct connection *connection, char *buffer)
{
    while (connection_events(connection))
        connection_step(connection, buffer);
}

void connection_free(struct connection *connection)
{
    free(connection->kept);
    connection->kept = NULL;
}

const char *connection_reason(const struct connection *connection)
{
    switch (connection->ending) {
    case CONNECTION_LOST:
        return connection->error == EPIPE || connection->error == ECONNRESET
                   ? "reset by the client"
                   : strerror(connection->error);
    case CONNECTION_IDLE:
        return "idle for too long";
    case CONNECTION_MEMORY:
        return "no memory for what it does not read";
    case CONNECTION_CUT:
        return "cut off";
    default:
        return "ended";
    }
}
