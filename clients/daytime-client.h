/* daytime-client.h - ask for the time of day, and read all of the answer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_DAYTIME_CLIENT_H
#define CLIENTS_DAYTIME_CLIENT_H 1

#include <time.h>

#include "clients/client.h"

/* RFC 867 wants one line.  More than this is something else.  */
enum { DAYTIME_MAX = 4096 };

struct daytime {
    size_t length;
    char text[DAYTIME_MAX + 1]; /* with a NUL behind it */
    /* The local clock when the answer was there, and how long before that it
       was asked for: the server looked at its own somewhere between.  */
    struct timespec local;
    int64_t round_trip_ns;
};

/* Get the answer of CLIENT: over a stream up to its end, since one write of
   the server may come in many pieces; over datagrams by asking with an empty
   one.  What came is in *DAYTIME whatever the end.  Returns the end, in
   *RESULT too.  */
enum client_end daytime_get(struct client *client, struct daytime *daytime,
                            struct client_result *result);

#endif /* CLIENTS_DAYTIME_CLIENT_H */
