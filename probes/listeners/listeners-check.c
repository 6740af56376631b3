/* listeners-check.c - how full the queues are, for a monitoring system
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/listeners/listeners.h"

/* At most so many listeners are named, or have performance data: a line is
   short, and a series for each of a thousand listeners is of no use.  */
enum { NAMED_MAX = 3, SERIES_MAX = 16 };

/* Append to CHECK how full ROW is, the first owner, and the number of others.
 */
static void check_say_row(struct check *check, const struct listener_row *row)
{
    struct sentence owners = {""};
    say(&check->text, "%s %d%% full, %ld of %ld queued", row->local,
        row->percent, row->listener.queue.queued, row->listener.capacity);
    if (row->owner_count == 0)
        return;
    listeners_say_owners(&owners, row, 0);
    say(&check->text, ", %s", owners.text);
}

/* The number of rows with a known percentage; these are the first rows.  */
static size_t count_known(const struct listeners *listeners)
{
    size_t known = 0;
    while (known < listeners->count && listeners->rows[known].percent >= 0)
        known++;
    return known;
}

/* Set the state and the text of CHECK by the KNOWN rows, at least one.  */
static void check_judge(struct check *check, const struct listeners *listeners,
                        size_t known, const struct check_ranges *ranges)
{
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
        say(&check->text, "%zu listener%s, the fullest ", listeners->count,
            listeners->count == 1 ? "" : "s");
        check_say_row(check, listeners->rows);
    }
}

/* Append two series for each of the first KNOWN rows.  Listeners of the same
   address are told apart by the index.  */
static void check_add_rows(struct check *check,
                           const struct listeners *listeners, size_t known,
                           const struct check_ranges *ranges)
{
    for (size_t i = 0; i < known && i < SERIES_MAX; i++) {
        const struct listener_row *row = &listeners->rows[i];
        struct sentence label = {""};
        say(&label, "%s", row->local);
        if (row->index > 0)
            say(&label, "#%d", row->index);
        check_add_data(check, label.text, row->percent, "%", ranges, 100);
        say(&label, " queued");
        check_add_data(check, label.text, row->listener.queue.queued, "", NULL,
                       row->listener.capacity);
    }
}

void listeners_check(struct check *check, const struct listeners *listeners,
                     const struct check_ranges *ranges, bool each)
{
    size_t known = count_known(listeners);
    if (known > 0)
        check_judge(check, listeners, known, ranges);
    else if (listeners->count == 0)
        say(&check->text, "no listeners");
    else if (listeners->reduced)
        listeners_say_reduced(&check->text, listeners);
    else
        say(&check->text, "the capacity of no queue is reported");
    if (check->state == CHECK_OK && known < listeners->count) {
        check->state = CHECK_UNKNOWN;
        if (known > 0)
            say(&check->text, "; unknown for %zu", listeners->count - known);
    }
    if (each)
        check_add_rows(check, listeners, known, ranges);
    else if (known > 0)
        check_add_data(check, "fullest", listeners->rows[0].percent, "%",
                       ranges, 100);
    check_add_data(check, "listeners", (long long)listeners->count, "", NULL,
                   -1);
    check_add_data(check, "overflows", listeners->totals.overflows, "c", NULL,
                   -1);
}
