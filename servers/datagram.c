/* datagram.c - answer datagrams, except where an answer may do harm
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/workers.h"

/* Take the lock of the answer limits if workers answer datagrams.  Returns
   true, also where no lock is needed; false if another worker keeps the
   lock.  */
static bool datagram_lock(struct server *server)
{
    return !server->pool || !server->pool->datagrams ||
           datagram_limit_lock(server->limit, (int)server->pool->self + 1);
}

/* Release the lock of the answer limits; where no lock is needed, do nothing.
   Only to be called after datagram_lock has returned true.  */
static void datagram_unlock(struct server *server)
{
    if (server->pool && server->pool->datagrams)
        datagram_limit_unlock(server->limit);
}

/* Remember REQUEST of the local sender FROM, and count a repeated one.  The
   caller has the lock of the limits.  Returns true for a new datagram, and for
   a repeated one within the limit of repeated datagrams; false beyond the
   limit, or if the table of senders is full.  */
static bool datagram_take_local(struct server *server,
                                const struct datagram_request *request,
                                const struct sonde_address *from)
{
    struct repeat_table *repeats = &server->limit->repeats;
    uint64_t number = repeat_note(repeats, from, request->data, request->size);
    return number == 0 || repeat_take(repeats, number, monotonic_ms());
}

/* Count REQUEST against the limit of the sender FROM, without a line in the
   log; takes the lock of the limits meanwhile.  With IS_LOCAL the limit is that
   of repeated datagrams; otherwise --max-rate, not 0, or RATE_USUAL, for the
   source, or for the sender if FROM has no source.  Returns false with errno:
   EDQUOT beyond the limit, or if a table is full; EBUSY if another worker keeps
   the lock.  */
static bool datagram_count_one(struct server *server,
                               const struct datagram_request *request,
                               const struct sonde_address *from, bool is_local)
{
    long rate = server->options->rate;
    uint64_t source = is_local ? 0 : source_of(from, server->source_seed);
    if (!datagram_lock(server)) {
        errno = EBUSY;
        return false;
    }
    bool result = is_local
                      ? datagram_take_local(server, request, from)
                      : rate_take(&server->limit->rates,
                                  source ? source : repeat_sender(from),
                                  rate < 0 ? RATE_USUAL : rate, monotonic_ms());
    datagram_unlock(server);
    errno = EDQUOT;
    return result;
}

/* Count REQUEST, with the addresses ENDS, against the limit of the sender: a
   rate, or for local senders without --max-rate a number of repeated datagrams.
   Returns false, with a line in the log, beyond the limit, if a table is full,
   or if another worker keeps the lock; with --max-rate=0 always true, and
   nothing is counted.  */
static bool datagram_take(struct server *server,
                          const struct datagram_request *request,
                          const struct sonde_datagram *ends)
{
    const struct sonde_address *from = &ends->from;
    long rate = server->options->rate;
    bool is_local = rate < 0 && source_is_local(from, &ends->to);
    char text[LOG_ADDRESS];
    if (rate == 0 || datagram_count_one(server, request, from, is_local))
        return true;
    int error = errno;
    log_address(from, text);
    if (error == EBUSY)
        log_trouble(LOG_LOCK,
                    "%s: datagram not answered: another worker keeps the lock "
                    "of the limits",
                    text);
    else if (is_local)
        log_trouble(LOG_REPEAT,
                    "%s: datagram not answered: received the same datagram "
                    "more than %d times in a second, as in a loop of two "
                    "servers; --max-rate=0 disables this limit",
                    text, REPEAT_USUAL);
    else
        log_trouble(LOG_RATE,
                    "%s: datagram not answered: too many from this source "
                    "(--max-rate)",
                    text);
    return false;
}

/* Whether to answer REQUEST, ENDS being the addresses of its sender and
   receiver.  If not, a line is logged: an answer may do harm, or would reach
   this server, or datagram_take returns false.  Only datagram_take, called
   last, counts REQUEST.  */
static bool datagram_accept(struct server *server,
                            const struct datagram_request *request,
                            const struct sonde_datagram *ends)
{
    char text[LOG_ADDRESS];
    const char *refused = sonde_datagram_check_source(ends);
    if (!refused && listen_sockets_have(&server->listeners, &ends->from))
        refused = "its sender is this server";
    if (!refused)
        return datagram_take(server, request, ends);
    log_trouble(LOG_REFUSED, "%s: datagram not answered: %s",
                log_address(&ends->from, text), refused);
    return false;
}

/* Whether ITEM, received at LISTENER, is whole; a truncated one is logged.  */
static bool datagram_is_whole(const struct listen_socket *listener,
                              const struct sonde_datagram_item *item)
{
    char text[LOG_ADDRESS];
    if (item->error)
        log_trouble(LOG_DATAGRAM, "a datagram to %s was dropped: %s",
                    log_address(&listener->local, text), strerror(item->error));
    return !item->error;
}

/* Replace the datagram in ITEM, received at LISTENER, by the service's answer.
   The length becomes -1 if there is none: the datagram is truncated or not
   accepted, with a line in the log, or the service does not answer.  */
static void datagram_answer(struct server *server,
                            const struct listen_socket *listener,
                            struct sonde_datagram_item *item)
{
    struct datagram_request request; /* the room is not cleared */
    request.data = item->data;
    request.size = (size_t)item->length;
    const char *answer = item->data;
    bool is_accepted = datagram_is_whole(listener, item) &&
                       datagram_accept(server, &request, &item->ends);
    item->length = is_accepted
                       ? server->options->service->datagram(
                             server->options->settings, &request, &answer)
                       : -1;
    if (item->length > 0 && answer != item->data)
        memcpy(item->data, answer, (size_t)item->length);
}

/* Log the answer ITEM to RECEIVED bytes if sending failed, or with --verbose.
   Nothing is logged if LENGTH is negative: there is no answer.  */
static void datagram_log(const struct server *server,
                         const struct sonde_datagram_item *item,
                         ssize_t received)
{
    char from[LOG_ADDRESS], to[LOG_ADDRESS];
    if (item->length < 0 || (!item->error && !server->options->verbose))
        return;
    log_address(&item->ends.from, from);
    if (item->error)
        log_trouble(LOG_DATAGRAM, "%s: cannot send an answer: %s", from,
                    strerror(item->error));
    else
        log_line("%s: datagram to %s, %zd bytes received, %zd sent", from,
                 log_address(&item->ends.to, to), received, item->length);
}

/* Answer the COUNT datagrams LIST of LISTENER, DATAGRAM_BATCH at most, and log
   each (datagram_log).  In each item the data and LENGTH become those of the
   answer; -1: none.  */
static void datagrams_answer(struct server *server,
                             const struct listen_socket *listener,
                             struct sonde_datagram_item *list, size_t count)
{
    ssize_t received[DATAGRAM_BATCH];
    for (size_t i = 0; i < count; i++) {
        received[i] = list[i].length;
        datagram_answer(server, listener, &list[i]);
    }
    sonde_datagrams_reply(listener->fd, list, count);
    for (size_t i = 0; i < count; i++)
        datagram_log(server, &list[i], received[i]);
}

_Static_assert(DATAGRAM_BATCH <= SONDE_DATAGRAMS_MAX, "one call");
_Static_assert(CONNECTION_PIECE >= SONDE_DATAGRAM_MAX, "no datagram is cut");

/* Room for DATAGRAM_BATCH datagrams, which stays until the process ends; NULL
   before the first batch.  The few bytes more spread the beginnings over the
   sets of the processor's cache.  Used by the loop alone, one in a process.  */
static char (*datagrams)[CONNECTION_PIECE + 320];

/* Allocate the room of datagrams_serve, once.  Returns false without memory. */
static bool datagrams_allocate(void)
{
    if (!datagrams)
        datagrams = malloc(DATAGRAM_BATCH * sizeof *datagrams);
    return datagrams;
}

/* Receive up to COUNT datagrams of UDP, without waiting, and answer them.
   COUNT is 1 to DATAGRAM_BATCH, and datagrams_allocate has returned true.
   Returns the number received, or -1 with errno.  */
static ssize_t datagrams_serve(struct server *server,
                               struct listen_socket *listener, size_t count)
{
    struct sonde_datagram_item list[DATAGRAM_BATCH];
    for (size_t i = 0; i < count; i++) {
        list[i].data = datagrams[i];
        list[i].size = sizeof datagrams[i];
    }
    ssize_t received =
        sonde_datagrams_receive(listener->fd, list, count, 0, &listener->local);
    if (received > 0)
        datagrams_answer(server, listener, list, (size_t)received);
    return received;
}

/* Receive and answer one datagram of UDP, without waiting, faster than
   datagrams_serve, with less stack.  Returns 1, also for a datagram that is not
   answered; or -1 with errno.  */
static ssize_t datagram_serve_single(struct server *server,
                                     struct listen_socket *listener)
{
    struct sonde_datagram_item item = {.data = server->buffer,
                                       .size = sizeof server->buffer};
    if (sonde_datagrams_receive(listener->fd, &item, 1, 0, &listener->local) <
        0)
        return -1;
    datagrams_answer(server, listener, &item, 1);
    return 1;
}

/* Receive, without waiting, and answer one datagram of LISTENER, a UNIX socket.
   The queue is short: the kernel lets senders wait, and none is lost.  Returns
   1 for a datagram received, also without an answer: a truncated datagram and a
   failure to send are logged.  Returns -1 with errno if the receive fails.  */
static ssize_t datagram_serve_unix(struct server *server,
                                   struct listen_socket *listener)
{
    struct sonde_datagram_item item = {.data = server->buffer,
                                       .size = sizeof server->buffer};
    item.length = sonde_datagram_receive_from(listener->fd, item.data,
                                              item.size, 0, &item.ends);
    if (item.length < 0 && errno != EMSGSIZE)
        return -1;
    item.error = item.length < 0 ? EMSGSIZE : 0;
    ssize_t received = item.length;
    datagram_answer(server, listener, &item);
    if (item.length >= 0 &&
        sonde_datagram_reply(listener->fd, item.data, (size_t)item.length,
                             &item.ends))
        item.error = errno;
    datagram_log(server, &item, received);
    return 1;
}

/* The number of datagrams to receive at LISTENER by the next call:
   listener->batch + 1, where BATCH is not 0.  With BATCH 0, 2 if SINGLE, the
   number of events in a row with one datagram, is a multiple of 8, otherwise 1:
   a client that waits for each answer sends one at a time, and asking for more
   would cost some time (2 %).  The first result above 1 allocates memory for a
   batch (datagrams_allocate); 1 without memory.  */
static size_t datagrams_want(const struct listen_socket *listener)
{
    size_t batch = listener->batch + 1;
    if (batch == 1 && listener->single % 8 == 0)
        batch = 2;
    return batch == 1 || datagrams_allocate() ? batch : 1;
}

void datagram_ready(struct server *server, struct server_watch *watch,
                    unsigned ready)
{
    struct listen_socket *listener = (void *)watch;
    bool is_unix = sonde_address_port(&listener->local) < 0;
    size_t total = 0, want;
    ssize_t count;
    do {
        want = is_unix ? 1 : datagrams_want(listener);
        if (want > DATAGRAM_EVENT - total)
            want = DATAGRAM_EVENT - total;
        count = is_unix     ? datagram_serve_unix(server, listener)
                : want == 1 ? datagram_serve_single(server, listener)
                            : datagrams_serve(server, listener, want);
        /* The end of the queue is no failure after a datagram.  */
        if (count > 0 || total == 0 || errno != EAGAIN)
            listener_check(server, listener, count < 0 ? errno : 0);
        if (count <= 0)
            break;
        total += (size_t)count;
        /* A call cut to DATAGRAM_EVENT does not make the batch shorter.  */
        if ((size_t)count == want && want > listener->batch && want > 1 &&
            want < DATAGRAM_BATCH)
            listener->batch = 2 * want - 1;
    } while ((size_t)count == want && want > 1 && total < DATAGRAM_EVENT);
    listener->single = total == 1 ? listener->single + 1 : 0;
    if (listener->single > 8)
        listener->batch = 0;
}
