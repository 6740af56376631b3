/* server.c - from options to a server that runs, and to its end
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/seed.h"
#include "servers/log.h"
#include "servers/privilege.h"
#include "servers/server.h"
#include "servers/stop.h"

/* The limit of descriptors: more are of no use.  */
enum { DESCRIPTORS = 1 << 20 };

/* Set the options of the inherited connection FD, the only client, count the
   client, serve the client to the end by blocking calls, and close FD.  With
   --verbose the end is logged.  */
static void serve_inherited(struct server *server, int fd)
{
    struct server_client client = {.fd = fd};
    struct sonde_address peer = {0};
    char text[LOG_ADDRESS];
    listen_socket_set_options(fd);
    if (server->options->keepalive > 0)
        sonde_keepalive(fd, (int)server->options->keepalive);
    if (server->options->verbose && !sonde_address_peer(fd, &peer))
        client.name = strdup(log_address(&peer, text));
    server->clients++;
    model_iterative.serve(server, &client);
}

/* ---- sockets ------------------------------------------------------------- */

/* Log why the inherited FD is not served, ERROR an errno.  Returns -1.  */
static int inherited_log_error(int fd, int error)
{
    switch (error) {
    case ENOTCONN:
        return log_line("inherited descriptor %d is a stream socket that "
                        "neither listens nor is connected",
                        fd);
    case EAFNOSUPPORT:
        return log_line("inherited descriptor %d is a datagram socket of "
                        "another address family than IPv4, IPv6 and UNIX",
                        fd);
    case EPROTONOSUPPORT:
        return log_line("inherited descriptor %d is a SOCK_SEQPACKET socket; "
                        "only streams and datagrams are served",
                        fd);
    default:
        return log_line("inherited descriptor %d cannot be used: %s", fd,
                        strerror(error));
    }
}

/* Why FOUND cannot be served, as an errno; 0: it can.  An unusable socket has
   FOUND->error, one of another type than streams and datagrams EPROTONOSUPPORT.
   Datagrams are answered only in the families in which listen_sockets_have
   knows the server's own addresses, in others EAFNOSUPPORT: a socket of all
   frames (AF_PACKET) would receive its own answers.  */
static int inherited_check(const struct sonde_inherited *found)
{
    int family = found->family;
    if (found->role == SONDE_UNUSABLE)
        return found->error;
    /* Reading would cut messages longer than the buffer.  */
    if (found->type == SOCK_SEQPACKET)
        return EPROTONOSUPPORT;
    return found->role != SONDE_DATAGRAM || family == AF_INET ||
                   family == AF_INET6 || family == AF_UNIX
               ? 0
               : EAFNOSUPPORT;
}

/* Use the sockets among the COUNT descriptors FOUND: add each to the listen
   sockets, or set *CONNECTION to a connection, which must be the only
   descriptor.  Descriptors that cannot be served (inherited_check) are logged
   and skipped.  Returns 0; -1 with the reason in the log, also if none is left,
   or if listen_sockets_inherit fails for one.  */
static int inherited_take(struct server *server,
                          const struct sonde_inherited *found, int count,
                          int *connection)
{
    int taken = 0;
    for (int i = 0; i < count; i++) {
        int error = inherited_check(&found[i]);
        if (error) {
            inherited_log_error(found[i].fd, error);
            continue;
        }
        taken++;
        if (found[i].role != SONDE_CONNECTION) {
            if (listen_sockets_inherit(&server->listeners, &found[i]))
                return inherited_log_error(found[i].fd, errno);
        } else if (count == 1) {
            *connection = found[i].fd;
        } else {
            return log_line("inherited descriptor %d is a connection, which "
                            "needs a server process of its own; %d sockets "
                            "were passed",
                            found[i].fd, count);
        }
    }
    return taken > 0 ? 0 : -1;
}

/* Log ERROR, the errno of sonde_activation.  Returns -1.  */
static int activation_log_error(int error)
{
    if (error == ENOSPC)
        return log_line("LISTEN_FDS: more than %d sockets were passed; start "
                        "another server for some of them",
                        LISTEN_SOCKETS_MAX);
    return log_line("LISTEN_FDS: %s",
                    error == EINVAL
                        ? "LISTEN_FDS, LISTEN_PID or LISTEN_FDNAMES is "
                          "malformed, or the numbers of names and "
                          "sockets differ"
                        : strerror(error));
}

/* Find the sockets of LISTEN_FDS, write them to FOUND, of ROOM descriptors, at
   least 1, and remove the variables from the environment (sonde_activation).
   If there are none, find with --inetd the socket of standard input.  Returns
   their number, unusable descriptors included, 0 if there are none; -1 with the
   reason in the log, also if there are more than ROOM.  */
static int inherited_find(const struct server *server,
                          struct sonde_inherited *found, size_t room)
{
    int count = sonde_activation(found, room, SONDE_UNSETENV);
    if (count < 0)
        return activation_log_error(errno);
    if (count != 0 || !server->options->inetd)
        return count;
    if (!sonde_inherited(STDIN_FILENO, found))
        return 1;
    if (errno == ENOTSOCK)
        return log_line("--inetd: standard input is not a socket");
    return inherited_log_error(STDIN_FILENO, errno);
}

/* Use inherited sockets, or open the listen addresses.  Sets *CONNECTION if the
   socket is a connection; otherwise *CONNECTION stays.  With inherited sockets
   the signals of stop_hold are blocked on return, and with --inetd the server
   ends when quiet.  Returns 0, or -1 with the reason in the log; sockets may
   then be open.  */
static int sockets_open(struct server *server, int *connection)
{
    struct sonde_inherited found[LISTEN_SOCKETS_MAX];
    int count = inherited_find(server, found, LISTEN_SOCKETS_MAX);
    if (count < 0)
        return -1;
    if (count > 0) {
        /* As in server_run_to_end: at the end the sockets must block again.  */
        stop_hold();
        server->ends_when_quiet = server->options->inetd;
        return inherited_take(server, found, count, connection);
    }
    return listen_sockets_open(&server->listeners,
                               &server->options->listen_addresses);
}

/* ---- the whole ----------------------------------------------------------- */

/* Begin the work, without privilege: catch signals, open the reserve
   descriptor, begin the model, and open the poller.  Returns 0, or -1 with the
   reason in the log; server_end frees what was begun.  */
static int server_begin(struct server *server)
{
    server->wake_fd = stop_begin(server->options->grace);
    if (server->wake_fd >= 0 && !sonde_reserve_open(&server->reserve) &&
        (!server->model->begin || !server->model->begin(server)) &&
        !loop_open(server))
        return 0;
    return server->failed ? -1 : log_line("cannot start: %s", strerror(errno));
}

/* Log how many clients were cut off, or that all had finished, if the grace
   period has begun (stop_asked).  */
static void server_log_end(const struct server *server)
{
    if (!stop_asked())
        return;
    int count = server->cut_off;
    if (count > 0)
        log_line("stopped; %d client connection%s closed", count,
                 count == 1 ? " was" : "s were");
    else
        log_line("stopped; all clients had finished");
}

/* End the model: kill remaining processes, count their clients as cut off, and
   free what the model has.  A second call does nothing.  */
static void model_end(struct server *server)
{
    if (server->model->end)
        server->model->end(server);
    server->model_data = NULL;
}

/* End the model, which kills remaining processes, close the listeners, with the
   files of UNIX sockets removed, the reserve and the poller, and free the
   limits and, if no client is left, the sources.  SERVER itself and the
   self-pipe stay.  Also for a server whose start failed.  */
static void server_end(struct server *server)
{
    model_end(server);
    listen_sockets_close(&server->listeners);
    sonde_reserve_close(&server->reserve);
    sonde_poller_close(server->poller);
    /* A thread that still serves a client counts the client off later.  */
    if (server->clients == 0)
        source_free(&server->sources);
    datagram_limit_close(server->limit);
}

/* Open all sockets, become the user of --user, confine the process, and serve
   until the end.  server->limit is open, and the log has begun.  Returns as
   server_run; server_end is to be called in each case.  After a failed start
   signals may be blocked.  */
static int server_run_to_end(struct server *server)
{
    struct identity identity = {0};
    int connection = -1;
    /* SIGTERM between bind and stop_begin would leave the socket's file: block
       the signal until stop_begin.  */
    if (server->options->listen_addresses.unix_path)
        stop_hold();
    const char *user = server->options->user;
    if ((user && privilege_find(user, &identity)) ||
        sockets_open(server, &connection) ||
        (user && privilege_drop(&identity)) || server_confine(server))
        return -1;
    if (server_begin(server))
        return -1;
    listen_sockets_announce(&server->listeners);
    listen_sockets_warn_files(&server->listeners);
    server_report_sandbox();
    if (connection >= 0)
        serve_inherited(server, connection);
    if (server->listeners.count > 0) {
        server_loop(server);
        model_end(server);
        server_log_end(server);
    }
    return server->failed ? -1 : 0;
}

int server_run(const struct server_options *options)
{
    /* Static: a thread that still serves a client at the end uses it.  */
    static struct server the_server;
    struct server *server = &the_server;
    server->options = options;
    server->model = options->model;
    server->reserve.fd = -1;
    server->wake_fd = -1;
    server->max = options->max_clients > 0 ? options->max_clients
                                           : server->model->max_clients;
    server->timeout =
        options->idle_timeout > 0 ? (int)options->idle_timeout : -1;
    log_begin(options->program, options->inetd);
    server->source_seed = seed_new();
    server->limit = datagram_limit_open();
    if (!server->limit)
        return log_line("%s", strerror(errno));
    /* The soft limit is low for fd_set, which is not used here.  */
    descriptors_raise(DESCRIPTORS);
    int result = server_run_to_end(server);
    server_end(server);
    log_flush();
    return result;
}
