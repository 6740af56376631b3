/* bind-choices.c - addresses and ports that the kernel chooses
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "probes/run/proc.h"

/* Write the local address of FD to TEXT of SIZE bytes, as in "127.0.0.1,
   ephemeral port" or "0.0.0.0, port 0".  Returns TEXT.  */
static const char *bind_choices_local_text(struct probe *probe, int fd,
                                           char *text, size_t size)
{
    struct sockaddr_in address = local_address(probe, fd);
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    snprintf(text, size, "%s, %s", host,
             address.sin_port ? "ephemeral port" : "port 0");
    return text;
}

/* Bind a socket to port 0 of HOST, in host byte order, and report the local
   address as the finding KEY.  Returns whether the address is still HOST and
   the kernel chose a port.  */
static bool bind_choices_report_bound(struct probe *probe, const char *key,
                                      in_addr_t host)
{
    char text[80];
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(probe);
    address.sin_addr.s_addr = htonl(host);
    probe_check(probe, bind_to(fd, &address), "bind");
    probe_report(probe, key, "%s",
                 bind_choices_local_text(probe, fd, text, sizeof text));
    address = local_address(probe, fd);
    close(fd);
    return address.sin_addr.s_addr == htonl(host) && address.sin_port;
}

/* Report the range of ephemeral ports by the kernel's setting, and the class of
   the lowest of 32 ephemeral ports.  The range is skipped if the setting cannot
   be read.  */
static void bind_choices_report_range(struct probe *probe)
{
    long low, high;
    if (proc_ports(&low, &high) == 0)
        probe_report_read(probe, "ephemeral-range", "%ld to %ld", low, high);
    else
        probe_report_skip(probe, "ephemeral-range", "%s", proc_why(errno));
    for (int i = 0; i < 32; i++) {
        struct sockaddr_in address = loopback_address(0);
        int fd = tcp_socket(probe);
        probe_check(probe, bind_to(fd, &address), "bind");
        long port = ntohs(local_address(probe, fd).sin_port);
        low = i == 0 || port < low ? port : low;
    }
    probe_report(probe, "ephemeral-lowest", "%s",
                 low >= 49152   ? "49152 or above (IANA)"
                 : low >= 32768 ? "32768 or above"
                 : low >= 1024  ? "1024 or above"
                                : "below 1024");
}

/* Report the result of bind to port 1 without privilege, and the first port
   that needs none.  In a namespace or container root may lack the privilege,
   and a host may require none.  The finding of port 1 is skipped for root if
   bind is not refused.  */
static void bind_choices_report_privileged(struct probe *probe)
{
    char text[80];
    struct sockaddr_in address = loopback_address(htons(1));
    int fd = tcp_socket(probe);
    int result = bind_to(fd, &address);
    bool refused = result < 0 && (errno == EACCES || errno == EPERM);
    if (!refused && geteuid() == 0)
        probe_report_skip(probe, "bind-port-1", "this process is privileged");
    else
        probe_report(probe, "bind-port-1", "%s", status_text(result));
    close(fd);
    if (proc_setting("net.ipv4.ip_unprivileged_port_start", text,
                     sizeof text) == 0)
        probe_report_read(probe, "unprivileged-port-start", "%s", text);
    else
        probe_report_skip(probe, "unprivileged-port-start", "%s",
                          proc_why(errno));
}

static void bind_choices_probe(struct probe *probe)
{
    char text[80];
    int fd = tcp_socket(probe);
    probe_report(probe, "unbound", "%s",
                 bind_choices_local_text(probe, fd, text, sizeof text));
    bool as_requested =
        bind_choices_report_bound(probe, "wildcard-port-0", INADDR_ANY);
    as_requested &=
        bind_choices_report_bound(probe, "loopback-port-0", INADDR_LOOPBACK);
    struct pair pair = tcp_pair(probe);
    probe_report(
        probe, "connect-unbound", "%s",
        bind_choices_local_text(probe, pair.client, text, sizeof text));
    struct sockaddr_in address = loopback_address(0);
    probe_check(probe, bind_to(fd, &address), "bind");
    probe_report(probe, "bind-again", "%s", status_text(bind_to(fd, &address)));
    int other = tcp_socket(probe);
    address.sin_addr.s_addr = inet_addr("192.0.2.1");
    probe_report(probe, "nonlocal-address", "%s",
                 status_text(bind_to(other, &address)));
    bind_choices_report_range(probe);
    bind_choices_report_privileged(probe);
    probe_report(
        probe, "answer", "%s",
        as_requested
            ? "port 0: the kernel chooses; wildcard address: kept"
            : "another address or port than requested: see the details");
    pair_close(&pair);
}

/* ---- who may share ------------------------------------------------------ */

/* Parameters of a question: two sockets for one port, with the options and
   addresses of each.  */
struct contest {
    int first_option, second_option; /* SO_REUSEADDR, ..., or 0 */
    bool first_wildcard, second_wildcard, first_listens;
};

/* Bind and listen on the port of a first socket, and report the outcome for the
   second socket: errno of bind, errno of listen, or "success".  EADDRNOTAVAIL
   of bind skips the question, since the address is missing, not in use.  If the
   first socket does not listen yet, report the result of its later listen,
   too.  */
static void bind_choices_probe_reuse(struct probe *probe)
{
    const struct contest *contest = probe->question->data;
    struct sockaddr_in address = loopback_address(0);
    int first = tcp_socket(probe), second = tcp_socket(probe);
    if (contest->first_option)
        probe_check(probe, set_int(first, SOL_SOCKET, contest->first_option, 1),
                    "setsockopt");
    if (contest->second_option)
        probe_check(probe,
                    set_int(second, SOL_SOCKET, contest->second_option, 1),
                    "setsockopt");
    if (contest->first_wildcard)
        address.sin_addr.s_addr = htonl(INADDR_ANY);
    probe_check(probe, bind_to(first, &address), "bind");
    if (contest->first_listens)
        probe_check(probe, listen(first, 4), "listen");
    address.sin_port = local_address(probe, first).sin_port;
    address.sin_addr.s_addr =
        htonl(contest->second_wildcard ? INADDR_ANY : INADDR_LOOPBACK);
    if (bind_to(second, &address)) {
        if (errno == EADDRNOTAVAIL) /* the address is missing, not in use */
            probe_skip(probe, "bind: %s", result_text(-1));
        probe_report(probe, "answer", "bind: %s", result_text(-1));
        return;
    }
    int result = resource_check(listen(second, 4), "listen");
    probe_report(probe, "answer", "%s%s",
                 result ? "bind: success; listen: " : "success",
                 result ? result_text(result) : "");
    if (!contest->first_listens)
        probe_report(probe, "listen-on-first", "%s",
                     status_text(listen(first, 4)));
}

/* Parameters of a question: whether the first and the second server set
   SO_REUSEADDR.  */
struct restart {
    bool first, second;
};

/* The server's end closes first and stays in TIME_WAIT, and the listener is
   closed; then a second server binds to the port and listens.  The question's
   data sets SO_REUSEADDR for each server.  Report the result.  */
static void bind_choices_probe_timewait(struct probe *probe)
{
    const struct restart *restart = probe->question->data;
    char byte;
    int listener = tcp_socket(probe);
    struct sockaddr_in address = loopback_address(0);
    probe_check(probe,
                set_int(listener, SOL_SOCKET, SO_REUSEADDR, restart->first),
                "setsockopt");
    probe_check(probe, bind_to(listener, &address), "bind");
    probe_check(probe, listen(listener, 4), "listen");
    address = local_address(probe, listener);
    int client = tcp_client(probe, listener);
    close(probe_check(probe, accept(listener, NULL, NULL), "accept"));
    wait_for(client, POLLIN, LOOPBACK_TIMEOUT);
    (void)!resource_check((int)recv(client, &byte, 1, 0), "recv");
    close(client);
    settle(probe);
    close(listener);
    int fd = tcp_socket(probe);
    probe_check(probe, set_int(fd, SOL_SOCKET, SO_REUSEADDR, restart->second),
                "setsockopt");
    int result = bind_to(fd, &address);
    if (result == 0)
        result = resource_check(listen(fd, 4), "listen");
    probe_report(probe, "answer", "%s", status_text(result));
}

#define REUSE(name, what, standards, ...)                                      \
    {                                                                          \
        .id = "bind.reuse." name, .text = what,                                \
        .why =                                                                 \
            "Two servers on one port: a restart that succeeds, a port that "   \
            "is stolen, or connections that are balanced.",                    \
        .standard = standards,                                                 \
        .cope = "sonde_listen: SONDE_REUSEADDR, by intent",                    \
        .probe = bind_choices_probe_reuse, .where = IN_PROGRAM,                \
        .data = &(const struct contest)                                        \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
#define POSIX_REUSE                                                            \
    "POSIX.1-2024 setsockopt: SO_REUSEADDR, bind should allow reuse of local " \
    "addresses; details are the protocol's. SO_REUSEPORT is not in POSIX."
#define TIMEWAIT(name, one, two, what)                                         \
    {                                                                          \
        .id = "bind.reuse." name, .text = what,                                \
        .why = "A restarted server cannot bind to its port for half a minute " \
               "or more.",                                                     \
        .standard = "RFC 9293 3.6.1: TIME_WAIT lasts 2 MSL. The notes: all "   \
                    "TCP servers should set SO_REUSEADDR.",                    \
        .cope = "sonde_listen with SONDE_REUSEADDR",                           \
        .probe = bind_choices_probe_timewait, .data = &(const struct restart)  \
        {                                                                      \
            one, two                                                           \
        }                                                                      \
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
    REUSE("none", "bind to a listener's port, without options", POSIX_REUSE,
          .first_listens = true),
    REUSE("addr", "bind to a listener's port, both with SO_REUSEADDR",
          POSIX_REUSE, .first_listens = true, .first_option = SO_REUSEADDR,
          .second_option = SO_REUSEADDR),
    REUSE("addr-idle", "both with SO_REUSEADDR, the first not listening",
          POSIX_REUSE, .first_option = SO_REUSEADDR,
          .second_option = SO_REUSEADDR),
    REUSE("addr-wildcard", "both with SO_REUSEADDR, wildcard then loopback",
          POSIX_REUSE, .first_listens = true, .first_wildcard = true,
          .first_option = SO_REUSEADDR, .second_option = SO_REUSEADDR),
    REUSE("addr-specific", "both with SO_REUSEADDR, loopback then wildcard",
          POSIX_REUSE, .first_listens = true, .second_wildcard = true,
          .first_option = SO_REUSEADDR, .second_option = SO_REUSEADDR),
#ifdef SO_REUSEPORT
    REUSE("port", "bind to a listener's port, both with SO_REUSEPORT",
          POSIX_REUSE, .first_listens = true, .first_option = SO_REUSEPORT,
          .second_option = SO_REUSEPORT),
    REUSE("port-second", "bind to a listener's port, with SO_REUSEPORT alone",
          POSIX_REUSE, .first_listens = true, .second_option = SO_REUSEPORT),
#endif
    TIMEWAIT("timewait", false, false, "the port of a connection in TIME_WAIT"),
    TIMEWAIT("timewait-addr", true, true,
             "TIME_WAIT, both servers with SO_REUSEADDR"),
    TIMEWAIT("timewait-new", false, true,
             "TIME_WAIT, the second server with SO_REUSEADDR"),
    END_OF_QUESTIONS,
};
