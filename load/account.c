/* account.c - the counts of a load run
   SPDX-License-Identifier: GPL-3.0-or-later

   Nothing here sends, receives or closes.  */

#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "load/run.h"

size_t load_index(const struct load *load,
                  const struct load_connection *connection)
{
    return (size_t)(connection - load->connections);
}

static bool is_connecting(enum load_state state)
{
    return state == CONNECTION_CONNECTING || state == CONNECTION_QUEUE_FULL ||
           state == CONNECTION_BACKOFF;
}

static bool is_open(enum load_state state)
{
    return state == CONNECTION_OPEN || state == CONNECTION_ENDING;
}

void load_set_state(struct load *load, struct load_connection *connection,
                    enum load_state state)
{
    enum load_state old = connection->state;
    load->connecting =
        load->connecting + is_connecting(state) - is_connecting(old);
    load->open = load->open + is_open(state) - is_open(old);
    if (!is_open(state)) {
        load->outstanding -= connection->pending;
        connection->pending = 0;
    }
    connection->state = state;
}

enum load_error load_error_of(int error)
{
    enum sonde_connect_status status = sonde_connect_status(error);
    return status == SONDE_CONNECT_CONNECTED ? LOAD_CLOSED
                                             : (enum load_error)(int)status;
}

enum load_error load_note_wrong(struct load *load,
                                const struct load_connection *connection,
                                const char *what, uint64_t number, bool never)
{
    if (!*load->report->wrong)
        snprintf(load->report->wrong, sizeof load->report->wrong,
                 "%s %" PRIu64 " of connection %zu %s", what, number,
                 load_index(load, connection) + 1,
                 never ? "was never sent" : "is not what was sent");
    return LOAD_WRONG;
}

bool load_may_begin(const struct load *load,
                    const struct load_connection *connection)
{
    const struct load_plan *plan = load->plan;
    if (connection->state != CONNECTION_OPEN ||
        connection->begun - connection->done >= plan->depth)
        return false;
    /* A connection that was begun in time sends its message in any phase.  */
    if (plan->kind == LOAD_CONNECTS)
        return connection->begun == 0;
    if (plan->kind == LOAD_HOLD)
        return load->phase == LOAD_RUNNING && connection->begun == 0;
    /* A message that was due in time is sent while draining, too.  */
    if (plan->rate)
        return connection->begun < connection->due && !load->is_late;
    return load->phase == LOAD_RUNNING;
}

void load_begin(struct load *load, struct load_connection *connection,
                int64_t now)
{
    const struct load_plan *plan = load->plan;
    size_t place = (size_t)(connection->begun % plan->depth);
    bool is_timed = plan->rate && plan->kind == LOAD_MESSAGES;
    connection->times[place] =
        is_timed ? load->start + load_due(plan, load_index(load, connection),
                                          connection->begun)
                 : now;
    connection->begun_at[place] = now;
    connection->begun++;
    connection->pending++;
    load->outstanding++;
}

void load_done(struct load *load, struct load_connection *connection,
               uint64_t number, int64_t now)
{
    int64_t start = connection->times[number % load->plan->depth];
    load->report->messages++;
    load->outstanding--;
    connection->pending--;
    load->last = now;
    if (load->plan->kind != LOAD_CONNECTS)
        histogram_add(&load->report->latency, now - start);
}
