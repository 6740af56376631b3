/* daytime-client.h - request the time and read the whole reply
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_DAYTIME_CLIENT_H
#define CLIENTS_DAYTIME_CLIENT_H 1

#include <time.h>

#include "clients/client.h"

/* RFC 867 recommends one line.  A longer reply is no daytime.  */
enum { DAYTIME_MAX = 4096 };

struct daytime {
    size_t length;
    char text[DAYTIME_MAX + 1]; /* LENGTH bytes and a NUL */
    /* The local clock at the first bytes of the reply, and the time since the
       request, for a stream since the start of name lookup and connect: the
       server read its clock in between.  Undefined without a reply, and for a
       datagram that is too long.  */
    struct timespec local;
    int64_t round_trip_ns;
};

/* Get the reply for CLIENT, which is connected: over a stream up to end of
   file, since one write may arrive in several pieces; over datagrams by sending
   an empty datagram.  Without a timeout in the target, CLIENT_TIMEOUT or
   CLIENT_DATAGRAM_TIMEOUT from now applies.  CLIENT stays open.  *DAYTIME has
   the bytes received, in each case, at most DAYTIME_MAX.  Returns CLIENT->end:
   CLIENT_DONE; CLIENT_WRONG_REPLY for a longer reply or an empty datagram;
   CLIENT_CLOSED_EARLY for an empty stream; or by client_lost.  */
enum client_end daytime_get(struct client *client, struct daytime *daytime);

#endif /* CLIENTS_DAYTIME_CLIENT_H */
