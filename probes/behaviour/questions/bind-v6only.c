/* bind-v6only.c - whether an IPv6 socket serves IPv4
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"

/* The number of ports to try, and the reasons for a skip after that, which name
   EADDRINUSE: then the repeat is retried (repeat_lacks_resources).  FAILED: the
   number of ports on which a failure is seen before the failure is reported. */
enum { PORTS = 8, FAILED = 3 };
#define NO_PORT   "no port is free in both families (EADDRINUSE)"
#define FEW_PORTS "too few ports are free in both families (EADDRINUSE)"

/* An unbound TCP socket of IPv6; on failure the question is skipped.  */
static int bind_v6only_socket(struct probe *probe)
{
    return probe_check(probe, socket(AF_INET6, SOCK_STREAM, 0), "socket");
}

/* Set IPV6_V6ONLY of FD to VALUE.  Returns 0, or -1 with errno.  */
static int bind_v6only_set(int fd, int value)
{
    return set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
}

/* Make an IPv6 socket with IPV6_V6ONLY set to VALUE, if possible (EINVAL and
   ENOPROTOOPT are ignored), and bind the socket to the wildcard address and an
   ephemeral port.  Returns the socket; *TARGET is 127.0.0.1 with the same port.
   On another failure the question is skipped.  */
static int bind_v6only_bound(struct probe *probe, int value,
                             struct sockaddr_in *target)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    socklen_t length = sizeof address;
    int fd = bind_v6only_socket(probe);
    if (bind_v6only_set(fd, value) && errno != EINVAL && errno != ENOPROTOOPT)
        probe_check(probe, -1, "setsockopt");
    probe_check(probe, bind(fd, (struct sockaddr *)&address, length), "bind");
    probe_check(probe, getsockname(fd, (struct sockaddr *)&address, &length),
                "getsockname");
    *target = loopback_address(address.sin6_port);
    return fd;
}

/* As bind_v6only_bound; and if IPV6_V6ONLY is then on, a second socket, which
   does not listen and stays open, is bound to *TARGET.  Otherwise another
   process might listen on the same port over IPv4 and accept the client of this
   question.  The question is skipped after PORTS ports that were in use over
   IPv4, or on another failure.  */
static int bind_v6only_bind_alone(struct probe *probe, int value,
                                  struct sockaddr_in *target)
{
    for (int i = 0; i < PORTS; i++) {
        int holder = tcp_socket(probe);
        int fd = bind_v6only_bound(probe, value, target);
        if (!need_int(probe, fd, IPPROTO_IPV6, IPV6_V6ONLY)) {
            close(holder);
            return fd;
        }
        if (bind_to(holder, target) == 0)
            return fd;
        if (errno != EADDRINUSE)
            probe_check(probe, -1, "bind");
        close(fd);
        close(holder);
    }
    probe_skip(probe, NO_PORT);
}

/* Connect an IPv4 client to a new IPv6 listener with IPV6_V6ONLY set to VALUE,
   if possible, and report as the finding KEY the errno of connect, or in words
   the form in which accept returns the client's address, IPv4-mapped or IPv4.
   Other failures skip the question, and so does an unreachable loopback
   interface (skip_unreached).  */
static void bind_v6only_report_client(struct probe *probe, const char *key,
                                      int value)
{
    struct sockaddr_in target;
    struct sockaddr_in6 peer;
    socklen_t length = sizeof peer;
    int fd = bind_v6only_bind_alone(probe, value, &target);
    probe_check(probe, listen(fd, 4), "listen");
    if (connect_to(tcp_socket(probe), &target)) {
        skip_unreached(probe, errno);
        probe_report_result(probe, key, -1);
        return;
    }
    if (!wait_input(fd))
        probe_skip(probe, "a connected client is not in the accept queue");
    probe_check(probe, accept(fd, (struct sockaddr *)&peer, &length), "accept");
    bool mapped =
        peer.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr);
    probe_report(probe, key, "%s",
                 mapped ? "accepted as ::ffff:127.0.0.1" : "accepted as IPv4");
}

/* Bind FD to ADDRESS and listen.  Returns 0, or -1 with errno.  */
static int bind_v6only_listen(int fd, const struct sockaddr_in *address)
{
    return bind_to(fd, address) ? -1 : resource_check(listen(fd, 4), "listen");
}

/* Listen on one port over IPv6, with IPV6_V6ONLY set to VALUE if possible, then
   over IPv4, and report the latter, "success" or the errno, as the finding KEY.
   A port that another process holds, so that IPv4 alone fails as well, is
   replaced; after PORTS ports the question is skipped.  Another process may
   hold a port for a moment, so a failure counts if seen on FAILED ports.  */
static void bind_v6only_report_listener(struct probe *probe, const char *key,
                                        int value)
{
    int failed = 0;
    for (int i = 0; i < PORTS; i++) {
        struct sockaddr_in target;
        int other = tcp_socket(probe), alone = tcp_socket(probe);
        int fd = bind_v6only_bound(probe, value, &target);
        probe_check(probe, listen(fd, 4), "listen");
        target.sin_addr.s_addr = htonl(INADDR_ANY);
        int result = bind_v6only_listen(other, &target);
        const char *text = status_text(result);
        close(fd);
        close(other);
        bool is_free = result == 0 || bind_v6only_listen(alone, &target) == 0;
        close(alone);
        failed += is_free && result;
        if (is_free && (result == 0 || failed == FAILED)) {
            probe_report(probe, key, "%s", text);
            return;
        }
    }
    probe_skip(probe, failed ? FEW_PORTS : NO_PORT);
}

/* Question bind.v6only: the default, and whether 0 and 1 can be set (the answer
   has both); and for either value what an IPv4 client and an IPv4 listener on
   the same port get.  */
static void bind_v6only_probe(struct probe *probe)
{
    int fd = bind_v6only_socket(probe);
    int default_value = need_int(probe, fd, IPPROTO_IPV6, IPV6_V6ONLY);
    int clear = bind_v6only_set(fd, 0);
    probe_report_status(probe, "set-0", clear);
    int set = bind_v6only_set(fd, 1);
    probe_report_status(probe, "set-1", set);
    bind_v6only_report_client(probe, "ipv4-client-with-0", 0);
    bind_v6only_report_client(probe, "ipv4-client-with-1", 1);
    bind_v6only_report_listener(probe, "ipv4-listener-with-1", 1);
    bind_v6only_report_listener(probe, "ipv4-listener-with-0", 0);
    probe_report(probe, "answer", "default %d; %s", default_value,
                 clear != set ? "can be set to one value only"
                 : set == 0   ? "can be set to 0 and 1"
                              : "cannot be set");
}

QUESTIONS(bind_v6only){
    {
        .id = "bind.v6only",
        .text = "IPV6_V6ONLY, and IPv4 clients of an IPv6 socket",
        .why =
            "One socket serves both families on some systems and IPv6 alone on "
            "others; on OpenBSD the option cannot be cleared.",
        .standard = "RFC 3493 5.3: off by default. POSIX.1-2024: the same. The "
                    "notes: an IPv6 server serves IPv4 clients.",
        .cope = "sonde_listen: IPv6 alone; a socket for each family",
        .probe = bind_v6only_probe,
    },
    END_OF_QUESTIONS,
};
