/* client.c - count and close the clients of a server
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "servers/log.h"
#include "servers/stop.h"
#include "servers/workers.h"

long server_clients(struct server *server)
{
    return server->model->busy ? server->model->busy(server)
                               : (long)server->clients;
}

void server_count_off(struct server *server, uint64_t source)
{
    if (server->options->max_per_source > 0) {
        if (server->model->leave)
            server->model->leave(server, source);
        else
            source_leave(&server->sources, source);
    }
    server->clients--;
    workers_unreserve(server);
    if (server->wants_fewer || log_is_behind())
        stop_wake();
}

void server_client_close(struct server *server,
                         const struct server_client *client)
{
    close(client->fd);
    free(client->name);
    server_count_off(server, client->source);
}

void server_fail(struct server *server, enum log_trouble kind, const char *what,
                 int error, const char *advice)
{
    /* A worker is started again, and fails again: limit the lines.  */
    if (server->is_child)
        log_trouble(kind, "%s: %s%s", what, strerror(error), advice);
    else
        log_line("%s: %s%s", what, strerror(error), advice);
    server->failed = true;
}

int server_sooner(int a, int b)
{
    if (a < 0)
        return b;
    return b < 0 || a < b ? a : b;
}
