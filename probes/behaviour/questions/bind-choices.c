/* bind-choices.c - who chooses an address and a port
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "probes/run/proc.h"

/* What getsockname says of FD, as "ADDRESS, PORT" in words.  */
static const char *local_words(struct probe *probe, int fd, char *text,
                               size_t size)
{
    struct sockaddr_in address = local_address(probe, fd);
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    snprintf(text, size, "%s, %s", host,
             address.sin_port ? "a port by the system" : "port 0");
    return text;
}

/* Returns whether the address stayed and the port was chosen.  */
static bool tell_bound(struct probe *probe, const char *key, in_addr_t host)
{
    char text[80];
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(probe);
    address.sin_addr.s_addr = htonl(host);
    probe_check(probe, bind_to(fd, &address), "bind");
    probe_report(probe, key, "%s", local_words(probe, fd, text, sizeof text));
    address = local_address(probe, fd);
    close(fd);
    return address.sin_addr.s_addr == htonl(host) && address.sin_port;
}

/* The range the system chooses ports from, as it says, and the lowest of some
   that it chose.  */
static void tell_range(struct probe *probe)
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
                 low >= 49152   ? "49152 or above, as IANA says"
                 : low >= 32768 ? "32768 or above"
                 : low >= 1024  ? "1024 or above"
                                : "below 1024");
}

/* A port below 1024 without privilege.  Who is root may lack it, in a namespace
   or a container; and a host may want none.  */
static void tell_privileged(struct probe *probe)
{
    char text[80];
    struct sockaddr_in address = loopback_address(htons(1));
    int fd = tcp_socket(probe);
    int result = bind_to(fd, &address);
    bool refused = result < 0 && (errno == EACCES || errno == EPERM);
    if (!refused && geteuid() == 0)
        probe_report_skip(probe, "port-1", "this process has privilege");
    else
        probe_report(probe, "port-1", "%s",
                     result < 0 ? result_text(result) : "works");
    close(fd);
    if (proc_setting("net.ipv4.ip_unprivileged_port_start", text,
                     sizeof text) == 0)
        probe_report_read(probe, "unprivileged-from", "%s", text);
    else
        probe_report_skip(probe, "unprivileged-from", "%s", proc_why(errno));
}

static void ask_choices(struct probe *probe)
{
    char text[80];
    int fd = tcp_socket(probe);
    probe_report(probe, "unbound", "%s",
                 local_words(probe, fd, text, sizeof text));
    bool usual = tell_bound(probe, "wildcard-port-0", INADDR_ANY);
    usual &= tell_bound(probe, "loopback-port-0", INADDR_LOOPBACK);
    struct pair pair = tcp_pair(probe);
    probe_report(probe, "connect-unbound", "%s",
                 local_words(probe, pair.client, text, sizeof text));
    struct sockaddr_in address = loopback_address(0);
    probe_check(probe, bind_to(fd, &address), "bind");
    probe_report(probe, "bind-again", "%s", result_text(bind_to(fd, &address)));
    int other = tcp_socket(probe);
    address.sin_addr.s_addr = inet_addr("192.0.2.1");
    probe_report(probe, "not-local", "%s",
                 result_text(bind_to(other, &address)));
    tell_range(probe);
    tell_privileged(probe);
    probe_report(
        probe, "answer", "%s",
        usual ? "port 0: one the system chooses; the wildcard address stays"
              : "neither address nor port as asked for: see below");
    pair_close(&pair);
}

/* ---- who may share ------------------------------------------------------ */

/* Two sockets want a port: how each is made.  */
struct contest {
    int first_option, second_option; /* SO_REUSEADDR, ..., or 0 */
    bool first_wildcard, second_wildcard, first_listens;
};

/* What the second one gets: bind's errno, or listen's, or "works".  */
static void ask_reuse(struct probe *probe)
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
        if (errno == EADDRNOTAVAIL) /* no such address, whoever wants it */
            probe_skip(probe, "bind: %s", result_text(-1));
        probe_report(probe, "answer", "bind: %s", result_text(-1));
        return;
    }
    int result = resource_check(listen(second, 4), "listen");
    probe_report(probe, "answer", "%s%s",
                 result ? "bind works; listen: " : "works",
                 result ? result_text(result) : "");
    if (!contest->first_listens)
        probe_report(probe, "first-listens-later", "%s",
                     result_text(listen(first, 4)));
}

/* Which of the two servers, one after the other, has SO_REUSEADDR.  */
struct restart {
    bool first, second;
};

/* The server's end closes first and stays in TIME_WAIT; then its port is
   wanted again.  */
static void bind_choices_ask_timewait(struct probe *probe)
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
    wait_for(client, POLLIN, PATIENCE);
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
    probe_report(probe, "answer", "%s", result ? result_text(result) : "works");
}

#define REUSE(name, what, standards, ...)                                      \
    {                                                                          \
        .id = "bind.reuse." name, .text = what,                                \
        .why = "Two servers on one port: a restart that works, a port that "   \
               "is stolen, or a load that is shared.",                         \
        .standard = standards,                                                 \
        .cope = "sonde_listen: SONDE_REUSEADDR, by intent",                    \
        .probe = ask_reuse, .where = IN_PROGRAM,                               \
        .data = &(const struct contest)                                        \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
#define POSIX_REUSE                                                            \
    "POSIX.1-2024 setsockopt: SO_REUSEADDR, bind should allow reuse of local " \
    "addresses; how is the protocol's. SO_REUSEPORT is not in POSIX."
#define TIMEWAIT(name, one, two, what)                                         \
    {                                                                          \
        .id = "bind.reuse." name, .text = what,                                \
        .why = "A server that was restarted cannot have its port for half a "  \
               "minute or more.",                                              \
        .standard = "RFC 9293 3.6.1: TIME_WAIT lasts 2 MSL. The notes: all "   \
                    "TCP servers should set SO_REUSEADDR.",                    \
        .cope = "sonde_listen with SONDE_REUSEADDR",                           \
        .probe = bind_choices_ask_timewait, .data = &(const struct restart)    \
        {                                                                      \
            one, two                                                           \
        }                                                                      \
    }

QUESTIONS(bind_choices){
    {
        .id = "bind.choices",
        .text = "wildcard address, port 0: who chooses what",
        .why = "A server that is found nowhere, or everywhere, was bound by "
               "the system.",
        .standard =
            "POSIX.1-2024 bind: EINVAL if bound already. The notes: port "
            "0 is chosen by the kernel, and so is a wildcard address, "
            "once there is a connection.",
        .cope = "sonde_address_any, sonde_address_loopback, "
                "sonde_address_local",
        .probe = ask_choices,
    },
    REUSE("none", "a port where somebody listens, without options", POSIX_REUSE,
          .first_listens = true),
    REUSE("addr", "where somebody listens, both with SO_REUSEADDR", POSIX_REUSE,
          .first_listens = true, .first_option = SO_REUSEADDR,
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
    REUSE("port", "where somebody listens, both with SO_REUSEPORT", POSIX_REUSE,
          .first_listens = true, .first_option = SO_REUSEPORT,
          .second_option = SO_REUSEPORT),
    REUSE("port-second", "the same port, the second one with SO_REUSEPORT",
          POSIX_REUSE, .first_listens = true, .second_option = SO_REUSEPORT),
#endif
    TIMEWAIT("timewait", false, false, "the port of a connection in TIME_WAIT"),
    TIMEWAIT("timewait-addr", true, true,
             "a port in TIME_WAIT, both servers with SO_REUSEADDR"),
    TIMEWAIT("timewait-new", false, true,
             "a port in TIME_WAIT, the new one with SO_REUSEADDR"),
    END_OF_QUESTIONS,
};
