/* client.c - a client of a stream: its bytes, the reply, and how it ends
   SPDX-License-Identifier: GPL-3.0-or-later

   The reply is a stream of three parts: FIRST bytes before anything has come,
   the echo or the reply of the options, EXTRA bytes.  Offsets and the limit
   count in the middle part.  A client is read whenever there is room, so that
   its FIN or RST is seen while the reply is held back.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "faults/server.h"

/* ---- the end ------------------------------------------------------------- */

/* Copy the record of CLIENT to the report, if CLIENT has a place there, and log
   the record with --verbose in each case.  */
static void client_note(const struct fault_client *client)
{
    const struct fault_server *server = client->port->server;
    const struct fault_options *options = server->options;
    char text[FAULT_TEXT];
    if (client->index >= 0)
        server->report->records[client->index] = client->record;
    if (!options->verbose)
        return;
    fault_record_print(&client->record, text, sizeof text);
    if (client->index >= 0)
        options->log("%s, client %ld: %s", client->port->choice->fault->name,
                     client->index + 1, text);
    else
        options->log("%s, client not recorded: %s",
                     client->port->choice->fault->name, text);
}

void fault_client_close(struct fault_client *client, enum fault_end end)
{
    struct fault_server *server = client->port->server;
    int64_t now = monotonic_ms();
    client->record.end = end;
    client->record.after =
        end == FAULT_OPEN
            ? -1
            : (end == FAULT_FIN && client->ended ? client->ended_at : now) -
                  client->since;
    client_note(client);
    if (client->child > 0) {
        kill(client->child, SIGKILL);
        wait_child(client->child, NULL, FAULT_REAP_MS);
    }
    sonde_poller_remove(server->poller, client->fd);
    close(client->fd);
    if (client->prev)
        client->prev->next = client->next;
    else
        server->clients = client->next;
    if (client->next)
        client->next->prev = client->prev;
    server->client_count--;
    free(client);
}

void fault_client_fail(struct fault_client *client, int error)
{
    struct fault_port *port = client->port;
    const struct fault_options *options = port->server->options;
    client->record.error = error;
    port->server->report->failed++;
    if (!port->failed)
        options->log("fault %s: not played for a client: %s",
                     port->choice->fault->name, fault_error_text(error));
    port->failed = true;
    fault_client_close(client, FAULT_FAILED);
}

/* Close CLIENT by RST, and record FAULT_PLAYED.  CLIENT is freed.  */
static void client_reset(struct fault_client *client)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    fault_client_close(client, FAULT_PLAYED);
}

/* End this direction of the stream by a FIN, and set fin_sent; errors are
   ignored.  */
static void client_send_fin(struct fault_client *client)
{
    sonde_half_close(client->fd);
    client->fin_sent = true;
}

/* The limit is reached and all is sent: send nothing more, and end by THEN:
   FIN, after which data cause RST; half-close, after which data are read; RST;
   or silence.  Returns false after RST: CLIENT is closed and freed.  */
static bool client_do_then(struct fault_client *client)
{
    client->muted = true;
    switch (client->then) {
    case THEN_RST:
        client_reset(client);
        return false;
    case THEN_FIN:
        client->strict = true;
        client_send_fin(client);
        break;
    case THEN_HALF_CLOSE:
        client_send_fin(client);
        break;
    case THEN_SILENCE:
        client->stays = true;
        break;
    }
    return true;
}

/* ---- output -------------------------------------------------------------- */

/* Add the COUNT bytes behind the tail to the reply, and alter the byte at
   alter_at, if among them.  If the reply has reached the limit, drop the bytes
   beyond, and set CUT.  */
static void client_take(struct fault_client *client, size_t count)
{
    int64_t offset = client->produced;
    client->produced += (int64_t)count;
    if (client->alter_at >= offset && client->alter_at < client->produced)
        client->bytes[client->tail + (size_t)(client->alter_at - offset)] ^= 1;
    if (client->limit >= 0 && client->produced >= client->limit) {
        count = client->limit > offset ? (size_t)(client->limit - offset) : 0;
        client->cut = true;
    }
    client->tail += count;
}

/* Move the unsent bytes to the start.  Returns the room behind them.  */
static size_t client_make_room(struct fault_client *client)
{
    if (client->head > 0) {
        memmove(client->bytes, client->bytes + client->head,
                client->tail - client->head);
        client->tail -= client->head;
        client->head = 0;
    }
    return sizeof client->bytes - client->tail;
}

/* Append padding, up to *COUNT bytes, as far as there is room, and subtract the
   number of bytes appended from *COUNT.  */
static void client_pad(struct fault_client *client, int64_t *count)
{
    size_t room = client_make_room(client);
    size_t some = (int64_t)room < *count ? room : (size_t)*count;
    memset(client->bytes + client->tail, 'x', some);
    client->tail += some;
    *count -= (int64_t)some;
}

/* Whether the middle part of the reply, the echo or the reply of the options,
   is complete, sent or not.  An echo is complete after the client's FIN.  The
   reply of the options is complete if due and appended in full; an empty reply
   is complete once due.  */
static bool is_replied(const struct fault_client *client)
{
    const struct fault_options *options = client->port->server->options;
    return options->reply
               ? client->triggered && client->reply_at == options->reply_size
               : client->ended;
}

/* Append the part that is due, as far as there is room: bytes before the reply;
   the reply of the options; or, behind the whole reply, extra bytes.  The first
   call behind the whole reply drops up to keep_back unsent bytes at the end,
   and sets TAIL_DONE.  Without room, or if CLIENT is muted or cut, nothing is
   appended or dropped.  */
static void client_fill(struct fault_client *client)
{
    const struct fault_options *options = client->port->server->options;
    size_t room = client_make_room(client);
    size_t left = options->reply_size - client->reply_at;
    if (client->muted || client->cut || room == 0)
        return;
    if (client->first > 0) {
        client_pad(client, &client->first);
    } else if (options->reply && client->triggered && left > 0) {
        size_t some = left < room ? left : room;
        memcpy(client->bytes + client->tail, options->reply + client->reply_at,
               some);
        client->reply_at += some;
        client_take(client, some);
    } else if (is_replied(client)) {
        size_t unsent = client->tail - client->head;
        if (!client->tail_done)
            client->tail -=
                unsent < client->keep_back ? unsent : client->keep_back;
        client->tail_done = true;
        client_pad(client, &client->extra);
    }
}

/* The number of unsent bytes, without those kept back at the end.  */
static size_t client_sendable(const struct fault_client *client)
{
    size_t unsent = client->tail - client->head;
    size_t kept = client->tail_done ? 0 : client->keep_back;
    return unsent > kept ? unsent - kept : 0;
}

/* Send what may be sent at NOW, until the send buffer is full; nothing before
   hold_until.  With a pace send one byte, and set hold_until by the pace.  Sets
   BLOCKED if the send buffer is full, else clears BLOCKED.  Returns false if an
   error of the write closed CLIENT, with FAULT_RST.  */
static bool client_write(struct fault_client *client, int64_t now)
{
    client->blocked = false;
    while (client->hold_until <= now) {
        client_fill(client);
        size_t some = client_sendable(client);
        if (some == 0)
            break;
        if (client->pace > 0)
            some = 1;
        ssize_t count =
            sonde_write(client->fd, client->bytes + client->head, some, 0);
        if (count < 0 && errno == EAGAIN) {
            client->blocked = true;
            return true;
        }
        if (count < 0) {
            fault_client_close(client, FAULT_RST);
            return false;
        }
        client->head += (size_t)count;
        client->record.replied += count;
        if (client->pace > 0)
            client->hold_until = now + client->pace;
    }
    return true;
}

/* To be called when nothing more can be sent now.  If the reply is cut, do
   once what follows at the limit; otherwise, if TAIL_DONE is set, send a FIN,
   once and unless CLIENT stays.  After both FINs close CLIENT, with FAULT_FIN.
   Returns false if CLIENT is closed.  */
static bool client_complete(struct fault_client *client)
{
    if (client->cut && !client->muted && !client_do_then(client))
        return false;
    if (!client->cut && client->tail_done && !client->stays &&
        !client->fin_sent)
        client_send_fin(client);
    if (!client->ended || !client->fin_sent)
        return true;
    fault_client_close(client, FAULT_FIN);
    return false;
}

/* ---- input --------------------------------------------------------------- */

/* Whether the input is counted and dropped, not echoed.  */
static bool is_discarding(const struct fault_client *client)
{
    return client->port->server->options->reply || client->muted || client->cut;
}

/* Whether to read CLIENT: not if never_reads is set, nor after the client's
   FIN, nor, for an echo, without room or while bytes must come before the
   echo.  */
static bool may_read(const struct fault_client *client)
{
    return !client->never_reads && !client->ended &&
           (is_discarding(client) ||
            (client->first == 0 &&
             client->tail - client->head < sizeof client->bytes));
}

/* COUNT bytes have come at NOW, stored behind the tail unless is_discarding:
   count the bytes, start the delay unless a reply is pending, and echo the
   bytes or begin the reply of the options.  For a strict CLIENT the bytes are
   only counted, and CLIENT is reset.  Returns false if CLIENT is closed.  */
static bool client_input(struct fault_client *client, size_t count, int64_t now)
{
    bool is_first = client->head == client->tail && !client->triggered;
    client->record.sent += (int64_t)count;
    if (client->fin_sent)
        client->record.after_fin += (int64_t)count;
    if (client->strict) {
        client_reset(client);
        return false;
    }
    if (client->delay > 0 && is_first)
        client->hold_until = now + client->delay;
    client->triggered = true;
    if (!is_discarding(client)) {
        client_take(client, count);
        client->triggered = false;
    }
    return true;
}

/* Read once, at NOW: pass on the input, or note the FIN.  For an echo there
   must be room.  Returns 1 if there may be more; 0 if not; -1 if CLIENT is
   closed, by client_input or, with FAULT_RST, after an error of the read.  */
static int client_read(struct fault_client *client, int64_t now)
{
    static char dropped[FAULT_BUFFER];
    char *to = dropped;
    size_t room = sizeof dropped;
    if (!is_discarding(client)) {
        room = client_make_room(client);
        to = client->bytes + client->tail;
    }
    ssize_t count = sonde_read(client->fd, to, room, 0);
    if (count < 0 && errno == EAGAIN)
        return 0;
    if (count < 0) {
        fault_client_close(client, FAULT_RST);
        return -1;
    }
    if (count == 0) {
        client->ended = true;
        client->ended_at = now;
        return 0;
    }
    if (!client_input(client, (size_t)count, now))
        return -1;
    return (size_t)count == room;
}

/* ---- one client in the loop ---------------------------------------------- */

/* Whether the connection was reset or closed in both directions; false if poll
   fails.  */
static bool is_gone(const struct fault_client *client)
{
    struct pollfd look = {.fd = client->fd};
    return wait_poll(&look, 1, 0) > 0 && look.revents & (POLLERR | POLLHUP);
}

/* Poll for input if CLIENT may be read, and for room if a write blocked.  */
static void client_watch(struct fault_client *client)
{
    unsigned events = (may_read(client) ? SONDE_READABLE : 0) |
                      (client->blocked ? SONDE_WRITABLE : 0);
    /* What fails is tried again at the next call.  */
    if (events != client->events &&
        !sonde_poller_modify(client->port->server->poller, client->fd, events,
                             &client->watch))
        client->events = events;
}

/* Read once if CLIENT may be read, write what may be sent, go on to what
   follows the reply if all is sent, and poll for the next events.  Returns
   false if CLIENT is closed.  */
static bool client_step(struct fault_client *client)
{
    int64_t now = monotonic_ms();
    if (may_read(client) && client_read(client, now) < 0)
        return false;
    if (!client_write(client, now))
        return false;
    if (!client->blocked && client->hold_until <= now &&
        client_sendable(client) == 0 && !client_complete(client))
        return false;
    client_watch(client);
    return true;
}

/* The watch of a client, DATA: take a step.  READY is ignored.  */
static void client_ready(void *data, unsigned ready)
{
    struct fault_client *client = data;
    (void)ready;
    client_step(client);
}

int64_t fault_client_tick(struct fault_client *client, int64_t now)
{
    int64_t until = client->since + FAULT_CLIENT_MS;
    if (now >= until) {
        fault_client_close(client, FAULT_LIMIT);
        return until;
    }
    if (client->child > 0)
        return until;
    if (client->hold_until > 0 && client->hold_until <= now) {
        client->hold_until = 0;
        if (!client_step(client))
            return until;
    }
    if (client->hold_until > 0 && client->hold_until < until)
        until = client->hold_until;
    if (client->events & SONDE_READABLE)
        return until;
    if (now >= client->look_at) {
        client->look_at = now + FAULT_CHECK_MS;
        if (is_gone(client)) {
            fault_client_close(client, FAULT_RST);
            return until;
        }
    }
    return client->look_at < until ? client->look_at : until;
}

void fault_client_finish(struct fault_client *client)
{
    /* Enough for the buffers of the kernel.  */
    enum { ROUNDS = 1024 };
    client->never_reads = client->strict = false;
    client->muted = true;
    for (int i = 0; i < ROUNDS && client->child <= 0 && !client->ended; i++) {
        int64_t before = client->record.sent;
        if (client_read(client, monotonic_ms()) < 0)
            return;
        if (client->record.sent == before)
            break;
    }
    fault_client_close(client, client->ended ? FAULT_FIN : FAULT_OPEN);
}

/* Add CLIENT to the server's list, count CLIENT, and add the record to the
   report; without room the client is counted as unrecorded, and index is -1. */
static void client_enter(struct fault_client *client)
{
    struct fault_server *server = client->port->server;
    struct fault_report *report = server->report;
    client->index = -1;
    if (report->record_count < FAULT_RECORDS_MAX) {
        client->index = (long)report->record_count;
        report->records[report->record_count++] = client->record;
    } else {
        report->unrecorded++;
    }
    client->next = server->clients;
    if (client->next)
        client->next->prev = client;
    server->clients = client;
    server->client_count++;
    client->port->count++;
    client->port->seen->clients++;
}

/* No client of PORT is accepted: log errno, unless EAGAIN or already logged for
   PORT, and free CLIENT; NULL is allowed.  Keeps errno.  Returns -1.  */
static int client_not_accepted(struct fault_port *port,
                               struct fault_client *client)
{
    int error = errno;
    if (error != EAGAIN && !port->refuses) {
        port->refuses = true;
        port->server->options->log("fault %s: cannot accept clients: %s; they "
                                   "wait in the accept queue",
                                   port->choice->fault->name, strerror(error));
    }
    free(client);
    errno = error;
    return -1;
}

int fault_client_accept(struct fault_port *port)
{
    struct fault_server *server = port->server;
    struct sonde_address peer;
    struct fault_client *client = calloc(1, sizeof *client);
    int fd = client
                 ? sonde_accept(port->fd, &peer, SONDE_NONBLOCK | SONDE_CLOEXEC)
                 : -1;
    if (fd < 0)
        return client_not_accepted(port, client);
    /* Bytes before a reset shall not wait for an ACK of those before them.  */
    if (!server->options->path)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    client->fd = fd;
    client->port = port;
    client->watch = (struct fault_watch){client_ready, client};
    client->since = monotonic_ms();
    client->limit = client->alter_at = -1;
    client->triggered = server->options->greets;
    client->record = (struct fault_record){.port = port->index,
                                           .peer = peer,
                                           .at = client->since - server->start,
                                           .after = -1};
    client_enter(client);
    bool failed = sonde_poller_add(server->poller, fd, 0, &client->watch);
    if (!failed && port->choice->fault->connected)
        port->choice->fault->connected(client);
    if (failed || client->child < 0) {
        int error = errno;
        fault_client_fail(client, error);
        errno = error;
        return -1;
    }
    client->cut = client->limit == 0;
    if (client->delay > 0 && client->triggered)
        client->hold_until = client->since + client->delay;
    /* What is due at once comes before the first read.  */
    if (client->child == 0 && (!client->cut || client_complete(client)))
        client_step(client);
    return 0;
}
