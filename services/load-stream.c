/* load-stream.c - a load run over connections
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/monotonic.h"
#include "services/load-run.h"

void stream_pump(struct load *load, struct line *line)
{
    size_t size = load->plan->size;
    bool is_full = false;
    if (load_may_begin(load, line)) {
        int64_t now = monotonic_now();
        do
            load_begin(load, line, now);
        while (load_may_begin(load, line));
    }
    while (line->sent < line->begun * size && !is_full) {
        uint64_t left = line->begun * size - line->sent;
        size_t piece = left < PATTERN_PIECE ? (size_t)left : PATTERN_PIECE;
        ssize_t count = sonde_write(
            line->fd,
            pattern_at(&load->pattern, load_index(load, line), line->sent),
            piece, 0);
        if (count < 0 && errno != EAGAIN) {
            load_fail_errno(load, line, errno);
            return;
        }
        is_full = count < (ssize_t)piece;
        line->sent += count > 0 ? (uint64_t)count : 0;
        load->moved = load->moved || count > 0;
    }
    line_watch(load, line, is_full);
}

/* COUNT bytes came for LINE.  Returns false if they are wrong.  */
static bool verify(struct load *load, struct line *line, size_t count)
{
    size_t most = (size_t)(line->sent - line->received);
    size_t due = count < most ? count : most;
    size_t good = pattern_check(&load->pattern, load_index(load, line),
                                line->received, load->bytes, due);
    line->received += good;
    if (good == count)
        return true;
    load_fail_wrong(load, line, "byte", line->received, good == due);
    return false;
}

/* All of a connection that was to be ended is done.  */
static void end(struct load *load, struct line *line)
{
    int64_t now = monotonic_now();
    histogram_add(&load->report->latency, now - line->since);
    load->last = now;
    line_close(load, line);
}

/* Count the messages of LINE that are complete.  */
static void count_messages(struct load *load, struct line *line)
{
    int64_t now = monotonic_now();
    while (line->done < line->begun &&
           line->received >= (line->done + 1) * load->plan->size)
        load_done(load, line, line->done++, now);
}

/* LINE's peer has closed its end.  */
static void take_end(struct load *load, struct line *line)
{
    if (line->state == LINE_ENDING)
        end(load, line);
    else
        load_fail(load, line, LOAD_CLOSED);
}

void stream_take(struct load *load, struct line *line)
{
    ssize_t count = sonde_read(line->fd, load->bytes, sizeof load->bytes, 0);
    load->moved = load->moved || count >= 0 || errno != EAGAIN;
    if (count < 0) {
        if (errno != EAGAIN)
            load_fail_errno(load, line, errno);
        return;
    }
    if (count == 0) {
        take_end(load, line);
        return;
    }
    if (!verify(load, line, (size_t)count))
        return;
    count_messages(load, line);
    if (load->plan->kind == LOAD_CONNECTS && line->done > 0 &&
        line->state == LINE_OPEN) {
        if (load->plan->reset)
            end(load, line);
        else
            line_end(load, line);
        return;
    }
    stream_pump(load, line);
}
