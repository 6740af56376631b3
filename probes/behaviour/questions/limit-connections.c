/* limit-connections.c - limits of the number of connections
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "probes/behaviour/loopback.h"
#include "probes/run/namespace.h"
#include "probes/run/proc.h"

/* Connect a new socket to LISTENER from the local address and port of OTHER,
   with SO_REUSEADDR.  Returns the errno of bind, or else the status of connect,
   as text.  The socket stays open.  */
static const char *limit_connections_same_port(struct probe *probe, int other,
                                               int listener)
{
    struct sockaddr_in from = local_address(probe, other);
    struct sockaddr_in to = local_address(probe, listener);
    int fd = tcp_socket_with(probe, SO_REUSEADDR);
    if (bind_to(fd, &from))
        return result_text(-1);
    return status_text(connect_to(fd, &to));
}

/* A client bound to an ephemeral port with SO_REUSEADDR, and connected to
   LISTENER; on failure the question is skipped.  */
static int limit_connections_client(struct probe *probe, int listener)
{
    struct sockaddr_in to = local_address(probe, listener);
    int fd = tcp_bound(probe, SO_REUSEADDR);
    probe_check(probe, connect_to(fd, &to), "connect");
    return fd;
}

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT -1 /* setsockopt fails */
#endif

/* How a client gets its port: by connect, by bind to port 0, or by connect
   after such a bind with IP_BIND_ADDRESS_NO_PORT.  */
enum port_by { BY_CONNECT, BY_BIND, BY_LATE_BIND };

/* Connect a client to LISTENER, into *FD, with a port chosen BY; *FD stays open
   after a failure.  Returns "success", or the failed call and its errno, as in
   "bind: EADDRINUSE" (the errno alone if IP_BIND_ADDRESS_NO_PORT cannot be
   set), valid until the next call.  */
static const char *limit_connections_connect(struct probe *probe, int listener,
                                             enum port_by by, int *fd)
{
    static char text[40];
    struct sockaddr_in here = loopback_address(0);
    struct sockaddr_in to = local_address(probe, listener);
    const char *call = "connect";
    *fd = tcp_socket(probe);
    int result = 0;
    if (by == BY_LATE_BIND &&
        set_int(*fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1))
        return result_text(-1);
    if (by != BY_CONNECT)
        result = bind_to(*fd, &here);
    if (result)
        call = "bind";
    else
        result = connect_to(*fd, &to);
    snprintf(text, sizeof text, "%s: %s", call, status_text(result));
    return result ? text : "success";
}

/* Report, as the finding KEY, the outcome (limit_connections_connect) of a
   second connection, to the listener SECOND, while a first connection, to
   FIRST, has the only ephemeral port there is; both with a port chosen BY.  If
   the first connection fails, its failure is reported.  Both are closed by
   RST.  */
static void limit_connections_report_shared(struct probe *probe,
                                            const char *key, int first,
                                            int second, enum port_by by)
{
    int one, two;
    const char *text = limit_connections_connect(probe, first, by, &one);
    if (!strcmp(text, "success"))
        text = limit_connections_connect(probe, second, by, &two);
    else
        two = -1;
    probe_report(probe, key, "%s", text);
    reset(one);
    reset(two);
}

/* Report whether connections to several servers share a local port that the
   kernel chooses, in a new network namespace with one ephemeral port, which the
   process does not leave: by connect, by bind, with IP_BIND_ADDRESS_NO_PORT,
   and to one server twice.  If such a namespace cannot be made, only
   "one-ephemeral-port" is reported, as not testable.  */
static void limit_connections_report_ports(struct probe *probe)
{
    struct namespace_trouble trouble;
    if (namespace_enter(&trouble)) {
        probe_report_skip(probe, "one-ephemeral-port", "%s", trouble.text);
        return;
    }
    int first = tcp_listener(probe, 8), second = tcp_listener(probe, 8);
    if (namespace_set("net.ipv4.ip_local_port_range", "61001 61001",
                      &trouble)) {
        probe_report_skip(probe, "one-ephemeral-port", "%s", trouble.text);
        return;
    }
    limit_connections_report_shared(probe, "one-ephemeral-port", first, second,
                                    BY_CONNECT);
    limit_connections_report_shared(probe, "one-ephemeral-port-bind", first,
                                    second, BY_BIND);
    limit_connections_report_shared(probe, "IP_BIND_ADDRESS_NO_PORT", first,
                                    second, BY_LATE_BIND);
    limit_connections_report_shared(probe, "one-ephemeral-port-again", first,
                                    first, BY_CONNECT);
}

/* Question limit.connections: whether two connections to two servers, or to
   one, can share a local port: one that the client chooses, and in a new
   network namespace, one that the kernel chooses.  Also the limits of
   descriptors and the number of ephemeral ports.  The answer names the limits:
   descriptors and local ports, the latter for each server apart if a port that
   the client chose served two servers.  */
static void limit_connections_probe(struct probe *probe)
{
    struct rlimit files;
    long low, high;
    int first = tcp_listener(probe, 8), second = tcp_listener(probe, 8);
    int client = limit_connections_client(probe, first);
    const char *other = limit_connections_same_port(probe, client, second);
    const char *same = limit_connections_same_port(probe, client, first);
    probe_check(probe, getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
    probe_report(probe, "one-port-two-servers", "%s", other);
    probe_report(probe, "one-port-same-server", "%s", same);
    probe_report_read(probe, "descriptors", "%llu (hard limit %llu)",
                      (unsigned long long)files.rlim_cur,
                      (unsigned long long)files.rlim_max);
    if (proc_ports(&low, &high) == 0)
        probe_report_read(probe, "ports-per-destination", "%ld",
                          high - low + 1);
    else
        probe_report_skip(probe, "ports-per-destination", "%s",
                          proc_why(errno));
    probe_report(probe, "answer", "%s",
                 *other == 's'
                     ? "descriptors; and local ports, for one pair of "
                       "addresses and one server port"
                     : "descriptors and local ports");
    limit_connections_report_ports(probe);
}

QUESTIONS(limit_connections){
    {
        .id = "limit.connections",
        .text = "what limits the number of connections",
        .why =
            "A server is not limited to 65535 clients, which differ by address "
            "and port; a client address to one server is.",
        .standard =
            "RFC 9293 3.4.1: a connection is a pair of sockets, each an "
            "address and a port. The notes: a server handles at most 65535; "
            "this limit is of one client address and one port of the server.",
        .cope = "sonde_reserve_shed, when descriptors run out",
        .probe = limit_connections_probe,
        .where = IN_BOTH,
    },
    END_OF_QUESTIONS,
};
