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

static int bind_v6only_socket(struct probe *probe)
{
    return probe_check(probe, socket(AF_INET6, SOCK_STREAM, 0), "socket");
}

/* Bind FD to the wildcard address of IPv6 and an ephemeral port.  Returns the
   address with the port.  */
static struct sockaddr_in6 bind_v6only_bind_any(struct probe *probe, int fd)
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

/* Make an IPv6 socket with IPV6_V6ONLY set to VALUE, if possible, and bind it
   to an ephemeral port.  Returns the socket; *TARGET is 127.0.0.1 with the same
   port, for an IPv4 client.  With IPV6_V6ONLY on, another process may listen on
   the same port over IPv4 and accept our client.  So a second socket, which
   does not listen, is bound to the port over IPv4.  The question is skipped
   after 8 ports that were in use over IPv4.  */
static int bind_v6only_bind_alone(struct probe *probe, int value,
                                  struct sockaddr_in *target)
{
    for (int i = 0; i < 8; i++) {
        int fd = bind_v6only_socket(probe), holder = tcp_socket(probe);
        set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
        struct sockaddr_in6 address = bind_v6only_bind_any(probe, fd);
        *target = loopback_address(address.sin6_port);
        if (!get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) {
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

/* The outcome of an IPv4 client's connect to an IPv6 listener with IPV6_V6ONLY
   set to VALUE: the name of errno, or the form in which accept returns the
   client's address.  */
static const char *bind_v6only_connect_ipv4(struct probe *probe, int value)
{
    struct sockaddr_in target;
    struct sockaddr_in6 peer;
    socklen_t length = sizeof peer;
    int fd = bind_v6only_bind_alone(probe, value, &target);
    probe_check(probe, listen(fd, 4), "listen");
    int client = tcp_socket(probe);
    if (connect_to(client, &target)) {
        skip_unreached(probe, errno);
        return result_text(-1);
    }
    if (!wait_for(fd, POLLIN, LOOPBACK_TIMEOUT))
        probe_skip(probe, "a connected client is not in the accept queue");
    int server = probe_check(
        probe, accept(fd, (struct sockaddr *)&peer, &length), "accept");
    bool mapped =
        peer.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr);
    reset(client);
    close(server);
    return mapped ? "accepted as ::ffff:127.0.0.1" : "accepted as IPv4";
}

/* Bind FD to ADDRESS and listen.  Returns 0, or -1 with errno.  */
static int bind_v6only_listen(int fd, const struct sockaddr_in *address)
{
    return bind_to(fd, address) ? -1 : resource_check(listen(fd, 4), "listen");
}

/* Listen on one port over IPv6, with IPV6_V6ONLY set to VALUE, and then over
   IPv4.  Returns the result of the IPv4 listener: 0, or -1 with errno.  Another
   process may hold the port over IPv4: *IS_FREE is whether IPv4 alone can be
   bound.  */
static int bind_v6only_bind_both(struct probe *probe, int value, bool *is_free)
{
    int fd = bind_v6only_socket(probe), other = tcp_socket(probe),
        alone = tcp_socket(probe);
    set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
    struct sockaddr_in6 address = bind_v6only_bind_any(probe, fd);
    struct sockaddr_in target = loopback_address(address.sin6_port);
    probe_check(probe, listen(fd, 4), "listen");
    target.sin_addr.s_addr = htonl(INADDR_ANY);
    int result = bind_v6only_listen(other, &target);
    int error = errno;
    close(fd);
    close(other);
    *is_free = result == 0 || bind_v6only_listen(alone, &target) == 0;
    close(alone);
    errno = error;
    return result;
}

/* The result of the IPv4 listener as text, "success" or the name of errno.
   Retries with another port if another process holds the port; after 8 ports
   the question is skipped.  */
static const char *bind_v6only_try_both(struct probe *probe, int value)
{
    for (int i = 0; i < 8; i++) {
        bool is_free;
        int result = bind_v6only_bind_both(probe, value, &is_free);
        if (is_free)
            return status_text(result);
    }
    probe_skip(probe, NO_PORT);
}

static void bind_v6only_probe(struct probe *probe)
{
    int fd = bind_v6only_socket(probe);
    int default_value = get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, -1);
    const char *clear = status_text(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    const char *set = status_text(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    probe_report(probe, "set-0", "%s", clear);
    probe_report(probe, "set-1", "%s", set);
    probe_report(probe, "ipv4-client-with-0", "%s",
                 bind_v6only_connect_ipv4(probe, 0));
    probe_report(probe, "ipv4-client-with-1", "%s",
                 bind_v6only_connect_ipv4(probe, 1));
    probe_report(probe, "ipv4-listener-with-1", "%s",
                 bind_v6only_try_both(probe, 1));
    probe_report(probe, "ipv4-listener-with-0", "%s",
                 bind_v6only_try_both(probe, 0));
    probe_report(probe, "answer", "default %d; %s", default_value,
                 !strcmp(clear, set) ? "can be set to 0 and 1"
                                     : "can be set to one value only");
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
