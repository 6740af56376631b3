/* blackhole.c - keep an accept queue full
   SPDX-License-Identifier: GPL-3.0-or-later

   Own clients fill the queue, until one gets no answer although a connection
   begun later, to a listener with room, comes through.  A busy host is thus not
   taken for a full queue.  The clients stay: on Linux even a client that closes
   keeps its place until accept.  Elsewhere a place may become free, so another
   client of this server tries to take it twice a second.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/queue-client.h"
#include "base/wait.h"
#include "faults/server.h"

/* Clients at most; milliseconds of silence, of the reference, between
   looks.  */
enum {
    FILLERS_MAX = 1024,
    SILENCE_MS = 200,
    REFERENCE_MS = 5000,
    LOOK_MS = 500
};

/* The result of one client.  */
enum filler {
    FILLER_IN,
    FILLER_SILENT,
    FILLER_FULL,
    FILLER_REFUSED,
    FILLER_NONE
};

/* The address for own clients of PORT: that of the listener; with --any and IP,
   the loopback address at the same port.  */
static struct sonde_address blackhole_target(const struct fault_port *port)
{
    struct sonde_address address = port->local;
    int number = sonde_address_port(&address);
    if (port->server->options->any && number > 0)
        sonde_address_loopback(&address, port->server->options->family,
                               (uint16_t)number);
    return address;
}

/* Whether ERROR, the errno of a connect, means RST.  */
static bool blackhole_is_refused(int error)
{
    return error == ECONNREFUSED || error == ECONNRESET;
}

/* Connect one more client to PORT, waiting up to TIMEOUT milliseconds.  Returns
   IN, connected, or SILENT, no answer yet: *FD is the socket.  Otherwise *FD is
   -1, and the result is FULL after EAGAIN of connect, REFUSED after RST, or
   NONE with the errno of any other failure.  */
static enum filler filler_connect(const struct fault_port *port, int timeout,
                                  int *fd)
{
    struct sonde_address target = blackhole_target(port);
    *fd = queue_client_socket(target.storage.ss_family);
    if (*fd < 0)
        return FILLER_NONE;
    enum client_state state = queue_client_connect(*fd, &target);
    if (state == CLIENT_PENDING && wait_one(*fd, POLLOUT, timeout) > 0)
        state = queue_client_check(*fd);
    if (state == CLIENT_CONNECTED)
        return FILLER_IN;
    if (state == CLIENT_PENDING)
        return FILLER_SILENT;
    bool failed = state == CLIENT_FAILED; /* else a call failed */
    bool is_refused = failed && blackhole_is_refused(errno);
    bool is_full = failed && errno == EAGAIN;
    descriptor_close(fd);
    return is_full ? FILLER_FULL : is_refused ? FILLER_REFUSED : FILLER_NONE;
}

/* Whether a new connection of FAMILY to another listener, with room, comes
   through within REFERENCE_MS.  False also if a call fails.  */
static bool has_reference(int family)
{
    const char *failed;
    struct sonde_address address;
    bool connected = false;
    int listener = queue_listener(family, 8, &failed);
    int fd = listener < 0 ? -1 : queue_client_socket(family);
    if (fd >= 0 && !sonde_address_local(listener, &address)) {
        enum client_state state = queue_client_connect(fd, &address);
        if (state == CLIENT_PENDING && wait_one(fd, POLLOUT, REFERENCE_MS) > 0)
            state = queue_client_check(fd);
        connected = state == CLIENT_CONNECTED;
    }
    descriptor_close(&fd);
    descriptor_close(&listener);
    return connected;
}

/* Keep FD as a client of PORT, and count the clients in the report.  Returns
   true; or false, FD closed, without memory.  */
static bool filler_keep(struct fault_port *port, int fd)
{
    int *fillers =
        realloc(port->fillers, (port->filler_count + 1) * sizeof *fillers);
    if (!fillers) {
        close(fd);
        return false;
    }
    port->fillers = fillers;
    fillers[port->filler_count++] = fd;
    port->seen->filled = (long)port->filler_count;
    return true;
}

/* PORT cannot be opened: set exit status and reason.  Returns -1.  */
static int blackhole_fail(struct fault_port *port, int status, const char *why)
{
    snprintf(port->reason, sizeof port->reason, "%s", why);
    port->status = status;
    return -1;
}

/* PORT cannot be opened: this kernel answers by RST.  Set the reason and the
   exit status 1.  Returns -1.  */
static int blackhole_refuse(struct fault_port *port)
{
    return blackhole_fail(port, 1,
                          "this kernel answers a client of a full queue by RST "
                          "(ECONNREFUSED), so connect fails at once");
}

/* The client FD got no answer: make a reference connection, which may take
   REFERENCE_MS.  Returns 1, FD closed, if the queue is full: the reference came
   through; 0, FD kept, if FD has connected by now; -1 with the reason and the
   exit status in PORT, FD closed.  */
static int blackhole_check(struct fault_port *port, int fd)
{
    int result = 1;
    if (!has_reference(port->server->options->family)) {
        result = blackhole_fail(port, 2,
                                "no connection over the loopback "
                                "interface comes through");
    } else {
        enum client_state state = queue_client_check(fd);
        if (state == CLIENT_CONNECTED)
            return filler_keep(port, fd)
                       ? 0
                       : blackhole_fail(port, 2, "out of memory");
        if (state == CLIENT_FAILED && blackhole_is_refused(errno))
            result = blackhole_refuse(port);
        else if (state != CLIENT_PENDING)
            result = blackhole_fail(port, 2, "the queue cannot be filled");
    }
    close(fd);
    return result;
}

/* Check that no client so far was reset, without waiting: some kernels connect
   all clients, and reset those beyond the queue.  Returns 0; or -1 with the
   reason and the exit status in PORT, also if a call fails.  */
static int fillers_check(struct fault_port *port)
{
    long count = queue_clients_connected(port->fillers, port->filler_count);
    if (count < 0)
        return blackhole_fail(port, 2, QUEUE_CLIENT_CALLS " fails");
    if (count == (long)port->filler_count)
        return 0;
    return blackhole_fail(port, 1,
                          "this kernel resets connections beyond its queue, so "
                          "connect completes");
}

/* Add a client to PORT's queue, waiting up to SILENCE_MS, and REFERENCE_MS for
   a client without an answer.  Returns 1 if the queue is full, 0 if there may
   be room, or -1 with the reason and the exit status in PORT.  */
static int blackhole_add(struct fault_port *port)
{
    int fd;
    switch (filler_connect(port, SILENCE_MS, &fd)) {
    case FILLER_IN:
        if (!filler_keep(port, fd))
            return blackhole_fail(port, 2, "out of memory");
        return fillers_check(port);
    case FILLER_SILENT:
        return blackhole_check(port, fd);
    case FILLER_FULL:
        return 1;
    case FILLER_REFUSED:
        return blackhole_refuse(port);
    case FILLER_NONE:
        break;
    }
    snprintf(port->reason, sizeof port->reason,
             "the queue cannot be filled: %s", strerror(errno));
    port->status = 2;
    return -1;
}

int fault_blackhole_open(struct fault_port *port)
{
    struct sonde_queue queue;
    port->accepts = false;
    for (int i = 0; i < FILLERS_MAX; i++) {
        int result = blackhole_add(port);
        if (result < 0)
            return -1;
        if (result == 0)
            continue;
        port->first_drops =
            sonde_queue(port->fd, &queue) ? -1 : (int64_t)queue.drops;
        return 0;
    }
    return blackhole_fail(port, 1, "this kernel queues more than 1024 clients");
}

/* End the trial of the last tick, if there is one.  The trial client is kept if
   connected by now, which may take a moment after connect; else closed, and
   counted as an own dropped SYN if still pending.  */
static void blackhole_end_trial(struct fault_port *port)
{
    if (port->trial < 0)
        return;
    enum client_state state = queue_client_check(port->trial);
    port->own_drops += state == CLIENT_PENDING;
    if (state == CLIENT_CONNECTED)
        filler_keep(port, port->trial);
    else
        close(port->trial);
    port->trial = -1;
}

int64_t fault_blackhole_tick(struct fault_port *port, int64_t now)
{
    int fd;
    if (port->due > now)
        return port->due;
    blackhole_end_trial(port);
    enum filler result = port->filler_count < FILLERS_MAX
                             ? filler_connect(port, 0, &fd)
                             : FILLER_FULL;
    if (result == FILLER_SILENT)
        port->trial = fd;
    else if (result == FILLER_IN)
        filler_keep(port, fd);
    port->due = now + LOOK_MS;
    return port->due;
}

void fault_blackhole_close(struct fault_port *port)
{
    struct sonde_queue queue;
    blackhole_end_trial(port);
    if (port->filler_count == 0)
        return;
    if (port->fd >= 0 && port->first_drops >= 0 &&
        !sonde_queue(port->fd, &queue) && queue.drops >= 0) {
        int64_t drops = queue.drops - port->first_drops - port->own_drops;
        port->seen->dropped = drops > 0 ? drops : 0;
    }
    for (size_t i = 0; i < port->filler_count; i++)
        close(port->fillers[i]);
    free(port->fillers);
    port->fillers = NULL;
    port->filler_count = 0;
}
