/* datagram.c - answer datagrams, but not everybody's
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/server.h"

/* Whether REQUEST, of the local sender FROM, may have an answer although there
   is no rate: not if it comes again and again.  */
static bool is_no_loop(struct server *server,
                       const struct datagram_request *request,
                       const struct sonde_address *from)
{
    if (!server->repeats &&
        (server->repeats = calloc(1, sizeof *server->repeats)))
        server->repeats->seed = (uint64_t)monotonic_now();
    return server->repeats && repeat_take(server->repeats, from, request->data,
                                          request->size, monotonic_ms());
}

/* Whether the rate lets the sender have an answer.  */
static bool is_within_rate(struct server *server,
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

/* Whether the sender FROM of REQUEST has had answers enough: log it.  */
static bool is_too_often(struct server *server,
                         const struct datagram_request *request,
                         const struct sonde_address *from)
{
    long rate = server->options->rate;
    bool is_local = rate < 0 && source_is_local(from);
    char text[LOG_ADDRESS];
    if (rate == 0 || (is_local ? is_no_loop(server, request, from)
                               : is_within_rate(server, from)))
        return false;
    log_address(from, text);
    if (is_local)
        log_trouble(LOG_REPEAT,
                    "%s: datagram not answered: the same one came more than %d "
                    "times in a second, as if two servers answered each other; "
                    "--max-rate=0 answers all the same",
                    text, REPEAT_USUAL);
    else
        log_trouble(LOG_RATE, "%s: datagram not answered: too many of them",
                    text);
    return true;
}

/* Whether REQUEST, a datagram with ENDS, is to be answered.  */
static bool is_welcome(struct server *server,
                       const struct datagram_request *request,
                       const struct sonde_datagram *ends)
{
    char text[LOG_ADDRESS];
    const char *refused = sonde_datagram_check_source(ends);
    if (!refused && listen_sockets_have(&server->listeners, &ends->from))
        refused = "an answer would come back to this server";
    if (!refused)
        return !is_too_often(server, request, &ends->from);
    log_address(&ends->from, text);
    log_trouble(LOG_REFUSED, "%s: datagram not answered: %s", text, refused);
    return false;
}

static void say_datagram(const struct sonde_datagram *ends, ssize_t received,
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
        log_trouble(LOG_DATAGRAM, "%s: no answer could be sent: %s", text,
                    strerror(errno));
    } else if (server->options->verbose) {
        say_datagram(ends, (ssize_t)request->size, length);
    }
}

void server_datagram(struct server *server, struct listen_socket *listener)
{
    struct sonde_datagram ends = {0};
    struct datagram_request request = {.data = server->buffer};
    char text[LOG_ADDRESS];
    _Static_assert(sizeof server->buffer >= SONDE_DATAGRAM_MAX,
                   "no datagram is cut");
    ssize_t length = sonde_datagram_receive_from(
        listener->fd, server->buffer, sizeof server->buffer, 0, &ends);
    if (length < 0 && errno == EMSGSIZE) {
        log_address(&listener->local, text);
        log_trouble(LOG_DATAGRAM, "a datagram to %s was lost: %s", text,
                    strerror(errno));
        errno = 0;
    }
    server_check_listener(server, listener, length < 0 ? errno : 0);
    if (length < 0)
        return;
    request.size = (size_t)length;
    if (is_welcome(server, &request, &ends))
        datagram_reply(server, listener, &request, &ends);
}
