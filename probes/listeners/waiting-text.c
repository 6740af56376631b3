/* waiting-text.c - the connections that wait for accept, as text
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/listeners/waiting.h"

/* Write a line of the table: client, seconds since the last ACK, bytes
   received, and "ended" if the client has ended its stream.  */
static void waiting_put_connection(FILE *out,
                                   const struct sonde_waiting *connection)
{
    char peer[SONDE_ADDRESS_TEXT];
    sonde_address_print(&connection->peer, peer, sizeof peer);
    char silence[24] = "-";
    if (connection->silence >= 0)
        snprintf(silence, sizeof silence, "%.3f",
                 (double)connection->silence / 1000);
    fprintf(out, "  %-30s %10s s %12lld%s\n", peer, silence,
            (long long)connection->received,
            connection->ended ? "  ended" : "");
}

/* Append to TEXT ", COUNT CLASS", as in ", 3 with data"; nothing unless COUNT
   is above 0.  */
static void say_class(struct sentence *text, long count, const char *class)
{
    if (count > 0)
        say(text, ", %ld %s", count, class);
}

/* Append to TEXT how many of the COUNT connections ROWS were ended by the
   client, and of the others how many have data or are silent, and the number of
   RESETS, with a comma before each; nothing for a number of 0 or less.  */
static void say_classes(struct sentence *text, const struct waiting_row *rows,
                        size_t count, long resets)
{
    long silent = 0, data = 0, ended = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sonde_waiting *connection = &rows[i].connection;
        ended += connection->ended != 0;
        data += !connection->ended && connection->received > 0;
        silent += !connection->ended && connection->received == 0;
    }
    say_class(text, silent, "silent");
    say_class(text, data, "with data");
    say_class(text, ended, "ended by the client");
    say_class(text, resets, "reset by the client");
}

/* Write QUEUE, of all listeners at an address: the number in the queues at the
   first look, the classes (say_classes), and the known connections.  The number
   of resets is the smaller of the numbers at the first and at the second look,
   less the known connections: a reset connection stays in the queue until
   accept.  UNIX sockets have no classes.  */
static void waiting_put_queue(FILE *out, const struct waiting *waiting,
                              const struct waiting_queue *queue)
{
    const struct listener_row *row = queue->row;
    const struct waiting_row *first;
    struct sentence text = {""};
    size_t count = waiting_of(waiting, row, &first);
    long queued = queue->queued, again = queue->again, known = (long)count;
    say(&text, "%s: %ld queued", row->local, queued);
    if (row->listener.address.storage.ss_family == AF_UNIX)
        say(&text, "; the system does not report the clients of UNIX sockets");
    else
        say_classes(&text, first, count,
                    (again < queued ? again : queued) - known);
    put_sentence(out, NULL, &text);
    if (count > 0)
        fprintf(out, "  %-30s %12s %12s\n", "client", "last ACK", "bytes");
    for (size_t i = 0; i < count; i++)
        waiting_put_connection(out, &first[i].connection);
}

void waiting_text(FILE *out, const struct waiting *waiting)
{
    for (size_t i = 0; i < waiting->queue_count; i++) {
        if (i > 0)
            putc('\n', out);
        waiting_put_queue(out, waiting, &waiting->queues[i]);
    }
    if (waiting->queue_count == 0)
        fputs("no connection waits for accept\n", out);
}
