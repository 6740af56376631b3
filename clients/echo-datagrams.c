/* echo-datagrams.c - echo client for datagrams, one at a time
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/monotonic.h"
#include "clients/echo-client.h"
#include "clients/verify.h"

/* Functions that return an end return CLIENT_DONE to continue.  */
struct exchange {
    struct client *client;
    struct sonde_lines lines;
    int output;
    uint64_t count; /* datagrams echoed */
    unsigned char reply[SONDE_DATAGRAM_MAX];
};

/* Set and return CLIENT_WRONG_REPLY, with the first different byte or else both
   lengths in the text: the reply, of LENGTH bytes (-1: too long, and no byte is
   compared), is not the SIZE bytes DATA.  */
static enum client_end echo_datagrams_wrong(const struct exchange *exchange,
                                            const char *data, size_t size,
                                            ssize_t length)
{
    size_t max = length < 0 ? 0 : (size_t)length;
    size_t shorter = max < size ? max : size;
    size_t at = verify_same(data, exchange->reply, shorter);
    if (at < shorter)
        return client_fail(exchange->client, CLIENT_WRONG_REPLY,
                           "wrong reply: byte %zu of datagram %" PRIu64
                           " is 0x%02x, not 0x%02x",
                           at, exchange->count + 1, exchange->reply[at],
                           (unsigned char)data[at]);
    return client_fail(
        exchange->client, CLIENT_WRONG_REPLY,
        "wrong reply: datagram %" PRIu64 " has %zu bytes, the reply %s%zu",
        exchange->count + 1, size, length < 0 ? "more than " : "",
        length < 0 ? (size_t)SONDE_DATAGRAM_MAX : max);
}

/* Set and return the end by client_lost, with the count of datagrams: a send or
   receive in an exchange begun at START has failed with errno.  */
static enum client_end echo_datagrams_lost(const struct exchange *exchange,
                                           int64_t start)
{
    int error = errno;
    char text[80];
    snprintf(text, sizeof text,
             "datagram %" PRIu64 ", %" PRIu64 " echoed before",
             exchange->count + 1, exchange->count);
    return client_lost(exchange->client, error, monotonic_now() - start, text);
}

/* Send the SIZE bytes DATA, verify the reply, and count the datagram.  Returns
   CLIENT_DONE; or, not counted, the end by an error, timeout or wrong
   reply.  */
static enum client_end echo_datagrams_ask(struct exchange *exchange,
                                          const char *data, size_t size)
{
    struct client *client = exchange->client;
    int64_t start = monotonic_now();
    if (sonde_datagram_send(client->fd, data, size,
                            sonde_deadline_left(client_reply_deadline(client))))
        return echo_datagrams_lost(exchange, start);
    ssize_t length = sonde_datagram_receive(
        client->fd, exchange->reply, sizeof exchange->reply,
        sonde_deadline_left(client_reply_deadline(client)));
    /* UDP datagrams fit; a datagram of a UNIX socket may be longer.  */
    if (length < 0 && errno != EMSGSIZE)
        return echo_datagrams_lost(exchange, start);
    if (length != (ssize_t)size || memcmp(data, exchange->reply, size))
        return echo_datagrams_wrong(exchange, data, size, length);
    exchange->count++;
    return CLIENT_DONE;
}

/* Wait, without a timeout, for the next line, or for the next part of a line
   longer than a datagram; the deadline, unless SONDE_NEVER, is extended by the
   wait.  Returns the size, and *LINE points to the text until the next call; 0
   at the end of input; -1 with the errno of sonde_line.  */
static ssize_t echo_datagrams_next_line(struct exchange *exchange, char **line)
{
    int64_t start = monotonic_now();
    ssize_t size = sonde_line(&exchange->lines, line, -1);
    if (size < 0 && errno == EMSGSIZE)
        size = sonde_line_partial(&exchange->lines, line, -1);
    client_extend_deadline(exchange->client, start);
    return size;
}

/* After the last echo, without waiting: CLIENT_WRONG_REPLY if a surplus
   datagram of any length has arrived, otherwise, also after an error,
   CLIENT_DONE.  */
static enum client_end look_for_more(struct exchange *exchange)
{
    ssize_t length = sonde_datagram_receive(
        exchange->client->fd, exchange->reply, sizeof exchange->reply, 0);
    if (length < 0 && errno != EMSGSIZE)
        return CLIENT_DONE;
    return client_fail(exchange->client, CLIENT_WRONG_REPLY,
                       "wrong reply: one datagram more than the %" PRIu64
                       " sent, of %s%zu bytes",
                       exchange->count, length < 0 ? "more than " : "",
                       length < 0 ? (size_t)SONDE_DATAGRAM_MAX
                                  : (size_t)length);
}

/* Write SIZE bytes of LINE to the output, without a timeout; the deadline of
   the client, unless SONDE_NEVER, is extended by the time of the write.
   Returns 0; or the errno, and the deadline stays.  */
static int echo_datagrams_put(struct exchange *exchange, const char *line,
                              size_t size)
{
    int64_t start = monotonic_now();
    size_t done;
    if (sonde_write_all(exchange->output, line, size, -1, &done))
        return errno;
    client_extend_deadline(exchange->client, start);
    return 0;
}

/* Send all input line by line, and write each echo to the output, without a
   timeout of the write, up to the first failure; send an empty datagram for
   empty input; at last look_for_more.  Returns the end; CLIENT_TROUBLE if input
   or output fails.  */
static enum client_end exchange_all(struct exchange *exchange)
{
    char *line = NULL;
    ssize_t size;
    int error;
    while ((size = echo_datagrams_next_line(exchange, &line)) > 0) {
        enum client_end end = echo_datagrams_ask(exchange, line, (size_t)size);
        if (end != CLIENT_DONE)
            return end;
        if ((error = echo_datagrams_put(exchange, line, (size_t)size)) != 0)
            return client_output_lost(exchange->client, error);
    }
    if (size < 0)
        return client_trouble(exchange->client,
                              "cannot read standard input: %s",
                              strerror(errno));
    if (exchange->count == 0 && echo_datagrams_ask(exchange, "", 0))
        return exchange->client->end;
    return look_for_more(exchange);
}

enum client_end echo_datagrams(struct client *client, int input, int output)
{
    struct exchange exchange = {.client = client, .output = output};
    if (sonde_lines_open(&exchange.lines, input, NULL, ECHO_DATAGRAM_MAX))
        return client_trouble(client, "cannot begin: %s", strerror(errno));
    exchange_all(&exchange);
    sonde_lines_close(&exchange.lines);
    return client->end;
}
