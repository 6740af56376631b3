/* listen-row.c - the results of one row, as findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "probes/finding/finding.h"
#include "probes/queue/listen-row.h"

/* Write the finding KEY of ROW: under "listen.cap" for ROW_CAP; otherwise under
   "listen.queue", with family and backlog before KEY.  */
static void listen_row_put(FILE *out, const struct listen_row *row,
                           const char *key, const char *value, enum how how,
                           bool stable, const char *reason)
{
    const struct fill *fill = row->fills;
    char whole[64];
    if (row->kind == ROW_CAP)
        snprintf(whole, sizeof whole, "%s", key);
    else
        snprintf(whole, sizeof whole, "%s.%d.%s", row->family, fill->backlog,
                 key);
    struct finding finding = {
        .id = row->kind == ROW_CAP ? "listen.cap" : "listen.queue",
        .key = whole,
        .value = value,
        .reason = reason,
        .how = how,
        .stable = stable,
    };
    finding_write(out, &finding);
}

/* The overflow of FILL, as in findings; NULL if no client failed.  */
static const char *overflow_name(const struct fill *fill)
{
    static const char *const names[] = {
        [OVERFLOW_NONE] = NULL,         [OVERFLOW_SILENCE] = "silence",
        [OVERFLOW_REFUSED] = "refused", [OVERFLOW_RESET] = "reset",
        [OVERFLOW_ERROR] = NULL,
    };
    return fill->overflow == OVERFLOW_ERROR ? errno_name(fill->overflow_error)
                                            : names[fill->overflow];
}

/* Name the limit that ended FILL, with the figure that an administrator can
   change.  */
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

/* Why FILL ended at a limit, which LIMIT names.  */
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

/* The figure at OFFSET of FILL, the offset of a member of type long.  */
static long figure_at(const struct fill *fill, size_t offset)
{
    long figure;
    memcpy(&figure, (const char *)fill + offset, sizeof figure);
    return figure;
}

/* Write the figures at the offsets FIRST and SECOND of each repeat as KEY: a
   number; a range, not stable, where they differ; not testable with REASON, if
   not NULL, or where one is -1.  */
static void put_figures(FILE *out, const struct listen_row *row,
                        const char *key, size_t first, size_t second,
                        enum how how, const char *reason)
{
    long low = LONG_MAX, high = LONG_MIN;
    char text[48];
    for (size_t i = 0; i < 2 * row->repeats; i++) {
        long figure = figure_at(&row->fills[i / 2], i % 2 ? second : first);
        low = figure < low ? figure : low;
        high = figure > high ? figure : high;
    }
    if (low == high)
        snprintf(text, sizeof text, "%ld", low);
    else
        snprintf(text, sizeof text, "%ld..%ld", low, high);
    if (reason || low < 0)
        listen_row_put(out, row, key, NULL, HOW_NOT_TESTABLE, true,
                       reason ? reason : "the kernel does not report it");
    else
        listen_row_put(out, row, key, text, how, low == high, NULL);
}

static void put_figure(FILE *out, const struct listen_row *row, const char *key,
                       size_t offset, enum how how, const char *reason)
{
    put_figures(out, row, key, offset, offset, how, reason);
}

/* Write the overflow: its name, or "varies", not stable, where the repeats
   differ.  Not testable with REASON, if not NULL, or if no client failed.  */
static void put_overflow(FILE *out, const struct listen_row *row,
                         const char *reason)
{
    const char *name = overflow_name(row->fills);
    bool stable = true;
    if (reason || !name) {
        listen_row_put(out, row, "overflow", NULL, HOW_NOT_TESTABLE, true,
                       reason ? reason : "no client failed");
        return;
    }
    for (size_t i = 1; i < row->repeats; i++) {
        const char *other = overflow_name(&row->fills[i]);
        stable = stable && other && !strcmp(name, other);
    }
    listen_row_put(out, row, "overflow", stable ? name : "varies", HOW_MEASURED,
                   stable, NULL);
}

/* Describe the disturbance of FILL.  */
static void disturbed_text(const struct fill *fill, char *text, size_t size)
{
    const char *saw =
        fill->overflow == OVERFLOW_SILENCE   ? "no answer"
        : fill->overflow == OVERFLOW_REFUSED ? "connection refused"
        : fill->overflow == OVERFLOW_RESET   ? "connection reset"
                                             : errno_name(fill->overflow_error);
    snprintf(text, size, "disturbed: %s, %s", saw,
             fill->overflow == OVERFLOW_SILENCE
                 ? "although the queue has room, by the kernel's count (lost "
                   "packets, or a firewall?)"
                 : "but not by a full queue, by the kernel's count (a "
                   "firewall?)");
}

/* Why a row has no figures; LIMIT is empty unless a limit ended the test.  */
struct stop {
    char limit[128];
    char reason[200];
};

/* Whether a test of ROW was stopped by an error or a limit, or disturbed; *STOP
   is the reason of the first such test.  */
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

static bool was_disturbed(const struct listen_row *row)
{
    for (size_t i = 0; i < row->repeats; i++)
        if (row->fills[i].disturbed)
            return true;
    return false;
}

/* Write the findings of a row of the accept queue.  After a limit or
   disturbance the backlog in force is still written.  */
static void put_queue_row(FILE *out, const struct listen_row *row)
{
    struct stop stop;
    char repeats[24];
    bool stopped = was_stopped(row, &stop);
    bool limited = stopped && stop.limit[0];
    const char *reason = stopped ? stop.reason : NULL;
    bool disturbed = was_disturbed(row);
    put_figure(out, row, "effective", offsetof(struct fill, effective),
               HOW_READ, limited || disturbed ? NULL : reason);
    put_figure(out, row, "client", offsetof(struct fill, client), HOW_MEASURED,
               reason);
    put_figure(out, row, "accepted", offsetof(struct fill, accepted),
               HOW_MEASURED, reason);
    put_overflow(out, row, reason);
    put_figure(out, row, "queued", offsetof(struct fill, queued), HOW_READ,
               reason);
    listen_row_put(out, row, "limit", limited ? stop.limit : NULL, HOW_MEASURED,
                   true, NULL);
    if (disturbed)
        listen_row_put(out, row, "disturbed", "yes", HOW_MEASURED, true, NULL);
    snprintf(repeats, sizeof repeats, "%zu", row->repeats);
    listen_row_put(out, row, "repeats", repeats, HOW_CONSTANT, true, NULL);
}

/* Write the incomplete handshakes, counted by accept and by the kernel (a range
   if these differ); and unless the peer is known, the connections accepted by
   SYN cookie.  */
static void put_syn_row(FILE *out, const struct listen_row *row)
{
    struct stop stop;
    const char *reason = was_stopped(row, &stop) ? stop.reason : NULL;
    bool is_known = row->kind == ROW_KNOWN_PEER;
    put_figures(out, row, is_known ? "incomplete-known" : "incomplete",
                offsetof(struct fill, incomplete),
                offsetof(struct fill, incomplete_kernel), HOW_MEASURED, reason);
    if (!is_known)
        put_figure(out, row, "passed", offsetof(struct fill, accepted),
                   HOW_MEASURED, reason);
}

bool listen_row_failed(const struct listen_row *row)
{
    bool failed = false;
    for (size_t i = 0; i < row->repeats; i++) {
        const struct fill *fill = &row->fills[i];
        if (fill->limit != LIMIT_NONE || fill->error)
            return false;
        failed = failed || fill->disturbed;
    }
    return failed;
}

static bool same_counts(const struct fill *a, const struct fill *b)
{
    return a->client == b->client && a->accepted == b->accepted &&
           a->overflow == b->overflow &&
           a->overflow_error == b->overflow_error &&
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
    if (row->kind == ROW_QUEUE || row->kind == ROW_CAP)
        put_queue_row(out, row);
    else
        put_syn_row(out, row);
    if (row->is_cap_too) {
        struct listen_row cap = *row;
        cap.kind = ROW_CAP;
        put_queue_row(out, &cap);
    }
}
