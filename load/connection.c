/* connection.c - a load connection from connect to close, and its counts
   SPDX-License-Identifier: GPL-3.0-or-later

   Unlike sonde_connect, a load run connects hundreds of sockets in parallel, to
   an address that the first connection has reached.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/wait.h"
#include "clients/verify.h"
#include "load/run.h"

/* Nanoseconds before connect is retried, so that the loop does not spin.  */
enum { BACKOFF = 10 * 1000000 };

static bool connection_is_tcp(const struct load *load)
{
    return load->report->type == SOCK_STREAM &&
           load->report->peer.storage.ss_family != AF_UNIX;
}

/* ---- bytes --------------------------------------------------------------- */

/* Upper bits of a linear congruential generator modulo 2^64.  */
void pattern_make(struct pattern *pattern)
{
    uint64_t state = 1;
    for (size_t i = 0; i < PATTERN_PERIOD; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        pattern->bytes[i] = (unsigned char)(state >> 56);
    }
    for (size_t i = PATTERN_PERIOD; i < sizeof pattern->bytes; i++)
        pattern->bytes[i] = pattern->bytes[i - PATTERN_PERIOD];
}

/* Neighbouring connections begin at distant offsets, so that bytes sent on the
   wrong connection differ, too.  */
const unsigned char *pattern_at(const struct pattern *pattern,
                                size_t connection, uint64_t offset)
{
    return pattern->bytes +
           (offset + (uint64_t)connection * 7919) % PATTERN_PERIOD;
}

/* ---- counts -------------------------------------------------------------- */

/* The count of LOAD for connections in STATE.  */
static size_t *count_of(struct load *load, enum load_state state)
{
    return state == CONNECTION_CLOSED ? &load->closed
           : state < CONNECTION_OPEN  ? &load->connecting
                                      : &load->open;
}

/* Go to STATE and update the counts of LOAD.  Unless STATE is open or ending,
   the pending messages are dropped from the counts.  */
static void set_state(struct load *load, struct load_connection *connection,
                      enum load_state state)
{
    --*count_of(load, connection->state);
    ++*count_of(load, state);
    if (state < CONNECTION_OPEN) {
        load->outstanding -= connection->pending;
        connection->pending = 0;
    }
    connection->state = state;
}

struct load_message *load_message(const struct load *load,
                                  const struct load_connection *connection,
                                  uint64_t number)
{
    return &load->messages[load_index(load, connection) * load->plan->depth +
                           number % load->plan->depth];
}

bool load_may_begin(const struct load *load,
                    const struct load_connection *connection)
{
    const struct load_plan *plan = load->plan;
    if (connection->state != CONNECTION_OPEN ||
        connection->begun - connection->done >= plan->depth)
        return false;
    /* A connection begun in time sends its message in any phase.  */
    if (plan->kind == LOAD_CONNECTS)
        return connection->begun == 0;
    if (plan->kind == LOAD_HOLD)
        return load->phase == LOAD_RUNNING && connection->begun == 0;
    /* A message due in time is sent while draining, too.  */
    if (plan->rate)
        return connection->begun < connection->due && !load->is_late;
    return load->phase == LOAD_RUNNING;
}

void load_begin(struct load *load, struct load_connection *connection,
                int64_t now)
{
    const struct load_plan *plan = load->plan;
    struct load_message *message =
        load_message(load, connection, connection->begun);
    message->start = message->begun = now;
    if (plan->rate && plan->kind == LOAD_MESSAGES)
        message->start =
            load->start +
            load_due(plan, load_index(load, connection), connection->begun);
    connection->begun++;
    connection->pending++;
    load->outstanding++;
}

void load_done(struct load *load, struct load_connection *connection,
               uint64_t number, int64_t now)
{
    load->report->messages++;
    load->outstanding--;
    connection->pending--;
    load->last = now;
    if (load->plan->kind != LOAD_CONNECTS)
        histogram_add(&load->report->latency,
                      now - load_message(load, connection, number)->start);
}

/* ---- close --------------------------------------------------------------- */

/* Close the socket, if any, and go to STATE.  Before, the retransmissions of
   TCP are added to the report.  No error is counted.  */
static void close_connection(struct load *load,
                             struct load_connection *connection,
                             enum load_state state)
{
    if (connection->fd >= 0) {
        if (connection_is_tcp(load))
            load_count_retransmissions(load->report, connection->fd);
        sonde_poller_remove(load->poller, connection->fd);
        close(connection->fd);
        connection->fd = -1;
    }
    set_state(load, connection, state);
}

/* If ERROR is LOAD_NONE, do nothing.  Otherwise count ERROR, close the socket,
   if any, and go to CONNECTION_CLOSED.  */
static void connection_fail(struct load *load,
                            struct load_connection *connection,
                            enum load_error error)
{
    if (!error)
        return;
    load->report->errors[error]++;
    close_connection(load, connection, CONNECTION_CLOSED);
}

/* Watch the socket, already in the poller, for the events that the state needs:
   writable in CONNECTION_CONNECTING; otherwise readable, and also writable if
   is_blocked.  A failure is counted and closes CONNECTION.  */
static void connection_watch(struct load *load,
                             struct load_connection *connection)
{
    unsigned events = connection->state == CONNECTION_CONNECTING
                          ? SONDE_WRITABLE
                      : connection->is_blocked ? SONDE_READABLE | SONDE_WRITABLE
                                               : SONDE_READABLE;
    if (sonde_poller_modify(load->poller, connection->fd, events, connection))
        connection_fail(load, connection, load_error_of(errno));
}

/* Of a run with --connect: count the latency of the whole connection, from
   SINCE to now, set LAST of LOAD to now, and close.  */
static void connection_complete(struct load *load,
                                struct load_connection *connection)
{
    load->last = monotonic_now();
    histogram_add(&load->report->latency, load->last - connection->since);
    close_connection(load, connection, CONNECTION_CLOSED);
}

/* With --connect, after the reply: with reset of the plan complete CONNECTION
   at once, closed by RST; otherwise half-close, and wait in CONNECTION_ENDING
   until the peer closes its side.  An error of the poller is counted and closes
   CONNECTION.  */
static void connection_half_close(struct load *load,
                                  struct load_connection *connection)
{
    if (load->plan->reset) {
        connection_complete(load, connection);
        return;
    }
    sonde_half_close(connection->fd);
    connection->is_blocked = false;
    set_state(load, connection, CONNECTION_ENDING);
    connection_watch(load, connection);
}

/* ---- messages over a stream ---------------------------------------------- */

/* Begin the messages that may begin, and send until all bytes of the messages
   begun are sent, or the socket takes less than offered, which sets is_blocked;
   otherwise is_blocked is cleared.  Set has_progress if bytes were sent.
   Returns LOAD_NONE, also if blocked, or the send error.  */
static enum load_error stream_send(struct load *load,
                                   struct load_connection *connection)
{
    size_t size = load->plan->size;
    int64_t now = monotonic_now();
    while (load_may_begin(load, connection))
        load_begin(load, connection, now);
    connection->is_blocked = false;
    while (connection->sent < connection->begun * size &&
           !connection->is_blocked) {
        uint64_t left = connection->begun * size - connection->sent;
        size_t piece = left < PATTERN_PIECE ? (size_t)left : PATTERN_PIECE;
        const unsigned char *bytes = pattern_at(
            &load->pattern, load_index(load, connection), connection->sent);
        ssize_t count = sonde_write(connection->fd, bytes, piece, 0);
        if (count < 0 && errno != EAGAIN)
            return load_error_of(errno);
        connection->is_blocked = count < (ssize_t)piece;
        connection->sent += count > 0 ? (uint64_t)count : 0;
        load->has_progress |= count > 0;
    }
    return LOAD_NONE;
}

/* Compare the COUNT received bytes in load->bytes with the bytes sent, and
   advance RECEIVED by the bytes up to the first that is wrong.  Returns
   LOAD_NONE; or LOAD_WRONG, described in the report, for a byte that differs or
   is beyond those sent.  */
static enum load_error stream_verify(struct load *load,
                                     struct load_connection *connection,
                                     size_t count)
{
    size_t max = (size_t)(connection->sent - connection->received);
    size_t due = count < max ? count : max;
    size_t good =
        verify_same(pattern_at(&load->pattern, load_index(load, connection),
                               connection->received),
                    load->bytes, due);
    connection->received += good;
    if (good == count)
        return LOAD_NONE;
    return load_note_wrong(load, connection, "byte", connection->received,
                           good == due);
}

/* Read once, verify, and count the messages that are complete, but none if a
   byte of this read is wrong.  End of file is LOAD_CLOSED, except after the
   half-close: then CONNECTION is complete.  Returns LOAD_NONE, also without
   data, or the error.  */
static enum load_error stream_receive(struct load *load,
                                      struct load_connection *connection)
{
    ssize_t count =
        sonde_read(connection->fd, load->bytes, sizeof load->bytes, 0);
    load->has_progress |= count >= 0 || errno != EAGAIN;
    if (count < 0)
        return errno == EAGAIN ? LOAD_NONE : load_error_of(errno);
    if (count == 0) {
        if (connection->state != CONNECTION_ENDING)
            return LOAD_CLOSED;
        connection_complete(load, connection);
        return LOAD_NONE;
    }
    enum load_error error = stream_verify(load, connection, (size_t)count);
    int64_t now = monotonic_now();
    while (!error && connection->done < connection->begun &&
           connection->received >= (connection->done + 1) * load->plan->size)
        load_done(load, connection, connection->done++, now);
    return error;
}

const struct load_transport stream_transport = {stream_send, stream_receive,
                                                NULL};

void load_connection_send(struct load *load, struct load_connection *connection)
{
    if (connection->state != CONNECTION_OPEN)
        return;
    connection_fail(load, connection, load->transport->send(load, connection));
    if (connection->state == CONNECTION_OPEN)
        connection_watch(load, connection);
}

/* Receive, then send; with --connect end the connection after its reply.  An
   error is counted and closes CONNECTION.  */
static void connection_receive(struct load *load,
                               struct load_connection *connection)
{
    connection_fail(load, connection,
                    load->transport->receive(load, connection));
    if (load->plan->kind == LOAD_CONNECTS && connection->done > 0 &&
        connection->state == CONNECTION_OPEN)
        connection_half_close(load, connection);
    else
        load_connection_send(load, connection);
}

/* ---- connect ------------------------------------------------------------- */

/* Use FD for CONNECTION, which closes FD from now on, set the options of FD,
   and add FD to the poller, for no event yet.  Options that cannot be set are
   ignored.  For datagrams the report gets the receive buffer.  Returns 0; or -1
   with the errno of the poller, and FD stays open.  */
static int connection_use(struct load *load, struct load_connection *connection,
                          int fd)
{
    int on = 1;
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    connection->fd = fd;
    connection->is_blocked = false;
    if (connection_is_tcp(load)) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (load->target->keepalive > 0)
            sonde_keepalive(fd, load->target->keepalive);
    }
    if (load->report->type == SOCK_DGRAM)
        sonde_datagram_buffer(fd, load->plan->depth, load->plan->size,
                              &load->report->buffer);
    if (load->plan->reset && load->report->type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return sonde_poller_add(load->poller, fd, 0, connection);
}

/* Go to CONNECTION_OPEN: count the connect, number messages and bytes from 0
   again, but keep the number of messages due; watch the socket, and in
   LOAD_RUNNING or a later phase begin and send messages.  An error is counted
   and closes CONNECTION.  */
static void connection_establish(struct load *load,
                                 struct load_connection *connection)
{
    set_state(load, connection, CONNECTION_OPEN);
    connection->begun = connection->done = 0;
    connection->sent = connection->received = 0;
    load->report->connects++;
    connection_watch(load, connection);
    if (load->phase >= LOAD_RUNNING)
        load_connection_send(load, connection);
}

void load_connection_adopt(struct load *load,
                           struct load_connection *connection, int fd)
{
    if (connection_use(load, connection, fd))
        connection_fail(load, connection, load_error_of(errno));
    else
        connection_establish(load, connection);
}

/* Close the socket, if any, without counting an error, and go to STATE,
   CONNECTION_BACKOFF or CONNECTION_QUEUE_FULL.  Sets RETRY_AT, when connect is
   tried again, to 10 ms from now.  */
static void connection_back_off(struct load *load,
                                struct load_connection *connection,
                                enum load_state state)
{
    close_connection(load, connection, state);
    connection->retry_at = monotonic_now() + BACKOFF;
}

/* connect, or a call before connect, failed with the errno ERROR: count the
   error and close.  The state is CONNECTION_CLOSED; but with --connect without
   a rate, in LOAD_RUNNING, CONNECTION_BACKOFF.  EADDRNOTAVAIL, or with a source
   address EADDRINUSE, means that no local port is free (LOAD_NO_PORT).  EAGAIN
   of a UNIX socket is no error: the listen queue is full, and the state is
   CONNECTION_QUEUE_FULL, since poll does not report when the queue has room
   again.  */
static void load_connection_refuse(struct load *load,
                                   struct load_connection *connection,
                                   int error)
{
    if (error == EAGAIN && load->report->peer.storage.ss_family == AF_UNIX) {
        connection_back_off(load, connection, CONNECTION_QUEUE_FULL);
        return;
    }
    bool is_full =
        error == EADDRNOTAVAIL || (load->target->source && error == EADDRINUSE);
    connection_fail(load, connection,
                    is_full ? LOAD_NO_PORT : load_error_of(error));
    if (load->plan->kind == LOAD_CONNECTS && !load->plan->rate &&
        load->phase == LOAD_RUNNING)
        connection_back_off(load, connection, CONNECTION_BACKOFF);
}

/* Make a non-blocking socket, closed by exec, and bind the socket to the source
   address if given.  Returns the socket; or -1 with the errno of sonde_socket
   or bind, and no socket is left open.  */
static int connection_open_socket(const struct load *load)
{
    const struct sonde_address *source = load->target->source;
    int fd = sonde_socket(load->report->peer.storage.ss_family,
                          load->report->type, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd < 0 || !source ||
        !bind(fd, (const void *)&source->storage, source->length))
        return fd;
    descriptor_close(&fd);
    return -1;
}

/* connect has ended, which sets has_progress.  After success count the connect
   time, from SINCE to now, and establish CONNECTION; after a failure call
   load_connection_refuse, and count no time.  */
static void connection_confirm(struct load *load,
                               struct load_connection *connection)
{
    int error = load_socket_error(connection->fd);
    load->has_progress = true;
    if (error) {
        load_connection_refuse(load, connection, error);
        return;
    }
    histogram_add(&load->report->connect, monotonic_now() - connection->since);
    connection_establish(load, connection);
}

void load_connection_open(struct load *load, struct load_connection *connection,
                          int64_t since)
{
    const struct sonde_address *peer = &load->report->peer;
    if (connection->state != CONNECTION_QUEUE_FULL)
        connection->deadline = sonde_deadline(CLIENT_TIMEOUT);
    connection->since = since;
    set_state(load, connection, CONNECTION_CONNECTING);
    int fd = connection_open_socket(load);
    if (fd < 0 || connection_use(load, connection, fd))
        load_connection_refuse(load, connection, errno);
    else if (!connect(fd, (const void *)&peer->storage, peer->length))
        connection_confirm(load, connection);
    else if (errno == EINPROGRESS || errno == EINTR)
        connection_watch(load, connection);
    else
        load_connection_refuse(load, connection, errno);
}

/* ---- events and timeouts ------------------------------------------------- */

void load_connection_serve(struct load *load,
                           struct load_connection *connection, unsigned ready)
{
    if (connection->state == CONNECTION_CONNECTING)
        connection_confirm(load, connection);
    else if (ready & SONDE_READABLE)
        connection_receive(load, connection);
    else
        load_connection_send(load, connection);
}

/* If CONNECTION is in CONNECTION_CONNECTING, and connect has ended, which no
   wait has reported yet, as after a stop of this process: confirm, and return
   true.  Otherwise return false.  */
static bool connection_look(struct load *load,
                            struct load_connection *connection)
{
    if (connection->state != CONNECTION_CONNECTING ||
        wait_one(connection->fd, POLLOUT, 0) <= 0)
        return false;
    connection_confirm(load, connection);
    return true;
}

void load_connection_check(struct load *load,
                           struct load_connection *connection, int64_t now)
{
    switch (connection->state) {
    case CONNECTION_BACKOFF:
        if (load->phase > LOAD_RUNNING)
            close_connection(load, connection, CONNECTION_CLOSED);
        else if (connection->retry_at <= now)
            load_connection_open(load, connection, now);
        break;
    case CONNECTION_QUEUE_FULL:
    case CONNECTION_CONNECTING:
        if (connection->deadline <= now && !connection_look(load, connection))
            connection_fail(load, connection,
                            (enum load_error)SONDE_CONNECT_TIMED_OUT);
        else if (connection->state == CONNECTION_QUEUE_FULL &&
                 connection->retry_at <= now)
            load_connection_open(load, connection, connection->since);
        break;
    case CONNECTION_OPEN:
        if (!load->transport->expire)
            break;
        connection_fail(load, connection,
                        load->transport->expire(load, connection, now));
        load_connection_send(load, connection);
        break;
    case CONNECTION_CLOSED:
    case CONNECTION_ENDING:
        break;
    }
}
