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
    char text[DAYTIME_MAX + 1]; /* with a NUL behind it */
    /* The local clock when the reply arrived, and the time since the request:
       the server read its clock in between.  */
    struct timespec local;
    int64_t round_trip_ns;
};

/* Get the reply for CLIENT: over a stream up to end of file, since one write
   may arrive in several pieces; over datagrams by sending an empty datagram.
   *DAYTIME has the bytes received, in each case.  Returns the end, also in
   *RESULT.  */
enum client_end daytime_get(struct client *client, struct daytime *daytime,
                            struct client_result *result);

#endif /* CLIENTS_DAYTIME_CLIENT_H */
