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
#include "probes/listen-again.h"
#include "probes/listen-queue.h"
#include "probes/names.h"
#include "probes/namespace.h"
#include "probes/overflow.h"
#include "probes/settings.h"
#include "probes/syn-queue.h"
#include "sonde.h"

enum {
    REPEATS = 3,      /* as often a usual row is filled, side by side */
    REPEATS_LARGE = 2 /* and one that takes more clients than */
};
static const int large = 64;
static const int huge = 1024; /* beyond this, once: see "repeats" */

static const struct {
    int family;
    const char *name;
} families[] = {{AF_INET, "inet"}, {AF_INET6, "inet6"}, {AF_UNIX, "unix"}};

enum { FAMILIES = sizeof families / sizeof *families };

enum row_kind {
    ROW_QUEUE,
    ROW_CAP,
    ROW_STRANGER,    /* the incomplete queue, by a peer never met before */
    ROW_ACQUAINTANCE /* and by one that was, where that makes a difference */
};

/* A row: FIRST and the REPEATS - 1 fillings behind it.  */
struct row {
    enum row_kind kind;
    const char *family;
    size_t first, repeats, left;
    bool is_cap_too; /* its backlog is the one that the cap is asked with */
};

struct measuring {
    FILE *out;
    struct fill *fills;
    size_t fill_count;
    struct row *rows;
    size_t row_count;
    size_t *row_of; /* the row of each filling */
    const struct queue_plan *plan;
    struct syn_settings settings;
    bool available[FAMILIES];
};

static const char *family_name(int family)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i].family == family)
            return families[i].name;
    return "-";
}

/* ---- writing ------------------------------------------------------------ */

static void put(const struct measuring *measuring, const struct row *row,
                const char *key, const char *value, enum how how, bool stable,
                const char *reason)
{
    const struct fill *fill = &measuring->fills[row->first];
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

/* The figure at OFFSET of FILL.  */
static long figure_at(const struct fill *fill, size_t offset)
{
    long figure;
    memcpy(&figure, (const char *)fill + offset, sizeof figure);
    return figure;
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
        long figure = figure_at(&measuring->fills[row->first + i], offset);
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

/* A figure that two ways give: a range where they, or the repeats, differ.  */
static void put_incomplete(const struct measuring *measuring,
                           const struct row *row, const char *key,
                           const char *reason)
{
    long low = LONG_MAX, high = LONG_MIN;
    char text[48];
    for (size_t i = 0; i < row->repeats; i++) {
        const struct fill *fill = &measuring->fills[row->first + i];
        long told = fill->incomplete_told;
        long figures[] = {fill->incomplete, told < 0 ? fill->incomplete : told};
        for (int k = 0; k < 2; k++) {
            low = figures[k] < low ? figures[k] : low;
            high = figures[k] > high ? figures[k] : high;
        }
    }
    if (low == high)
        snprintf(text, sizeof text, "%ld", low);
    else
        snprintf(text, sizeof text, "%ld..%ld", low, high);
    put(measuring, row, key, reason ? NULL : text,
        reason ? HOW_NOT_TESTABLE : HOW_MEASURED, reason || low == high,
        reason);
}

static void put_syn_row(const struct measuring *measuring,
                        const struct row *row)
{
    struct stop stop;
    const char *reason =
        was_stopped(measuring, row, &stop) ? stop.reason : NULL;
    if (row->kind == ROW_ACQUAINTANCE) {
        put_incomplete(measuring, row, "incomplete-known", reason);
        return;
    }
    put_incomplete(measuring, row, "incomplete", reason);
    put_figure(measuring, row, "passed", offsetof(struct fill, accepted),
               HOW_MEASURED, reason);
}

static void put_of_cap(const struct measuring *measuring, const char *key,
                       const char *value, const char *reason)
{
    struct finding finding = {
        .id = "listen.cap",
        .key = key,
        .value = value,
        .reason = reason,
        .how = value ? HOW_READ : HOW_NOT_TESTABLE,
        .stable = true,
    };
    finding_write(measuring->out, &finding);
}

/* Whether the namespace that SETTING belongs to is the host's first one, and
   what it says there.  */
static void put_place(const struct measuring *measuring, const char *setting)
{
    static const char *const answers[] = {
        [NAMESPACE_UNKNOWN] = NULL,
        [NAMESPACE_INITIAL] = "yes",
        [NAMESPACE_OTHER] = "no",
    };
    long value;
    char text[24];
    enum namespace_place place = namespace_place(setting, &value);
    snprintf(text, sizeof text, "%ld", value);
    put_of_cap(measuring, "initial", answers[place],
               place == NAMESPACE_UNKNOWN ? "not readable from here" : NULL);
    put_of_cap(measuring, "initial-value", value < 0 ? NULL : text,
               value < 0 ? "not readable from here" : NULL);
}

/* What the setting says, beside what is measured.  */
static void put_setting(const struct measuring *measuring)
{
    struct sonde_backlog_cap cap = {.value = -1};
    char value[24];
    int error = sonde_backlog_cap(&cap) ? errno : 0;
    bool named = !error || error == ENOENT;
    bool own = measuring->plan->setting_count > 0;
    const char *reason = named ? NULL : "no setting is known";
    snprintf(value, sizeof value, "%ld", cap.value);
    put_of_cap(measuring, "setting", named ? cap.setting : NULL, reason);
    put_of_cap(measuring, "scope",
               own     ? "own"
               : named ? cap.scope
                       : NULL,
               reason);
    put_of_cap(measuring, "value", error ? NULL : value,
               !error            ? NULL
               : error == ENOENT ? "hidden in this namespace"
                                 : errno_name(error));
    if (named && !own)
        put_place(measuring, cap.setting);
}

/* The settings that bound the incomplete queue, where there are any.  */
static void put_settings(const struct measuring *measuring)
{
    const struct syn_settings *settings = &measuring->settings;
    const struct {
        const char *key;
        long value;
    } read[] = {{"tcp_syncookies", settings->cookies},
                {"tcp_max_syn_backlog", settings->most}};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        char value[24];
        snprintf(value, sizeof value, "%ld", read[i].value);
        struct finding finding = {
            .id = "listen.incomplete",
            .key = read[i].key,
            .value = read[i].value < 0 ? NULL : value,
            .reason =
                read[i].value < 0 ? "no such setting is shown here" : NULL,
            .how = read[i].value < 0 ? HOW_NOT_TESTABLE : HOW_READ,
            .stable = true,
        };
        finding_write(measuring->out, &finding);
    }
}

/* A filling is through; with the last of a row, the row is.  */
static bool fill_done(size_t index, void *data)
{
    struct measuring *measuring = data;
    struct row *row = &measuring->rows[measuring->row_of[index]];
    if (--row->left > 0)
        return true;
    if (row->kind == ROW_QUEUE)
        put_row(measuring, row);
    else if (row->kind != ROW_CAP)
        put_syn_row(measuring, row);
    if (row->kind == ROW_CAP || row->is_cap_too) {
        struct row cap = *row;
        cap.kind = ROW_CAP;
        put_row(measuring, &cap);
    }
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

static struct row *add_row(struct measuring *measuring, enum row_kind kind,
                           int family, int backlog, size_t repeats)
{
    struct row *row = &measuring->rows[measuring->row_count];
    *row = (struct row){
        .kind = kind,
        .family = family_name(family),
        .first = measuring->fill_count,
        .repeats = repeats,
        .left = repeats,
    };
    for (size_t i = 0; i < repeats; i++) {
        measuring->row_of[measuring->fill_count] = measuring->row_count;
        measuring->fills[measuring->fill_count++] = fill_new(family, backlog);
    }
    measuring->row_count++;
    return row;
}

static void put_of_family(const struct measuring *measuring, int family,
                          const char *what, const char *value, enum how how,
                          const char *reason)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", family_name(family), what);
    struct finding finding = {
        .id = "listen.queue",
        .key = key,
        .value = value,
        .reason = reason,
        .how = how,
        .stable = true,
    };
    finding_write(measuring->out, &finding);
}

/* Whether FAMILY works on the loopback interface here, as a finding; what of
   ours is missing says nothing about that.  */
static bool put_available(const struct measuring *measuring, int family)
{
    const char *failed;
    char reason[48] = "";
    bool available = family == AF_UNIX || !control_try(family, &failed);
    bool ours =
        !available && limit_of(errno) != LIMIT_NONE && errno != EADDRNOTAVAIL;
    if (!available)
        snprintf(reason, sizeof reason, "%s: %s", failed, errno_name(errno));
    put_of_family(measuring, family, "available",
                  available ? "yes"
                  : ours    ? NULL
                            : "no",
                  ours ? HOW_NOT_TESTABLE : HOW_MEASURED,
                  available ? NULL : reason);
    return available;
}

/* Whether BACKLOG's queue is so long that it is filled in one family alone:
   each connection takes some 40 us of the kernel's time.  */
static bool is_huge(int backlog)
{
    return backlog < 0 || backlog > huge;
}

static size_t count_huge(const struct queue_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += is_huge(plan->backlogs[i]);
    return count;
}

static void put_left_out(const struct measuring *measuring, int family,
                         int backlog)
{
    char key[24];
    snprintf(key, sizeof key, "%d.accepted", backlog);
    put_of_family(measuring, family, key, NULL, HOW_NOT_TESTABLE,
                  "so long a queue is filled in one family alone");
}

/* Whether one of the rows asks for all there is, and so finds the cap.  */
static bool has_cap_row(const struct queue_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->backlogs[i] == INT_MAX)
            return true;
    return false;
}

/* The rows of the queue that accept takes from.  */
static void add_queue_rows(struct measuring *measuring, int family, bool first)
{
    const struct queue_plan *plan = measuring->plan;
    for (size_t i = 0; i < plan->count; i++) {
        int backlog = plan->backlogs[i];
        if (!first && is_huge(backlog)) {
            put_left_out(measuring, family, backlog);
            continue;
        }
        struct row *row =
            add_row(measuring, ROW_QUEUE, family, backlog, repeats_of(backlog));
        row->is_cap_too = first && backlog == INT_MAX;
    }
}

/* Why the incomplete queue of FAMILY cannot be measured; NULL if it can.  */
static const char *why_not_incomplete(const struct measuring *measuring,
                                      int family, char *text, size_t size)
{
    if (family == AF_UNIX)
        return "UNIX sockets have no handshake";
    if (family == AF_INET6 && syn_settings_know_peers(&measuring->settings))
        return "with SYN cookies off it depends on whether the kernel has met "
               "the peer, and ::1 is the only one";
    int works = syn_defer_works(family);
    if (works > 0 || (works == 0 && measuring->settings.cookies == 2))
        return NULL;
    if (works == 0)
        return "no handshake stays open here";
    if (errno == ENOTSUP)
        return "no way is known here to keep handshakes open";
    snprintf(text, size, "keeping a handshake open: %s", errno_name(errno));
    return text;
}

/* The row KIND of the incomplete queue.  */
static void add_syn_row(struct measuring *measuring, enum row_kind kind,
                        int family, int backlog)
{
    bool know_peers = syn_settings_know_peers(&measuring->settings);
    struct row *row = add_row(measuring, kind, family, backlog,
                              family != AF_INET || backlog > large ? 1 : 2);
    for (size_t i = 0; i < row->repeats; i++) {
        struct fill *fill = &measuring->fills[row->first + i];
        fill->deferred = true;
        if (know_peers)
            syn_stranger(&fill->source);
        if (kind == ROW_ACQUAINTANCE && syn_introduce(&fill->source)) {
            fill->error = errno;
            fill->failed = "meeting a peer";
        }
    }
}

static void add_syn_rows(struct measuring *measuring, int family, bool first)
{
    const struct queue_plan *plan = measuring->plan;
    char text[64];
    const char *reason =
        why_not_incomplete(measuring, family, text, sizeof text);
    bool one_huge = first && count_huge(plan) == 1;
    put_of_family(measuring, family, "incomplete", reason ? "no" : "yes",
                  reason ? HOW_NOT_TESTABLE : HOW_MEASURED, reason);
    for (size_t i = 0; !reason && i < plan->count; i++) {
        int backlog = plan->backlogs[i];
        if (is_huge(backlog) && !one_huge)
            continue;
        add_syn_row(measuring, ROW_STRANGER, family, backlog);
        if (syn_settings_know_peers(&measuring->settings))
            add_syn_row(measuring, ROW_ACQUAINTANCE, family, backlog);
    }
}

/* The usual rows first, the cap last: where descriptors run out, the last one
   yields.  */
static void add_rows(struct measuring *measuring)
{
    const struct queue_plan *plan = measuring->plan;
    const bool planned[FAMILIES] = {plan->inet, plan->inet6, plan->local};
    bool *wanted = measuring->available;
    int first = -1;
    for (int i = 0; i < FAMILIES; i++) {
        wanted[i] = planned[i] && put_available(measuring, families[i].family);
        if (wanted[i] && first < 0)
            first = i;
        if (wanted[i])
            add_queue_rows(measuring, families[i].family, i == first);
    }
    for (int i = 0; plan->incomplete && i < FAMILIES; i++)
        if (wanted[i])
            add_syn_rows(measuring, families[i].family, i == first);
    if (first < 0)
        return;
    put_of_cap(measuring, "family", families[first].name, NULL);
    if (plan->cap && !has_cap_row(plan))
        add_row(measuring, ROW_CAP, families[first].family, INT_MAX, 1);
}

static void raise_descriptors(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files))
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* What is asked step by step, once the rows are through.  */
static void measure_more(const struct measuring *measuring)
{
    const struct queue_plan *plan = measuring->plan;
    if (plan->overflow)
        overflow_setting(measuring->out);
    for (size_t i = 0; i < FAMILIES; i++) {
        if (measuring->available[i] && plan->again)
            listen_again(measuring->out, families[i].family, families[i].name,
                         plan->wait);
        if (measuring->available[i] && plan->overflow)
            overflow_family(measuring->out, families[i].family,
                            families[i].name, plan->wait);
    }
}

/* Measure what PLAN says, in the namespace we are in.  */
static bool measure(FILE *out, int watch, const struct queue_plan *plan)
{
    size_t rows = FAMILIES * 3 * plan->count + 1;
    struct measuring measuring = {
        .out = out,
        .plan = plan,
        .fills = calloc(rows * REPEATS, sizeof *measuring.fills),
        .rows = calloc(rows, sizeof *measuring.rows),
        .row_of = calloc(rows * REPEATS, sizeof *measuring.row_of),
    };
    bool whole = false;
    if (measuring.fills && measuring.rows && measuring.row_of) {
        raise_descriptors();
        measuring.settings = syn_settings_read();
        put_settings(&measuring);
        put_setting(&measuring);
        add_rows(&measuring);
        whole = fill_all(measuring.fills, measuring.fill_count, plan->wait,
                         watch, fill_done, &measuring);
        if (whole)
            measure_more(&measuring);
    }
    free(measuring.fills);
    free(measuring.rows);
    free(measuring.row_of);
    return whole;
}

bool measure_listen_queue(FILE *out, int watch, const void *data)
{
    const struct queue_plan *plan = data;
    if (plan->setting_count > 0 &&
        settings_apply(out, plan->settings, plan->setting_count))
        return true; /* the findings say why */
    return measure(out, watch, plan);
}
