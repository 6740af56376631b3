/* echo-datagrams.c - echo client for datagrams, one at a time
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "clients/echo-client.h"

struct exchange {
    struct client *client;
    struct client_result *result;
    struct sonde_lines lines;
    int output;
    uint64_t count; /* datagrams echoed */
    unsigned char reply[SONDE_DATAGRAM_MAX];
};

/* The progress, as part of a sentence, in TEXT.  */
static const char *echo_datagrams_where(const struct exchange *exchange,
                                        char text[80])
{
    snprintf(text, 80, "datagram %" PRIu64 ", %" PRIu64 " echoed before",
             exchange->count + 1, exchange->count);
    return text;
}

/* Report how the reply of LENGTH bytes differs from the SIZE bytes DATA.
   Returns -1.  */
static int echo_datagrams_say_wrong(const struct exchange *exchange,
                                    const unsigned char *data, size_t size,
                                    size_t length)
{
    size_t at = 0;
    while (at < size && at < length && data[at] == exchange->reply[at])
        at++;
    if (at < size && at < length)
        client_say(exchange->result, CLIENT_WRONG_REPLY,
                   "%s: wrong reply: byte %zu of datagram %" PRIu64
                   " is 0x%02x, not 0x%02x",
                   exchange->client->name, at, exchange->count + 1,
                   exchange->reply[at], data[at]);
    else
        client_say(exchange->result, CLIENT_WRONG_REPLY,
                   "%s: wrong reply: datagram %" PRIu64
                   " has %zu bytes, the reply %zu",
                   exchange->client->name, exchange->count + 1, size, length);
    return -1;
}

/* Report that the reply to SIZE bytes exceeds the receive buffer.  Returns
   -1.  */
static int echo_datagrams_say_too_long(const struct exchange *exchange,
                                       size_t size)
{
    client_say(exchange->result, CLIENT_WRONG_REPLY,
               "%s: wrong reply: datagram %" PRIu64
               " has %zu bytes, the reply more than %d",
               exchange->client->name, exchange->count + 1, size,
               SONDE_DATAGRAM_MAX);
    return -1;
}

/* Report errno of a send or receive in an exchange begun at START; EAGAIN is
   the timeout.  Returns -1.  */
static int echo_datagrams_say_lost(const struct exchange *exchange,
                                   int64_t start)
{
    char text[80];
    if (errno == EAGAIN)
        client_late(exchange->client, monotonic_now() - start,
                    echo_datagrams_where(exchange, text), exchange->result);
    else
        client_lost(exchange->client, errno,
                    echo_datagrams_where(exchange, text), exchange->result);
    return -1;
}

/* Milliseconds until the timeout of the reply: CLIENT_DATAGRAM_TIMEOUT if
   CLIENT has no deadline.  */
static int echo_datagrams_timeout(const struct client *client)
{
    return client->deadline == SONDE_NEVER
               ? CLIENT_DATAGRAM_TIMEOUT
               : sonde_deadline_left(client->deadline);
}

/* Send the SIZE bytes DATA, wait for the reply and verify that it is the same;
   then count the datagram.  Returns 0, or -1 with the end in the result.  */
static int echo_datagrams_ask(struct exchange *exchange,
                              const unsigned char *data, size_t size)
{
    const struct client *client = exchange->client;
    int64_t start = monotonic_now();
    if (sonde_datagram_send(client->fd, data, size,
                            echo_datagrams_timeout(client)))
        return echo_datagrams_say_lost(exchange, start);
    ssize_t length = sonde_datagram_receive(client->fd, exchange->reply,
                                            sizeof exchange->reply,
                                            echo_datagrams_timeout(client));
    /* UDP datagrams fit; a datagram of a UNIX socket may be longer.  */
    if (length < 0 && errno == EMSGSIZE)
        return echo_datagrams_say_too_long(exchange, size);
    if (length < 0)
        return echo_datagrams_say_lost(exchange, start);
    if ((size_t)length != size || memcmp(data, exchange->reply, size))
        return echo_datagrams_say_wrong(exchange, data, size, (size_t)length);
    exchange->count++;
    return 0;
}

/* Write the SIZE bytes DATA to the output.  Returns as above.  */
static int echo_datagrams_print(const struct exchange *exchange,
                                const unsigned char *data, size_t size)
{
    size_t done;
    if (!sonde_write_all(exchange->output, data, size, -1, &done))
        return 0;
    client_output_lost(errno, exchange->result);
    return -1;
}

/* Wait, without a timeout, for the next line, or for the next part of a line
   longer than a datagram; the deadline is extended by the wait.  Returns as
   sonde_line.  */
static ssize_t echo_datagrams_next_line(struct exchange *exchange, char **line)
{
    int64_t start = monotonic_now();
    ssize_t size = sonde_line(&exchange->lines, line, -1);
    if (size < 0 && errno == EMSGSIZE)
        size = sonde_line_partial(&exchange->lines, line, -1);
    if (exchange->client->deadline != SONDE_NEVER)
        exchange->client->deadline += monotonic_now() - start;
    return size;
}

/* After the last echo: report a surplus datagram that has arrived.  The call
   does not wait, and leaves the result alone if there is none.  */
static void look_for_more(struct exchange *exchange)
{
    ssize_t length = sonde_datagram_receive(
        exchange->client->fd, exchange->reply, sizeof exchange->reply, 0);
    if (length >= 0)
        client_say(exchange->result, CLIENT_WRONG_REPLY,
                   "%s: wrong reply: one datagram more than the %" PRIu64
                   " sent, of %zd bytes",
                   exchange->client->name, exchange->count, length);
}

/* Send all input line by line, up to the first failure, which is in the
   result.  */
static void exchange_all(struct exchange *exchange)
{
    char *line = NULL;
    ssize_t size;
    while ((size = echo_datagrams_next_line(exchange, &line)) > 0)
        if (echo_datagrams_ask(exchange, (const unsigned char *)line,
                               (size_t)size) ||
            echo_datagrams_print(exchange, (const unsigned char *)line,
                                 (size_t)size))
            return;
    if (size < 0)
        client_say(exchange->result, CLIENT_TROUBLE,
                   "cannot read standard input: %s", strerror(errno));
    else if (exchange->count > 0 ||
             !echo_datagrams_ask(exchange, (const unsigned char *)"", 0))
        look_for_more(exchange);
}

enum client_end echo_datagrams(struct client *client, int input, int output,
                               struct client_result *result)
{
    struct exchange *exchange = malloc(sizeof *exchange);
    if (exchange) {
        exchange->client = client;
        exchange->result = result;
        exchange->output = output;
        exchange->count = 0;
    }
    if (!exchange ||
        sonde_lines_open(&exchange->lines, input, NULL, ECHO_DATAGRAM_MAX)) {
        free(exchange);
        return client_say(result, CLIENT_TROUBLE, "cannot begin: %s",
                          strerror(errno));
    }
    exchange_all(exchange);
    sonde_lines_close(&exchange->lines);
    free(exchange);
    return result->end;
}
