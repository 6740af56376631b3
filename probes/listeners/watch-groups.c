/* watch-groups.c - listeners over time that share an address by SO_REUSEPORT
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/sorted.h"
#include "probes/listeners/watch.h"

enum { NAMED_MEMBERS = 16 }; /* max shares of time in the sentence */

/* Compare two pointers to rows, for qsort: by LOCAL, then by place.  */
static int watch_compare_locals(const void *a, const void *b)
{
    const struct watch_row *const *x = a, *const *y = b;
    int order = strcmp((*x)->local, (*y)->local);
    return order ? order : (*x > *y) - (*x < *y);
}

void watch_sort_groups(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        watch->by_local[i] = &watch->rows[i];
    if (watch->count > 0)
        qsort(watch->by_local, watch->count, sizeof(watch->by_local[0]),
              watch_compare_locals);
}

/* Compare the LOCAL of the row to which A points with the text B.  */
static int watch_compare_local(const void *a, const void *b)
{
    const struct watch_row *const *row = a;
    return strcmp((*row)->local, b);
}

/* The index in BY_LOCAL of the first row with the LOCAL of ROW.  */
static size_t watch_find_first(const struct watch *watch,
                               const struct watch_row *row)
{
    return sorted_find(watch->by_local, watch->count,
                       sizeof(watch->by_local[0]), row->local,
                       watch_compare_local);
}

/* Whether OTHER, perhaps ROW itself, with the LOCAL of ROW, is a stream
   listener that was looked at, and listened at the same time as ROW: a
   restarted server follows, and is no member.  */
static bool watch_is_member(const struct watch_row *row,
                            const struct watch_row *other)
{
    return other->occupancy.looks > 0 && other->listener.type == SOCK_STREAM &&
           (other->until < 0 || other->until > row->since) &&
           (row->until < 0 || row->until > other->since);
}

/* The share of the time in which the queue of ROW was full, in percent of the
   time seen; 0 if nothing was seen.  */
static double watch_full_share(const struct watch_row *row)
{
    const struct occupancy *occupancy = &row->occupancy;
    return occupancy->seen > 0 ? 100 * (double)occupancy_above(occupancy, 100) /
                                     (double)occupancy->seen
                               : 0;
}

bool watch_is_shown(const struct watch *watch, const struct watch_row *row)
{
    return !watch->all || row->occupancy.peak.queued > 0 ||
           row->occupancy.drops > 0;
}

void watch_say_group(struct sentence *text, const struct watch *watch,
                     const struct watch_row *row)
{
    size_t members = 0, before = 0;
    double sum = 0;
    struct sentence shares = {""}, peaks = {""};
    int family = row->listener.address.storage.ss_family;
    if (row->listener.type != SOCK_STREAM || row->occupancy.looks == 0 ||
        (family != AF_INET && family != AF_INET6))
        return;
    for (size_t i = watch_find_first(watch, row); i < watch->count; i++) {
        const struct watch_row *other = watch->by_local[i];
        if (strcmp(other->local, row->local) != 0)
            break;
        if (!watch_is_member(row, other))
            continue;
        before += other < row && watch_is_shown(watch, other);
        sum += watch_full_share(other);
        if (members++ >= NAMED_MEMBERS)
            continue;
        say(&shares, "%s%.0f", members > 1 ? ", " : "",
            watch_full_share(other));
        if (other->occupancy.peak.capacity > 0)
            say(&peaks, "%s%d", members > 1 ? ", " : "",
                occupancy_percent(other->occupancy.peak.queued,
                                  other->occupancy.peak.capacity));
        else
            say(&peaks, "%s?", members > 1 ? ", " : "");
    }
    if (members < 2)
        return;
    if (before > 0) {
        say(text, "the same, of %zu sockets", members);
        return;
    }
    say(text,
        "one of %zu sockets at this address (SO_REUSEPORT); peaks: %s%s %%; "
        "full for %s%s %% of the time",
        members, peaks.text, members > NAMED_MEMBERS ? ", ..." : "",
        shares.text, members > NAMED_MEMBERS ? ", ..." : "");
    if (sum > 0)
        say(text,
            ". A hash assigns clients to the sockets evenly, full or not, "
            "unless the program set another rule: so %s%.*f %% of the clients "
            "found a full queue",
            sum / (double)members < 0.1 ? "under " : "",
            sum / (double)members < 10 ? 1 : 0,
            sum / (double)members < 0.1 ? 0.1 : sum / (double)members);
}
