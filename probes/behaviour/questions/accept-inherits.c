/* accept-inherits.c - what an accepted socket has from its listener
   SPDX-License-Identifier: GPL-3.0-or-later

   The listener gets a value that is not the usual one; then the accepted socket
   is looked at, and one accepted from a listener left alone beside it.  */

#include <config.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"

struct trait {
    int level, option, value;
};

/* The listener with its value, and the socket accepted from it.  */
struct heir {
    int listener, accepted, client;
};

static struct heir accept_one(struct probe *probe, int listener)
{
    struct heir heir = {.listener = listener};
    probe_check(probe, listen(listener, 4), "listen");
    heir.client = tcp_client(probe, listener);
    wait_for(listener, POLLIN, PATIENCE);
    heir.accepted = probe_check(probe, accept(listener, NULL, NULL), "accept");
    return heir;
}

static int accept_inherits_bound(struct probe *probe)
{
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(probe);
    probe_check(probe, bind_to(fd, &address), "bind");
    return fd;
}

static void tell_flag(struct probe *probe, int command, int flag)
{
    int fd = accept_inherits_bound(probe);
    int set = command == F_GETFL ? F_SETFL : F_SETFD;
    probe_check(probe, fcntl(fd, set, fcntl(fd, command) | flag), "fcntl");
    struct heir heir = accept_one(probe, fd);
    probe_report(
        probe, "answer", "%s",
        yes_no(resource_check(fcntl(heir.accepted, command), "fcntl") & flag));
}

static void ask_nonblock(struct probe *probe)
{
    tell_flag(probe, F_GETFL, O_NONBLOCK);
}

static void ask_async(struct probe *probe)
{
#ifdef O_ASYNC
    tell_flag(probe, F_GETFL, O_ASYNC);
#else
    probe_skip(probe, "no O_ASYNC");
#endif
}

static void ask_cloexec(struct probe *probe)
{
    tell_flag(probe, F_GETFD, FD_CLOEXEC);
}

/* An option of one int.  A system may make another value of it, so what the
   listener itself reads back is what counts.  */
static void ask_option(struct probe *probe)
{
    const struct trait *trait = probe->question->data;
    int plain = accept_inherits_bound(probe), fd = accept_inherits_bound(probe);
    probe_check(probe, set_int(fd, trait->level, trait->option, trait->value),
                "setsockopt");
    struct heir other = accept_one(probe, plain), heir = accept_one(probe, fd);
    int usual = get_int(other.accepted, trait->level, trait->option, -1);
    int wanted = get_int(fd, trait->level, trait->option, -1);
    int had = get_int(heir.accepted, trait->level, trait->option, -1);
    if (wanted == usual)
        probe_skip(probe, "%d is the default of every accepted socket", wanted);
    probe_report(probe, "answer", "%s",
                 had == wanted  ? "yes"
                 : had == usual ? "no"
                                : "another value");
    if (trait->option != SO_KEEPALIVE)
        probe_report(probe, "listener-value", "%d", wanted);
}

static void accept_inherits_ask_linger(struct probe *probe)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 7}, got = {0, 0};
    socklen_t size = sizeof got;
    int fd = accept_inherits_bound(probe);
    probe_check(probe,
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger),
                "setsockopt");
    struct heir heir = accept_one(probe, fd);
    probe_check(probe,
                getsockopt(heir.accepted, SOL_SOCKET, SO_LINGER, &got, &size),
                "getsockopt");
    probe_report(probe, "answer", "%s",
                 yes_no(got.l_onoff && got.l_linger == 7));
    end_by_reset(heir.accepted);
}

static void accept_inherits_ask_timeout(struct probe *probe)
{
    const struct trait *trait = probe->question->data;
    struct timeval timeout = {.tv_sec = 7}, got = {0, 0};
    socklen_t size = sizeof got;
    int fd = accept_inherits_bound(probe);
    probe_check(probe,
                resource_check(setsockopt(fd, SOL_SOCKET, trait->option,
                                          &timeout, sizeof timeout),
                               "setsockopt"),
                "setsockopt");
    struct heir heir = accept_one(probe, fd);
    probe_check(
        probe,
        getsockopt(heir.accepted, SOL_SOCKET, trait->option, &got, &size),
        "getsockopt");
    probe_report(probe, "answer", "%s", yes_no(got.tv_sec == 7));
}

#define INHERITS(name, what, function, ...)                                    \
    {                                                                          \
        .id = "accept.inherits." name,                                         \
        .text = "does the accepted socket inherit " what,                      \
        .why =                                                                 \
            "A server that sets it on the listener alone works where it is "   \
            "inherited and fails elsewhere; one that does not expect it "      \
            "blocks, or does not, to its surprise.",                           \
        .standard = STANDARD, .cope = COPE, .probe = function,                 \
        .data = &(const struct trait)                                          \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

QUESTIONS(accept_inherits){
#define STANDARD                                                               \
    "POSIX.1-2024: after accept it is implementation-defined whether "         \
    "O_NONBLOCK is set; after accept4 its flags alone decide. FreeBSD's "      \
    "manual: accept inherits O_NONBLOCK and O_ASYNC."
#define COPE "sonde_accept: SONDE_NONBLOCK and SONDE_CLOEXEC state the flags"
    INHERITS("nonblock", "O_NONBLOCK", ask_nonblock, 0, 0, 0),
    INHERITS("async", "O_ASYNC", ask_async, 0, 0, 0),
    INHERITS("cloexec", "FD_CLOEXEC", ask_cloexec, 0, 0, 0),
#undef STANDARD
#undef COPE
#define STANDARD                                                               \
    "POSIX.1-2024 does not say which options are inherited; the notes rely "   \
    "on SO_RCVBUF and SO_SNDBUF being so, since they must be set before the "  \
    "handshake."
#define COPE "nothing: set it on the accepted socket, too"
    INHERITS("linger", "SO_LINGER", accept_inherits_ask_linger, 0, 0, 0),
    INHERITS("rcvtimeo", "SO_RCVTIMEO", accept_inherits_ask_timeout, SOL_SOCKET,
             SO_RCVTIMEO, 7),
    INHERITS("sndtimeo", "SO_SNDTIMEO", accept_inherits_ask_timeout, SOL_SOCKET,
             SO_SNDTIMEO, 7),
    INHERITS("rcvbuf", "SO_RCVBUF", ask_option, SOL_SOCKET, SO_RCVBUF, 20480),
    INHERITS("sndbuf", "SO_SNDBUF", ask_option, SOL_SOCKET, SO_SNDBUF, 20480),
    INHERITS("rcvlowat", "SO_RCVLOWAT", ask_option, SOL_SOCKET, SO_RCVLOWAT, 7),
    INHERITS("oobinline", "SO_OOBINLINE", ask_option, SOL_SOCKET, SO_OOBINLINE,
             1),
    INHERITS("reuseaddr", "SO_REUSEADDR", ask_option, SOL_SOCKET, SO_REUSEADDR,
             1),
    INHERITS("nodelay", "TCP_NODELAY", ask_option, IPPROTO_TCP, TCP_NODELAY, 1),
    INHERITS("ttl", "IP_TTL", ask_option, IPPROTO_IP, IP_TTL, 77),
#undef COPE
#define COPE "sonde_keepalive: one setter, for the accepted socket"
    INHERITS("keepalive", "SO_KEEPALIVE", ask_option, SOL_SOCKET, SO_KEEPALIVE,
             1),
    END_OF_QUESTIONS,
};
