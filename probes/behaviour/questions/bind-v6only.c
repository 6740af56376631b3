/* bind-v6only.c - whether an IPv6 socket serves IPv4
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"

#define NO_PORT "no port is free in both families"

static int v6_socket(struct probe *probe)
{
    return probe_check(probe, socket(AF_INET6, SOCK_STREAM, 0), "socket");
}

/* bind FD to the wildcard address of IPv6.  */
static struct sockaddr_in6 bind_any(struct probe *probe, int fd)
{
    struct sockaddr_in6 address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin6_family = AF_INET6;
    probe_check(probe, bind(fd, (struct sockaddr *)&address, length), "bind");
    probe_check(probe, getsockname(fd, (struct sockaddr *)&address, &length),
                "getsockname");
    return address;
}

/* A socket with IPV6_V6ONLY as VALUE, if it can be; *TARGET is its port, for an
   IPv4 client.  Where it is for IPv6 alone, the port may be somebody else's for
   IPv4, who would take our client: a socket that does not listen keeps it.  */
static int bind_alone(struct probe *probe, int value,
                      struct sockaddr_in *target)
{
    for (int i = 0; i < 8; i++) {
        int fd = v6_socket(probe), keeper = tcp_socket(probe);
        set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
        struct sockaddr_in6 address = bind_any(probe, fd);
        *target = loopback_address(address.sin6_port);
        if (!get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) {
            close(keeper);
            return fd;
        }
        if (bind_to(keeper, target) == 0)
            return fd;
        if (errno != EADDRINUSE)
            probe_check(probe, -1, "bind");
        close(fd);
        close(keeper);
    }
    probe_skip(probe, NO_PORT);
}

/* What an IPv4 client sees of a socket with VALUE, and how the server sees the
   client.  */
static const char *by_ipv4(struct probe *probe, int value)
{
    struct sockaddr_in target;
    struct sockaddr_in6 peer;
    socklen_t length = sizeof peer;
    int fd = bind_alone(probe, value, &target);
    probe_check(probe, listen(fd, 4), "listen");
    int client = tcp_socket(probe);
    if (connect_to(client, &target)) {
        give_up_unreached(probe, errno);
        return result_text(-1);
    }
    if (!wait_for(fd, POLLIN, PATIENCE))
        probe_skip(probe, "a client that is connected does not arrive");
    int server = probe_check(
        probe, accept(fd, (struct sockaddr *)&peer, &length), "accept");
    bool mapped =
        peer.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr);
    reset(client);
    close(server);
    return mapped ? "served, as ::ffff:127.0.0.1" : "served, as IPv4";
}

static int listen_to(int fd, const struct sockaddr_in *address)
{
    return bind_to(fd, address) ? -1 : resource_check(listen(fd, 4), "listen");
}

/* Both families on one port, each with a socket of its own.  The port may be
   somebody else's for IPv4: *OURS is whether it can be had alone.  */
static int bind_both(struct probe *probe, int value, bool *ours)
{
    int fd = v6_socket(probe), other = tcp_socket(probe),
        alone = tcp_socket(probe);
    set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
    struct sockaddr_in6 address = bind_any(probe, fd);
    struct sockaddr_in target = loopback_address(address.sin6_port);
    probe_check(probe, listen(fd, 4), "listen");
    target.sin_addr.s_addr = htonl(INADDR_ANY);
    int result = listen_to(other, &target);
    int error = errno;
    close(fd);
    close(other);
    *ours = result == 0 || listen_to(alone, &target) == 0;
    close(alone);
    errno = error;
    return result;
}

/* The same with another port where it is somebody else's, a few times.  */
static const char *side_by_side(struct probe *probe, int value)
{
    for (int i = 0; i < 8; i++) {
        bool ours;
        int result = bind_both(probe, value, &ours);
        if (ours)
            return result ? result_text(result) : "works";
    }
    probe_skip(probe, NO_PORT);
}

static void ask_v6only(struct probe *probe)
{
    int fd = v6_socket(probe);
    int usual = get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, -1);
    const char *clear = result_text(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    const char *set = result_text(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    probe_report(probe, "set-0", "%s", clear);
    probe_report(probe, "set-1", "%s", set);
    probe_report(probe, "ipv4-client-of-0", "%s", by_ipv4(probe, 0));
    probe_report(probe, "ipv4-client-of-1", "%s", by_ipv4(probe, 1));
    probe_report(probe, "both-sockets-with-1", "%s", side_by_side(probe, 1));
    probe_report(probe, "both-sockets-with-0", "%s", side_by_side(probe, 0));
    probe_report(probe, "answer", "%d by default; can be %s", usual,
                 *clear == '0' && *set == '0' ? "set either way"
                                              : "set one way only");
}

QUESTIONS(bind_v6only){
    {
        .id = "bind.v6only",
        .text = "IPV6_V6ONLY, and IPv4 clients of an IPv6 socket",
        .why = "One socket serves both families here and one of them there; "
               "OpenBSD does not let one clear it.",
        .standard = "RFC 3493 5.3: off by default. POSIX.1-2024: the same. The "
                    "notes: an IPv6 server serves IPv4 clients.",
        .cope = "sonde_listen: IPv6 alone; a socket for each family",
        .probe = ask_v6only,
    },
    END_OF_QUESTIONS,
};
