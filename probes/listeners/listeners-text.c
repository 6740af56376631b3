/* listeners-text.c - listeners as a table
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/names.h"
#include "base/sentence.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/handshakes.h"

enum {
    COLUMNS = 80,
    LOCAL_MIN = 13, /* width of the heading */
    LOCAL_MAX = 26,
    FIGURES = 32 /* columns between address and owner */
};

static const char mark[] = "  <- full";

/* The width of the first column: the length of the longest address of a
   listener that fits in LOCAL_MAX; at least LOCAL_MIN.  Longer addresses have a
   line to themselves.  */
static int local_width(const struct listeners *listeners)
{
    int width = LOCAL_MIN;
    for (size_t i = 0; i < listeners->count; i++) {
        if (listener_is_datagram(&listeners->rows[i].listener))
            continue;
        int length = (int)strlen(listeners->rows[i].local);
        if (length > width && length <= LOCAL_MAX)
            width = length;
    }
    return width;
}

/* Write NUMBER and UNIT, "-" for a negative, unknown number, to the right in
   WIDTH columns, after a blank.  Returns the number of columns.  */
static int figure_put(FILE *out, int width, long number, const char *unit)
{
    char text[24] = "-";
    if (number >= 0)
        snprintf(text, sizeof text, "%ld%s", number, unit);
    return fprintf(out, " %*s", width, text);
}

/* Write ROW as a line of the table: address, queue, backlog, percent, drops,
   owners; "-" if unknown.  WIDTH is the width of the first column, and a longer
   address has a line to itself.  A full queue is marked at the end of the line
   if there is room.  */
static void listeners_text_put_row(FILE *out, const struct listener_row *row,
                                   int width)
{
    struct sentence owners = {""};
    const struct sonde_queue *queue = &row->listener.queue;
    size_t room = (size_t)(COLUMNS - width - FIGURES);
    bool is_full = row->percent == 100;
    listeners_say_owners(&owners, row,
                         is_full ? room - (sizeof mark - 1) : room);
    const char *local = row->local;
    if ((int)strlen(local) > width) {
        fprintf(out, "%s\n", local);
        local = "";
    }
    int length = fprintf(out, "%-*s", width, local);
    length += figure_put(out, 7, queue->queued, "");
    length += figure_put(out, 7, queue->backlog, "");
    length += figure_put(out, 5, row->percent, "%");
    length += figure_put(out, 7, queue->drops, "");
    length += fprintf(out, "  %s", row->owner_count ? owners.text : "-");
    fprintf(out, "%s\n",
            is_full && length + (int)sizeof mark - 1 <= COLUMNS ? mark : "");
}

/* Append which command explains ROW: "listeners PORT" in quotes or, for a UNIX
   socket, the command, and that the name is the operand.  */
static void listeners_text_say_more(struct sentence *note,
                                    const struct listeners *listeners,
                                    const struct listener_row *row)
{
    bool is_unix = listener_is_unix(&row->listener);
    if (!is_unix)
        say(note, "\"");
    listeners_say_command(note, listeners, row);
    if (is_unix)
        say(note, "explains, with the name as operand");
    else
        say(note, "%d\" explains", sonde_address_port(&row->listener.address));
}

/* Write a note on the meaning of drops, and whether an accept queue overflowed,
   by ListenOverflows; if so, the note names MOST, the listener with most drops,
   and the command that explains MOST.  */
static void put_drops_note(FILE *out, const struct listeners *listeners,
                           const struct listener_row *most)
{
    int64_t overflows = listeners->totals.overflows;
    struct sentence note = {""};
    say(&note,
        "drops are packets, not clients, discarded for any reason since "
        "listen: also ACKs put off by TCP_DEFER_ACCEPT, resets, scans; ");
    if (overflows < 0)
        say(&note, "whether an accept queue was full is unknown "
                   "(ListenOverflows cannot be read)");
    else if (overflows == 0)
        say(&note, "no accept queue was ever full (ListenOverflows 0)");
    else
        say(&note,
            "%lld packets were dropped because an accept queue was full "
            "(ListenOverflows), by a listener shown here or one closed since; "
            "%s has most drops: ",
            (long long)overflows, most->local);
    if (overflows > 0)
        listeners_text_say_more(&note, listeners, most);
    put_sentence(out, NULL, &note);
}

/* What happens to new clients of ROW, with a full queue, as a phrase that
   ends in "; "; "" for TCP on systems other than Linux.  A constant.  */
static const char *listeners_text_effect(const struct listeners *listeners,
                                         const struct listener_row *row)
{
    bool is_unix = listener_is_unix(&row->listener);
    if (!listeners->is_linux)
        return is_unix ? "new clients are refused; " : "";
    return is_unix ? "new clients hang, or get EAGAIN; " : "new clients hang; ";
}

/* Write a note on full queues, if any.  Datagram sockets, queues with capacity
   0 and groups that are stuck are left out: the last have groups_note.  The
   note names the first full queue whose owners are halted, with the owners and
   their state, or if there is none the first full queue; the number of full
   queues, if several; what happens to new clients; and the command that
   explains the queue named.  */
static void put_full_note(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""}, owners = {""};
    const struct listener_row *first = NULL;
    const char *state = NULL;
    size_t full = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (row->percent != 100 || row->listener.capacity == 0 ||
            listener_is_datagram(&row->listener) || group_is_stuck(row->group))
            continue;
        full++;
        if (!first || !state) {
            const char *halted = listeners_owner_halted(row);
            first = first && !halted ? first : row;
            state = halted;
        }
    }
    if (!first)
        return;
    if (full == 1)
        say(&note, "the queue of %s is full: ", first->local);
    else
        say(&note, "%zu queues are full, among them %s: ", full, first->local);
    if (state) {
        listeners_say_owners(&owners, first, COLUMNS);
        say(&note, "%s %s %s; ", owners.text,
            first->owner_count == 1 ? "is" : "are", state);
    }
    say(&note, "%s", listeners_text_effect(listeners, first));
    listeners_text_say_more(&note, listeners, first);
    put_sentence(out, NULL, &note);
}

/* Write a note on the first queue, if any, that is not full, but has clients
   and no process that can accept them: the clients, the owners and their state,
   the number of further such queues, and the command that explains the
   first.  */
static void put_halted_note(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""}, owners = {""};
    const struct listener_row *first = NULL;
    const char *state = NULL;
    size_t halted = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (row->listener.queue.queued <= 0 || row->percent == 100 ||
            listener_is_datagram(&row->listener))
            continue;
        const char *found = listeners_owner_halted(row);
        halted += found != NULL;
        if (found && !first) {
            first = row;
            state = found;
        }
    }
    if (!first)
        return;
    listeners_say_owners(&owners, first, COLUMNS);
    say(&note, "%ld client%s wait%s at %s: %s %s %s; ",
        first->listener.queue.queued,
        first->listener.queue.queued == 1 ? "" : "s",
        first->listener.queue.queued == 1 ? "s" : "", first->local, owners.text,
        first->owner_count == 1 ? "is" : "are", state);
    if (halted > 1)
        say(&note, "the same at %zu more; ", halted - 1);
    listeners_text_say_more(&note, listeners, first);
    put_sentence(out, NULL, &note);
}

void listeners_put_notes(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    const struct listener_row *most = NULL;
    size_t ownerless = 0, deaf = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct sonde_listener *listener = &listeners->rows[i].listener;
        ownerless += listeners->rows[i].owner_count == 0;
        if (listener_is_datagram(listener))
            continue;
        if (listener->queue.drops > (most ? most->listener.queue.drops : 0))
            most = &listeners->rows[i];
        deaf += listener->capacity == 0;
    }
    if (listeners->reduced) {
        listeners_say_reduced(&note, listeners);
        put_sentence(out, NULL, &note);
    }
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        if (listeners->errors[i] == 0)
            continue;
        say(&note, "%s are not reported here (%s)", listeners_family_words(i),
            errno_name(listeners->errors[i]));
        put_sentence(out, NULL, &note);
    }
    put_full_note(out, listeners);
    put_halted_note(out, listeners);
    groups_note(out, listeners);
    if (most && listeners->is_linux)
        put_drops_note(out, listeners, most);
    handshakes_note(out, listeners);
    if (deaf > 0) {
        say(&note, "deaf: %zu, with a backlog of 0: no client is ever queued",
            deaf);
        put_sentence(out, NULL, &note);
    }
    if (listeners->hidden < 0)
        say(&note, "owners are unknown (%s)", listeners_why_hidden(listeners));
    else if (ownerless > 0) {
        say(&note, "owners not visible: %zu; perhaps ", ownerless);
        listeners_say_unseen(&note, listeners);
        say(&note, ", or the sockets were closed meanwhile");
    }
    if (*note.text)
        put_sentence(out, NULL, &note);
}

/* Write the listeners, without datagram sockets, as a table, or a line that
   nothing listens.  */
static void put_table(FILE *out, const struct listeners *listeners)
{
    int width = local_width(listeners);
    size_t count = 0;
    for (size_t i = 0; i < listeners->count; i++)
        count += !listener_is_datagram(&listeners->rows[i].listener);
    if (count == 0)
        fprintf(out, "nothing%s listens in this network namespace\n",
                listeners_kind(listeners));
    else
        fprintf(out, "%-*s %7s %7s %5s %7s  %s\n", width, "local address",
                "queued", "backlog", "full", "drops", "owner");
    for (size_t i = 0; i < listeners->count; i++)
        if (!listener_is_datagram(&listeners->rows[i].listener))
            listeners_text_put_row(out, &listeners->rows[i], width);
}

void listeners_put_tables(FILE *out, const struct listeners *listeners)
{
    bool has_datagrams = listeners->wanted & LISTENERS_DATAGRAMS;
    bool has_listeners = !has_datagrams || listeners->wanted & LISTENERS_ALL;
    if (has_listeners)
        put_table(out, listeners);
    if (has_listeners && has_datagrams)
        putc('\n', out);
    if (has_datagrams)
        datagrams_text(out, listeners);
}

void listeners_text(FILE *out, const struct listeners *listeners)
{
    listeners_put_tables(out, listeners);
    listeners_put_notes(out, listeners);
}
