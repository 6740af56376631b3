/* listen-queue.c - how many connections wait for accept, by backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "probes/finding/prefix.h"
#include "probes/queue/fill.h"
#include "probes/queue/listen-again.h"
#include "probes/queue/listen-cap.h"
#include "probes/queue/listen-queue.h"
#include "probes/queue/listen-row.h"
#include "probes/queue/overflow.h"
#include "probes/queue/reference.h"
#include "probes/queue/syn-queue.h"
#include "probes/run/settings.h"
#include "sonde.h"

enum {
    REPEATS = 3,       /* as often a usual row is filled, side by side */
    REPEATS_LARGE = 2, /* and one that takes more clients than "large"; */
    LARGE_MAX = 3,     /* but once, if there are more such backlogs */
    TIMES = 3          /* so often a row is filled that cannot be believed */
};
static const int large = 64;
static const int huge = 1024; /* beyond this, once, and in one family */

static const struct {
    int family;
    const char *name;
} families[] = {{AF_INET, "inet"}, {AF_INET6, "inet6"}, {AF_UNIX, "unix"}};

enum { FAMILIES = sizeof families / sizeof *families };

struct measuring {
    FILE *out;
    struct fill *fills; /* room for each to be filled TIMES times */
    size_t fill_count;
    size_t first; /* of those that are under way */
    struct listen_row *rows;
    size_t row_count;
    size_t *row_of; /* the row of each filling */
    const struct queue_plan *plan;
    struct syn_settings settings;
    bool available[FAMILIES];
    bool again; /* rows may be filled again, later */
};

static const char *listen_queue_family_name(int family)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i].family == family)
            return families[i].name;
    return "-";
}

static bool write_row(const struct measuring *measuring, struct listen_row *row)
{
    row->held = false;
    listen_row_write(measuring->out, row);
    fflush(measuring->out);
    return !ferror(measuring->out);
}

/* Whether ROW says that less was queued than asked for, and the kernel, if it
   says anything, does not: the verdict would hang on one client's silence.  */
static bool is_doubtful(const struct measuring *measuring,
                        const struct listen_row *row)
{
    const struct fill *fill = row->fills;
    return measuring->plan->least && row->kind == ROW_QUEUE &&
           row->repeats == 1 && fill->limit == LIMIT_NONE && !fill->error &&
           fill->accepted < fill->backlog &&
           (fill->effective < 0 || fill->accepted <= fill->effective);
}

/* A filling is through; with the last of a row, the row is.  */
static bool fill_done(size_t index, void *data)
{
    struct measuring *measuring = data;
    size_t number = measuring->row_of[measuring->first + index];
    struct listen_row *row = &measuring->rows[number];
    if (--row->left > 0)
        return true;
    row->held =
        measuring->again && (listen_row_varies(row) || listen_row_failed(row) ||
                             is_doubtful(measuring, row));
    return row->held || write_row(measuring, row);
}

static size_t count_beyond(const struct queue_plan *plan, int backlog)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += plan->backlogs[i] > backlog;
    return count;
}

static size_t listen_queue_repeats_of(const struct queue_plan *plan,
                                      int backlog)
{
    if (backlog < 0 || backlog > huge)
        return 1;
    if (backlog <= large)
        return REPEATS;
    if (plan->least)
        return 1;
    return count_beyond(plan, large) > LARGE_MAX ? 1 : REPEATS_LARGE;
}

static struct listen_row *listen_queue_add_row(struct measuring *measuring,
                                               enum row_kind kind, int family,
                                               int backlog, size_t repeats)
{
    struct listen_row *row = &measuring->rows[measuring->row_count];
    *row = (struct listen_row){
        .kind = kind,
        .family = listen_queue_family_name(family),
        .fills = &measuring->fills[measuring->fill_count],
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

/* Where the findings of FAMILY's rows go.  */
static struct prefix listen_queue_place_of(const struct measuring *measuring,
                                           int family)
{
    return (struct prefix){measuring->out, "listen.queue",
                           listen_queue_family_name(family)};
}

/* Whether FAMILY works on the loopback interface here, as a finding; what of
   ours is missing says nothing about that.  */
static bool put_available(const struct measuring *measuring, int family)
{
    const char *failed;
    char reason[48] = "";
    bool available = family == AF_UNIX || !reference_try(family, &failed);
    bool ours =
        !available && limit_of(errno) != LIMIT_NONE && errno != EADDRNOTAVAIL;
    if (!available)
        snprintf(reason, sizeof reason, "%s: %s", failed, errno_name(errno));
    const struct prefix prefix = listen_queue_place_of(measuring, family);
    prefix_put_text(&prefix, "available",
                    available ? "yes"
                    : ours    ? NULL
                              : "no",
                    HOW_MEASURED, available ? NULL : reason);
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
    const struct prefix prefix = listen_queue_place_of(measuring, family);
    snprintf(key, sizeof key, "%d.accepted", backlog);
    prefix_put_text(&prefix, key, NULL, HOW_NOT_TESTABLE,
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
        struct listen_row *row =
            listen_queue_add_row(measuring, ROW_QUEUE, family, backlog,
                                 listen_queue_repeats_of(plan, backlog));
        row->is_cap_too = first && backlog == INT_MAX;
    }
}

/* Why the incomplete queue of FAMILY cannot be measured; NULL if it can.  */
static const char *why_not_incomplete(const struct measuring *measuring,
                                      int family, char *text, size_t size)
{
    if (family == AF_UNIX)
        return "UNIX sockets have no handshake";
    if (syn_settings_know_peers(&measuring->settings) &&
        !syn_has_strangers(family, measuring->plan->setting_count > 0))
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
    struct listen_row *row =
        listen_queue_add_row(measuring, kind, family, backlog,
                             family != AF_INET || backlog > large ? 1 : 2);
    for (size_t i = 0; i < row->repeats; i++) {
        struct fill *fill = &row->fills[i];
        fill->deferred = true;
        if (know_peers && kind == ROW_STRANGER)
            syn_stranger(&fill->source, family);
        if (kind == ROW_ACQUAINTANCE &&
            syn_acquaintance(&fill->source, family)) {
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
    const struct prefix prefix = listen_queue_place_of(measuring, family);
    prefix_put_text(&prefix, "incomplete", reason ? "no" : "yes",
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
    const struct prefix cap = {measuring->out, "listen.cap", NULL};
    prefix_put_text(&cap, "family", families[first].name, HOW_CONSTANT, NULL);
    if (plan->cap && !has_cap_row(plan))
        listen_queue_add_row(measuring, ROW_CAP, families[first].family,
                             INT_MAX, 1);
}

/* What is asked step by step, once the rows are through.  */
static void measure_more(const struct measuring *measuring)
{
    const struct queue_plan *plan = measuring->plan;
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

/* ---- once more ----------------------------------------------------------- */

/* Fill the rows that are held once more, with longer silences: a stack that a
   busy host runs now and then may answer late, and a lost packet is chance.
   Returns false to stop all.  */
static bool fill_held(struct measuring *measuring, int wait, int watch)
{
    size_t first = measuring->fill_count;
    for (size_t i = 0; i < measuring->row_count; i++) {
        struct listen_row *row = &measuring->rows[i];
        if (!row->held)
            continue;
        const struct fill *before = row->fills;
        row->fills = &measuring->fills[measuring->fill_count];
        row->left = row->repeats;
        for (size_t k = 0; k < row->repeats; k++) {
            measuring->row_of[measuring->fill_count] = i;
            measuring->fills[measuring->fill_count++] = fill_again(&before[k]);
        }
    }
    measuring->first = first;
    return fill_all(&measuring->fills[first], measuring->fill_count - first,
                    wait, watch, fill_done, measuring);
}

/* Write what is held still, as it is.  */
static bool write_held(struct measuring *measuring)
{
    bool whole = true;
    for (size_t i = 0; i < measuring->row_count && whole; i++)
        if (measuring->rows[i].held)
            whole = write_row(measuring, &measuring->rows[i]);
    return whole;
}

/* Fill all rows, and those that cannot be believed so again, up to twice.  */
static bool fill_rows(struct measuring *measuring, int watch)
{
    int wait = measuring->plan->wait;
    const int waits[TIMES - 1] = {4 * wait < WAIT_MAX ? 4 * wait : WAIT_MAX,
                                  WAIT_MAX};
    measuring->again = true;
    bool whole = fill_all(measuring->fills, measuring->fill_count, wait, watch,
                          fill_done, measuring);
    for (int i = 0; i < TIMES - 1 && whole; i++)
        whole = fill_held(measuring, waits[i], watch);
    return whole && write_held(measuring);
}

/* Measure what PLAN says, in the namespace we are in.  */
static bool listen_queue_measure(FILE *out, int watch,
                                 const struct queue_plan *plan)
{
    size_t rows = FAMILIES * 3 * plan->count + 1;
    struct measuring measuring = {
        .out = out,
        .plan = plan,
        .fills = calloc(rows * REPEATS * TIMES, sizeof *measuring.fills),
        .rows = calloc(rows, sizeof *measuring.rows),
        .row_of = calloc(rows * REPEATS * TIMES, sizeof *measuring.row_of),
    };
    bool whole = false;
    if (measuring.fills && measuring.rows && measuring.row_of) {
        descriptors_raise(LONG_MAX);
        measuring.settings = syn_settings_read();
        listen_cap_write_syn(out, &measuring.settings);
        listen_cap_write(out, plan->setting_count > 0);
        add_rows(&measuring);
        whole = fill_rows(&measuring, watch);
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
    return listen_queue_measure(out, watch, plan);
}
