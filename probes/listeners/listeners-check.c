/* listeners-check.c - how full the queues are, for a monitoring system
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/listeners/datagrams.h"
#include "probes/listeners/listeners-all.h"

/* At most so many listeners are named, or have performance data: a line is
   short, and a series for each of a thousand listeners is of no use.  */
enum { NAMED_MAX = 3, SERIES_MAX = 16 };

/* Append to the text of CHECK how full ROW is, in percent and numbers; with
   PARTS its namespace; and the first owner, if visible, with the number of
   other owners, "+N".  The percentage must be known.  */
static void check_say_row(struct check *check, const struct listener_row *row)
{
    struct sentence owners = {""};
    bool is_datagram = listener_is_datagram(&row->listener);
    say(&check->text, "%s%s %d%% full, %ld of %ld %squeued",
        is_datagram ? "UDP " : "", row->local, row->percent,
        row->listener.queue.queued, row->listener.capacity,
        is_datagram ? "bytes " : "");
    if (row->part) {
        say(&check->text, ", in ");
        listeners_say_place(&check->text, row->part);
    }
    if (row->owner_count == 0)
        return;
    listeners_say_owners(&owners, row, 0);
    say(&check->text, ", %s", owners.text);
}

/* The number of rows with a known percentage: the first rows, since the rows
   are sorted, the fullest first.  */
static size_t count_known(const struct listeners *listeners)
{
    size_t known = 0;
    while (known < listeners->count && listeners->rows[known].percent >= 0)
        known++;
    return known;
}

/* Whether the queue of ROW is to have a percentage: not of a UNIX datagram
   socket; nor, if the percentage is unknown, of a UDP socket that is in the
   list only because the operand names it (DATAGRAMS_OPTIONAL), since /proc has
   no limits of UDP.  */
static bool is_judged(const struct listeners *listeners,
                      const struct listener_row *row)
{
    if (!listener_is_datagram(&row->listener))
        return true;
    return !listener_is_unix(&row->listener) &&
           (row->percent >= 0 || !listeners->datagrams_optional);
}

/* The number of rows that are to have a percentage.  */
static size_t count_judged(const struct listeners *listeners)
{
    size_t judged = 0;
    for (size_t i = 0; i < listeners->count; i++)
        judged += is_judged(listeners, &listeners->rows[i]);
    return judged;
}

/* Set the state of CHECK, and append to its text, by RANGES and the first KNOWN
   rows of LISTENERS, at least one, with a known percentage: the rows that
   call for an alert, NAMED_MAX of them by name and the rest as a number;
   without an alert, the number of judged rows (count_judged) and the fullest.
   The state is the worst of all these rows, and never better than before.  */
static void check_judge(struct check *check, const struct listeners *listeners,
                        size_t known, const struct check_ranges *ranges)
{
    size_t judged = count_judged(listeners);
    size_t alerts = 0;
    for (size_t i = 0; i < known; i++) {
        const struct listener_row *row = &listeners->rows[i];
        enum check_state state =
            check_state_of(&ranges->warning, &ranges->critical, row->percent);
        if (state == CHECK_OK)
            continue;
        if (state > check->state)
            check->state = state;
        if (alerts < NAMED_MAX) {
            say(&check->text, "%s", alerts ? "; " : "");
            check_say_row(check, row);
        }
        alerts++;
    }
    if (alerts > NAMED_MAX)
        say(&check->text, "; and %zu more", alerts - NAMED_MAX);
    if (alerts == 0) {
        say(&check->text, "%zu listener%s, the fullest ", judged,
            judged == 1 ? "" : "s");
        check_say_row(check, listeners->rows);
    }
}

/* Append performance data of the first KNOWN rows, SERIES_MAX at most:
   percentage, with RANGES; queue ("LOCAL queued"); of datagram sockets also
   drops.  The label has the id of the network namespace with PARTS; listeners
   of the same address are told apart by the index, "#1".  */
static void check_add_rows(struct check *check,
                           const struct listeners *listeners, size_t known,
                           const struct check_ranges *ranges)
{
    for (size_t i = 0; i < known && i < SERIES_MAX; i++) {
        const struct listener_row *row = &listeners->rows[i];
        struct sentence label = {""};
        char id[NETNS_ID];
        const struct sonde_queue *queue = &row->listener.queue;
        bool is_datagram = listener_is_datagram(&row->listener);
        say(&label, "%s%s", is_datagram ? "udp " : "", row->local);
        if (row->part) {
            netns_print_id(row->part->netns, id);
            say(&label, " %s", id);
        }
        if (row->index > 0)
            say(&label, "#%d", row->index);
        struct sentence drops = label;
        check_add_data(check, label.text, row->percent, "%", ranges, 100);
        say(&label, " queued");
        check_add_data(check, label.text, queue->queued, is_datagram ? "B" : "",
                       NULL, row->listener.capacity);
        if (!is_datagram)
            continue;
        say(&drops, " drops");
        check_add_data(check, drops.text, queue->drops, "c", NULL, -1);
    }
}

void listeners_check(struct check *check, const struct listeners *listeners,
                     const struct check_ranges *ranges, bool each)
{
    size_t known = count_known(listeners), judged = count_judged(listeners);
    if (known > 0)
        check_judge(check, listeners, known, ranges);
    else if (listeners->count == 0)
        say(&check->text, "no listeners");
    else if (listeners->reduced)
        listeners_say_reduced(&check->text, listeners);
    else
        say(&check->text, "the capacity of no queue is reported");
    if (check->state == CHECK_OK &&
        (known < judged || (judged == 0 && listeners->count > 0))) {
        check->state = CHECK_UNKNOWN;
        if (known > 0)
            say(&check->text, "; unknown for %zu", judged - known);
        if (known > 0 && listeners->parts && listeners->reduced) {
            say(&check->text, ": ");
            listeners_say_outside(&check->text, listeners);
        }
    }
    if (each)
        check_add_rows(check, listeners, known, ranges);
    else if (known > 0)
        check_add_data(check, "fullest", listeners->rows[0].percent, "%",
                       ranges, 100);
    check_add_data(check, "listeners", (long long)judged, "", NULL, -1);
    check_add_data(check, "overflows", listeners->totals.overflows, "c", NULL,
                   -1);
    if (listeners->wanted & (LISTENERS_UDP | LISTENERS_UDP6)) {
        check_add_data(check, "udp full", listeners->datagrams[0].full, "c",
                       NULL, -1);
        check_add_data(check, "udp6 full", listeners->datagrams[1].full, "c",
                       NULL, -1);
    }
}
