/* waiting.c - the connections that wait for accept, by listener
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "probes/listeners/groups.h"
#include "probes/listeners/waiting.h"

static const int families[] = {AF_INET, AF_INET6};
enum { family_count = sizeof families / sizeof *families };

/* The first listener at the address and port LOCAL of a connection, or else the
   last at the wildcard with this port; NULL if there is none.  The family is
   that of the connection: an IPv6 listener has IPv4 clients at mapped
   addresses.  */
static const struct listener_row *
waiting_find_listener(const struct listeners *listeners,
                      const struct sonde_address *local)
{
    const struct listener_row *wildcard = NULL;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        const struct sonde_address *address = &row->listener.address;
        if (row->listener.type != SOCK_STREAM)
            continue;
        if (!sonde_address_compare(address, local))
            return row;
        if (address->storage.ss_family == local->storage.ss_family &&
            sonde_address_port(address) == sonde_address_port(local) &&
            listeners_is_wildcard(address))
            wildcard = row;
    }
    return wildcard;
}

/* The data of waiting_add.  */
struct waiting_reader {
    struct waiting *waiting;
    const struct listeners *listeners;
};

/* A sonde_waiting_each: append CONNECTION, unless its listener is not in the
   rows, to DATA, a struct waiting_reader.  Returns 0; or 1 without memory,
   which ends the list with ECANCELED.  */
static int waiting_add(const struct sonde_waiting *connection, void *data)
{
    struct waiting_reader *reader = data;
    struct waiting *waiting = reader->waiting;
    const struct listener_row *listener =
        waiting_find_listener(reader->listeners, &connection->local);
    if (!listener)
        return 0;
    if (waiting->count == waiting->room) {
        size_t room = waiting->room ? 2 * waiting->room : 64;
        struct waiting_row *rows = realloc(waiting->rows, room * sizeof *rows);
        if (!rows)
            return 1;
        waiting->rows = rows;
        waiting->room = room;
    }
    waiting->rows[waiting->count++] =
        (struct waiting_row){*connection, listener->listener.address};
    return 0;
}

/* Compare two rows, for qsort: by listener; by silence, the longest first; by
   peer.  */
static int waiting_compare(const void *a, const void *b)
{
    const struct waiting_row *x = a, *y = b;
    int order = sonde_address_compare(&x->listener, &y->listener);
    if (order)
        return order;
    if (x->connection.silence != y->connection.silence)
        return x->connection.silence < y->connection.silence ? 1 : -1;
    return sonde_address_compare(&x->connection.peer, &y->connection.peer);
}

/* A sonde_listener_each: set QUEUED_AGAIN of the row of LISTENER in DATA, a
   struct listeners, unless the queue is empty or unknown.  Inode 0 is unknown,
   and several rows may have it, so the addresses are compared, too.  Returns
   0.  */
static int waiting_set_queue(const struct sonde_listener *listener, void *data)
{
    struct listeners *listeners = data;
    if (listener->queue.queued <= 0)
        return 0;
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->rows[i].listener.inode == listener->inode &&
            !sonde_address_compare(&listeners->rows[i].listener.address,
                                   &listener->address))
            listeners->rows[i].queued_again = listener->queue.queued;
    return 0;
}

/* Read the queues of TCP into QUEUED_AGAIN, until DEADLINE.  Most are empty: 0
   stays, also for a listener that has ended, or for a family that fails this
   time.  */
static void waiting_read_queues(struct listeners *listeners, int64_t deadline)
{
    for (size_t i = 0; i < listeners->count; i++)
        listeners->rows[i].queued_again = 0;
    for (size_t i = 0; i < family_count; i++)
        sonde_listeners(families[i], sonde_deadline_left(deadline),
                        waiting_set_queue, listeners);
}

int waiting_read(struct waiting *waiting, struct listeners *listeners,
                 int timeout)
{
    struct waiting_reader reader = {waiting, listeners};
    int64_t deadline = sonde_deadline(timeout);
    int read = 0, error = 0;
    if (listeners->pid) {
        errno = EPERM; /* sonde_waiting knows its own namespace alone */
        return -1;
    }
    for (size_t i = 0; i < family_count; i++) {
        if (!sonde_waiting(families[i], sonde_deadline_left(deadline),
                           waiting_add, &reader)) {
            read++;
            continue;
        }
        if (errno == ECANCELED) {
            errno = ENOMEM;
            return -1;
        }
        /* A host without IPv6 has no such list.  */
        if (!error || errno != ENOTSUP)
            error = errno;
    }
    if (read == 0 || (error && error != ENOTSUP)) {
        errno = error;
        return -1;
    }
    waiting_read_queues(listeners, deadline);
    if (waiting->count > 0)
        qsort(waiting->rows, waiting->count, sizeof *waiting->rows,
              waiting_compare);
    return 0;
}

size_t waiting_of(const struct waiting *waiting, const struct listener_row *row,
                  const struct waiting_row **first)
{
    size_t start = 0, end;
    while (start < waiting->count &&
           sonde_address_compare(&waiting->rows[start].listener,
                                 &row->listener.address))
        start++;
    for (end = start; end < waiting->count; end++)
        if (sonde_address_compare(&waiting->rows[end].listener,
                                  &row->listener.address))
            break;
    *first = end > start ? &waiting->rows[start] : NULL;
    return end - start;
}

/* Whether another TCP listener at the address of ROW may have a queue, too,
   because that queue is not known to be empty.  */
static bool waiting_is_ambiguous(const struct listeners *listeners,
                                 const struct listener_row *row)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct sonde_listener *other = &listeners->rows[i].listener;
        if (&listeners->rows[i] != row && other->type == SOCK_STREAM &&
            other->queue.queued != 0 &&
            !sonde_address_compare(&other->address, &row->listener.address))
            return true;
    }
    return false;
}

void waiting_set_oldest(struct listeners *listeners, int timeout)
{
    struct waiting waiting = {0};
    const struct waiting_row *first;
    bool any = false;
    for (size_t i = 0; i < listeners->count; i++)
        any |= listeners->rows[i].listener.type == SOCK_STREAM &&
               listeners->rows[i].listener.queue.queued > 0;
    if (!any || waiting_read(&waiting, listeners, timeout)) {
        waiting_free(&waiting);
        return;
    }
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        if (row->listener.queue.queued > 0 &&
            waiting_of(&waiting, row, &first) > 0 &&
            !waiting_is_ambiguous(listeners, row))
            row->oldest = first->connection.silence;
    }
    waiting_free(&waiting);
}

void waiting_keep(struct waiting *waiting, const struct listeners *listeners)
{
    size_t kept = 0;
    for (size_t i = 0; i < waiting->count; i++) {
        for (size_t k = 0; k < listeners->count; k++) {
            if (sonde_address_compare(&waiting->rows[i].listener,
                                      &listeners->rows[k].listener.address))
                continue;
            waiting->rows[kept++] = waiting->rows[i];
            break;
        }
    }
    waiting->count = kept;
}

void waiting_free(struct waiting *waiting)
{
    free(waiting->rows);
    *waiting = (struct waiting){0};
}

void waiting_json(struct json *json, const struct waiting *waiting)
{
    char text[SONDE_ADDRESS_TEXT];
    if (!waiting) {
        json_text(json, "waiting", NULL);
        return;
    }
    json_array(json, "waiting");
    for (size_t i = 0; i < waiting->count; i++) {
        const struct sonde_waiting *connection = &waiting->rows[i].connection;
        json_line(json, NULL);
        sonde_address_print(&waiting->rows[i].listener, text, sizeof text);
        json_text(json, "listener", text);
        sonde_address_print(&connection->local, text, sizeof text);
        json_text(json, "local", text);
        sonde_address_print(&connection->peer, text, sizeof text);
        json_text(json, "peer", text);
        json_count(json, "silence_ms", connection->silence);
        json_number(json, "received", connection->received);
        json_bool(json, "ended", connection->ended);
        json_object_end(json);
    }
    json_array_end(json);
}
