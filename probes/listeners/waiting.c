/* waiting.c - the connections that wait for accept, by listener
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/sorted.h"
#include "probes/listeners/groups.h"
#include "probes/listeners/waiting.h"

static const int families[] = {AF_INET, AF_INET6};
enum { family_count = sizeof families / sizeof *families };

/* Compare two queues, for qsort: by address, then by inode.  */
static int waiting_compare_queues(const void *a, const void *b)
{
    const struct waiting_queue *x = a, *y = b;
    const struct sonde_listener *left = &x->row->listener,
                                *right = &y->row->listener;
    int order = sonde_address_compare(&left->address, &right->address);
    return order ? order
                 : (left->inode > right->inode) - (left->inode < right->inode);
}

/* Set QUEUES of WAITING, which has room, to those of LISTENERS, in the order of
   waiting_compare_queues.  */
static void waiting_set_queues(struct waiting *waiting,
                               struct listeners *listeners)
{
    waiting->queue_count = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        if (row->listener.type != SOCK_DGRAM)
            waiting->queues[waiting->queue_count++] = (struct waiting_queue){
                row, row->listener.queue.queued, row->queued_again};
    }
    if (waiting->queue_count > 0)
        qsort(waiting->queues, waiting->queue_count, sizeof *waiting->queues,
              waiting_compare_queues);
}

/* The first of the sorted QUEUES at ADDRESS with INODE or above; NULL if there
   is none.  */
static const struct waiting_queue *
waiting_find_queue(const struct waiting *waiting,
                   const struct sonde_address *address, uint64_t inode)
{
    struct listener_row row = {
        .listener = {.address = *address, .inode = inode}};
    const struct waiting_queue key = {.row = &row};
    size_t start = sorted_find(waiting->queues, waiting->queue_count,
                               sizeof key, &key, waiting_compare_queues);
    return start < waiting->queue_count &&
                   !sonde_address_compare(
                       &waiting->queues[start].row->listener.address, address)
               ? &waiting->queues[start]
               : NULL;
}

/* The number of QUEUES, the first included, at the address of the first.
   COUNT, at least 1, is the number of QUEUES.  */
static size_t waiting_run(const struct waiting_queue *queues, size_t count)
{
    size_t run = 1;
    while (run < count &&
           !sonde_address_compare(&queues[run].row->listener.address,
                                  &queues[0].row->listener.address))
        run++;
    return run;
}

/* A queue at the address and port LOCAL of a connection, or else at the
   wildcard with this port; NULL if there is none.  The family is that of the
   connection: an IPv6 listener has IPv4 clients at mapped addresses, and its
   wildcard may be mapped, too.  */
static const struct waiting_queue *
waiting_find_listener(const struct waiting *waiting,
                      const struct sonde_address *local)
{
    struct sonde_address wildcard = *local;
    struct sockaddr_in6 in6;
    const struct waiting_queue *found = waiting_find_queue(waiting, local, 0);
    memcpy(&in6, &local->storage, sizeof in6);
    if (!found && in6.sin6_family == AF_INET6 &&
        IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
        memset(&in6.sin6_addr.s6_addr[12], 0, 4);
        memcpy(&wildcard.storage, &in6, sizeof in6);
        found = waiting_find_queue(waiting, &wildcard, 0);
    }
    if (!found && !sonde_address_any(&wildcard, local->storage.ss_family,
                                     (uint16_t)sonde_address_port(local)))
        found = waiting_find_queue(waiting, &wildcard, 0);
    return found;
}

/* A sonde_waiting_each: append CONNECTION, unless its listener is not among the
   sorted QUEUES, to DATA, a struct waiting.  Returns 0; or 1 without memory,
   which ends the list with ECANCELED.  */
static int waiting_add(const struct sonde_waiting *connection, void *data)
{
    struct waiting *waiting = data;
    const struct waiting_queue *queue =
        waiting_find_listener(waiting, &connection->local);
    if (!queue)
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
        (struct waiting_row){*connection, queue->row->listener.address};
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

/* A sonde_listener_each: set QUEUED_AGAIN of the row of LISTENER among the
   sorted QUEUES of DATA, a struct waiting, unless the queue is empty or
   unknown.  Inode 0 is unknown, and several rows may have it, so the addresses
   are compared, too.  Returns 0.  */
static int waiting_set_queue(const struct sonde_listener *listener, void *data)
{
    struct waiting *waiting = data;
    const struct waiting_queue *queue =
        listener->queue.queued > 0
            ? waiting_find_queue(waiting, &listener->address, listener->inode)
            : NULL;
    const struct waiting_queue *end = waiting->queues + waiting->queue_count;
    for (; queue && queue < end; queue++) {
        if (queue->row->listener.inode != listener->inode ||
            sonde_address_compare(&queue->row->listener.address,
                                  &listener->address))
            break;
        queue->row->queued_again = listener->queue.queued;
    }
    return 0;
}

/* Read the queues of TCP into QUEUED_AGAIN of the rows of QUEUES, until
   DEADLINE.  Most are empty: 0 stays, also for a listener that has ended, or
   for a family that fails this time.  */
static void waiting_read_queues(struct waiting *waiting, int64_t deadline)
{
    for (size_t i = 0; i < waiting->queue_count; i++)
        waiting->queues[i].row->queued_again = 0;
    for (size_t i = 0; i < family_count; i++)
        sonde_listeners(families[i], sonde_deadline_left(deadline),
                        waiting_set_queue, waiting);
}

int waiting_read(struct waiting *waiting, struct listeners *listeners,
                 int timeout)
{
    int64_t deadline = sonde_deadline(timeout);
    int read = 0, error = 0;
    if (listeners->pid) {
        errno = EPERM; /* sonde_waiting knows its own namespace alone */
        return -1;
    }
    struct waiting_queue *queues =
        realloc(waiting->queues, (listeners->count + 1) * sizeof *queues);
    if (!queues)
        return -1;
    waiting->queues = queues;
    waiting_set_queues(waiting, listeners);
    for (size_t i = 0; i < family_count; i++) {
        if (!sonde_waiting(families[i], sonde_deadline_left(deadline),
                           waiting_add, waiting)) {
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
    waiting_read_queues(waiting, deadline);
    if (waiting->count > 0)
        qsort(waiting->rows, waiting->count, sizeof *waiting->rows,
              waiting_compare);
    return 0;
}

/* Compare the listener of the row A of WAITING with the address B.  */
static int waiting_compare_listener(const void *a, const void *b)
{
    const struct waiting_row *row = a;
    return sonde_address_compare(&row->listener, b);
}

size_t waiting_of(const struct waiting *waiting, const struct listener_row *row,
                  const struct waiting_row **first)
{
    size_t start =
        sorted_find(waiting->rows, waiting->count, sizeof *waiting->rows,
                    &row->listener.address, waiting_compare_listener);
    size_t end;
    for (end = start; end < waiting->count; end++)
        if (sonde_address_compare(&waiting->rows[end].listener,
                                  &row->listener.address))
            break;
    *first = end > start ? &waiting->rows[start] : NULL;
    return end - start;
}

/* The row with the only one of the COUNT QUEUES that is not known to be empty;
   NULL if there are several or none, or if its length is unknown.  */
static struct listener_row *
waiting_find_only(const struct waiting_queue *queues, size_t count)
{
    const struct waiting_queue *only = NULL;
    for (size_t i = 0; i < count; i++) {
        if (queues[i].queued == 0)
            continue;
        if (only)
            return NULL;
        only = &queues[i];
    }
    return only && only->queued > 0 ? only->row : NULL;
}

void waiting_set_oldest(struct listeners *listeners, int timeout)
{
    struct waiting waiting = {0};
    const struct waiting_row *first;
    size_t run;
    bool any = false;
    for (size_t i = 0; i < listeners->count; i++)
        any |= listeners->rows[i].listener.type == SOCK_STREAM &&
               listeners->rows[i].listener.queue.queued > 0;
    if (!any || waiting_read(&waiting, listeners, timeout)) {
        waiting_free(&waiting);
        return;
    }
    for (size_t i = 0; i < waiting.queue_count; i += run) {
        run = waiting_run(&waiting.queues[i], waiting.queue_count - i);
        struct listener_row *row = waiting_find_only(&waiting.queues[i], run);
        if (!row)
            continue;
        waiting_of(&waiting, row, &first);
        if (first)
            row->oldest = first->connection.silence;
    }
    waiting_free(&waiting);
}

/* The sum of the lengths A and B; -1 if one is not known.  */
static long waiting_sum(long a, long b)
{
    return a < 0 || b < 0 ? -1 : a + b;
}

/* The COUNT QUEUES, of one address, as one: the lengths are the sums, and the
   row is the first with a queue; NULL if there is none.  */
static struct waiting_queue waiting_join(const struct waiting_queue *queues,
                                         size_t count)
{
    struct waiting_queue all = {0};
    for (size_t i = 0; i < count; i++) {
        all.queued = waiting_sum(all.queued, queues[i].queued);
        all.again = waiting_sum(all.again, queues[i].again);
        if (queues[i].queued > 0 && (!all.row || queues[i].row < all.row))
            all.row = queues[i].row;
    }
    return all;
}

/* Compare two queues, for qsort, by the place of the row in the list.  */
static int waiting_compare_rows(const void *a, const void *b)
{
    const struct waiting_queue *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Join the sorted QUEUES of each address, remove the addresses without a queue,
   and sort the others in the order of the rows.  */
static void waiting_join_queues(struct waiting *waiting)
{
    size_t kept = 0, run;
    for (size_t i = 0; i < waiting->queue_count; i += run) {
        run = waiting_run(&waiting->queues[i], waiting->queue_count - i);
        struct waiting_queue all = waiting_join(&waiting->queues[i], run);
        if (all.row)
            waiting->queues[kept++] = all;
    }
    waiting->queue_count = kept;
    if (kept > 0)
        qsort(waiting->queues, kept, sizeof *waiting->queues,
              waiting_compare_rows);
}

void waiting_keep(struct waiting *waiting, struct listeners *listeners)
{
    size_t kept = 0;
    if (!waiting->queues)
        return;
    waiting_set_queues(waiting, listeners);
    for (size_t i = 0; i < waiting->count; i++)
        if (waiting_find_queue(waiting, &waiting->rows[i].listener, 0))
            waiting->rows[kept++] = waiting->rows[i];
    waiting->count = kept;
    waiting_join_queues(waiting);
}

void waiting_free(struct waiting *waiting)
{
    free(waiting->rows);
    free(waiting->queues);
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
