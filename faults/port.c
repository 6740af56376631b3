/* port.c - the ports of a run: opened, watched, closed
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/endpoint.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "faults/server.h"

/* USUAL_QUEUE: of a port if the queue is no part of the fault.  TRIES: bases of
   consecutive ports.  BATCH: clients or datagrams of a port in one turn.  */
enum { USUAL_QUEUE = 1024, TRIES = 32, BATCH = 64, PORT_MAX = 65535 };

/* ---- opening ------------------------------------------------------------- */

/* Set *ADDRESS to that of the fault number INDEX: the loopback address, or with
   --any all addresses, with the port BASE plus INDEX, at most 65535, or with
   BASE 0 any port; with a path of OPTIONS the UNIX address.  Returns 0, or -1
   with errno.  */
static int port_address(const struct fault_options *options, size_t index,
                        long base, struct sonde_address *address)
{
    if (options->path)
        return sonde_address_unix_name(address, options->path);
    uint16_t number = base ? (uint16_t)(base + (long)index) : 0;
    return (options->any ? sonde_address_any : sonde_address_loopback)(
        address, options->family, number);
}

/* Bind PORT to BASE plus its index, or to any port if BASE is 0; listen, unless
   for datagrams; and set local and the file.  Returns 0; or -1 with errno, and
   the descriptor may be open.  */
static int port_bind(struct fault_port *port, long base)
{
    const struct fault_options *options = port->server->options;
    const struct fault_choice *choice = port->choice;
    struct sonde_address address;
    if (port_address(options, port->index, base, &address))
        return -1;
    bool is_tight = !strcmp(choice->fault->name, "no-accept") ||
                    !strcmp(choice->fault->name, "blackhole");
    int queue = is_tight ? (int)choice->number : USUAL_QUEUE;
    unsigned flags = SONDE_NONBLOCK | SONDE_CLOEXEC;
    port->fd = options->datagrams
                   ? sonde_datagram_bind(&address, flags)
                   : sonde_listen(&address, queue < 1 ? 1 : queue,
                                  flags | SONDE_REUSEADDR, NULL);
    if (port->fd < 0 || sonde_address_local(port->fd, &port->local))
        return -1;
    port->has_file = options->path && *options->path != '@' &&
                     !lstat(options->path, &port->file);
    return 0;
}

/* Remove the socket file of PORT, if PORT has one, unless another server has
   replaced the file.  The file is still that of PORT if device and inode are
   the same; once the listener is closed, a new file may have the same inode, so
   the modification time must be the same, too.  Failures are ignored.  Clears
   has_file.  */
static void port_remove_file(struct fault_port *port)
{
    const char *path = port->server->options->path;
    struct stat now;
    if (port->has_file && !lstat(path, &now) &&
        now.st_dev == port->file.st_dev && now.st_ino == port->file.st_ino &&
        (port->fd >= 0 || now.st_mtime == port->file.st_mtime))
        unlink(path);
    port->has_file = false;
}

/* Bind all ports from BASE, or with BASE 0 from a port that the system chooses.
   Returns 0; or -1 with errno, and nothing open: EADDRINUSE also if too few
   ports are above the first one.  */
static int ports_bind(struct fault_server *server, long base)
{
    for (size_t i = 0; i < server->options->count; i++) {
        if (!port_bind(&server->ports[i], base)) {
            base = base ? base : sonde_address_port(&server->ports[0].local);
            if (base + (long)server->options->count - 1 <= PORT_MAX)
                continue;
            /* A chosen port with too few above: chosen again.  */
            errno = EADDRINUSE;
        }
        int error = errno;
        for (size_t j = 0; j <= i; j++)
            descriptor_close(&server->ports[j].fd);
        errno = error;
        return -1;
    }
    return 0;
}

/* Bind all ports by ports_bind.  If the system chooses the first port, repeat
   after EADDRINUSE, up to TRIES calls in all.  Returns 0; or -1 with errno, and
   nothing open.  */
static int ports_bind_any(struct fault_server *server)
{
    const struct fault_options *options = server->options;
    int result = -1;
    for (int i = 0; i < TRIES && result; i++) {
        result = ports_bind(server, options->port);
        if (options->port || options->path || errno != EADDRINUSE)
            break;
    }
    return result;
}

/* Log the address, the transport and the fault of PORT.  */
static void port_announce(const struct fault_port *port)
{
    const struct fault_options *options = port->server->options;
    const struct fault_choice *choice = port->choice;
    char text[SONDE_ADDRESS_TEXT];
    struct sonde_address address = port->local;
    int number = sonde_address_port(&address);
    if (number >= 0)
        sonde_address_set_port(&address, 0);
    sonde_address_print(&address, text, sizeof text);
    endpoint_show_abstract(text);
    if (number >= 0)
        options->log("listening on %s port %d, %s, fault %s", text, number,
                     options->datagrams ? "UDP" : "TCP", choice->fault->name);
    else
        options->log("listening on %s, %s, fault %s", text,
                     options->datagrams ? "UNIX datagrams" : "UNIX stream",
                     choice->fault->name);
}

/* Log errno as the reason why the ports cannot be bound.  Returns 2.  */
static int complain_bind(const struct fault_options *options)
{
    const char *reason = strerror(errno);
    if (options->path)
        options->log("cannot listen on %s: %s%s", options->path, reason,
                     errno == EADDRINUSE ? "; remove the file if no server "
                                           "uses it"
                                         : "");
    else if (options->port)
        options->log("cannot listen on ports %ld to %ld: %s", options->port,
                     options->port + (long)options->count - 1, reason);
    else
        options->log("cannot listen: %s", reason);
    return 2;
}

static void port_ready(void *data, unsigned ready);

/* Initialize PORT, all zero before, and its figures in the report, for the
   fault number INDEX, without a socket yet.  */
static void port_begin(struct fault_port *port, size_t index,
                       struct fault_server *server)
{
    port->server = server;
    port->index = index;
    port->choice = &server->options->choices[index];
    port->seen = &server->report->ports[index];
    *port->seen = (struct fault_seen){.queued = -1, .dropped = -1};
    port->fd = port->second = port->trial = -1;
    port->watch = (struct fault_watch){port_ready, port};
    port->accepts = true;
    port->due = -1;
}

int fault_ports_open(struct fault_server *server)
{
    const struct fault_options *options = server->options;
    for (size_t i = 0; i < options->count; i++)
        port_begin(&server->ports[i], i, server);
    if (ports_bind_any(server))
        return complain_bind(options);
    for (size_t i = 0; i < options->count; i++) {
        struct fault_port *port = &server->ports[i];
        port->seen->address = port->local;
        if (port->choice->fault->open && port->choice->fault->open(port)) {
            options->log("fault %s: %s", port->choice->fault->name,
                         port->reason);
            return port->status;
        }
    }
    server->report->port_count = options->count;
    for (size_t i = 0; i < options->count; i++) {
        fault_port_update(&server->ports[i]);
        port_announce(&server->ports[i]);
    }
    return 0;
}

/* ---- in the loop --------------------------------------------------------- */

void fault_port_update(struct fault_port *port)
{
    struct fault_server *server = port->server;
    bool has_room = server->options->datagrams ||
                    server->client_count < server->options->max_clients;
    bool watches = port->fd >= 0 && ((port->accepts && has_room) ||
                                     (port->counts && port->due < 0));
    if (watches == port->watched)
        return;
    /* What fails is tried again at the next call.  */
    if (!watches)
        sonde_poller_remove(server->poller, port->fd);
    else if (sonde_poller_add(server->poller, port->fd, SONDE_READABLE,
                              &port->watch))
        return;
    port->watched = watches;
}

/* The watch of a port, DATA: accept clients or receive datagrams, up to BATCH,
   and call fault_port_tick after each; after an error other than EAGAIN sleep
   for some milliseconds.  If none is accepted, the first client starts the
   timer of the fault.  READY is ignored.  */
static void port_ready(void *data, unsigned ready)
{
    struct fault_port *port = data;
    struct fault_server *server = port->server;
    (void)ready;
    if (!port->accepts) {
        port->due = monotonic_ms() + port->choice->number;
        fault_port_update(port);
        return;
    }
    for (int i = 0; i < BATCH && port->fd >= 0; i++) {
        if (!server->options->datagrams &&
            server->client_count >= server->options->max_clients)
            break;
        if (server->options->datagrams ? fault_datagram_receive(port)
                                       : fault_client_accept(port)) {
            if (errno != EAGAIN)
                wait_pause(sonde_backoff(0));
            break;
        }
        fault_port_tick(port, monotonic_ms());
    }
    fault_port_update(port);
}

/* Where the port is kept, no other program listens there.  */
void fault_port_refuse(struct fault_port *port)
{
    if (port->watched)
        sonde_poller_remove(port->server->poller, port->fd);
    port->watched = false;
    descriptor_close(&port->fd);
    if (port->server->options->path)
        return;
    int fd =
        sonde_socket(port->local.storage.ss_family, SOCK_STREAM, SONDE_CLOEXEC);
    int on = 1;
    const void *storage = &port->local.storage;
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
                    bind(fd, storage, port->local.length)))
        descriptor_close(&fd);
    port->second = fd;
}

int64_t fault_port_tick(struct fault_port *port, int64_t now)
{
    int64_t due = -1;
    if (port->server->options->datagrams)
        return fault_datagram_tick(port, now);
    if (port->choice->fault->tick)
        due = port->choice->fault->tick(port, now);
    fault_port_update(port);
    return due;
}

/* Note the number of clients in PORT's queue, if known, in the report; of a
   port that accepts only if a client is left there.  Nothing for a port that is
   closed, is filled by own clients, or takes datagrams.  */
static void port_note(struct fault_port *port)
{
    struct sonde_queue queue;
    if (port->fd < 0 || port->server->options->datagrams ||
        port->filler_count > 0 || sonde_queue(port->fd, &queue))
        return;
    if (!port->accepts || queue.queued > 0)
        port->seen->queued = queue.queued;
}

void fault_port_close(struct fault_port *port)
{
    port_note(port);
    fault_blackhole_close(port);
    if (port->watched)
        sonde_poller_remove(port->server->poller, port->fd);
    port->watched = false;
    port_remove_file(port);
    descriptor_close(&port->fd);
    descriptor_close(&port->second);
    for (size_t i = 0; i < FAULT_HELD; i++)
        free(port->held[i].bytes);
}
