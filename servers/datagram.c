/* datagram.c - answer datagrams, except where an answer may do harm
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"

/* Count REQUEST against the limit of the sender FROM: a rate, or for local
   senders without --max-rate a number of repeated datagrams.  Returns false,
   with a line in the log, beyond the limit.  */
static bool datagram_take(struct server *server,
                          const struct datagram_request *request,
                          const struct sonde_address *from)
{
    long rate = server->options->rate;
    bool is_local = rate < 0 && source_is_local(from);
    int64_t now = monotonic_ms();
    uint64_t source = source_of(from);
    char text[LOG_ADDRESS];
    if (rate == 0 ||
        (is_local
             ? repeat_take(&server->repeats, from, request->data, request->size,
                           now)
             : rate_take(&server->rates, source ? source : repeat_sender(from),
                         rate < 0 ? RATE_USUAL : rate, now)))
        return true;
    log_address(from, text);
    if (is_local)
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

/* Whether to answer REQUEST, with a line in the log if not: an answer may do
   harm, or would reach this server, or is beyond the limit of the sender.  Only
   the last check counts REQUEST.  */
static bool datagram_accept(struct server *server,
                            const struct datagram_request *request,
                            const struct sonde_datagram *ends)
{
    char text[LOG_ADDRESS];
    const char *refused = sonde_datagram_check_source(ends);
    if (!refused && listen_sockets_have(&server->listeners, &ends->from))
        refused = "its sender is this server";
    if (!refused)
        return datagram_take(server, request, &ends->from);
    log_trouble(LOG_REFUSED, "%s: datagram not answered: %s",
                log_address(&ends->from, text), refused);
    return false;
}

/* Answer REQUEST, unless the service has no answer.  */
static void datagram_reply(struct server *server,
                           const struct listen_socket *listener,
                           struct datagram_request *request,
                           const struct sonde_datagram *ends)
{
    const char *answer;
    char from[LOG_ADDRESS], to[LOG_ADDRESS];
    ssize_t length = server->options->service->datagram(
        server->options->settings, request, &answer);
    if (length < 0)
        return;
    bool failed =
        sonde_datagram_reply(listener->fd, answer, (size_t)length, ends);
    if (!failed && !server->options->verbose)
        return;
    log_address(&ends->from, from);
    if (failed)
        log_trouble(LOG_DATAGRAM, "%s: cannot send an answer: %s", from,
                    strerror(errno));
    else
        log_line("%s: datagram to %s, %zu bytes received, %zd sent", from,
                 log_address(&ends->to, to), request->size, length);
}

void datagram_ready(struct server *server, struct watch *watch, unsigned ready)
{
    struct listen_socket *listener = (void *)watch;
    struct sonde_datagram ends = {0};
    struct datagram_request request = {.data = server->buffer};
    char text[LOG_ADDRESS];
    _Static_assert(sizeof server->buffer >= SONDE_DATAGRAM_MAX,
                   "no datagram is cut");
    ssize_t length = sonde_datagram_receive_from(
        listener->fd, server->buffer, sizeof server->buffer, 0, &ends);
    if (length < 0 && errno == EMSGSIZE) {
        log_trouble(LOG_DATAGRAM, "a datagram to %s was dropped: %s",
                    log_address(&listener->local, text), strerror(errno));
        errno = 0;
    }
    listener_check(server, listener, length < 0 ? errno : 0);
    if (length < 0)
        return;
    request.size = (size_t)length;
    if (datagram_accept(server, &request, &ends))
        datagram_reply(server, listener, &request, &ends);
}
