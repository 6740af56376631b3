/* load-datagram.c - a load run over datagrams, which may be lost
   SPDX-License-Identifier: GPL-3.0-or-later

   Each begins with its number, as far as it has room for it, so that an answer
   is known for what it is whatever was lost before it.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/monotonic.h"
#include "services/load-run.h"

enum {
    GIVEN_UP = -1, /* in times: no longer waited for */
    AT_ONCE = 64   /* answers taken in a turn */
};

static size_t number_size(const struct load *load)
{
    return load->plan->size < 8 ? load->plan->size : 8;
}

/* Where the time of message NUMBER stands.  */
static int64_t *time_of(const struct load *load, struct line *line,
                        uint64_t number)
{
    return &line->times[number % load->plan->depth];
}

static void make(struct load *load, const struct line *line, uint64_t number)
{
    size_t size = load->plan->size;
    memcpy(load->bytes,
           pattern_at(&load->pattern, load_index(load, line), number * size),
           size);
    sonde_store(load->bytes, number_size(load), SONDE_LITTLE_ENDIAN, number);
}

/* What is done, in whatever order, is passed over.  */
static void pass_over(const struct load *load, struct line *line)
{
    while (line->done < line->begun &&
           *time_of(load, line, line->done) == GIVEN_UP)
        line->done++;
}

/* Message NUMBER is no longer waited for.  */
static void give_up(struct load *load, struct line *line, uint64_t number)
{
    *time_of(load, line, number) = GIVEN_UP;
    load->outstanding--;
    line->waiting--;
    pass_over(load, line);
}

void datagram_pump(struct load *load, struct line *line)
{
    while (load_may_begin(load, line)) {
        uint64_t number = line->begun;
        make(load, line, number);
        if (sonde_datagram_send(line->fd, load->bytes, load->plan->size, 0)) {
            if (errno == EAGAIN || errno == ENOBUFS)
                line_watch(load, line, true);
            else
                load_fail_errno(load, line, errno);
            return;
        }
        load_begin(load, line, monotonic_now());
        load->moved = true;
    }
    line_watch(load, line, false);
}

/* The message that LENGTH bytes answer: its number, or that of the next one if
   it answers none that is waited for.  */
static uint64_t find(struct load *load, struct line *line, size_t length)
{
    size_t size = number_size(load);
    uint64_t mask = size < 8 ? ((uint64_t)1 << 8 * size) - 1 : UINT64_MAX;
    if (length < size)
        return line->begun;
    uint64_t told = sonde_load(load->bytes, size, SONDE_LITTLE_ENDIAN);
    uint64_t number = line->done + ((told - line->done) & mask);
    if (number < line->done || number >= line->begun ||
        *time_of(load, line, number) == GIVEN_UP)
        return line->begun;
    return number;
}

/* Whether LENGTH bytes are an answer to any message that was sent.  */
static bool is_right(const struct load *load, const struct line *line,
                     size_t length, uint64_t number)
{
    size_t skip = number_size(load);
    const unsigned char *due = pattern_at(
        &load->pattern, load_index(load, line), number * load->plan->size);
    return length == load->plan->size &&
           !memcmp(load->bytes + skip, due + skip, length - skip);
}

/* An answer of LENGTH bytes.  */
static void take_answer(struct load *load, struct line *line, size_t length)
{
    uint64_t number = find(load, line, length);
    if (number < line->begun && is_right(load, line, length, number)) {
        load_done(load, line, number, monotonic_now());
        *time_of(load, line, number) = GIVEN_UP;
        pass_over(load, line);
        return;
    }
    /* An answer to what was given up, or a second one.  */
    uint64_t told =
        length < number_size(load)
            ? UINT64_MAX
            : sonde_load(load->bytes, number_size(load), SONDE_LITTLE_ENDIAN);
    if (number == line->begun && number_size(load) == 8 && told < line->begun &&
        is_right(load, line, length, told))
        load->report->late++;
    else if (number == line->begun && number_size(load) < 8 &&
             length == load->plan->size)
        load->report->late++;
    else
        load_fail_wrong(load, line, "datagram", number + 1, false);
}

/* Take one datagram that has come for LINE.  Returns whether there may be
   more.  */
static bool take_one(struct load *load, struct line *line)
{
    ssize_t length =
        sonde_datagram_receive(line->fd, load->bytes, sizeof load->bytes, 0);
    load->moved = load->moved || length >= 0 || errno != EAGAIN;
    if (length < 0) {
        if (errno != EAGAIN)
            load_fail_errno(load, line, errno);
        return false;
    }
    take_answer(load, line, (size_t)length);
    return line->state == LINE_OPEN;
}

void datagram_take(struct load *load, struct line *line)
{
    /* A peer that is fast must not keep the others from their turn.  */
    for (int i = 0; i < AT_ONCE && take_one(load, line); i++)
        if (load->plan->depth == 1)
            break;
    if (line->state == LINE_OPEN)
        datagram_pump(load, line);
}

/* Whether message NUMBER of LINE has waited too long at NOW.  */
static bool is_late(const struct load *load, struct line *line, uint64_t number,
                    int64_t now)
{
    return *time_of(load, line, number) != GIVEN_UP &&
           now - line->begun_at[number % load->plan->depth] >=
               load->plan->patience;
}

static bool is_any_late(const struct load *load, struct line *line, int64_t now)
{
    for (uint64_t number = line->done; number < line->begun; number++)
        if (is_late(load, line, number, now))
            return true;
    return false;
}

void datagram_give_up(struct load *load, struct line *line, int64_t now)
{
    if (!is_any_late(load, line, now))
        return;
    /* It may be this process that was late, with the answers here.  */
    for (size_t i = 0; i < AT_ONCE + load->plan->depth; i++)
        if (!take_one(load, line))
            break;
    if (line->state != LINE_OPEN)
        return;
    for (uint64_t number = line->done; number < line->begun; number++)
        if (is_late(load, line, number, now)) {
            load->report->errors[LOAD_UNANSWERED]++;
            give_up(load, line, number);
        }
    datagram_pump(load, line);
}
