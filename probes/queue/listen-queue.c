/* listen-queue.c - the length of the accept queue, by backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "base/queue-client.h"
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
    REPEATS = 3,        /* tests of an ordinary row, side by side */
    REPEATS_LARGE = 2,  /* of a row that takes more than LARGE clients; */
    LARGE_ROWS_MAX = 3, /*   1, if there are more rows like that */
    ROUNDS = 3,         /* rounds for rows with different tests */
    LARGE = 64,
    HUGE = 1024 /* above: one test, in one family */
};

static const int families[] = {AF_INET, AF_INET6, AF_UNIX};

enum { FAMILIES = sizeof families / sizeof *families };

struct measuring {
    FILE *out;
    struct fill *fills; /* the tests, in the order of the rows */
    size_t fill_count;
    struct listen_row *rows;
    size_t row_count;
    const struct queue_plan *plan;
    struct syn_settings settings;
    bool available[FAMILIES]; /* planned, and works here */
};

/* Write the findings of ROW, clear HELD, and flush OUT.  Returns false if OUT
   has failed, now or before.  */
static bool write_row(const struct measuring *measuring, struct listen_row *row)
{
    row->held = false;
    listen_row_write(measuring->out, row);
    fflush(measuring->out);
    return !ferror(measuring->out);
}

/* Whether the verdict on ROW, of which all tests are done, would depend on the
   silence of one client: the plan asks for the least repeats, ROW is of the
   accept queue and has a single test, and accept returned fewer connections
   than the BACKLOG of the test, and no more than the backlog in force, if the
   kernel reports that backlog.  False after a limit or an error.  */
static bool is_doubtful(const struct measuring *measuring,
                        const struct listen_row *row)
{
    const struct fill *fill = row->fills;
    return measuring->plan->least && row->kind == ROW_QUEUE &&
           row->repeats == 1 && fill->limit == LIMIT_NONE && !fill->error &&
           fill->accepted < fill->backlog &&
           (fill->effective < 0 || fill->accepted <= fill->effective);
}

/* Callback of fill_all: count the test INDEX of DATA, a struct measuring, as
   done (LEFT of its row).  After the last test of the row, hold the row for
   another round if its tests differ, or if one is disturbed or doubtful;
   otherwise write the row and flush OUT.  Returns false, to stop all tests, if
   OUT failed; otherwise true.  */
static bool fill_done(size_t index, void *data)
{
    struct measuring *measuring = data;
    struct listen_row *row = measuring->rows;
    for (; index >= row->repeats; row++)
        index -= row->repeats;
    if (--row->left > 0)
        return true;
    row->held = listen_row_varies(row) || listen_row_failed(row) ||
                is_doubtful(measuring, row);
    return row->held || write_row(measuring, row);
}

/* The number of backlogs of PLAN above BACKLOG.  */
static size_t count_beyond(const struct queue_plan *plan, int backlog)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += plan->backlogs[i] > backlog;
    return count;
}

/* Whether BACKLOG is huge: above HUGE; or negative, since some kernels then
   take their cap.  Huge queues are measured once and in one family only, for
   their length: each connection takes some 40 us of kernel time.  */
static bool is_huge(int backlog)
{
    return backlog < 0 || backlog > HUGE;
}

/* The number of huge backlogs of PLAN (is_huge).  */
static size_t count_huge(const struct queue_plan *plan)
{
    return count_beyond(plan, HUGE) + plan->count - count_beyond(plan, -1);
}

/* The number of tests of the accept queue's row of BACKLOG.  Huge (is_huge): 1.
   Up to LARGE: REPEATS.  Between: 1 if the plan asks for the least, or has more
   than LARGE_ROWS_MAX backlogs above LARGE, huge ones included; otherwise
   REPEATS_LARGE.  */
static size_t listen_queue_repeats_of(const struct queue_plan *plan,
                                      int backlog)
{
    if (!is_huge(backlog) && backlog <= LARGE)
        return REPEATS;
    bool once = is_huge(backlog) || plan->least ||
                count_beyond(plan, LARGE) > LARGE_ROWS_MAX;
    return once ? 1 : REPEATS_LARGE;
}

/* Add a row KIND of REPEATS new tests, at least 1, of FAMILY with BACKLOG, for
   which the arrays must have room.  Returns the row.  */
static struct listen_row *listen_queue_add_row(struct measuring *measuring,
                                               enum row_kind kind, int family,
                                               int backlog, size_t repeats)
{
    struct listen_row *row = &measuring->rows[measuring->row_count];
    *row = (struct listen_row){
        .kind = kind,
        .fills = &measuring->fills[measuring->fill_count],
        .repeats = repeats,
        .left = repeats,
    };
    for (size_t i = 0; i < repeats; i++)
        row->fills[i] = fill_new(family, backlog);
    measuring->fill_count += repeats;
    measuring->row_count++;
    return row;
}

/* The prefix of the findings of FAMILY: id "listen.queue", keys with the key of
   FAMILY.  */
static struct prefix listen_queue_prefix(const struct measuring *measuring,
                                         int family)
{
    return (struct prefix){measuring->out, "listen.queue", family_key(family)};
}

/* Write "available", whether FAMILY works here: try one connection, over the
   loopback interface or between UNIX sockets, to a listener with room.  Without
   this check, a full queue could not be told from a call that always fails.
   "no" has the failed call and its errno as reason.  After a failed poll, or a
   lack of a resource (limit_of, but not EADDRNOTAVAIL), the finding is not
   testable, with the same reason.  Returns true for "yes" only.  Waits up to
   REFERENCE_TIMEOUT.  */
static bool put_available(const struct measuring *measuring, int family)
{
    const char *failed;
    char reason[48] = "";
    bool available = !reference_try(family, &failed);
    bool shortage =
        !available &&
        ((limit_of(errno) != LIMIT_NONE && errno != EADDRNOTAVAIL) ||
         !strcmp(failed, QUEUE_CLIENT_CALLS));
    if (!available)
        snprintf(reason, sizeof reason, "%s: %s", failed, errno_name(errno));
    const struct prefix prefix = listen_queue_prefix(measuring, family);
    prefix_put_text(&prefix, "available",
                    available  ? "yes"
                    : shortage ? NULL
                               : "no",
                    HOW_MEASURED, available ? NULL : reason);
    return available;
}

/* Write "accepted" of BACKLOG in FAMILY as not testable: too long a queue.  */
static void put_left_out(const struct measuring *measuring, int family,
                         int backlog)
{
    char key[24];
    const struct prefix prefix = listen_queue_prefix(measuring, family);
    snprintf(key, sizeof key, "%d.accepted", backlog);
    prefix_put_text(&prefix, key, NULL, HOW_NOT_TESTABLE,
                    "so long a queue is measured in one family alone");
}

/* Add a row of the accept queue in FAMILY for each backlog of the plan.  FIRST:
   FAMILY is the first that is available.  Huge queues (is_huge) are measured
   only in that family; in others put_left_out writes the reason.  The row of
   INT_MAX in the first family is also that of the cap.  */
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

/* Why the SYN queue of FAMILY cannot be measured, a constant or written to TEXT
   of SIZE bytes; NULL if it can.  Tries a connection (syn_defer_works), and
   with SYN cookies off may add an IPv6 address (syn_has_new_peers), without
   which IPv6 cannot be measured then.  With tcp_syncookies 2 the result is NULL
   also if the handshake did not stay incomplete: that is then a result of the
   host.  */
static const char *why_not_incomplete(const struct measuring *measuring,
                                      int family, char *text, size_t size)
{
    if (family == AF_UNIX)
        return "UNIX sockets have no handshake";
    if (syn_settings_favor_known(&measuring->settings) &&
        !syn_has_new_peers(family, measuring->plan->setting_count > 0))
        return "with SYN cookies off, known peers get more, and ::1 is the "
               "only peer";
    int works = syn_defer_works(family);
    if (works > 0 || (works == 0 && measuring->settings.cookies == 2))
        return NULL;
    if (works == 0)
        return "no handshake stays incomplete here";
    if (errno == ENOTSUP)
        return "no method is known here to keep handshakes incomplete";
    snprintf(text, size, "keeping a handshake incomplete: %s",
             errno_name(errno));
    return text;
}

/* Add the row KIND of the SYN queue of FAMILY with BACKLOG: two tests for IPv4
   with a BACKLOG from 0 to LARGE, otherwise one test.  The tests keep
   handshakes incomplete.  If known peers are favored, the clients of
   ROW_NEW_PEER get a new address.  For ROW_KNOWN_PEER the clients' address is
   made known to the kernel by a connection (syn_known_peer, which may wait); a
   failure becomes the error of the test.  */
static void add_syn_row(struct measuring *measuring, enum row_kind kind,
                        int family, int backlog)
{
    bool favor_known = syn_settings_favor_known(&measuring->settings);
    struct listen_row *row = listen_queue_add_row(
        measuring, kind, family, backlog,
        family == AF_INET && backlog >= 0 && backlog <= LARGE ? 2 : 1);
    for (size_t i = 0; i < row->repeats; i++) {
        struct fill *fill = &row->fills[i];
        fill->deferred = true;
        if (favor_known && kind == ROW_NEW_PEER)
            syn_new_peer(&fill->source, family);
        if (kind == ROW_KNOWN_PEER && syn_known_peer(&fill->source, family)) {
            fill->error = errno;
            fill->failed = "making a known peer";
        }
    }
}

/* Write "incomplete", whether the SYN queue of FAMILY can be measured: "yes";
   or "no", as not testable, with the reason.  If "yes", add its rows: for each
   backlog one for new peers, and if the kernel favors known peers, a second one
   for these.  FIRST: FAMILY is the first that is available.  A huge backlog has
   rows only in that family, and only if the plan has no other huge backlog.  */
static void add_syn_rows(struct measuring *measuring, int family, bool first)
{
    const struct queue_plan *plan = measuring->plan;
    char text[64];
    const char *reason =
        why_not_incomplete(measuring, family, text, sizeof text);
    bool one_huge = first && count_huge(plan) == 1;
    const struct prefix prefix = listen_queue_prefix(measuring, family);
    prefix_put_text(&prefix, "incomplete", reason ? "no" : "yes",
                    reason ? HOW_NOT_TESTABLE : HOW_MEASURED, reason);
    for (size_t i = 0; !reason && i < plan->count; i++) {
        int backlog = plan->backlogs[i];
        if (is_huge(backlog) && !one_huge)
            continue;
        add_syn_row(measuring, ROW_NEW_PEER, family, backlog);
        if (syn_settings_favor_known(&measuring->settings))
            add_syn_row(measuring, ROW_KNOWN_PEER, family, backlog);
    }
}

/* Write which planned families are available, set AVAILABLE, and write the
   family of the cap, the first available one.  Add the rows of the available
   families: all accept queues, then the SYN queues, if planned, then the cap,
   if planned and if no backlog of the plan is INT_MAX.  The cap is last: when
   descriptors run out, the last test is reset.  Without an available family
   there is no row, and the family of the cap is not written.  */
static void add_rows(struct measuring *measuring)
{
    const struct queue_plan *plan = measuring->plan;
    const bool planned[FAMILIES] = {plan->inet, plan->inet6, plan->local};
    bool *wanted = measuring->available;
    int first = -1;
    for (int i = 0; i < FAMILIES; i++) {
        wanted[i] = planned[i] && put_available(measuring, families[i]);
        if (wanted[i] && first < 0)
            first = i;
        if (wanted[i])
            add_queue_rows(measuring, families[i], i == first);
    }
    for (int i = 0; plan->incomplete && i < FAMILIES; i++)
        if (wanted[i])
            add_syn_rows(measuring, families[i], i == first);
    if (first < 0)
        return;
    const struct prefix cap = {measuring->out, "listen.cap", NULL};
    prefix_put_text(&cap, "family", family_key(families[first]), HOW_CONSTANT,
                    NULL);
    bool has_cap_row = count_beyond(plan, INT_MAX - 1) > 0;
    if (plan->cap && !has_cap_row)
        listen_queue_add_row(measuring, ROW_CAP, families[first], INT_MAX, 1);
}

/* Write the setting tcp_abort_on_overflow, and make the planned stepwise
   measurements (stepwise.h) in the available families, after the rows.  */
static void measure_stepwise(const struct measuring *measuring)
{
    const struct queue_plan *plan = measuring->plan;
    overflow_setting(measuring->out);
    for (size_t i = 0; i < FAMILIES; i++) {
        if (measuring->available[i] && plan->again)
            listen_again(measuring->out, families[i], family_key(families[i]),
                         plan->wait);
        if (measuring->available[i] && plan->overflow)
            overflow_family(measuring->out, families[i],
                            family_key(families[i]), plan->wait);
    }
}

/* ---- further rounds ------------------------------------------------------ */

/* Repeat the tests of the held rows with WAIT, a longer silence timeout in
   milliseconds: on a busy host a stack may answer late, and a packet may be
   lost by chance.  Other rows keep their results.  WATCH and the result are
   those of fill_all: false after a stop, or without memory.  */
static bool fill_held(struct measuring *measuring, int wait, int watch)
{
    for (size_t i = 0; i < measuring->row_count; i++) {
        struct listen_row *row = &measuring->rows[i];
        for (size_t k = 0; row->held && k < row->repeats; k++)
            fill_reset(&row->fills[k]);
        row->left = row->repeats;
    }
    return fill_all(measuring->fills, measuring->fill_count, wait, watch,
                    fill_done, measuring);
}

/* Measure all rows, and up to twice again, with longer silence timeouts, the
   rows that fill_done holds; then write the rows still held.  Returns true; or
   false after a stop by WATCH, a failure of OUT, or without memory: held rows
   are then not written, or after a failure of OUT not all.  */
static bool fill_rows(struct measuring *measuring, int watch)
{
    int wait = measuring->plan->wait;
    const int waits[ROUNDS - 1] = {4 * wait < WAIT_MAX ? 4 * wait : WAIT_MAX,
                                   WAIT_MAX};
    bool whole = fill_all(measuring->fills, measuring->fill_count, wait, watch,
                          fill_done, measuring);
    for (int i = 0; i < ROUNDS - 1 && whole; i++)
        whole = fill_held(measuring, waits[i], watch);
    for (size_t i = 0; i < measuring->row_count && whole; i++)
        if (measuring->rows[i].held)
            whole = write_row(measuring, &measuring->rows[i]);
    return whole;
}

/* Measure PLAN in the current network namespace: the settings and the cap, the
   rows, last the stepwise measurements.  Raises the soft limit of descriptors.
   Returns false if the rows were not completed: after a stop by WATCH, a
   failure of OUT, or without memory; the stepwise measurements are then not
   made.  The stepwise measurements ignore WATCH, and leave a failure of OUT to
   ferror.  */
static bool listen_queue_measure(FILE *out, int watch,
                                 const struct queue_plan *plan)
{
    size_t rows = FAMILIES * 3 * plan->count + 1;
    struct measuring measuring = {
        .out = out,
        .plan = plan,
        .fills = calloc(rows * REPEATS, sizeof *measuring.fills),
        .rows = calloc(rows, sizeof *measuring.rows),
    };
    bool whole = false;
    if (measuring.fills && measuring.rows) {
        descriptors_raise(LONG_MAX);
        measuring.settings = syn_settings_read();
        listen_cap_write_syn(out, &measuring.settings);
        listen_cap_write(out, plan->setting_count > 0);
        add_rows(&measuring);
        whole = fill_rows(&measuring, watch);
        if (whole)
            measure_stepwise(&measuring);
    }
    free(measuring.fills);
    free(measuring.rows);
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
