/* datagram.c - datagrams of a load connection
   SPDX-License-Identifier: GPL-3.0-or-later

   Each datagram begins with its number, truncated to the size of the datagram,
   so that a reply is matched to its message although datagrams were lost.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "load/run.h"

enum { MAX_RECEIVED = 64 /* replies received in one call */ };

/* Bytes of the number in each datagram: 8, or less in smaller datagrams.  */
static size_t number_size(const struct load *load)
{
    return load->plan->size < 8 ? load->plan->size : 8;
}

/* The pattern of message NUMBER of CONNECTION, as many bytes as the size of the
   plan; in the datagram, the number replaces the first bytes.  */
static const unsigned char *
message_bytes(const struct load *load, const struct load_connection *connection,
              uint64_t number)
{
    return pattern_at(&load->pattern, load_index(load, connection),
                      number * load->plan->size);
}

/* Message NUMBER is done, answered or expired: advance done over the leading
   messages that are done, since replies come in any order.  */
static void mark_done(const struct load *load,
                      struct load_connection *connection, uint64_t number)
{
    load_message(load, connection, number)->begun = -1;
    while (connection->done < connection->begun &&
           load_message(load, connection, connection->done)->begun < 0)
        connection->done++;
}

/* Send the messages that may begin, each a datagram with its number, built in
   load->bytes.  A message that is not sent is not begun.  Set is_blocked if the
   socket takes no more (EAGAIN, ENOBUFS), otherwise clear it; set has_progress
   if a datagram was sent.  Returns LOAD_NONE, also if blocked, or the send
   error.  */
static enum load_error datagram_send(struct load *load,
                                     struct load_connection *connection)
{
    connection->is_blocked = false;
    while (load_may_begin(load, connection)) {
        memcpy(load->bytes, message_bytes(load, connection, connection->begun),
               load->plan->size);
        sonde_store(load->bytes, number_size(load), SONDE_LITTLE_ENDIAN,
                    connection->begun);
        /* Before the call: a server on the same processor may answer before the
           call returns.  */
        int64_t now = monotonic_now();
        if (sonde_datagram_send(connection->fd, load->bytes, load->plan->size,
                                0)) {
            connection->is_blocked = errno == EAGAIN || errno == ENOBUFS;
            return connection->is_blocked ? LOAD_NONE : load_error_of(errno);
        }
        load_begin(load, connection, now);
        load->has_progress = true;
    }
    return LOAD_NONE;
}

/* Whether the LENGTH bytes in load->bytes are an unaltered copy of message
   NUMBER of CONNECTION.  False for any LENGTH other than the size of the plan.
   The number at the beginning is not compared.  */
static bool is_copy(const struct load *load,
                    const struct load_connection *connection, size_t length,
                    uint64_t number)
{
    size_t skip = number_size(load);
    const unsigned char *due = message_bytes(load, connection, number);
    return length == load->plan->size &&
           !memcmp(load->bytes + skip, due + skip, length - skip);
}

/* Count the reply of LENGTH bytes in load->bytes, which begins with the number
   of its message.  If the message is pending and the reply unaltered, the
   message is done.  If no message with the number is pending, the reply counts
   as late: with a number of 8 bytes, if unaltered and the message was begun;
   with a truncated number, if of the right length.  Returns LOAD_NONE for
   these; or LOAD_WRONG for any other reply, described in the report by its
   number, or as the last message begun if shorter than a number.  */
static enum load_error
take_reply(struct load *load, struct load_connection *connection, size_t length)
{
    size_t size = number_size(load);
    uint64_t mask = size < 8 ? ((uint64_t)1 << 8 * size) - 1 : UINT64_MAX;
    uint64_t carried = sonde_load(load->bytes, size, SONDE_LITTLE_ENDIAN);
    uint64_t last = connection->begun > 0 ? connection->begun - 1 : 0;
    uint64_t number = length < size ? last
                                    : connection->done +
                                          ((carried - connection->done) & mask);
    if (number == UINT64_MAX) /* number + 1 is reported */
        number--;
    bool is_pending = length >= size && number >= connection->done &&
                      number < connection->begun &&
                      load_message(load, connection, number)->begun >= 0;
    if (!is_pending) {
        bool is_late = size < 8
                           ? length == load->plan->size
                           : carried < connection->begun &&
                                 is_copy(load, connection, length, carried);
        load->report->late += is_late;
        return is_late
                   ? LOAD_NONE
                   : load_note_wrong(load, connection, "datagram", number + 1,
                                     number >= connection->begun);
    }
    if (!is_copy(load, connection, length, number))
        return load_note_wrong(load, connection, "datagram", number + 1, false);
    load_done(load, connection, number, monotonic_now());
    mark_done(load, connection, number);
    return LOAD_NONE;
}

/* Receive and count at most MAX datagrams, without waiting, up to the first
   error.  Returns that error, of receiving or LOAD_WRONG; or LOAD_NONE.  */
static enum load_error
receive_some(struct load *load, struct load_connection *connection, size_t max)
{
    enum load_error error = LOAD_NONE;
    for (size_t i = 0; i < max && !error; i++) {
        ssize_t length = sonde_datagram_receive(connection->fd, load->bytes,
                                                sizeof load->bytes, 0);
        load->has_progress |= length >= 0 || errno != EAGAIN;
        if (length < 0)
            return errno == EAGAIN ? LOAD_NONE : load_error_of(errno);
        error = take_reply(load, connection, (size_t)length);
    }
    return error;
}

/* Receive and count replies that have arrived, without waiting: at most
   MAX_RECEIVED datagrams; a single one if the depth of the plan is 1.  Returns
   LOAD_NONE, or the first error.  */
static enum load_error datagram_receive(struct load *load,
                                        struct load_connection *connection)
{
    /* Bounded, so that a fast peer does not starve the other connections.  */
    return receive_some(load, connection,
                        load->plan->depth == 1 ? 1 : MAX_RECEIVED);
}

/* Whether the first pending message was begun a timeout or longer before NOW.
   Later messages were begun later.  */
static bool datagram_is_late(const struct load *load,
                             struct load_connection *connection, int64_t now)
{
    return connection->done < connection->begun &&
           now - load_message(load, connection, connection->done)->begun >=
               load->plan->timeout;
}

/* Receive replies that have arrived, if a message is late at NOW, then count
   messages that are still late as unanswered and done.  Returns LOAD_NONE; or
   the error of receive_some, and no message is counted as unanswered.  */
static enum load_error datagram_expire(struct load *load,
                                       struct load_connection *connection,
                                       int64_t now)
{
    enum load_error error = LOAD_NONE;
    /* Replies may have arrived while this process had no processor.  */
    if (datagram_is_late(load, connection, now))
        error =
            receive_some(load, connection, MAX_RECEIVED + load->plan->depth);
    while (!error && datagram_is_late(load, connection, now)) {
        load->report->errors[LOAD_UNANSWERED]++;
        load->outstanding--;
        connection->pending--;
        mark_done(load, connection, connection->done);
    }
    return error;
}

const struct load_transport datagram_transport = {
    datagram_send, datagram_receive, datagram_expire};
