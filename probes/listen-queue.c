/* listen-queue.c - how many connections wait for accept, by backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/control.h"
#include "probes/fill.h"
#include "probes/listen-queue.h"
#include "probes/names.h"
#include "sonde.h"

enum {
    REPEATS = 3,      /* as often a usual row is filled, side by side */
    REPEATS_LARGE = 2 /* and one that takes more clients than */
};
static const int large = 64;
static const int huge = 1024; /* beyond this, once: see "repeats" */

/* A row: FIRST and the REPEATS - 1 fillings behind it.  */
struct row {
    const char *family;
    size_t first, repeats, left;
    bool is_cap;
};

struct measuring {
    FILE *out;
    struct fill *fills;
    size_t fill_count;
    struct row *rows;
    size_t row_count;
    size_t *row_of; /* the row of each filling */
};

/* ---- writing ------------------------------------------------------------ */

static void put(const struct measuring *measuring, const struct row *row,
                const char *key, const char *value, enum how how, bool stable,
                const char *reason)
{
    const struct fill *fill = &measuring->fills[row->first];
    char whole[64];
    if (row->is_cap)
        snprintf(whole, sizeof whole, "%s", key);
    else
        snprintf(whole, sizeof whole, "%s.%d.%s", row->family, fill->backlog,
                 key);
    struct finding finding = {
        .id = row->is_cap ? "listen.cap" : "listen.queue",
        .key = whole,
        .value = value,
        .reason = reason,
        .how = how,
        .stable = stable,
    };
    finding_write(measuring->out, &finding);
}

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

/* What of ours stopped a filling, with the figure that an administrator
   would change.  */
static void limit_text(enum limit limit, char *text, size_t size)
{
    static const char *const names[] = {
        [LIMIT_NONE] = "",
        [LIMIT_DESCRIPTORS] = "descriptors",
        [LIMIT_PORTS] = "local ports",
        [LIMIT_FILES] = "the host's table of open files",
        [LIMIT_MEMORY] = "memory",
        [LIMIT_CLIENTS] = "our own bound",
        [LIMIT_TIME] = "time: the host did not answer elsewhere either",
    };
    struct rlimit files;
    if (limit == LIMIT_DESCRIPTORS && !getrlimit(RLIMIT_NOFILE, &files))
        snprintf(text, size, "%s (RLIMIT_NOFILE %llu)", names[limit],
                 (unsigned long long)files.rlim_cur);
    else
        snprintf(text, size, "%s", names[limit]);
}

/* One figure of each repeat, at OFFSET in struct fill: a number, or a range
   where they differ, or nothing where one is -1.  */
static void put_figure(const struct measuring *measuring, const struct row *row,
                       const char *key, size_t offset, enum how how,
                       const char *reason)
{
    long low = LONG_MAX, high = LONG_MIN;
    char text[48];
    for (size_t i = 0; i < row->repeats; i++) {
        long figure;
        memcpy(&figure, (char *)&measuring->fills[row->first + i] + offset,
               sizeof figure);
        low = figure < low ? figure : low;
        high = figure > high ? figure : high;
    }
    if (low == high)
        snprintf(text, sizeof text, "%ld", low);
    else
        snprintf(text, sizeof text, "%ld..%ld", low, high);
    if (reason || low < 0)
        put(measuring, row, key, NULL, HOW_NOT_TESTABLE, true,
            reason ? reason : "the kernel does not say");
    else
        put(measuring, row, key, text, how, low == high, NULL);
}

static void put_overflow(const struct measuring *measuring,
                         const struct row *row, const char *reason)
{
    const char *name = overflow_name(&measuring->fills[row->first]);
    bool stable = true;
    if (reason || !name) {
        put(measuring, row, "overflow", NULL, HOW_NOT_TESTABLE, true,
            reason ? reason : "no client was turned away");
        return;
    }
    for (size_t i = 1; i < row->repeats; i++) {
        const char *other = overflow_name(&measuring->fills[row->first + i]);
        stable = stable && other && !strcmp(name, other);
    }
    put(measuring, row, "overflow", stable ? name : "varies", HOW_MEASURED,
        stable, NULL);
}

/* Why a row has no figures; LIMIT is empty unless it was something of ours.  */
struct stop {
    char limit[64];
    char reason[160];
};

/* Whether ROW was stopped, and by what.  */
static bool was_stopped(const struct measuring *measuring,
                        const struct row *row, struct stop *stop)
{
    for (size_t i = 0; i < row->repeats; i++) {
        const struct fill *fill = &measuring->fills[row->first + i];
        stop->limit[0] = '\0';
        if (fill->error) {
            snprintf(stop->reason, sizeof stop->reason, "%s: %s", fill->failed,
                     errno_name(fill->error));
            return true;
        }
        if (fill->limit != LIMIT_NONE) {
            limit_text(fill->limit, stop->limit, sizeof stop->limit);
            snprintf(stop->reason, sizeof stop->reason,
                     "stopped at %ld connections by %s", fill->client,
                     stop->limit);
            return true;
        }
    }
    return false;
}

static void put_row(const struct measuring *measuring, const struct row *row)
{
    struct stop stop;
    char repeats[24];
    bool stopped = was_stopped(measuring, row, &stop);
    bool limited = stopped && stop.limit[0];
    const char *reason = stopped ? stop.reason : NULL;
    put_figure(measuring, row, "effective", offsetof(struct fill, effective),
               HOW_READ, limited ? NULL : reason);
    put_figure(measuring, row, "client", offsetof(struct fill, client),
               HOW_MEASURED, reason);
    put_figure(measuring, row, "accepted", offsetof(struct fill, accepted),
               HOW_MEASURED, reason);
    put_overflow(measuring, row, reason);
    put_figure(measuring, row, "queued", offsetof(struct fill, queued),
               HOW_READ, reason);
    put(measuring, row, "limit", limited ? stop.limit : NULL, HOW_MEASURED,
        true, NULL);
    snprintf(repeats, sizeof repeats, "%zu", row->repeats);
    put(measuring, row, "repeats", repeats, HOW_CONSTANT, true, NULL);
}

/* What the setting says, beside what is measured.  */
static void put_setting(const struct measuring *measuring,
                        const struct row *row)
{
    struct sonde_backlog_cap cap = {.value = -1};
    char value[24];
    int error = sonde_backlog_cap(&cap) ? errno : 0;
    bool named = !error || error == ENOENT;
    snprintf(value, sizeof value, "%ld", cap.value);
    put(measuring, row, "family", row->family, HOW_CONSTANT, true, NULL);
    put(measuring, row, "setting", named ? cap.setting : NULL,
        named ? HOW_READ : HOW_NOT_TESTABLE, true,
        named ? NULL : "no setting is known");
    put(measuring, row, "scope", named ? cap.scope : NULL,
        named ? HOW_READ : HOW_NOT_TESTABLE, true,
        named ? NULL : "no setting is known");
    put(measuring, row, "value", error ? NULL : value,
        error ? HOW_NOT_TESTABLE : HOW_READ, true,
        !error            ? NULL
        : error == ENOENT ? "hidden in this namespace"
                          : errno_name(error));
}

/* A filling is through; with the last of a row, the row is.  */
static bool fill_done(size_t index, void *data)
{
    struct measuring *measuring = data;
    struct row *row = &measuring->rows[measuring->row_of[index]];
    if (--row->left > 0)
        return true;
    if (row->is_cap)
        put_setting(measuring, row);
    put_row(measuring, row);
    fflush(measuring->out);
    return !ferror(measuring->out);
}

/* ---- preparing ---------------------------------------------------------- */

static size_t repeats_of(int backlog)
{
    if (backlog < 0 || backlog > huge)
        return 1;
    return backlog > large ? REPEATS_LARGE : REPEATS;
}

static void add_row(struct measuring *measuring, int family, int backlog,
                    size_t repeats, bool is_cap)
{
    struct row *row = &measuring->rows[measuring->row_count];
    *row = (struct row){
        .family = family == AF_INET ? "inet" : "inet6",
        .first = measuring->fill_count,
        .repeats = repeats,
        .left = repeats,
        .is_cap = is_cap,
    };
    for (size_t i = 0; i < repeats; i++) {
        measuring->row_of[measuring->fill_count] = measuring->row_count;
        measuring->fills[measuring->fill_count++] = fill_new(family, backlog);
    }
    measuring->row_count++;
}

/* Whether FAMILY works on the loopback interface here, as a finding; what of
   ours is missing says nothing about that.  */
static bool put_available(FILE *out, int family)
{
    const char *failed;
    char reason[48] = "";
    bool available = !control_try(family, &failed);
    bool ours =
        !available && limit_of(errno) != LIMIT_NONE && errno != EADDRNOTAVAIL;
    if (!available)
        snprintf(reason, sizeof reason, "%s: %s", failed, errno_name(errno));
    struct finding finding = {
        .id = "listen.queue",
        .key = family == AF_INET ? "inet.available" : "inet6.available",
        .value = available ? "yes"
                 : ours    ? NULL
                           : "no",
        .reason = available ? NULL : reason,
        .how = ours ? HOW_NOT_TESTABLE : HOW_MEASURED,
        .stable = true,
    };
    finding_write(out, &finding);
    return available;
}

/* The usual rows first, the cap last: where descriptors run out, the last one
   yields.  */
static void add_rows(struct measuring *measuring, const struct queue_plan *plan)
{
    bool inet = plan->inet && put_available(measuring->out, AF_INET);
    bool inet6 = plan->inet6 && put_available(measuring->out, AF_INET6);
    for (size_t i = 0; i < plan->count; i++) {
        int backlog = plan->backlogs[i];
        if (inet)
            add_row(measuring, AF_INET, backlog, repeats_of(backlog), false);
        if (inet6)
            add_row(measuring, AF_INET6, backlog, repeats_of(backlog), false);
    }
    if (inet || inet6)
        add_row(measuring, inet ? AF_INET : AF_INET6, INT_MAX, 1, true);
}

static void raise_descriptors(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files))
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

bool measure_listen_queue(FILE *out, int watch, const void *data)
{
    const struct queue_plan *plan = data;
    size_t rows = 2 * plan->count + 1;
    struct measuring measuring = {
        .out = out,
        .fills = calloc(rows * REPEATS, sizeof *measuring.fills),
        .rows = calloc(rows, sizeof *measuring.rows),
        .row_of = calloc(rows * REPEATS, sizeof *measuring.row_of),
    };
    bool whole = false;
    if (measuring.fills && measuring.rows && measuring.row_of) {
        raise_descriptors();
        add_rows(&measuring, plan);
        whole = fill_all(measuring.fills, measuring.fill_count, plan->wait,
                         watch, fill_done, &measuring);
    }
    free(measuring.fills);
    free(measuring.rows);
    free(measuring.row_of);
    return whole;
}
