/* daytime-client.c - request the time and read the whole reply
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "base/monotonic.h"
#include "clients/daytime-client.h"

/* If the length is still 0, note the clock, and the time since START, of
   monotonic_now, as the round trip.  Then add COUNT, the bytes that have
   arrived, to the length.  */
static void daytime_client_add(struct daytime *daytime, size_t count,
                               int64_t start)
{
    if (daytime->length == 0) {
        clock_gettime(CLOCK_REALTIME, &daytime->local);
        daytime->round_trip_ns = monotonic_now() - start;
    }
    daytime->length += count;
}

/* Set and return the end of CLIENT by client_lost: a send or receive begun at
   START failed with errno.  The text has the count of bytes received before, if
   any.  */
static enum client_end daytime_client_lost(struct client *client,
                                           const struct daytime *daytime,
                                           int64_t start)
{
    int error = errno;
    char text[60] = "";
    if (daytime->length > 0)
        snprintf(text, sizeof text, "%zu bytes received before",
                 daytime->length);
    return client_lost(client, error, monotonic_now() - start, text);
}

/* Cut the length to DAYTIME_MAX, and end CLIENT, with text, by
   CLIENT_WRONG_REPLY, which is returned.  */
static enum client_end daytime_client_too_long(struct client *client,
                                               struct daytime *daytime)
{
    daytime->length = DAYTIME_MAX;
    return client_fail(client, CLIENT_WRONG_REPLY,
                       "wrong reply: more than %d bytes; daytime is one line",
                       DAYTIME_MAX);
}

/* Read the reply up to end of file into *DAYTIME; no NUL is added.  The round
   trip begins with name lookup and connect, since a stream server reads its
   clock at accept.  Returns the end of CLIENT: CLIENT_DONE, CLIENT_CLOSED_EARLY
   (empty), CLIENT_WRONG_REPLY (too long), or by client_lost.  */
static enum client_end get_stream(struct client *client,
                                  struct daytime *daytime)
{
    int64_t deadline = client_reply_deadline(client), start = monotonic_now();
    ssize_t count;
    do {
        /* One byte beyond DAYTIME_MAX detects longer replies.  */
        size_t room = sizeof daytime->text - daytime->length;
        count = sonde_read(client->fd, daytime->text + daytime->length, room,
                           sonde_deadline_left(deadline));
        if (count < 0)
            return daytime_client_lost(client, daytime, start);
        daytime_client_add(daytime, (size_t)count, start - client->connect_ns);
        if ((size_t)count == room)
            return daytime_client_too_long(client, daytime);
    } while (count > 0);
    if (daytime->length > 0)
        return CLIENT_DONE;
    return client_fail(client, CLIENT_CLOSED_EARLY,
                       "server closed the connection without a reply");
}

/* Send an empty datagram, and receive one reply into *DAYTIME; no NUL is added.
   Nothing is retransmitted.  The first DAYTIME_MAX bytes of a reply that is too
   long stay, without clock and round trip.  Returns the end of CLIENT:
   CLIENT_DONE, CLIENT_WRONG_REPLY (empty or too long), or by client_lost.  */
static enum client_end get_datagram(struct client *client,
                                    struct daytime *daytime)
{
    int64_t deadline = client_reply_deadline(client), start = monotonic_now();
    if (sonde_datagram_send(client->fd, "", 0, sonde_deadline_left(deadline)))
        return daytime_client_lost(client, daytime, start);
    ssize_t length = sonde_datagram_receive(
        client->fd, daytime->text, DAYTIME_MAX, sonde_deadline_left(deadline));
    if (length < 0 && errno == EMSGSIZE)
        return daytime_client_too_long(client, daytime);
    if (length < 0)
        return daytime_client_lost(client, daytime, start);
    daytime_client_add(daytime, (size_t)length, start);
    if (length == 0)
        return client_fail(client, CLIENT_WRONG_REPLY,
                           "wrong reply: an empty datagram");
    return CLIENT_DONE;
}

enum client_end daytime_get(struct client *client, struct daytime *daytime)
{
    *daytime = (struct daytime){0};
    enum client_end end = client->target->type == SOCK_DGRAM
                              ? get_datagram(client, daytime)
                              : get_stream(client, daytime);
    daytime->text[daytime->length] = '\0';
    return end;
}
