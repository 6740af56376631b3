/* datagram.c - answer datagrams, but not everybody's
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "services/log.h"
#include "services/server.h"

/* Whether the rate lets the sender have an answer.  */
static bool is_within_rate(struct server *server,
                           const struct sonde_address *from)
{
    long rate = server->options->rate;
    if (rate == 0 || (rate < 0 && source_is_local(from)))
        return true;
    if (!server->rates)
        server->rates = calloc(1, sizeof *server->rates);
    return server->rates &&
           rate_take(server->rates, source_of(from),
                     rate < 0 ? RATE_USUAL : rate, monotonic_ms());
}

/* Whether a datagram with ENDS is to be answered.  */
static bool is_welcome(struct server *server, const struct sonde_datagram *ends)
{
    const char *refused = sonde_datagram_refuse(ends);
    char text[LOG_ADDRESS];
    if (!refused && is_within_rate(server, &ends->from))
        return true;
    log_address(&ends->from, text);
    if (refused)
        log_trouble(LOG_REFUSED, "%s: datagram not answered: %s", text,
                    refused);
    else
        log_trouble(LOG_RATE, "%s: datagram not answered: too many of them",
                    text);
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

static void reply(struct server *server, const struct entrance *entrance,
                  struct question *question, const struct sonde_datagram *ends)
{
    const char *answer;
    char text[LOG_ADDRESS];
    ssize_t length = server->options->service->datagram(
        server->options->settings, question, &answer);
    if (length < 0)
        return;
    if (sonde_datagram_reply(entrance->fd, answer, (size_t)length, ends)) {
        log_address(&ends->from, text);
        log_trouble(LOG_DATAGRAM, "%s: no answer could be sent: %s", text,
                    strerror(errno));
    } else if (server->options->verbose) {
        say_datagram(ends, (ssize_t)question->size, length);
    }
}

void server_datagram(struct server *server, struct entrance *entrance)
{
    struct sonde_datagram ends = {0};
    struct question question = {.data = server->buffer};
    char text[LOG_ADDRESS];
    _Static_assert(sizeof server->buffer >= SONDE_DATAGRAM_MOST,
                   "no datagram is cut");
    ssize_t length = sonde_datagram_receive_from(
        entrance->fd, server->buffer, sizeof server->buffer, 0, &ends);
    if (length < 0 && errno == EMSGSIZE) {
        log_address(&entrance->local, text);
        log_trouble(LOG_DATAGRAM, "a datagram to %s was lost: %s", text,
                    strerror(errno));
        errno = 0;
    }
    server_check_entrance(server, entrance, length < 0 ? errno : 0);
    if (length < 0 || !is_welcome(server, &ends))
        return;
    question.size = (size_t)length;
    reply(server, entrance, &question, &ends);
}
