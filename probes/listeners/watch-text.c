/* watch-text.c - listeners over time, as text
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/names.h"
#include "probes/listeners/watch.h"

/* NS, nanoseconds, in seconds.  */
static double watch_s(int64_t ns)
{
    return (double)ns / 1e9;
}

/* TIME as a share of the time seen of OCCUPANCY, in percent; 0 if nothing was
   seen.  */
static double watch_share(const struct occupancy *occupancy, int64_t time)
{
    return occupancy->seen > 0 ? 100 * (double)time / (double)occupancy->seen
                               : 0;
}

/* Append the fullest look of ROW, the first of equals, in percent and numbers;
   and unless empty, when that was: in seconds after the start, and by the clock
   of the host in UTC.  The peak must be known.  */
static void watch_say_peak(struct sentence *text, const struct watch_row *row)
{
    const struct occupancy_look *peak = &row->occupancy.peak;
    struct tm parts;
    char when[24] = "?";
    time_t seconds = (time_t)(row->peak_realtime / 1000000000);
    if (gmtime_r(&seconds, &parts))
        strftime(when, sizeof when, "%H:%M:%S", &parts);
    say(text, "%d %%: %ld of %ld%s",
        occupancy_percent(peak->queued, peak->capacity), peak->queued,
        peak->capacity, row->listener.type == SOCK_DGRAM ? " bytes" : "");
    if (peak->queued > 0)
        say(text, ", %.3f s after the start, at %s.%03d UTC", watch_s(peak->at),
            when, (int)(row->peak_realtime / 1000000 % 1000));
}

/* Append the time, in seconds and percent, of each step of fill
   (occupancy_steps) that occurred; FULL is the name of the last step.  */
static void watch_say_fill(struct sentence *text,
                           const struct occupancy *occupancy, const char *full)
{
    int64_t steps[OCCUPANCY_STEPS];
    const char *comma = "";
    occupancy_steps(occupancy, steps);
    for (int i = 0; i < OCCUPANCY_STEPS; i++) {
        if (steps[i] == 0)
            continue;
        if (i == 0)
            say(text, "empty");
        else if (i == OCCUPANCY_STEPS - 1)
            say(text, "%s%s", comma, full);
        else
            say(text, "%s%d to %d %%", comma, (i - 1) * 10, i * 10);
        say(text, " %.3f s (%.1f %%)", watch_s(steps[i]),
            watch_share(occupancy, steps[i]));
        comma = ", ";
    }
}

/* Append the seconds at 70 percent of the queue or more, also as a share of the
   time seen; at 90 percent or more; and at 100, full.  A receive buffer is too
   full for a datagram before 100 percent, so of UDP no time is called full.  */
static void watch_say_above(struct sentence *text, const struct watch_row *row)
{
    const struct occupancy *occupancy = &row->occupancy;
    int64_t above[] = {occupancy_above(occupancy, 70),
                       occupancy_above(occupancy, 90),
                       occupancy_above(occupancy, 100)};
    say(text, "70 %% or more for %.3f s (%.1f %%), 90 %% or more for %.3f s",
        watch_s(above[0]), watch_share(occupancy, above[0]), watch_s(above[1]));
    if (row->listener.type != SOCK_DGRAM)
        say(text, ", full for %.3f s", watch_s(above[2]));
}

/* Append to the empty TEXT, in seconds: when ROW was found, unless watched from
   the start; when ROW was closed, unless still there; and the time unseen, of
   the whole time of ROW, unless 0.  */
static void watch_say_life(struct sentence *text, const struct watch *watch,
                           const struct watch_row *row)
{
    if (row->since > 0)
        say(text, "found %.3f s after the start%s", watch_s(row->since),
            row->until < 0 ? "" : "; ");
    if (row->until >= 0)
        say(text, "closed %.3f s after the start", watch_s(row->until));
    if (row->occupancy.unseen > 0)
        say(text, "%snot seen for %.3f of %.3f s, between late looks",
            *text->text ? "; " : "", watch_s(row->occupancy.unseen),
            watch_s((row->until < 0 ? watch->now - watch->start : row->until) -
                    row->since));
}

/* Write ROW: the address, then sentences on owner, peak, time above shares,
   fill, group, drops, begin and end, as far as they are known.  */
static void watch_put_row(FILE *out, const struct watch *watch,
                          const struct watch_row *row)
{
    struct sentence text = {""};
    const struct occupancy *occupancy = &row->occupancy;
    fprintf(out, "%s\n", row->local);
    if (row->owners) {
        say(&text, "%s", row->owners);
        put_sentence(out, "owner", &text);
    }
    if (occupancy->peak.capacity > 0) {
        watch_say_peak(&text, row);
        put_sentence(out, "peak", &text);
        watch_say_above(&text, row);
        put_sentence(out, "above", &text);
        watch_say_fill(&text, occupancy,
                       row->listener.type == SOCK_DGRAM ? "100 %" : "full");
        put_sentence(out, "fill", &text);
    } else {
        say(&text,
            "the fill of this queue is not known: the system does not "
            "report %s",
            occupancy->looks ? "it" : "it, or the socket was gone");
        put_sentence(out, "peak", &text);
    }
    watch_say_group(&text, watch, row);
    if (*text.text)
        put_sentence(out, "group", &text);
    if (occupancy->drops >= 0) {
        say(&text, "%lld%s", (long long)occupancy->drops,
            row->listener.type == SOCK_DGRAM
                ? " datagrams lost; a datagram that does not fit is lost, so "
                  "the buffer is full for it before 100 %"
                : " packets discarded by this listener, for any reason");
        put_sentence(out, "drops", &text);
    }
    watch_say_life(&text, watch, row);
    if (*text.text)
        put_sentence(out, "listened", &text);
    putc('\n', out);
}

/* Append NAME and by how much the counter grew, or "not known", also if the
   counter is less than before.  */
static void watch_say_increase(struct sentence *text, const char *name,
                               int64_t before, int64_t after)
{
    if (before < 0 || after < before)
        say(text, "%s not known", name);
    else
        say(text, "%s +%lld", name, (long long)(after - before));
}

/* Append how many looks were made, their rate and the longest gap; and how many
   looks were missed, left out to save CPU time (HELD, not with ALL), and failed
   with the last errno, each unless 0.  */
static void watch_say_looks(struct sentence *text, const struct watch *watch)
{
    double seconds = watch_seconds(watch);
    say(text, "%lld in %.3f s, %.0f a second; at most %.1f ms between two",
        (long long)watch->looks, seconds,
        seconds > 0 ? (double)watch->looks / seconds : 0,
        (double)watch->longest_gap / 1e6);
    if (watch->pace.missed > 0)
        say(text,
            "; %lld missed, because this process got no processor in time",
            (long long)watch->pace.missed);
    if (watch->pace.held > 0 && !watch->all)
        say(text, "; %lld left out, to stay below 3 %% of a CPU",
            (long long)watch->pace.held);
    if (watch->all)
        say(text, "; as often as 3 %% of a CPU allows");
    if (watch->failures > 0)
        say(text, "; %lld failed (%s)", (long long)watch->failures,
            errno_name(watch->error));
}

/* Write a sentence on the looks.  Unless only UNIX sockets are watched, which
   have no counters, write a sentence on the rise of the counters of the network
   namespace, "not known" for an unknown one.  If the clock was set meanwhile,
   write a sentence on the step; if there were too many new listeners, write a
   sentence on how many were not watched.  */
static void watch_put_host(FILE *out, const struct watch *watch)
{
    struct sentence text = {""};
    int64_t step = watch_clock_step(watch);
    watch_say_looks(&text, watch);
    put_sentence(out, "looks", &text);
    if (watch->families & (LISTENERS_INET | LISTENERS_INET6)) {
        watch_say_increase(&text, "ListenOverflows", watch->before.overflows,
                           watch->after.overflows);
        watch_say_increase(&text, ", ListenDrops", watch->before.drops,
                           watch->after.drops);
        say(&text, ", of all TCP listeners of this network namespace");
    }
    if (watch->families & (LISTENERS_UDP | LISTENERS_UDP6)) {
        watch_say_increase(&text,
                           *text.text ? "; RcvbufErrors" : "RcvbufErrors",
                           watch->udp_before, watch->udp_after);
        say(&text, ", of all UDP sockets of this network namespace");
    }
    if (*text.text)
        put_sentence(out, "host", &text);
    if (step) {
        say(&text,
            "the clock of the host was set by %+.3f s meanwhile; times "
            "after the start are right even so",
            (double)step / 1e3);
        put_sentence(out, "clock", &text);
    }
    if (watch->lost_rows > 0) {
        say(&text, "%lld new listeners were not watched: there were too many",
            (long long)watch->lost_rows);
        put_sentence(out, "more", &text);
    }
}

void watch_text(FILE *out, const struct watch *watch)
{
    size_t idle = 0;
    watch_sort_groups(watch);
    for (size_t i = 0; i < watch->count; i++)
        if (watch_is_shown(watch, &watch->rows[i]))
            watch_put_row(out, watch, &watch->rows[i]);
        else
            idle++;
    if (idle > 0)
        fprintf(out, "%zu %slistener%s: no queue at any look, and no drops\n\n",
                idle, idle < watch->count ? "other " : "",
                idle == 1 ? "" : "s");
    watch_put_host(out, watch);
}

/* Append the address of ROW, cut to 24 bytes, and the peak of the last second
   in percent, which must be known; then the queue at the last look, unless TEXT
   would become longer than ROOM bytes.  */
static void watch_say_fullest(struct sentence *text,
                              const struct watch_row *row, size_t room)
{
    const struct occupancy *occupancy = &row->occupancy;
    struct sentence now = {""};
    say(text, "; %.24s up to %d %%", row->local,
        occupancy_percent(occupancy->second.queued,
                          occupancy->second.capacity));
    say(&now, ", now %ld of %ld", occupancy->last.queued,
        occupancy->last.capacity);
    if (strlen(text->text) + strlen(now.text) <= room)
        say(text, "%s", now.text);
}

void watch_say_second(struct sentence *text, const struct watch *watch,
                      int64_t looks)
{
    const struct watch_row *row = watch_fullest(watch);
    struct sentence rise = {""};
    say(text, "%lld looks", (long long)looks);
    if (watch->before.overflows >= 0 &&
        watch->after.overflows >= watch->before.overflows)
        say(&rise, "; overflows +%lld",
            (long long)(watch->after.overflows - watch->before.overflows));
    if (row && row->occupancy.second.queued == 0)
        say(text, "; no queue");
    else if (row)
        watch_say_fullest(text, row, WATCH_COLUMNS - strlen(rise.text));
    say(text, "%s", rise.text);
}
