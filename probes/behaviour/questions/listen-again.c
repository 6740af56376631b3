/* listen-again.c - listen on listening, connected and unbound sockets
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/behaviour/loopback.h"

/* The maximum number of clients that fill a queue.  */
enum { CLIENTS_MAX = 200 };

/* Accept and reset all connections queued at LISTENER, which becomes
   non-blocking.  Returns the number.  */
static int listen_again_drain(struct probe *probe, int listener)
{
    set_nonblocking(listener, true);
    return drain(probe, listener);
}

/* Fill the rest of LISTENER's queue with clients, which stay connected.
   Returns the number of new connections.  The question is skipped if none of
   CLIENTS_MAX new clients is rejected.  */
static int listen_again_fill(struct probe *probe, int listener)
{
    int fds[CLIENTS_MAX], next;
    int count = fill_queue(probe, listener, CLIENTS_MAX, false, fds, &next);
    if (!next)
        probe_skip(probe, "the queue holds more than %d at any backlog",
                   CLIENTS_MAX);
    return count;
}

/* Fill the queue of a new listener with the backlog FIRST, and listen again
   with SECOND.  Report, as the finding KEY, how many more connections are
   queued then and how many are accepted in all; or the errno of listen and how
   many are accepted nevertheless.  */
static void listen_again_report(struct probe *probe, const char *key, int first,
                                int second)
{
    int listener = tcp_listener(probe, first);
    int before = listen_again_fill(probe, listener);
    int result = resource_check(listen(listener, second), "listen");
    const char *error = result_text(result);
    settle(probe);
    int after = result < 0 ? 0 : listen_again_fill(probe, listener);
    int accepted = listen_again_drain(probe, listener);
    if (result < 0)
        probe_report(probe, key, "%s; %d of %d queued connections kept", error,
                     accepted, before);
    else
        probe_report(probe, key, "%d more connections queued; %d accepted",
                     after, accepted);
    close(listener);
}

/* Question listen.again: whether a second listen resizes the queue and keeps
   the queued connections.  The first backlog is 1; the second is the number of
   connections then queued and 8 more, since a system may raise small backlogs.
   The details are of a backlog of 8 after 1, and of 1 after 8.  */
static void listen_again_probe(struct probe *probe)
{
    int listener = tcp_listener(probe, 1);
    int before = listen_again_fill(probe, listener);
    probe_check(probe, listen(listener, before + 8), "listen");
    int more = listen_again_fill(probe, listener);
    int kept = listen_again_drain(probe, listener);
    probe_report(probe, "answer", "%s; queued connections are %s",
                 more > 0 ? "the queue is resized" : "the queue is not resized",
                 kept >= before + more ? "kept" : "lost");
    close(listener);
    listen_again_report(probe, "from-1-to-8", 1, 8);
    listen_again_report(probe, "from-8-to-1", 8, 1);
}

/* Question listen.unbound: listen on a socket that is not bound.  The answer is
   the errno, or success; then details tell the kind of the address that the
   kernel chose, "wildcard" or "one interface", and of the port, "ephemeral" or
   "0".  The question is skipped if no port is free.  */
static void listen_again_probe_unbound(struct probe *probe)
{
    int fd = tcp_socket(probe);
    int result = resource_check(listen(fd, 1), "listen");
    if (result < 0) {
        if (errno == EADDRINUSE)
            probe_skip(probe, "no local port is free (EADDRINUSE)");
        probe_report(probe, "answer", "%s", status_text(result));
        return;
    }
    struct sockaddr_in address = local_address(probe, fd);
    probe_report(probe, "answer", "success: the kernel chooses a port");
    probe_report(probe, "address", "%s",
                 address.sin_addr.s_addr == htonl(INADDR_ANY)
                     ? "wildcard"
                     : "one interface");
    probe_report(probe, "port", "%s", address.sin_port ? "ephemeral" : "0");
}

/* Question listen.connected: listen on a connected socket, and whether the
   connection survives; listen on a datagram socket; accept without listen.  */
static void listen_again_probe_connected(struct probe *probe)
{
    char byte = 0;
    struct pair pair = tcp_pair(probe);
    probe_report(probe, "answer", "%s", status_text(listen(pair.client, 1)));
    long sent = resource_check((int)send(pair.client, &byte, 1, 0), "send");
    long got = sent == 1 ? receive_byte(pair.server) : sent;
    if (got == 1)
        probe_report(probe, "connection", "stays open");
    else
        probe_report(probe, "connection", "fails: %s", result_text(got));
    int datagram = probe_check(probe, socket(AF_INET, SOCK_DGRAM, 0), "socket");
    probe_report(probe, "datagram-socket", "%s",
                 status_text(listen(datagram, 1)));
    probe_report(probe, "accept-without-listen", "%s",
                 status_text(accept(tcp_socket(probe), NULL, NULL)));
}

/* Question listen.early-data: send what the buffers take before accept, at most
   1 MiB; the amount, and whether all can be read afterwards.  */
static void listen_again_probe_early_data(struct probe *probe)
{
    enum { max = 1024 * 1024 };
    static char block[4096];
    long sent = 0, got = 0;
    ssize_t count;
    int listener = tcp_listener(probe, 4);
    int size = 65536;
    int client = tcp_socket(probe);
    struct sockaddr_in address = local_address(probe, listener);
    probe_check(probe, set_int(client, SOL_SOCKET, SO_SNDBUF, size),
                "setsockopt");
    probe_check(probe, connect_to(client, &address), "connect");
    set_nonblocking(client, true);
    while (sent < max &&
           (count = resource_check((int)send(client, block, sizeof block, 0),
                                   "send")) > 0)
        sent += count;
    /* EAGAIN of a socket that is writable is no full buffer.  */
    if (sent < max && (errno != EAGAIN || wait_for(client, POLLOUT, 0)))
        probe_check(probe, -1, "send");
    settle(probe);
    probe_check(probe, shutdown(client, SHUT_WR), "shutdown");
    int server = probe_check(probe, accept(listener, NULL, NULL), "accept");
    while (wait_for(server, POLLIN, LOOPBACK_TIMEOUT) &&
           (count = probe_check(
                probe, (int)recv(server, block, sizeof block, 0), "recv")) > 0)
        got += count;
    probe_report(probe, "answer", "%s",
                 sent == 0     ? "the client cannot send"
                 : got == sent ? "all of it is kept"
                               : "lost in part");
    probe_report(probe, "amount", "%s",
                 sent >= max     ? "at least 1 MiB"
                 : sent >= 65536 ? "at least 64 KiB, then send blocks"
                                 : "less than 64 KiB, then send blocks");
}

QUESTIONS(listen_again){
    {
        .id = "listen.again",
        .text = "listen again with another backlog",
        .why =
            "Servers call listen again when they reload their configuration; "
            "systems differ in whether the queue is resized and queued "
            "connections are kept.",
        .standard = "POSIX.1-2024 listen: a second call is unspecified.",
        .cope = "sonde_queue: reads the backlog in force",
        .probe = listen_again_probe,
    },
    {
        .id = "listen.unbound",
        .text = "listen on a socket without an address",
        .why =
            "A missing bind is no error: the server listens on an unexpected "
            "port.",
        .standard =
            "POSIX.1-2024 listen: EDESTADDRREQ, or an address chosen by the "
            "kernel. The notes: the kernel chooses an ephemeral port.",
        .cope = "sonde_listen: the address is always given",
        .probe = listen_again_probe_unbound,
        .where = IN_PROGRAM,
    },
    {
        .id = "listen.connected",
        .text = "listen on a connected socket",
        .why = "Shows whether listen on a wrong descriptor is an error.",
        .standard =
            "POSIX.1-2024 listen: EINVAL, \"the socket is already connected\"; "
            "EOPNOTSUPP for other types.",
        .cope = "sonde_listen makes its own socket",
        .probe = listen_again_probe_connected,
    },
    {
        .id = "listen.early-data",
        .text = "data received before accept",
        .why =
            "A client's connect and write succeed before the server accepts: "
            "success does not mean that the server is working.",
        .standard =
            "RFC 9293 3.10.7: data is received once the connection is "
            "ESTABLISHED. The notes: the kernel completes the handshake by "
            "itself.",
        .cope = "nothing: wait for a reply of the server",
        .probe = listen_again_probe_early_data,
    },
    END_OF_QUESTIONS,
};
