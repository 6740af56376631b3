/* listen-row.c - the results of one row, as findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "probes/finding/prefix.h"
#include "probes/queue/listen-row.h"

/* Write to TEXT (cut to SIZE) the name of the limit that ended FILL: for
   descriptors with RLIMIT_NOFILE, if readable; for the memory budget with the
   source of the bound and the MiB left.  Empty without a limit.  */
static void limit_text(const struct fill *fill, char *text, size_t size)
{
    enum limit limit = fill->limit;
    static const char *const names[] = {
        [LIMIT_NONE] = "",
        [LIMIT_DESCRIPTORS] = "descriptors",
        [LIMIT_PORTS] = "local ports",
        [LIMIT_FILES] = "the host's table of open files",
        [LIMIT_MEMORY] = "memory",
        [LIMIT_BUDGET] = "memory",
        [LIMIT_CLIENTS] = "the maximum of this program",
        [LIMIT_TIME] = "time: the reference connection timed out, too",
    };
    long files = descriptors_limit();
    if (limit == LIMIT_DESCRIPTORS && files >= 0)
        snprintf(text, size, "%s (RLIMIT_NOFILE %ld)", names[limit], files);
    else if (limit == LIMIT_BUDGET)
        snprintf(text, size, "%s (%s leaves %lld MiB)", names[limit],
                 fill->memory.by, (long long)(fill->memory.left >> 20));
    else
        snprintf(text, size, "%s", names[limit]);
}

/* Write to TEXT (cut to SIZE) why FILL has no figures; FILL ended at a limit,
   which LIMIT names.  If the budget allowed no client, and the need is known
   (fill_need), the text is NOT_FILLED and the memory needed; otherwise the
   number of connections at the limit, and LIMIT.  */
static void stop_text(const struct fill *fill, const char *limit, char *text,
                      size_t size)
{
    int64_t need = fill_need(fill) * BUDGET_CONNECTION;
    if (fill->limit == LIMIT_BUDGET && fill->client == 0 && need > 0) {
        int used = snprintf(text, size, NOT_FILLED);
        budget_explain(text + used, size - (size_t)used, &fill->memory,
                       "this queue", need);
    } else {
        snprintf(text, size, "stopped at %ld connection%s by %s", fill->client,
                 fill->client == 1 ? "" : "s", limit);
    }
}

/* The member of type long at OFFSET in FILL.  */
static long figure_at(const struct fill *fill, size_t offset)
{
    long figure;
    memcpy(&figure, (const char *)fill + offset, sizeof figure);
    return figure;
}

/* Write as KEY the figures at the offsets FIRST and SECOND in struct fill of
   all tests of ROW, known by HOW: a number if all are equal; otherwise a range,
   "14..15", not stable.  Not testable with REASON, if not NULL; or if a figure
   is negative, with the reason that the kernel does not report it.  */
static void put_figures(const struct prefix *prefix,
                        const struct listen_row *row, const char *key,
                        size_t first, size_t second, enum how how,
                        const char *reason)
{
    long low = LONG_MAX, high = LONG_MIN;
    char text[48];
    for (size_t i = 0; i < 2 * row->repeats; i++) {
        long figure = figure_at(&row->fills[i / 2], i % 2 ? second : first);
        low = figure < low ? figure : low;
        high = figure > high ? figure : high;
    }
    snprintf(text, sizeof text, "%ld..%ld", low, high);
    if (!reason && low >= 0 && low != high)
        prefix_put(prefix, key, text, how, false, NULL);
    else
        prefix_put_figure(prefix, key, reason ? -1 : low, how,
                          reason ? reason : "the kernel does not report it");
}

/* Write as KEY the figure at OFFSET in struct fill of all tests of ROW, by the
   rules of put_figures.  */
static void put_figure(const struct prefix *prefix,
                       const struct listen_row *row, const char *key,
                       size_t offset, enum how how, const char *reason)
{
    put_figures(prefix, row, key, offset, offset, how, reason);
}

/* Write the finding "overflow" of ROW: the name of the overflow, or "varies",
   not stable, if the tests differ.  Not testable with REASON, if not NULL, or
   if no client of the first test failed.  */
static void put_overflow(const struct prefix *prefix,
                         const struct listen_row *row, const char *reason)
{
    int overflow = row->fills->overflow;
    bool stable = true;
    if (reason || overflow == OVERFLOW_NONE) {
        prefix_put_text(prefix, "overflow", NULL, HOW_NOT_TESTABLE,
                        reason ? reason : "no client failed");
        return;
    }
    for (size_t i = 1; i < row->repeats; i++)
        stable = stable && row->fills[i].overflow == overflow;
    prefix_put(prefix, "overflow", stable ? overflow_name(overflow) : "varies",
               HOW_MEASURED, stable, NULL);
}

/* Write to TEXT (cut to SIZE) the disturbance of FILL, which is disturbed: the
   result of the last client, and the likely cause.  */
static void disturbed_text(const struct fill *fill, char *text, size_t size)
{
    int overflow = fill->overflow;
    if (overflow == OVERFLOW_SILENCE)
        snprintf(text, size,
                 "disturbed: no answer, although the queue has room, by the "
                 "kernel's count (lost packets, or a firewall?)");
    else
        snprintf(text, size, "disturbed: %s, but not by a full queue%s",
                 overflow == ECONNREFUSED ? "connection refused"
                 : overflow == ECONNRESET ? "connection reset"
                                          : errno_name(overflow),
                 fill->family == AF_UNIX
                     ? " (does connect always fail here?)"
                     : ", by the kernel's count (a firewall?)");
}

/* Why a row has no figures; LIMIT is empty unless a limit ended the test.  */
struct stop {
    char limit[128];
    char reason[200];
};

/* Whether a test of ROW was stopped by an error or a limit, or disturbed.  If
   so, set *STOP to the reason of the first such test; otherwise REASON of *STOP
   is undefined.  */
static bool was_stopped(const struct listen_row *row, struct stop *stop)
{
    for (size_t i = 0; i < row->repeats; i++) {
        const struct fill *fill = &row->fills[i];
        stop->limit[0] = '\0';
        if (fill->error) {
            snprintf(stop->reason, sizeof stop->reason, "%s: %s", fill->failed,
                     errno_name(fill->error));
            return true;
        }
        if (fill->limit != LIMIT_NONE) {
            limit_text(fill, stop->limit, sizeof stop->limit);
            stop_text(fill, stop->limit, stop->reason, sizeof stop->reason);
            return true;
        }
        if (fill->disturbed) {
            disturbed_text(fill, stop->reason, sizeof stop->reason);
            return true;
        }
    }
    return false;
}

/* Whether at least one test of ROW was disturbed.  */
static bool was_disturbed(const struct listen_row *row)
{
    for (size_t i = 0; i < row->repeats; i++)
        if (row->fills[i].disturbed)
            return true;
    return false;
}

/* Write the findings of ROW, of the accept queue: effective, client, accepted,
   overflow, queued, limit, repeats, and "disturbed: yes" if a test was
   disturbed.  After a limit or a disturbance the backlog in force, "effective",
   is still written, and the other figures are not testable; after an error
   "effective" is not testable, too.  "repeats" is always written, and "limit"
   has no value without a limit.  */
static void put_queue_row(const struct prefix *prefix,
                          const struct listen_row *row)
{
    struct stop stop;
    bool stopped = was_stopped(row, &stop);
    bool limited = stopped && stop.limit[0];
    const char *reason = stopped ? stop.reason : NULL;
    bool disturbed = was_disturbed(row);
    put_figure(prefix, row, "effective", offsetof(struct fill, effective),
               HOW_READ, limited || disturbed ? NULL : reason);
    put_figure(prefix, row, "client", offsetof(struct fill, client),
               HOW_MEASURED, reason);
    put_figure(prefix, row, "accepted", offsetof(struct fill, accepted),
               HOW_MEASURED, reason);
    put_overflow(prefix, row, reason);
    put_figure(prefix, row, "queued", offsetof(struct fill, queued), HOW_READ,
               reason);
    prefix_put(prefix, "limit", limited ? stop.limit : NULL, HOW_MEASURED, true,
               NULL);
    if (disturbed)
        prefix_put_text(prefix, "disturbed", "yes", HOW_MEASURED, NULL);
    prefix_put_figure(prefix, "repeats", (long)row->repeats, HOW_CONSTANT,
                      NULL);
}

/* Write the findings of ROW, of the SYN queue.  "incomplete", or for a known
   peer "incomplete-known", is the number of incomplete handshakes: a range if
   the tests, or the counts by accept and by the kernel, differ.  For a new peer
   also write "passed", the connections accepted by SYN cookie.  Each is not
   testable, with the reason, if a test was stopped or disturbed.  */
static void put_syn_row(const struct prefix *prefix,
                        const struct listen_row *row)
{
    struct stop stop;
    const char *reason = was_stopped(row, &stop) ? stop.reason : NULL;
    bool is_known = row->kind == ROW_KNOWN_PEER;
    put_figures(prefix, row, is_known ? "incomplete-known" : "incomplete",
                offsetof(struct fill, incomplete),
                offsetof(struct fill, incomplete_kernel), HOW_MEASURED, reason);
    if (!is_known)
        put_figure(prefix, row, "passed", offsetof(struct fill, accepted),
                   HOW_MEASURED, reason);
}

bool listen_row_failed(const struct listen_row *row)
{
    for (size_t i = 0; i < row->repeats; i++)
        if (row->fills[i].limit != LIMIT_NONE || row->fills[i].error)
            return false;
    return was_disturbed(row);
}

/* Whether the tests A and B have the same overflow and the same counts:
   clients, accepted connections, and incomplete handshakes by the kernel's
   report.  */
static bool same_counts(const struct fill *a, const struct fill *b)
{
    return a->client == b->client && a->accepted == b->accepted &&
           a->overflow == b->overflow &&
           a->incomplete_kernel == b->incomplete_kernel;
}

bool listen_row_varies(const struct listen_row *row)
{
    struct stop stop;
    if (was_stopped(row, &stop))
        return false;
    for (size_t i = 0; i < row->repeats; i++)
        if (row->fills[i].incomplete != row->fills[i].incomplete_kernel ||
            !same_counts(&row->fills[0], &row->fills[i]))
            return true;
    return false;
}

void listen_row_write(FILE *out, const struct listen_row *row)
{
    char name[32];
    const struct prefix cap = {out, "listen.cap", NULL};
    const struct prefix queue = {out, "listen.queue", name};
    snprintf(name, sizeof name, "%s.%d", family_key(row->fills->family),
             row->fills->backlog);
    if (row->kind == ROW_QUEUE)
        put_queue_row(&queue, row);
    else if (row->kind != ROW_CAP)
        put_syn_row(&queue, row);
    if (row->kind == ROW_CAP || row->is_cap_too)
        put_queue_row(&cap, row);
}
