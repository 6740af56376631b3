/* daytime-client.c - request the time and read the whole reply
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "base/monotonic.h"
#include "clients/daytime-client.h"

/* The reply begins: note the local clock, and the time since START.  */
static void daytime_client_note_time(struct daytime *daytime, int64_t start)
{
    clock_gettime(CLOCK_REALTIME, &daytime->local);
    daytime->round_trip_ns = monotonic_now() - start;
}

/* The progress as part of a sentence, in TEXT; empty if no byte arrived.  */
static const char *daytime_client_where(const struct daytime *daytime,
                                        char text[60])
{
    snprintf(text, 60, "%zu bytes received before", daytime->length);
    return daytime->length ? text : "";
}

/* Explain ERROR of a send or receive begun at START; EAGAIN is the timeout.  */
static enum client_end daytime_client_say_lost(const struct client *client,
                                               int error,
                                               const struct daytime *daytime,
                                               int64_t start,
                                               struct client_result *result)
{
    char text[60];
    if (error == EAGAIN)
        return client_late(client, monotonic_now() - start,
                           daytime_client_where(daytime, text), result);
    return client_lost(client, error, daytime_client_where(daytime, text),
                       result);
}

static enum client_end daytime_client_say_too_long(const struct client *client,
                                                   struct client_result *result)
{
    return client_say(
        result, CLIENT_WRONG_REPLY,
        "%s: wrong reply: more than %d bytes; daytime is one line",
        client->name, DAYTIME_MAX);
}

/* Read the reply up to end of file.  The round trip begins with connect, when a
   stream server reads its clock.  */
static enum client_end get_stream(struct client *client, int64_t deadline,
                                  struct daytime *daytime,
                                  struct client_result *result)
{
    int64_t start = monotonic_now();
    for (;;) {
        /* One byte beyond DAYTIME_MAX detects longer replies.  */
        size_t room = sizeof daytime->text - daytime->length;
        ssize_t count = sonde_read(client->fd, daytime->text + daytime->length,
                                   room, sonde_deadline_left(deadline));
        if (count < 0)
            return daytime_client_say_lost(client, errno, daytime, start,
                                           result);
        if (count == 0)
            break;
        if (daytime->length == 0) {
            daytime_client_note_time(daytime, start);
            daytime->round_trip_ns += client->connect_ns;
        }
        if ((size_t)count == room) {
            daytime->length = DAYTIME_MAX;
            return daytime_client_say_too_long(client, result);
        }
        daytime->length += (size_t)count;
    }
    if (daytime->length > 0)
        return CLIENT_DONE;
    return client_say(result, CLIENT_CLOSED_EARLY,
                      "%s: server closed the connection without a reply",
                      client->name);
}

static enum client_end get_datagram(struct client *client, int64_t deadline,
                                    struct daytime *daytime,
                                    struct client_result *result)
{
    int64_t start = monotonic_now();
    if (sonde_datagram_send(client->fd, "", 0, sonde_deadline_left(deadline)))
        return daytime_client_say_lost(client, errno, daytime, start, result);
    ssize_t length = sonde_datagram_receive(
        client->fd, daytime->text, DAYTIME_MAX, sonde_deadline_left(deadline));
    if (length < 0 && errno == EMSGSIZE) {
        daytime->length = DAYTIME_MAX;
        return daytime_client_say_too_long(client, result);
    }
    if (length < 0)
        return daytime_client_say_lost(client, errno, daytime, start, result);
    daytime_client_note_time(daytime, start);
    daytime->length = (size_t)length;
    if (length == 0)
        return client_say(result, CLIENT_WRONG_REPLY,
                          "%s: wrong reply: an empty datagram", client->name);
    return CLIENT_DONE;
}

enum client_end daytime_get(struct client *client, struct daytime *daytime,
                            struct client_result *result)
{
    bool is_datagram = client->target->type == SOCK_DGRAM;
    int64_t deadline = client->deadline;
    if (deadline == SONDE_NEVER)
        deadline = sonde_deadline(is_datagram ? CLIENT_DATAGRAM_TIMEOUT
                                              : CLIENT_TIMEOUT);
    *daytime = (struct daytime){0};
    *result = (struct client_result){.end = CLIENT_DONE};
    enum client_end end = is_datagram
                              ? get_datagram(client, deadline, daytime, result)
                              : get_stream(client, deadline, daytime, result);
    daytime->text[daytime->length] = '\0';
    return end;
}
