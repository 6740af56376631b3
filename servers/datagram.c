/* datagram.c - answer datagrams, except where an answer may do harm
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"

/* Count REQUEST, of the local sender FROM, which no rate limits.  Returns false
   if the same datagram was received too often.  */
static bool datagram_take_repeat(struct server *server,
                                 const struct datagram_request *request,
                                 const struct sonde_address *from)
{
    if (!server->repeats &&
        (server->repeats = calloc(1, sizeof *server->repeats)))
        server->repeats->seed = (uint64_t)monotonic_now();
    return server->repeats && repeat_take(server->repeats, from, request->data,
                                          request->size, monotonic_ms());
}

/* Take one datagram from the rate of the sender FROM.  Returns false if nothing
   is left.  */
static bool datagram_take_rate(struct server *server,
                               const struct sonde_address *from)
{
    long rate = server->options->rate;
    uint64_t source = source_of(from);
    if (!server->rates)
        server->rates = calloc(1, sizeof *server->rates);
    return server->rates &&
           rate_take(server->rates, source ? source : repeat_sender(from),
                     rate < 0 ? RATE_USUAL : rate, monotonic_ms());
}

/* Count REQUEST against the limits of its sender FROM.  Returns false, with a
   line in the log, if the sender has had answers enough.  */
static bool datagram_take(struct server *server,
                          const struct datagram_request *request,
                          const struct sonde_address *from)
{
    long rate = server->options->rate;
    bool is_local = rate < 0 && source_is_local(from);
    char text[LOG_ADDRESS];
    if (rate == 0 || (is_local ? datagram_take_repeat(server, request, from)
                               : datagram_take_rate(server, from)))
        return true;
    log_address(from, text);
    if (is_local)
        log_trouble(LOG_REPEAT,
                    "%s: datagram not answered: received the same datagram "
                    "more than %d times in a second, as in a loop of two "
                    "servers; --rate=0 disables this limit",
                    text, REPEAT_USUAL);
    else
        log_trouble(LOG_RATE,
                    "%s: datagram not answered: too many from its source "
                    "(--rate)",
                    text);
    return false;
}

/* Decide whether to answer REQUEST, a datagram with ENDS, and count it.  */
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
    log_address(&ends->from, text);
    log_trouble(LOG_REFUSED, "%s: datagram not answered: %s", text, refused);
    return false;
}

static void datagram_log(const struct sonde_datagram *ends, ssize_t received,
                         ssize_t sent)
{
    char from[LOG_ADDRESS], to[LOG_ADDRESS];
    log_address(&ends->from, from);
    log_address(&ends->to, to);
    log_line("%s: datagram to %s, %zd bytes received, %zd sent", from, to,
             received, sent);
}

static void datagram_reply(struct server *server,
                           const struct listen_socket *listener,
                           struct datagram_request *request,
                           const struct sonde_datagram *ends)
{
    const char *answer;
    char text[LOG_ADDRESS];
    ssize_t length = server->options->service->datagram(
        server->options->settings, request, &answer);
    if (length < 0)
        return;
    if (sonde_datagram_reply(listener->fd, answer, (size_t)length, ends)) {
        log_address(&ends->from, text);
        log_trouble(LOG_DATAGRAM, "%s: cannot send an answer: %s", text,
                    strerror(errno));
    } else if (server->options->verbose) {
        datagram_log(ends, (ssize_t)request->size, length);
    }
}

void datagram_ready(struct server *server, struct watch *watch, unsigned ready)
{
    struct listen_socket *listener = (void *)watch;
    struct sonde_datagram ends = {0};
    struct datagram_request request = {.data = server->buffer};
    char text[LOG_ADDRESS];
    (void)ready;
    _Static_assert(sizeof server->buffer >= SONDE_DATAGRAM_MAX,
                   "no datagram is cut");
    ssize_t length = sonde_datagram_receive_from(
        listener->fd, server->buffer, sizeof server->buffer, 0, &ends);
    if (length < 0 && errno == EMSGSIZE) {
        log_address(&listener->local, text);
        log_trouble(LOG_DATAGRAM, "a datagram to %s was dropped: %s", text,
                    strerror(errno));
        errno = 0;
    }
    listener_check(server, listener, length < 0 ? errno : 0);
    if (length < 0)
        return;
    request.size = (size_t)length;
    if (datagram_accept(server, &request, &ends))
        datagram_reply(server, listener, &request, &ends);
}
