/* bind-choices.c - addresses and ports that the kernel chooses
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "probes/behaviour/tcp-table.h"
#include "probes/run/proc.h"

/* Report the local address of FD as the finding KEY, as in "127.0.0.1,
   ephemeral port" or "0.0.0.0, port 0", and return the address.  */
static struct sockaddr_in bind_choices_report_local(struct probe *probe,
                                                    const char *key, int fd)
{
    struct sockaddr_in address = local_address(probe, fd);
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    probe_report(probe, key, "%s, %s", host,
                 address.sin_port ? "ephemeral port" : "port 0");
    return address;
}

/* Bind a socket to port 0 of HOST, in host byte order, and report the local
   address as the finding KEY.  If bind fails, the question is skipped.  Returns
   whether the address is still HOST and the kernel chose a port.  */
static bool bind_choices_report_bound(struct probe *probe, const char *key,
                                      in_addr_t host)
{
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(probe);
    address.sin_addr.s_addr = htonl(host);
    probe_check(probe, bind_to(fd, &address), "bind");
    address = bind_choices_report_local(probe, key, fd);
    return address.sin_addr.s_addr == htonl(host) && address.sin_port;
}

/* Report the range of ephemeral ports by the kernel's setting
   ("ephemeral-range"), or why not readable, and the class of the lowest of 32
   ephemeral ports ("ephemeral-lowest"), whose sockets stay open.  */
static void bind_choices_report_range(struct probe *probe)
{
    long low, high;
    if (proc_ports(&low, &high) == 0)
        probe_report_read(probe, "ephemeral-range", "%ld to %ld", low, high);
    else
        probe_report_skip(probe, "ephemeral-range", "%s", proc_why(errno));
    for (int i = 0; i < 32; i++) {
        long port = ntohs(local_address(probe, tcp_bound(probe, 0)).sin_port);
        low = i == 0 || port < low ? port : low;
    }
    probe_report(probe, "ephemeral-lowest", "%s",
                 low >= 49152   ? "49152 or above (IANA)"
                 : low >= 32768 ? "32768 or above"
                 : low >= 1024  ? "1024 or above"
                                : "below 1024");
}

/* Report the status of bind to port 1 ("bind-port-1"), and the first port that
   needs no privilege by the kernel's setting ("unprivileged-port-start"), or
   why not readable.  "bind-port-1" is not testable if the port is in use, or if
   bind succeeds though the port needs privilege: by the setting or, if the
   setting is unknown, because the user is root.  The user alone does not
   decide: in a namespace root may lack the privilege, and another user may have
   it.  */
static void bind_choices_report_privileged(struct probe *probe)
{
    static const char key[] = "unprivileged-port-start";
    char text[80];
    struct sockaddr_in address = loopback_address(htons(1));
    int fd = tcp_socket(probe);
    int result = bind_to(fd, &address);
    int error = errno;
    long first = proc_number("net.ipv4.ip_unprivileged_port_start");
    bool needs_privilege = first >= 0 ? first > 1 : geteuid() == 0;
    errno = error;
    if (result == 0 && needs_privilege)
        probe_report_skip(probe, "bind-port-1", "this process is privileged");
    else if (result < 0 && error == EADDRINUSE)
        probe_report_skip(probe, "bind-port-1", "port 1 is in use");
    else
        probe_report_status(probe, "bind-port-1", result);
    close(fd);
    if (proc_setting("net.ipv4.ip_unprivileged_port_start", text,
                     sizeof text) == 0)
        probe_report_read(probe, key, "%s", text);
    else
        probe_report_skip(probe, key, "%s", proc_why(errno));
}

/* Question bind.choices: addresses and ports that the kernel chooses, a second
   bind, bind to a nonlocal address, and which ports are ephemeral and which
   privileged; the answer is whether bind to port 0 kept the address and chose a
   port.  */
static void bind_choices_probe(struct probe *probe)
{
    int fd = tcp_socket(probe);
    bind_choices_report_local(probe, "unbound", fd);
    bool as_requested =
        bind_choices_report_bound(probe, "wildcard-port-0", INADDR_ANY);
    as_requested &=
        bind_choices_report_bound(probe, "loopback-port-0", INADDR_LOOPBACK);
    bind_choices_report_local(probe, "connect-unbound", tcp_pair(probe).client);
    struct sockaddr_in address = loopback_address(0);
    probe_check(probe, bind_to(fd, &address), "bind");
    probe_report_status(probe, "bind-again", bind_to(fd, &address));
    address.sin_addr.s_addr = inet_addr("192.0.2.1");
    probe_report_status(probe, "nonlocal-address",
                        bind_to(tcp_socket(probe), &address));
    bind_choices_report_range(probe);
    bind_choices_report_privileged(probe);
    probe_report(
        probe, "answer", "%s",
        as_requested
            ? "port 0: the kernel chooses; wildcard address: kept"
            : "another address or port than requested: see the details");
}

/* Parameters of a question: two sockets for one port; OPTION is set for both,
   or for the second only; the first listens unless idle.  */
struct contest {
    int option; /* SO_REUSEADDR, ..., or 0 */
    bool second_only, first_wildcard, second_wildcard, first_idle;
};

/* Bind a second socket to the port of a first socket and listen, by the struct
   contest of the question.  The answer is "success", or the call that failed,
   bind or listen, with the errno.  If bind succeeded and the first socket is
   idle, report also listen of the first socket ("listen-on-first").  If the
   second bind fails with EADDRNOTAVAIL, the question is skipped: the address is
   missing, not in use.  */
static void bind_choices_probe_reuse(struct probe *probe)
{
    const struct contest *contest = probe->question->data;
    struct sockaddr_in address = loopback_address(0);
    int first =
        tcp_socket_with(probe, contest->second_only ? 0 : contest->option);
    int second = tcp_socket_with(probe, contest->option);
    if (contest->first_wildcard)
        address.sin_addr.s_addr = htonl(INADDR_ANY);
    probe_check(probe, bind_to(first, &address), "bind");
    if (!contest->first_idle)
        probe_check(probe, listen(first, 4), "listen");
    address.sin_port = local_address(probe, first).sin_port;
    address.sin_addr.s_addr =
        htonl(contest->second_wildcard ? INADDR_ANY : INADDR_LOOPBACK);
    if (bind_to(second, &address)) {
        if (errno == EADDRNOTAVAIL)
            probe_skip(probe, "bind: %s", result_text(-1));
        probe_report(probe, "answer", "bind: %s", result_text(-1));
        return;
    }
    int result = resource_check(listen(second, 4), "listen");
    probe_report(probe, "answer", "%s%s",
                 result ? "bind: success; listen: " : "", status_text(result));
    if (contest->first_idle)
        probe_report_status(probe, "listen-on-first", listen(first, 4));
}

/* Parameters of a question: SO_REUSEADDR or 0, for the first and the second
   server.  */
struct restart {
    int first, second;
};

/* The server's end closes first and stays in TIME_WAIT, and the listener is
   closed; then a second server binds to the port and listens.  Returns 0, or -1
   with the errno of bind or listen.  *STATE is the state of the closed end in
   the kernel's table, NULL without a readable table.  */
static int bind_choices_restart(struct probe *probe,
                                const struct restart *restart,
                                const char **state)
{
    int listener = tcp_bound(probe, restart->first);
    probe_check(probe, listen(listener, 4), "listen");
    struct sockaddr_in address = local_address(probe, listener);
    int client = tcp_client(probe, listener);
    in_port_t peer = local_address(probe, client).sin_port;
    close(probe_check(probe, accept(listener, NULL, NULL), "accept"));
    wait_input(client);
    receive_end(probe, client);
    close(client);
    settle(probe);
    *state = tcp_table_state(address.sin_port, peer, NULL);
    close(listener);
    int fd = tcp_socket_with(probe, restart->second);
    int result = bind_to(fd, &address);
    return result ? result : resource_check(listen(fd, 4), "listen");
}

/* Report the errno of the call that failed, bind or listen, or "success".  That
   says something only if there was a TIME_WAIT, which a kernel need not keep
   (Linux: tcp_max_tw_buckets).  There was one if the table shows it, or if the
   port cannot be bound without options; otherwise the question is skipped.
   Without a readable table "success" is reported.  */
static void bind_choices_probe_timewait(struct probe *probe)
{
    static const struct restart plain = {0, 0};
    const struct restart *restart = probe->question->data;
    const char *state;
    int result = bind_choices_restart(probe, restart, &state);
    bool is_there = result || !state || !strcmp(state, "TIME_WAIT");
    if (!is_there && restart->second)
        is_there =
            bind_choices_restart(probe, &plain, &state) && errno == EADDRINUSE;
    if (!is_there)
        probe_skip(probe, "the end that closed first is %s, not TIME_WAIT",
                   state ? state : "unknown");
    probe_report_status(probe, "answer", result);
}

#define REUSE(name, what, ...)                                                 \
    {                                                                          \
        .id = "bind.reuse." name, .text = what,                                \
        .why =                                                                 \
            "Two servers on one port: a restart that succeeds, a port that "   \
            "is stolen, or connections that are balanced.",                    \
        .standard =                                                            \
            "POSIX.1-2024 setsockopt: SO_REUSEADDR, bind should allow reuse "  \
            "of local addresses; details are the protocol's. SO_REUSEPORT is " \
            "not in POSIX.",                                                   \
        .cope = "sonde_listen: SONDE_REUSEADDR, by intent",                    \
        .probe = bind_choices_probe_reuse, .where = IN_PROGRAM,                \
        .data = &(const struct contest){__VA_ARGS__},                          \
    }
#define TIMEWAIT(name, one, two, what)                                         \
    {                                                                          \
        .id = "bind.reuse." name, .text = what,                                \
        .why = "A restarted server cannot bind to its port for half a minute " \
               "or more.",                                                     \
        .standard = "RFC 9293 3.6.1: TIME_WAIT lasts 2 MSL. The notes: all "   \
                    "TCP servers should set SO_REUSEADDR.",                    \
        .cope = "sonde_listen with SONDE_REUSEADDR",                           \
        .probe = bind_choices_probe_timewait,                                  \
        .data = &(const struct restart){one, two},                             \
    }

QUESTIONS(bind_choices){
    {
        .id = "bind.choices",
        .text = "wildcard address, port 0: the kernel's choices",
        .why =
            "A server that listens on an unexpected address or port was bound "
            "by the kernel.",
        .standard =
            "POSIX.1-2024 bind: EINVAL for a bound socket. The notes: the "
            "kernel chooses for port 0, and for a wildcard address when there "
            "is a connection.",
        .cope = "sonde_address_any, sonde_address_loopback, "
                "sonde_address_local",
        .probe = bind_choices_probe,
    },
    REUSE("none", "bind to a listener's port, without options", .option = 0),
    REUSE("addr", "bind to a listener's port, both with SO_REUSEADDR",
          .option = SO_REUSEADDR),
    REUSE("addr-idle", "both with SO_REUSEADDR, the first not listening",
          .option = SO_REUSEADDR, .first_idle = true),
    REUSE("addr-wildcard", "both with SO_REUSEADDR, wildcard then loopback",
          .option = SO_REUSEADDR, .first_wildcard = true),
    REUSE("addr-specific", "both with SO_REUSEADDR, loopback then wildcard",
          .option = SO_REUSEADDR, .second_wildcard = true),
#ifdef SO_REUSEPORT
    REUSE("port", "bind to a listener's port, both with SO_REUSEPORT",
          .option = SO_REUSEPORT),
    REUSE("port-second", "bind to a listener's port, with SO_REUSEPORT alone",
          .option = SO_REUSEPORT, .second_only = true),
#endif
    TIMEWAIT("timewait", 0, 0, "the port of a connection in TIME_WAIT"),
    TIMEWAIT("timewait-addr", SO_REUSEADDR, SO_REUSEADDR,
             "TIME_WAIT, both servers with SO_REUSEADDR"),
    TIMEWAIT("timewait-new", 0, SO_REUSEADDR,
             "TIME_WAIT, the second server with SO_REUSEADDR"),
    END_OF_QUESTIONS,
};
