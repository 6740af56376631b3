/* listeners-json.c - listeners as JSON
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/json.h"
#include "base/names.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/handshakes.h"
#include "probes/listeners/listeners-all.h"
#include "probes/listeners/waiting.h"

/* Raised when a key changes its meaning or is removed, not for new keys.  */
enum { SCHEMA_VERSION = 1 };

/* Write the array "owners" of ROW: the number and the name of each process.  */
static void listeners_json_put_owners(struct json *json,
                                      const struct listener_row *row)
{
    json_array(json, "owners");
    for (size_t i = 0; i < row->owner_count; i++) {
        json_object(json, NULL);
        json_number(json, "pid", row->owners[i].pid);
        json_text(json, "name", row->owners[i].name);
        json_object_end(json);
    }
    json_array_end(json);
}

/* Write ROW as an object of "listeners".  Unknown figures are null; so are the
   handshakes of a member of a group, which are counted in "group".  */
static void listeners_json_put_row(struct json *json,
                                   const struct listener_row *row)
{
    const struct sonde_listener *listener = &row->listener;
    char id[NETNS_ID];
    json_line(json, NULL);
    json_text(json, "local", row->local);
    json_text(json, "family", family_key(listener->address.storage.ss_family));
    json_text(json, "type",
              listener_is_datagram(listener)     ? "dgram"
              : listener->type == SOCK_SEQPACKET ? "seqpacket"
                                                 : "stream");
    json_count(json, "port", sonde_address_port(&listener->address));
    json_count(json, "queued", listener->queue.queued);
    json_count(json, "backlog", listener->queue.backlog);
    json_count(json, "capacity", listener->capacity);
    json_count(json, "percent", row->percent);
    json_count(json, "incomplete", listener->queue.incomplete);
    json_count(json, "resent", row->group ? -1 : row->resent);
    json_count(json, "drops", listener->queue.drops);
    json_count(json, "uid", listener->uid);
    json_count(json, "inode", listener->inode ? (int64_t)listener->inode : -1);
    if (listener->v6only < 0)
        json_text(json, "v6only", NULL);
    else
        json_bool(json, "v6only", listener->v6only);
    json_text(json, "peer", row->peer);
    if (!listener_is_datagram(listener) || listener->pending < 0)
        json_text(json, "pending", NULL);
    else
        json_bool(json, "pending", listener->pending);
    group_json(json, row);
    if (row->part)
        netns_print_id(row->part->netns, id);
    json_text(json, "namespace", row->part ? id : NULL);
    listeners_json_put_owners(json, row);
    json_object_end(json);
}

/* Write the object "datagrams", settings and counters, null if unknown; null in
   its place if no datagram sockets were requested.  */
static void put_datagrams(struct json *json, const struct listeners *listeners)
{
    static const char *const names[] = {"udp", "udp6"};
    if (!(listeners->wanted & LISTENERS_DATAGRAMS)) {
        json_text(json, "datagrams", NULL);
        return;
    }
    json_object(json, "datagrams");
    json_text(json, "reduced",
              listeners->datagrams_reduced
                  ? errno_name(listeners->datagrams_reduced)
                  : NULL);
    json_count(json, "rmem_default", listeners->limits.rcvbuf_default);
    json_count(json, "rmem_max", listeners->limits.rcvbuf_max);
    json_count(json, "max_dgram_qlen", listeners->limits.unix_queue);
    for (int i = 0; i < 2; i++) {
        json_object(json, names[i]);
        json_count(json, "errors", listeners->datagrams[i].errors);
        json_count(json, "full", listeners->datagrams[i].full);
        json_count(json, "memory", listeners->datagrams[i].memory);
        json_count(json, "checksum", listeners->datagrams[i].checksum);
        json_object_end(json);
    }
    json_object_end(json);
}

/* Write the object "cap", of nulls if CAP is unknown.  */
static void listeners_json_put_cap(struct json *json,
                                   const struct sonde_backlog_cap *cap)
{
    bool known = cap->setting[0] != '\0';
    json_object(json, "cap");
    json_count(json, "value", known ? cap->value : -1);
    json_text(json, "setting", known ? cap->setting : NULL);
    json_text(json, "scope", known && cap->scope[0] ? cap->scope : NULL);
    json_object_end(json);
}

/* Write "hidden_processes", the number of processes with unreadable sockets,
   and "hidden_reason".  The number is null, and the reason is not, if the
   owners could not be read, or not all in time (an errno by name), or if /proc
   hides processes ("hidepid").  */
static void put_hidden(struct json *json, const struct listeners *listeners)
{
    bool left_out = listeners->complete == 0;
    json_count(json, "hidden_processes", left_out ? -1 : listeners->hidden);
    json_text(json, "hidden_reason",
              listeners->hidden < 0 ? errno_name(listeners->hidden_error)
              : left_out            ? "hidepid"
                                    : NULL);
}

/* Write the array "not_reported", empty if all families were read: for each
   family that could not be read an object with "family", "type" ("stream" or
   "dgram") and "reason", the errno by name.  */
static void put_missing(struct json *json, const struct listeners *listeners)
{
    json_array(json, "not_reported");
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        if (listeners->errors[i] == 0)
            continue;
        json_line(json, NULL);
        json_text(json, "family", listeners_family(i));
        json_text(json, "type",
                  1U << i & LISTENERS_DATAGRAMS ? "dgram" : "stream");
        json_text(json, "reason", errno_name(listeners->errors[i]));
        json_object_end(json);
    }
    json_array_end(json);
}

void listeners_json(FILE *out, const struct listeners *listeners,
                    const struct waiting *waiting)
{
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_number(&json, "schema_version", SCHEMA_VERSION);
    listeners_json_put_cap(&json, &listeners->cap);
    json_object(&json, "totals");
    json_count(&json, "overflows", listeners->totals.overflows);
    json_count(&json, "drops", listeners->totals.drops);
    json_count(&json, "deferred", listeners->totals.deferred);
    json_count(&json, "resets", listeners->totals.resets);
    json_count(&json, "cookies_sent", listeners->totals.cookies_sent);
    json_count(&json, "cookies_received", listeners->totals.cookies_received);
    json_count(&json, "cookies_failed", listeners->totals.cookies_failed);
    json_count(&json, "full_cookies", listeners->totals.full_cookies);
    json_count(&json, "full_drops", listeners->totals.full_drops);
    json_object_end(&json);
    handshakes_json(&json, listeners);
    put_hidden(&json, listeners);
    put_missing(&json, listeners);
    json_text(&json, "reduced",
              listeners->reduced ? errno_name(listeners->reduced) : NULL);
    put_datagrams(&json, listeners);
    listeners_all_json(&json, listeners);
    json_array(&json, "listeners");
    for (size_t i = 0; i < listeners->count; i++)
        listeners_json_put_row(&json, &listeners->rows[i]);
    json_array_end(&json);
    waiting_json(&json, waiting);
    json_object_end(&json);
}
