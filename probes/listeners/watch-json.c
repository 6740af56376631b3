/* watch-json.c - listeners over time, as lines of JSON
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <time.h>

#include "base/json.h"
#include "base/names.h"
#include "probes/listeners/watch.h"

/* Raised when a key changes its meaning or is removed, not for new keys.  */
enum { WATCH_SCHEMA_VERSION = 1 };

/* The increase from BEFORE to AFTER; -1 if unknown, or if AFTER is less.  */
static int64_t watch_json_increase(int64_t before, int64_t after)
{
    return before < 0 || after < before ? -1 : after - before;
}

/* Write NS, nanoseconds since the Epoch, as KEY: a text in UTC with
   milliseconds, such as "2026-01-31T23:59:59.999Z".  */
static void watch_json_time(struct json *json, const char *key, int64_t ns)
{
    char text[40] = "", whole[48];
    struct tm parts;
    time_t seconds = (time_t)(ns / 1000000000);
    if (gmtime_r(&seconds, &parts))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(whole, sizeof whole, "%s.%03dZ", text, (int)(ns / 1000000 % 1000));
    json_text(json, key, whole);
}

/* Write NS, nanoseconds, as KEY in whole microseconds; null if negative.  */
static void watch_json_us(struct json *json, const char *key, int64_t ns)
{
    json_count(json, key, ns < 0 ? -1 : ns / 1000);
}

/* Write members of the object of ROW: address, inode, unit, the last queue and
   capacity; and the peak LOOK, null if of unknown fill.  */
static void watch_json_put_queue(struct json *json, const struct watch_row *row,
                                 const struct occupancy_look *look)
{
    const struct occupancy_look *last = &row->occupancy.last;
    bool known = look->capacity > 0;
    json_text(json, "local", row->local);
    json_count(json, "inode",
               row->listener.inode ? (int64_t)row->listener.inode : -1);
    json_text(json, "unit",
              row->listener.type == SOCK_DGRAM ? "bytes" : "connections");
    json_count(json, "queued", last->queued);
    json_count(json, "capacity", last->capacity);
    json_count(json, "peak", known ? look->queued : -1);
    json_count(json, "peak_percent",
               known ? occupancy_percent(look->queued, look->capacity) : -1);
}

/* Write ROW as an object of "busy", with peak and drops of the last second.  */
static void watch_json_put_second(struct json *json,
                                  const struct watch_row *row)
{
    json_object(json, NULL);
    watch_json_put_queue(json, row, &row->occupancy.second);
    json_count(json, "drops",
               row->occupancy.drops < 0 ? -1 : row->occupancy.second_drops);
    json_object_end(json);
}

/* Write ROW as an object of "listeners", with all figures since the start:
   peak; the time at 50, 70, 90 and 100 percent or more, and in each step of
   fill (occupancy_steps); drops; begin and end; the time seen and unseen; looks
   and owners.  Times are in microseconds; unknown figures are null.  */
static void watch_json_put_row(struct json *json, const struct watch_row *row)
{
    static const int shares[] = {50, 70, 90, 100};
    const struct occupancy *occupancy = &row->occupancy;
    char key[24];
    int64_t steps[OCCUPANCY_STEPS];
    bool known = occupancy->peak.capacity > 0;
    json_object(json, NULL);
    watch_json_put_queue(json, row, &occupancy->peak);
    watch_json_us(json, "peak_at_us", known ? occupancy->peak.at : -1);
    if (known)
        watch_json_time(json, "peak_time", row->peak_realtime);
    else
        json_text(json, "peak_time", NULL);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        snprintf(key, sizeof key, "above_%d_us", shares[i]);
        watch_json_us(json, key, occupancy_above(occupancy, shares[i]));
    }
    occupancy_steps(occupancy, steps);
    json_array(json, "fill_us");
    for (int i = 0; i < OCCUPANCY_STEPS; i++)
        watch_json_us(json, NULL, steps[i]);
    json_array_end(json);
    json_count(json, "drops", occupancy->drops);
    watch_json_us(json, "since_us", row->since);
    watch_json_us(json, "until_us", row->until);
    watch_json_us(json, "seen_us", occupancy->seen);
    watch_json_us(json, "unseen_us", occupancy->unseen);
    json_number(json, "looks", occupancy->looks);
    json_text(json, "owners", row->owners);
    json_object_end(json);
}

/* Whether ROW had a queue or drops in the last second.  */
static bool watch_json_is_busy(const struct watch_row *row)
{
    return row->occupancy.second.queued > 0 || row->occupancy.second_drops > 0;
}

void watch_json(FILE *out, const struct watch *watch, enum watch_line line,
                int64_t looks, int64_t left_out)
{
    static const char *const types[] = {"start", "second", "report"};
    struct json json = {.out = out};
    json_line(&json, NULL);
    json_number(&json, "schema_version", WATCH_SCHEMA_VERSION);
    json_text(&json, "type", types[line]);
    watch_json_us(&json, "elapsed_us", watch->now - watch->start);
    watch_json_time(&json, "time", watch->realtime + watch->now - watch->start);
    json_number(&json, "clock_step_ms", watch_clock_step(watch));
    json_number(&json, "looks", looks);
    json_number(&json, "missed", watch->pace.missed);
    json_number(&json, "held", watch->pace.held);
    watch_json_us(&json, "longest_gap_us", watch->longest_gap);
    json_number(&json, "failures", watch->failures);
    json_text(&json, "failure",
              watch->failures ? errno_name(watch->error) : NULL);
    json_number(&json, "left_out", left_out);
    json_number(&json, "unwatched", watch->lost_rows);
    json_count(
        &json, "overflows",
        watch_json_increase(watch->before.overflows, watch->after.overflows));
    json_count(&json, "listen_drops",
               watch_json_increase(watch->before.drops, watch->after.drops));
    json_count(&json, "rcvbuf_errors",
               watch_json_increase(watch->udp_before, watch->udp_after));
    json_array(&json, "busy");
    for (size_t i = 0; i < watch->count && line == WATCH_SECOND; i++)
        if (watch_json_is_busy(&watch->rows[i]))
            watch_json_put_second(&json, &watch->rows[i]);
    json_array_end(&json);
    json_array(&json, "listeners");
    for (size_t i = 0; i < watch->count && line == WATCH_REPORT; i++)
        watch_json_put_row(&json, &watch->rows[i]);
    json_array_end(&json);
    json_object_end(&json);
}
