/* connection.c - the connections of a load run, from connect to close
   SPDX-License-Identifier: GPL-3.0-or-later

   sonde_connect waits for one connection; here hundreds are under way at once,
   to an address that the first connection has reached.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "load/run.h"

/* How long a connection waits before it is retried: a queue that is full or a
   port that is refused now may not be so then, and the loop must not spin.  */
enum { BACKOFF = 10 * 1000000 };

static bool is_datagram(const struct load *load)
{
    return load->report->type == SOCK_DGRAM;
}

static bool connection_is_unix(const struct load *load)
{
    return load->report->peer.storage.ss_family == AF_UNIX;
}

/* Have the poller watch for what the state of CONNECTION needs.  */
static enum load_error connection_watch(struct load *load,
                                        struct load_connection *connection)
{
    unsigned events = SONDE_READABLE;
    if (connection->state == CONNECTION_CONNECTING)
        events = SONDE_WRITABLE;
    else if (connection->is_blocked)
        events |= SONDE_WRITABLE;
    if (events == connection->watched)
        return LOAD_NONE;
    if (sonde_poller_modify(load->poller, connection->fd, events, connection))
        return load_error_of(errno);
    connection->watched = events;
    return LOAD_NONE;
}

/* ---- the end ------------------------------------------------------------- */

/* Close the socket and go to STATE.  */
static void close_connection(struct load *load,
                             struct load_connection *connection,
                             enum load_state state)
{
    if (connection->fd >= 0) {
        sonde_poller_remove(load->poller, connection->fd);
        close(connection->fd);
        connection->fd = -1;
    }
    load_set_state(load, connection, state);
}

/* Count ERROR and close.  */
static void connection_fail(struct load *load,
                            struct load_connection *connection,
                            enum load_error error)
{
    load->report->errors[error]++;
    close_connection(load, connection, CONNECTION_CLOSED);
}

/* A connection of --connect has done all it was opened for.  */
static void connection_complete(struct load *load,
                                struct load_connection *connection)
{
    int64_t now = monotonic_now();
    histogram_add(&load->report->latency, now - connection->since);
    load->last = now;
    close_connection(load, connection, CONNECTION_CLOSED);
}

/* End a connection of --connect: by a reset, or by waiting for the peer to
   close its side.  */
static void connection_end3(struct load *load,
                            struct load_connection *connection)
{
    if (load->plan->reset) {
        connection_complete(load, connection);
        return;
    }
    sonde_half_close(connection->fd);
    connection->is_blocked = false;
    load_set_state(load, connection, CONNECTION_ENDING);
    enum load_error error = connection_watch(load, connection);
    if (error)
        connection_fail(load, connection, error);
}

/* ---- messages ------------------------------------------------------------ */

static enum load_error send_stream(struct load *load,
                                   struct load_connection *connection)
{
    size_t size = load->plan->size;
    if (load_may_begin(load, connection)) {
        int64_t now = monotonic_now();
        do
            load_begin(load, connection, now);
        while (load_may_begin(load, connection));
    }
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
        load->moved = load->moved || count > 0;
    }
    return LOAD_NONE;
}

/* COUNT bytes arrived.  */
static enum load_error connection_verify(struct load *load,
                                         struct load_connection *connection,
                                         size_t count)
{
    size_t max = (size_t)(connection->sent - connection->received);
    size_t due = count < max ? count : max;
    size_t good = pattern_check(&load->pattern, load_index(load, connection),
                                connection->received, load->bytes, due);
    connection->received += good;
    if (good == count)
        return LOAD_NONE;
    return load_note_wrong(load, connection, "byte", connection->received,
                           good == due);
}

static enum load_error receive_stream(struct load *load,
                                      struct load_connection *connection)
{
    ssize_t count =
        sonde_read(connection->fd, load->bytes, sizeof load->bytes, 0);
    load->moved = load->moved || count >= 0 || errno != EAGAIN;
    if (count < 0)
        return errno == EAGAIN ? LOAD_NONE : load_error_of(errno);
    if (count == 0) {
        if (connection->state != CONNECTION_ENDING)
            return LOAD_CLOSED;
        connection_complete(load, connection);
        return LOAD_NONE;
    }
    enum load_error error = connection_verify(load, connection, (size_t)count);
    int64_t now = monotonic_now();
    while (!error && connection->done < connection->begun &&
           connection->received >= (connection->done + 1) * load->plan->size)
        load_done(load, connection, connection->done++, now);
    return error;
}

void load_connection_send(struct load *load, struct load_connection *connection)
{
    if (connection->state != CONNECTION_OPEN)
        return;
    enum load_error error = is_datagram(load) ? datagram_send(load, connection)
                                              : send_stream(load, connection);
    if (!error)
        error = connection_watch(load, connection);
    if (error)
        connection_fail(load, connection, error);
}

static void connection_receive(struct load *load,
                               struct load_connection *connection)
{
    enum load_error error = is_datagram(load)
                                ? datagram_receive(load, connection)
                                : receive_stream(load, connection);
    if (error)
        connection_fail(load, connection, error);
    else if (load->plan->kind == LOAD_CONNECTS && connection->done > 0 &&
             connection->state == CONNECTION_OPEN)
        connection_end3(load, connection);
    else
        load_connection_send(load, connection);
}

/* ---- the beginning ------------------------------------------------------- */

/* Small messages leave at once.  */
static void connection_set_options(const struct load *load, int fd)
{
    int on = 1;
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    if (is_datagram(load))
        return;
    if (!connection_is_unix(load)) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (load->target->keepalive > 0)
            sonde_keepalive(fd, load->target->keepalive);
    }
    if (load->plan->reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Use FD for CONNECTION.  Returns 0, or -1 with errno.  */
static int take_socket(struct load *load, struct load_connection *connection,
                       int fd)
{
    connection->fd = fd;
    connection->watched = 0;
    connection->is_blocked = false;
    connection_set_options(load, fd);
    return sonde_poller_add(load->poller, fd, 0, connection);
}

static void connection_establish(struct load *load,
                                 struct load_connection *connection)
{
    load_set_state(load, connection, CONNECTION_OPEN);
    connection->begun = connection->done = 0;
    connection->sent = connection->received = 0;
    load->report->connects++;
    enum load_error error = connection_watch(load, connection);
    if (error)
        connection_fail(load, connection, error);
    else if (load->phase >= LOAD_RUNNING)
        load_connection_send(load, connection);
}

void load_connection_adopt(struct load *load,
                           struct load_connection *connection, int fd)
{
    if (take_socket(load, connection, fd))
        connection_fail(load, connection, load_error_of(errno));
    else
        connection_establish(load, connection);
}

/* Close, and retry later from STATE.  */
static void retry_later(struct load *load, struct load_connection *connection,
                        enum load_state state)
{
    close_connection(load, connection, state);
    connection->retry_at = monotonic_now() + BACKOFF;
}

/* Connecting failed with ERROR, an errno.  */
static void fail_connect(struct load *load, struct load_connection *connection,
                         int error)
{
    if (error == EAGAIN && connection_is_unix(load)) {
        /* A full listen queue of a UNIX socket, which poll does not report.  */
        retry_later(load, connection, CONNECTION_QUEUE_FULL);
        return;
    }
    connection_fail(load, connection,
                    error == EADDRNOTAVAIL && !load->target->source
                        ? LOAD_NO_PORT
                        : load_error_of(error));
    if (load->plan->kind == LOAD_CONNECTS && load->phase == LOAD_RUNNING)
        retry_later(load, connection, CONNECTION_BACKOFF);
}

/* A new socket, bound to the source address if there is one.  Returns the
   descriptor, or -1 with errno.  */
static int connection_open_socket(const struct load *load)
{
    const struct sonde_address *source = load->target->source;
    int fd = sonde_socket(load->report->peer.storage.ss_family,
                          load->report->type, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd >= 0 && source &&
        bind(fd, (const void *)&source->storage, source->length)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* The errno of connecting FD, or 0.  TCP may have connected a socket to itself,
   if the port that it got is the one it connects to.  */
static int get_connect_error(const struct load *load, int fd)
{
    int error = 0;
    socklen_t length = sizeof error;
    struct sonde_address local;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
        return errno;
    if (!error && !is_datagram(load) &&
        sonde_address_port(&load->report->peer) > 0 &&
        !sonde_address_local(fd, &local) &&
        !sonde_address_compare(&local, &load->report->peer))
        error = ECONNREFUSED;
    return error;
}

static void finish_connect(struct load *load,
                           struct load_connection *connection)
{
    int error = get_connect_error(load, connection->fd);
    load->moved = true;
    if (error) {
        fail_connect(load, connection, error);
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
        connection->give_up_at =
            monotonic_now() + (int64_t)CLIENT_TIMEOUT * 1000000;
    connection->since = since;
    load_set_state(load, connection, CONNECTION_CONNECTING);
    int fd = connection_open_socket(load);
    if (fd < 0 || take_socket(load, connection, fd)) {
        fail_connect(load, connection, errno);
        return;
    }
    if (!connect(fd, (const void *)&peer->storage, peer->length)) {
        finish_connect(load, connection);
        return;
    }
    if (errno != EINPROGRESS && errno != EINTR) {
        fail_connect(load, connection, errno);
        return;
    }
    enum load_error error = connection_watch(load, connection);
    if (error)
        connection_fail(load, connection, error);
}

/* ---- events and time ----------------------------------------------------- */

void load_connection_serve(struct load *load,
                           struct load_connection *connection, unsigned ready)
{
    if (connection->state == CONNECTION_CONNECTING)
        finish_connect(load, connection);
    else if (ready & SONDE_READABLE)
        connection_receive(load, connection);
    else
        load_connection_send(load, connection);
}

void load_connection_check(struct load *load,
                           struct load_connection *connection, int64_t now)
{
    enum load_error error;
    switch (connection->state) {
    case CONNECTION_BACKOFF:
        if (load->phase > LOAD_RUNNING)
            close_connection(load, connection, CONNECTION_CLOSED);
        else if (connection->retry_at <= now)
            load_connection_open(load, connection, now);
        break;
    case CONNECTION_QUEUE_FULL:
    case CONNECTION_CONNECTING:
        if (connection->give_up_at <= now)
            connection_fail(load, connection,
                            (enum load_error)SONDE_CONNECT_TIMED_OUT);
        /* Also while draining: the connection began in time.  */
        else if (connection->state == CONNECTION_QUEUE_FULL &&
                 connection->retry_at <= now)
            load_connection_open(load, connection, connection->since);
        break;
    case CONNECTION_OPEN:
        error = is_datagram(load) ? datagram_expire(load, connection, now)
                                  : LOAD_NONE;
        if (error)
            connection_fail(load, connection, error);
        else if (is_datagram(load))
            load_connection_send(load, connection);
        break;
    case CONNECTION_CLOSED:
    case CONNECTION_ENDING:
        break;
    }
}
