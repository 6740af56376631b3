/* connect-only.c - clients that connect to any TCP server and send no byte
   SPDX-License-Identifier: GPL-3.0-or-later

   Each client stays connected until the last has connected or failed, so that a
   reset after the handshake is noticed.  Then all shut down their side at once,
   read what the server still sends, and close: a client that closes with unread
   input would send RST instead of FIN.  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/descriptors.h"
#include "base/wait.h"
#include "load/run.h"

enum {
    ONLY_TICK = 20,                /* milliseconds between two checks */
    ONLY_PROGRESS = 200 * 1000000, /* nanoseconds */
    ONLY_LINGER = 2000,            /* milliseconds for the servers' FINs */
    ONLY_READS = 64,               /* of a client at a time, at most */
    ONLY_BEGINS = 64               /* clients between two waits, at most */
};

enum only_state { ONLY_WAITING, ONLY_CONNECTING, ONLY_CONNECTED, ONLY_ENDED };

struct only_client {
    int fd;
    enum only_state state;
    int64_t since; /* call of connect */
};

struct only {
    const struct load_plan *plan;
    const struct sonde_address *source; /* or NULL */
    struct load_report *report;
    struct sonde_poller *poller;
    struct only_client *clients;
    size_t next;    /* the first client that has not begun */
    size_t pending; /* clients that are connecting */
    size_t open;    /* clients that are connected */
    int64_t start, last;
    int trouble; /* errno of the poller, or 0 */
};

/* ---- one client ---------------------------------------------------------- */

/* Close the socket of CLIENT, if any, and go to ONLY_ENDED; PENDING and OPEN no
   longer count CLIENT.  No error is counted.  The SYNs sent again by a client
   that has not connected are added to the report.  */
static void only_close(struct only *only, struct only_client *client)
{
    if (client->fd >= 0 && client->state == ONLY_CONNECTING)
        load_count_retransmissions(only->report, client->fd);
    if (client->fd >= 0)
        sonde_poller_remove(only->poller, client->fd);
    descriptor_close(&client->fd);
    only->pending -= client->state == ONLY_CONNECTING;
    only->open -= client->state == ONLY_CONNECTED;
    client->state = ONLY_ENDED;
}

/* Count ERROR in the report, set LAST to the time now, and close CLIENT.  */
static void only_fail(struct only *only, struct only_client *client,
                      enum load_error error)
{
    only->report->errors[error]++;
    only->last = monotonic_now();
    only_close(only, client);
}

/* Whether this host has the source, if given, and an address that reaches the
   peer: a UDP socket, whose ports are not those of TCP, can be bound to the
   source and connected to the peer; neither call sends a packet.  False also
   without a socket.  */
static bool only_has_address(const struct only *only)
{
    const struct sonde_address *peer = &only->report->peer;
    const struct sonde_address *source = only->source;
    int fd = sonde_socket(peer->storage.ss_family, SOCK_DGRAM, SONDE_CLOEXEC);
    if (fd >= 0 && source &&
        bind(fd, (const void *)&source->storage, source->length))
        descriptor_close(&fd);
    bool reaches =
        fd >= 0 && !connect(fd, (const void *)&peer->storage, peer->length);
    descriptor_close(&fd);
    return reaches;
}

/* connect, or a call before connect, failed with the errno ERROR: count the
   error, set LAST to the time now, and close CLIENT.  The error is LOAD_NO_PORT
   (no local port is free) for EADDRINUSE with a source, and for EADDRNOTAVAIL
   if only_has_address: without the addresses, EADDRNOTAVAIL means a source of
   another host, or IPv6 switched off.  Other errors are by load_error_of.  */
static void only_refuse(struct only *only, struct only_client *client,
                        int error)
{
    bool is_full = (only->source && error == EADDRINUSE) ||
                   (error == EADDRNOTAVAIL && only_has_address(only));
    only_fail(only, client, is_full ? LOAD_NO_PORT : load_error_of(error));
}

/* connect of CLIENT has ended: set LAST to the time now.  After success count
   CLIENT as connected, with the time, the retransmissions and a second SYN, go
   to ONLY_CONNECTED, and watch the socket no longer.  After a failure count the
   error, and close CLIENT.  */
static void only_confirm(struct only *only, struct only_client *client)
{
    struct load_report *report = only->report;
    int error = load_socket_error(client->fd);
    if (error) {
        only_refuse(only, client, error);
        return;
    }
    only->last = monotonic_now();
    histogram_add(&report->connect, only->last - client->since);
    report->connects++;
    report->retried += load_count_retransmissions(report, client->fd) > 0;
    only->pending--;
    only->open++;
    client->state = ONLY_CONNECTED;
    /* No event is needed before the end, which is the same for all.  */
    sonde_poller_remove(only->poller, client->fd);
}

/* Make a TCP socket, non-blocking and close-on-exec, and bind the socket to the
   source if given.  If the plan has reset, close will send RST; a failure to
   set SO_LINGER is ignored.  Returns the socket; or -1 with the errno of
   sonde_socket or bind, and nothing is left open.  */
static int only_open_socket(const struct only *only)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    const struct sonde_address *source = only->source;
    int fd = sonde_socket(only->report->peer.storage.ss_family, SOCK_STREAM,
                          SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd >= 0 && source &&
        bind(fd, (const void *)&source->storage, source->length))
        descriptor_close(&fd);
    if (fd >= 0 && only->plan->reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return fd;
}

/* Begin to connect CLIENT, counted in PENDING, and watch its socket for the end
   of connect.  A connect that succeeds at once is confirmed; a failure of
   connect, socket, bind or the poller is counted and closes CLIENT.  */
static void only_begin(struct only *only, struct only_client *client)
{
    const struct sonde_address *peer = &only->report->peer;
    client->since = monotonic_now();
    client->state = ONLY_CONNECTING;
    only->pending++;
    client->fd = only_open_socket(only);
    if (client->fd < 0 ||
        sonde_poller_add(only->poller, client->fd, SONDE_WRITABLE, client))
        only_refuse(only, client, errno);
    else if (!connect(client->fd, (const void *)&peer->storage, peer->length))
        only_confirm(only, client);
    else if (errno != EINPROGRESS && errno != EINTR)
        only_refuse(only, client, errno);
}

/* ---- all clients --------------------------------------------------------- */

/* When client INDEX is due, in nanoseconds of monotonic_now; the start without
   a rate.  */
static int64_t only_due(const struct only *only, size_t index)
{
    return only->plan->rate ? only->start + (int64_t)((double)index * 1e9 /
                                                      (double)only->plan->rate)
                            : only->start;
}

/* Begin the clients that are due by the rate, or without a rate all; at most
   ONLY_BEGINS in one call: more would delay noticing that an earlier client is
   connected, and so lengthen its time.  If others are due, only_timeout is
   0.  */
static void only_begin_due(struct only *only)
{
    for (int i = 0; i < ONLY_BEGINS && only->next < only->plan->connections &&
                    only_due(only, only->next) <= monotonic_now();
         i++)
        only_begin(only, &only->clients[only->next++]);
}

/* For each client that is still connecting at NOW, after its timeout: count
   SONDE_CONNECT_TIMED_OUT and close the client; but if connect has ended, and
   no wait has reported the end yet, confirm instead.  */
static void only_expire(struct only *only, int64_t now)
{
    for (size_t i = 0; i < only->next; i++) {
        struct only_client *client = &only->clients[i];
        if (client->state != ONLY_CONNECTING ||
            now - client->since < only->plan->timeout)
            continue;
        if (wait_one(client->fd, POLLOUT, 0) > 0)
            only_confirm(only, client);
        else
            only_fail(only, client, (enum load_error)SONDE_CONNECT_TIMED_OUT);
    }
}

/* Milliseconds until the next client is due, rounded down, at least 0,
   ONLY_TICK at most; ONLY_TICK if all clients have begun.  */
static int only_timeout(const struct only *only)
{
    if (only->next == only->plan->connections)
        return ONLY_TICK;
    int64_t left = (only_due(only, only->next) - monotonic_now()) / 1000000;
    return left < 0 ? 0 : left < ONLY_TICK ? (int)left : ONLY_TICK;
}

/* Wait up to TIMEOUT milliseconds, and call HANDLE for each client with an
   event.  Returns false after a signal, or if the poller fails, with its errno
   in trouble; otherwise true, also without an event.  The self-pipe is not
   read: after a signal each further wait ends at once, with false.  */
static bool only_wait(struct only *only, int timeout,
                      void (*handle)(struct only *, struct only_client *))
{
    struct sonde_event event;
    if (sonde_poller_wait(only->poller, timeout) < 0) {
        only->trouble = errno;
        return false;
    }
    bool has_signal = false;
    while (sonde_poller_next(only->poller, &event))
        if (event.data)
            handle(only, event.data);
        else
            has_signal = true;
    return !has_signal;
}

/* The socket of CLIENT is ready: if CLIENT is connecting, count its success, or
   its failure, which closes CLIENT.  */
static void only_connected(struct only *only, struct only_client *client)
{
    if (client->state == ONLY_CONNECTING)
        only_confirm(only, client);
}

/* Whether clients have not begun, or are connecting.  */
static bool only_is_connecting(const struct only *only)
{
    return only->next < only->plan->connections || only->pending > 0;
}

/* Connect all clients, with reports to PROGRESS, unless NULL, until each has
   connected or failed, or a signal, interruption by PROGRESS or trouble:
   clients then stay in their state.  Sets interrupted in the report if a signal
   or PROGRESS comes before the last client is done.  Bounded: each ends within
   the plan's timeout.  */
static void only_connect(struct only *only, load_progress_function *progress)
{
    int64_t tick = 0, reported = 0;
    while (only_is_connecting(only)) {
        only_begin_due(only);
        if (!only_wait(only, only_timeout(only), only_connected))
            break;
        int64_t now = monotonic_now();
        if (now >= tick) {
            only_expire(only, now);
            tick = now + (int64_t)ONLY_TICK * 1000000;
            /* The poller reports no signal if each call is interrupted.  */
            if (sonde_selfpipe_read())
                break;
        }
        if (progress && now >= reported) {
            if (!progress(only->report, now - only->start))
                break;
            reported =
                now + ONLY_PROGRESS - (now - only->start) % ONLY_PROGRESS;
        }
    }
    only->report->interrupted = !only->trouble && only_is_connecting(only);
}

/* ---- the end ------------------------------------------------------------- */

/* Read and drop what the server sent, by at most ONLY_READS reads; close CLIENT
   at end of file or after an error, which is not counted.  */
static void only_drain(struct only *only, struct only_client *client)
{
    char bytes[4096];
    ssize_t count = 1;
    for (int i = 0; i < ONLY_READS && count > 0; i++)
        count = sonde_read(client->fd, bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN))
        only_close(only, client);
}

/* Count and close the clients reset by the server, or with another error of the
   socket, since they connected.  They remain counted as connects.  */
static void only_count_resets(struct only *only)
{
    for (size_t i = 0; i < only->next; i++) {
        struct only_client *client = &only->clients[i];
        int error =
            client->state == ONLY_CONNECTED ? load_socket_error(client->fd) : 0;
        if (error)
            only_fail(only, client, load_error_of(error));
    }
}

/* End all connections: with reset of the plan by RST; otherwise by FIN, with up
   to 2 s for the servers' FINs, or no time after an interruption.  Clients
   still connecting are closed, too.  No error is counted; a failure of the
   poller while waiting sets trouble.  A signal ends the wait, but does not set
   interrupted: the run was complete before.  */
static void only_end(struct only *only)
{
    int64_t deadline =
        sonde_deadline(only->report->interrupted ? 0 : ONLY_LINGER);
    for (size_t i = 0; i < only->next && !only->plan->reset; i++) {
        struct only_client *client = &only->clients[i];
        if (client->state == ONLY_CONNECTED &&
            (sonde_half_close(client->fd) ||
             sonde_poller_add(only->poller, client->fd, SONDE_READABLE,
                              client)))
            only_close(only, client);
    }
    while (!only->plan->reset && only->open > 0 &&
           sonde_deadline_left(deadline) > 0 &&
           only_wait(only, sonde_deadline_left(deadline), only_drain))
        continue;
    for (size_t i = 0; i < only->next; i++)
        only_close(only, &only->clients[i]);
}

/* ---- from beginning to end ----------------------------------------------- */

/* Open the poller, allocate the clients, and let SIGINT and SIGTERM end the run
   by the self-pipe.  Returns false with errno on failure; the caller calls
   only_free in each case.  */
static bool only_make(struct only *only)
{
    only->poller = sonde_poller_open(SONDE_POLLER_BEST);
    only->clients = calloc(only->plan->connections, sizeof *only->clients);
    for (size_t i = 0; only->clients && i < only->plan->connections; i++)
        only->clients[i].fd = -1;
    int fd = only->poller && only->clients ? sonde_selfpipe_open() : -1;
    return fd >= 0 && !sonde_selfpipe_catch(SIGINT) &&
           !sonde_selfpipe_catch(SIGTERM) &&
           !sonde_poller_add(only->poller, fd, SONDE_READABLE, NULL);
}

/* Free the poller and the clients, close the self-pipe, and restore the
   signals.  The sockets of the clients have been closed before.  */
static void only_free(struct only *only)
{
    sonde_poller_close(only->poller);
    sonde_selfpipe_close();
    free(only->clients);
}

int load_connect_only(const struct load_plan *plan,
                      const struct sonde_address *peer,
                      const struct sonde_address *source,
                      load_progress_function *progress,
                      struct load_report *report)
{
    *report =
        (struct load_report){.plan = plan, .type = SOCK_STREAM, .peer = *peer};
    struct only only = {.plan = plan, .source = source, .report = report};
    budget_volunteer(); /* may fail: the plan fits the memory left */
    int error = only_make(&only) ? 0 : errno;
    if (!error) {
        only.start = only.last = monotonic_now();
        only_connect(&only, progress);
        only_count_resets(&only);
        report->elapsed = only.last - only.start;
        only_end(&only);
        error = only.trouble;
    }
    only_free(&only);
    errno = error;
    return error ? -1 : 0;
}
