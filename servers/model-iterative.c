/* model-iterative.c - one client after the other
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "servers/server.h"
#include "servers/stop.h"

/* Serve CLIENT to the end, close, and count the client off; meanwhile the loop
   stands still.  The end of the grace period shuts the connection down, and the
   client counts as cut off.  */
static void iterative_serve(struct server *server,
                            const struct server_client *client)
{
    stop_watch(client->fd);
    if (connection_serve(server, client, server->buffer, NULL) ==
        CONNECTION_CUT)
        server->cut_off++;
    stop_watch(-1);
    server_client_close(server, client);
}

const struct model model_iterative = {
    .waits = true,
    .batch = 1,
    .serve = iterative_serve,
};
