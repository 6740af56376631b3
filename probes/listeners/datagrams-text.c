/* datagrams-text.c - datagram sockets as a table
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/names.h"
#include "probes/listeners/datagrams.h"

enum {
    COLUMNS = 80,
    LOCAL_MIN = 13, /* width of the heading */
    LOCAL_MAX = 26,
    FIGURES = 34 /* columns between address and owner */
};

/* Append to TEXT which datagram sockets are from /proc: all, or those of the
   families that sock_diag did not report.  */
static void say_from_proc(struct sentence *text,
                          const struct listeners *listeners)
{
    const char *separator = "";
    const unsigned missing =
        LISTENERS_DATAGRAMS & listeners->wanted & ~listeners->direct;
    if (!(listeners->direct & LISTENERS_DATAGRAMS)) {
        say(text, "datagram sockets");
        return;
    }
    for (int i = 0; i < LISTENERS_FAMILIES; i++)
        if (missing & 1U << i) {
            say(text, "%s%s", separator, listeners_family_words(i));
            separator = " and ";
        }
}

void datagrams_say_reduced(struct sentence *text,
                           const struct listeners *listeners)
{
    say_from_proc(text, listeners);
    if (listeners->pid)
        say(text, " are from /proc/%ld/net", (long)listeners->pid);
    else
        say(text,
            " are from /proc/net, since sock_diag does not report them here "
            "(%s)",
            errno_name(listeners->datagrams_reduced));
    say(text, "%s; limits are unknown",
        listeners->datagrams_counted ? ""
                                     : ", which does not show their queues");
}

/* Append the address of ROW, and its peer, if any: "LOCAL->PEER".  */
static void datagrams_say_address(struct sentence *text,
                                  const struct listener_row *row)
{
    say(text, "%s", row->local);
    if (row->peer)
        say(text, "->%s", row->peer);
}

/* The width of the first column: the length of the longest address, with its
   peer, that fits in LOCAL_MAX; at least LOCAL_MIN.  */
static int datagrams_width(const struct listeners *listeners)
{
    int width = LOCAL_MIN;
    for (size_t i = 0; i < listeners->count; i++) {
        struct sentence text = {""};
        if (!listener_is_datagram(&listeners->rows[i].listener))
            continue;
        datagrams_say_address(&text, &listeners->rows[i]);
        int length = (int)strlen(text.text);
        if (length > width && length <= LOCAL_MAX)
            width = length;
    }
    return width;
}

/* Write NUMBER and UNIT, "-" for a negative, unknown number, to the right in
   WIDTH columns, after a blank.  */
static void put_datagram_figure(FILE *out, int width, long number,
                                const char *unit)
{
    char text[24] = "-";
    if (number >= 0)
        snprintf(text, sizeof text, "%ld%s", number, unit);
    fprintf(out, " %*s", width, text);
}

/* Write ROW as a line of the table.  An address longer than WIDTH, the width of
   the first column, has a line to itself.  The queue is "some" if only the
   presence of a datagram is known, as of a UNIX socket.  */
static void put_datagram_row(FILE *out, const struct listener_row *row,
                             int width)
{
    struct sentence local = {""}, owners = {""};
    const struct sonde_queue *queue = &row->listener.queue;
    listeners_say_owners(&owners, row, (size_t)(COLUMNS - width - FIGURES));
    datagrams_say_address(&local, row);
    if ((int)strlen(local.text) > width) {
        fprintf(out, "%s\n", local.text);
        *local.text = '\0';
    }
    fprintf(out, "%-*s", width, local.text);
    if (queue->queued < 0 && row->listener.pending == 1)
        fprintf(out, " %8s", "some");
    else
        put_datagram_figure(out, 8, queue->queued, "");
    put_datagram_figure(out, 8, queue->backlog, "");
    put_datagram_figure(out, 5, row->percent, "%");
    put_datagram_figure(out, 7, queue->drops, "");
    fprintf(out, "  %s\n", row->owner_count ? owners.text : "-");
}

/* Write the note on drops: the counters of IPv4 and IPv6 together, of IPv4
   alone if the sum is unknown, or that the counters cannot be read; and MOST,
   the row with most drops, with the command that explains MOST.  */
static void put_datagram_drops(FILE *out, const struct listeners *listeners,
                               const struct listener_row *most)
{
    const struct listener_row any = {.listener.v6only = 0};
    struct sonde_datagram_totals totals = datagrams_totals_of(listeners, &any);
    struct sentence note = {""};
    if (totals.full < 0)
        totals = listeners->datagrams[0];
    say(&note, "drops are datagrams lost since the socket was made, for any "
               "reason");
    if (totals.full < 0) {
        say(&note, "; the counters by reason cannot be read here");
    } else {
        say(&note, "; all UDP sockets here, and those closed since, lost ");
        datagrams_say_totals(&note, &totals);
    }
    say(&note, "; %s has most drops: \"", most->local);
    listeners_say_command(&note, listeners, most);
    say(&note, "%d\" explains", sonde_address_port(&most->listener.address));
    put_sentence(out, NULL, &note);
}

/* Write the notes that apply: on missing figures, drops, and UNIX sockets.  */
static void put_datagram_notes(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    const struct listener_row *most = NULL;
    bool has_unix = false;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (datagrams_is_dropping(row) &&
            (!most || row->listener.queue.drops > most->listener.queue.drops))
            most = row;
        has_unix |= listener_is_datagram(&row->listener) &&
                    listener_is_unix(&row->listener);
    }
    if (listeners->datagrams_reduced) {
        datagrams_say_reduced(&note, listeners);
        put_sentence(out, NULL, &note);
    }
    if (most)
        put_datagram_drops(out, listeners, most);
    if (has_unix) {
        say(&note, "the kernel reports neither how many datagrams wait in a "
                   "UNIX socket, nor the limit");
        put_sentence(out, NULL, &note);
    }
}

void datagrams_text(FILE *out, const struct listeners *listeners)
{
    int width = datagrams_width(listeners);
    size_t count = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (!listener_is_datagram(&row->listener))
            continue;
        if (count++ == 0)
            fprintf(out, "%-*s %8s %8s %5s %7s  %s\n", width, "datagrams to",
                    "bytes", "limit", "full", "drops", "owner");
        put_datagram_row(out, row, width);
    }
    if (count == 0)
        fprintf(
            out, "no datagram socket%s is bound in this network namespace\n",
            ~listeners->wanted & LISTENERS_DATAGRAMS ? " of this kind" : "");
    put_datagram_notes(out, listeners);
}
