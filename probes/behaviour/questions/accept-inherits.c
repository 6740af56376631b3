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

static struct heir accept_one(struct asking *ask, int listener)
{
    struct heir heir = {.listener = listener};
    must(ask, listen(listener, 4), "listen");
    heir.client = tcp_client(ask, listener);
    wait_for(listener, POLLIN, PATIENCE);
    heir.accepted = must(ask, accept(listener, NULL, NULL), "accept");
    return heir;
}

static int bound(struct asking *ask)
{
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(ask);
    must(ask, bind_to(fd, &address), "bind");
    return fd;
}

static void tell_flag(struct asking *ask, int command, int flag)
{
    int fd = bound(ask);
    int set = command == F_GETFL ? F_SETFL : F_SETFD;
    must(ask, fcntl(fd, set, fcntl(fd, command) | flag), "fcntl");
    struct heir heir = accept_one(ask, fd);
    tell(ask, "answer", "%s",
         yes_no(attempt(fcntl(heir.accepted, command), "fcntl") & flag));
}

static void ask_nonblock(struct asking *ask)
{
    tell_flag(ask, F_GETFL, O_NONBLOCK);
}

static void ask_async(struct asking *ask)
{
#ifdef O_ASYNC
    tell_flag(ask, F_GETFL, O_ASYNC);
#else
    give_up(ask, "there is no O_ASYNC");
#endif
}

static void ask_cloexec(struct asking *ask)
{
    tell_flag(ask, F_GETFD, FD_CLOEXEC);
}

/* An option of one int.  A system may make another value of it, so what the
   listener itself reads back is what counts.  */
static void ask_option(struct asking *ask)
{
    const struct trait *trait = ask->question->data;
    int plain = bound(ask), fd = bound(ask);
    must(ask, set_int(fd, trait->level, trait->option, trait->value),
         "setsockopt");
    struct heir other = accept_one(ask, plain), heir = accept_one(ask, fd);
    int usual = get_int(other.accepted, trait->level, trait->option, -1);
    int wanted = get_int(fd, trait->level, trait->option, -1);
    int had = get_int(heir.accepted, trait->level, trait->option, -1);
    if (wanted == usual)
        give_up(ask, "the listener's %d is what every socket has", wanted);
    tell(ask, "answer", "%s",
         had == wanted  ? "yes"
         : had == usual ? "no"
                        : "a value of its own");
    if (trait->option != SO_KEEPALIVE)
        tell(ask, "listener", "%d", wanted);
}

static void ask_linger(struct asking *ask)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 7}, got = {0, 0};
    socklen_t size = sizeof got;
    int fd = bound(ask);
    must(ask, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger),
         "setsockopt");
    struct heir heir = accept_one(ask, fd);
    must(ask, getsockopt(heir.accepted, SOL_SOCKET, SO_LINGER, &got, &size),
         "getsockopt");
    tell(ask, "answer", "%s", yes_no(got.l_onoff && got.l_linger == 7));
    end_by_reset(heir.accepted);
}

static void ask_timeout(struct asking *ask)
{
    const struct trait *trait = ask->question->data;
    struct timeval timeout = {.tv_sec = 7}, got = {0, 0};
    socklen_t size = sizeof got;
    int fd = bound(ask);
    must(ask,
         attempt(setsockopt(fd, SOL_SOCKET, trait->option, &timeout,
                            sizeof timeout),
                 "setsockopt"),
         "setsockopt");
    struct heir heir = accept_one(ask, fd);
    must(ask, getsockopt(heir.accepted, SOL_SOCKET, trait->option, &got, &size),
         "getsockopt");
    tell(ask, "answer", "%s", yes_no(got.tv_sec == 7));
}

#define INHERITS(name, what, function, ...)                                    \
    {                                                                          \
        .id = "accept.inherits." name,                                         \
        .text = "does the accepted socket inherit " what,                      \
        .why =                                                                 \
            "A server that sets it on the listener alone works where it is "   \
            "inherited and fails elsewhere; one that does not expect it "      \
            "blocks, or does not, to its surprise.",                           \
        .standard = STANDARD, .cope = COPE, .ask = function,                   \
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
    INHERITS("linger", "SO_LINGER", ask_linger, 0, 0, 0),
    INHERITS("rcvtimeo", "SO_RCVTIMEO", ask_timeout, SOL_SOCKET, SO_RCVTIMEO,
             7),
    INHERITS("sndtimeo", "SO_SNDTIMEO", ask_timeout, SOL_SOCKET, SO_SNDTIMEO,
             7),
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
