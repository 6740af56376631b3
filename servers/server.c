/* server.c - from options to a server that runs, and to its end
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "servers/log.h"
#include "servers/privilege.h"
#include "servers/server.h"
#include "servers/stop.h"

/* Descriptors that nobody asked us to have more of.  */
enum { DESCRIPTORS = 1 << 20 };

/* As many descriptors as we may: no descriptor here is in an fd_set, for which
   the soft limit is kept low.  The hard limit need not be all there is to know:
   macOS, where it is infinite, refuses more than kern.maxfilesperproc to 10.15;
   since 11 it takes the number and gives no more than that.  Nothing here
   relies on what was set: out of descriptors is EMFILE.  */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    rlim_t now = limit.rlim_cur;
    rlim_t most = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    for (limit.rlim_cur = most; limit.rlim_cur > now; limit.rlim_cur /= 2)
        if (!setrlimit(RLIMIT_NOFILE, &limit))
            return;
}

/* Serve the connection FD that was inherited: it is the only one.  */
static void serve_inherited(struct server *server, int fd)
{
    struct server_client client = {.fd = fd};
    struct sonde_address peer = {0};
    char text[LOG_ADDRESS];
    listen_socket_set_options(fd);
    if (server->options->keepalive > 0)
        sonde_keepalive(fd, (int)server->options->keepalive);
    if (server->options->verbose && !sonde_address_peer(fd, &peer)) {
        log_address(&peer, text);
        client.name = strdup(text);
    }
    server->clients++;
    model_iterative.serve(server, &client);
}

/* ---- sockets ------------------------------------------------------------- */

/* Say why FOUND cannot be used.  */
static void complain_inherited(const struct sonde_inherited *found, int error)
{
    if (error == ENOTCONN)
        log_line("inherited descriptor %d is a stream socket that neither "
                 "listens nor is connected",
                 found->fd);
    else if (error == EAFNOSUPPORT)
        log_line("inherited descriptor %d is a datagram socket of another "
                 "address family than IPv4, IPv6 and UNIX",
                 found->fd);
    else if (error == EPROTONOSUPPORT)
        log_line("inherited descriptor %d is a SOCK_SEQPACKET socket; only "
                 "streams and datagrams are served",
                 found->fd);
    else
        log_line("inherited descriptor %d cannot be used: %s", found->fd,
                 strerror(error));
}

/* Take the COUNT descriptors FOUND, those that are sockets.  Returns 0, or -1
   after a line in the log.  */
static int take_inherited(struct server *server,
                          const struct sonde_inherited *found, int count,
                          int *connection)
{
    int taken = 0;
    for (int i = 0; i < count; i++) {
        if (found[i].role == SONDE_UNUSABLE) {
            complain_inherited(&found[i], found[i].error);
            continue;
        }
        if (found[i].type == SOCK_SEQPACKET) {
            /* Reading would cut what is longer than the buffer.  */
            complain_inherited(&found[i], EPROTONOSUPPORT);
            continue;
        }
        if (!listen_socket_is_served(&found[i])) {
            complain_inherited(&found[i], EAFNOSUPPORT);
            continue;
        }
        taken++;
        if (found[i].role == SONDE_CONNECTION) {
            if (count > 1) {
                log_line("inherited descriptor %d is a connection, which "
                         "wants a server of its own; %d sockets were passed",
                         found[i].fd, count);
                return -1;
            }
            *connection = found[i].fd;
            continue;
        }
        if (listen_sockets_inherit(&server->listeners, &found[i])) {
            complain_inherited(&found[i], errno);
            return -1;
        }
    }
    return taken > 0 ? 0 : -1;
}

/* What ERROR, of sonde_activation, means.  */
static void complain_activation(int error)
{
    if (error == ENOSPC)
        log_line("LISTEN_FDS: more than %d sockets were passed; let another "
                 "server have some of them",
                 LISTEN_SOCKETS_MAX);
    else if (error == EINVAL)
        log_line("LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES are malformed, or "
                 "the names are not as many as the sockets");
    else
        log_line("LISTEN_FDS: %s", strerror(error));
}

/* What inetd passed, or LISTEN_FDS.  Returns how many sockets that are, or
   -1.  */
static int find_inherited(const struct server *server,
                          struct sonde_inherited *found, size_t room)
{
    int count = sonde_activation(found, room, SONDE_UNSETENV);
    if (count < 0)
        complain_activation(errno);
    if (count != 0 || !server->options->inetd)
        return count;
    if (!sonde_inherited(STDIN_FILENO, found))
        return 1;
    if (errno == ENOTSOCK)
        log_line("--inetd: standard input is not a socket");
    else
        complain_inherited(&(struct sonde_inherited){.fd = STDIN_FILENO},
                           errno);
    return -1;
}

static void complain_open(const struct server *server, const char *problem,
                          int error)
{
    log_line("%s", problem);
    if (error == EACCES && !server->options->listen_addresses.unix_path) {
        log_line("ports below 1024 need privilege: use --port 9877, or setcap");
        log_line("cap_net_bind_service=ep, or let inetd or systemd open the "
                 "port (--inetd)");
    }
}

static int open_entrances(struct server *server, int *connection)
{
    struct sonde_inherited found[LISTEN_SOCKETS_MAX];
    char problem[1024];
    int count = find_inherited(server, found, LISTEN_SOCKETS_MAX);
    if (count < 0)
        return -1;
    if (count > 0) {
        /* As above: the sockets are to block again at the end.  */
        stop_hold();
        server->leaves_when_quiet = server->options->inetd;
        return take_inherited(server, found, count, connection);
    }
    if (listen_sockets_open(&server->listeners,
                            &server->options->listen_addresses, problem,
                            sizeof problem)) {
        complain_open(server, problem, errno);
        return -1;
    }
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

static int become_user(const struct server *server,
                       const struct identity *identity)
{
    char why[300];
    if (!server->options->user || !privilege_drop(identity, why, sizeof why))
        return 0;
    log_line("--user %s: %s", server->options->user, why);
    return -1;
}

static int server_find_user(const struct server *server,
                            struct identity *identity)
{
    if (!server->options->user ||
        !privilege_find(server->options->user, identity))
        return 0;
    log_line("--user %s: %s", server->options->user,
             errno ? strerror(errno) : "there is no such user");
    return -1;
}

/* Begin what needs no more privilege.  */
static int server_begin(struct server *server)
{
    server->wake_fd = stop_begin(server->options->grace);
    if (server->wake_fd >= 0 && !sonde_reserve_open(&server->spare) &&
        (!server->model->begin || !server->model->begin(server)) &&
        !server_open_poller(server))
        return 0;
    log_line("cannot begin: %s", strerror(errno));
    return -1;
}

static void say_end(const struct server *server)
{
    if (!stop_asked())
        return;
    int count = server->cut_off;
    if (count > 0)
        log_line("stopped; %d client%s cut off", count,
                 count == 1 ? " was" : "s were");
    else
        log_line("stopped; nobody was cut off");
}

static void end_model(struct server *server)
{
    if (server->model->end)
        server->model->end(server);
    server->model_data = NULL;
}

static void server_end(struct server *server)
{
    end_model(server);
    for (size_t i = 0; i < server->listeners.count; i++)
        listen_socket_close(&server->listeners.list[i]);
    sonde_reserve_close(&server->spare);
    sonde_poller_close(server->poller);
    source_free(&server->sources);
    free(server->rates);
    free(server->repeats);
}

/* Open everything, and run.  */
static int server_run3(struct server *server)
{
    struct identity identity = {0};
    int connection = -1;
    /* From bind until SIGTERM is caught it would leave the socket's file; so it
       waits until stop_begin.  */
    if (server->options->listen_addresses.unix_path)
        stop_hold();
    if (server_find_user(server, &identity) ||
        open_entrances(server, &connection) || become_user(server, &identity) ||
        server_begin(server))
        return -1;
    if (connection >= 0)
        serve_inherited(server, connection);
    if (server->listeners.count > 0) {
        listen_sockets_announce(&server->listeners);
        listen_sockets_warn_files(&server->listeners);
        server_loop(server);
        end_model(server);
        say_end(server);
    }
    return server->failed ? -1 : 0;
}

int server_run(const struct server_options *options)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server) {
        log_line("no memory");
        return -1;
    }
    server->options = options;
    server->model = options->model;
    server->spare.fd = -1;
    server->wake_fd = -1;
    server->most =
        options->max_clients > 0 ? options->max_clients : server->model->most;
    server->timeout =
        options->idle_timeout > 0 ? (int)options->idle_timeout : -1;
    log_begin(options->program, options->inetd);
    raise_limit();
    int result = server_run3(server);
    int clients = server->clients;
    server_end(server);
    log_flush();
    /* Whoever has not gone yet may still look at it.  */
    if (clients == 0)
        free(server);
    return result;
}
