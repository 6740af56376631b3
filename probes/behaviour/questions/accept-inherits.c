/* accept-inherits.c - options that an accepted socket inherits
   SPDX-License-Identifier: GPL-3.0-or-later

   The listener gets a value other than the default; then the accepted socket
   is read, beside a socket accepted from a listener without the option.  */

#include <config.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"

/* Parameters of a question: the option, and the value that the listener
   sets.  */
struct inherited {
    int level, option, value;
};

/* A listener, the socket accepted from it, and the client.  */
struct accepted {
    int listener, fd, client;
};

/* Let LISTENER, a bound socket, listen and accept one client.  A non-blocking
   LISTENER works too.  */
static struct accepted accept_inherits_accept(struct probe *probe, int listener)
{
    struct accepted accepted = {.listener = listener};
    probe_check(probe, listen(listener, 4), "listen");
    accepted.client = tcp_client(probe, listener);
    wait_for(listener, POLLIN, LOOPBACK_TIMEOUT);
    accepted.fd = probe_check(probe, accept(listener, NULL, NULL), "accept");
    return accepted;
}

/* A TCP socket bound to an ephemeral port of 127.0.0.1.  */
static int accept_inherits_bound(struct probe *probe)
{
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(probe);
    probe_check(probe, bind_to(fd, &address), "bind");
    return fd;
}

/* Report whether the accepted socket has FLAG if the listener has.  COMMAND is
   F_GETFL or F_GETFD.  */
static void accept_inherits_report_flag(struct probe *probe, int command,
                                        int flag)
{
    int fd = accept_inherits_bound(probe);
    int set = command == F_GETFL ? F_SETFL : F_SETFD;
    probe_check(probe, fcntl(fd, set, fcntl(fd, command) | flag), "fcntl");
    struct accepted accepted = accept_inherits_accept(probe, fd);
    probe_report(
        probe, "answer", "%s",
        yes_no(resource_check(fcntl(accepted.fd, command), "fcntl") & flag));
}

static void accept_inherits_probe_nonblock(struct probe *probe)
{
    accept_inherits_report_flag(probe, F_GETFL, O_NONBLOCK);
}

static void accept_inherits_probe_async(struct probe *probe)
{
#ifdef O_ASYNC
    accept_inherits_report_flag(probe, F_GETFL, O_ASYNC);
#else
    probe_skip(probe, "no O_ASYNC");
#endif
}

static void accept_inherits_probe_cloexec(struct probe *probe)
{
    accept_inherits_report_flag(probe, F_GETFD, FD_CLOEXEC);
}

/* Report whether an option of type int is inherited.  A system may round the
   value, so the accepted socket is compared with the value read from the
   listener.  The question is skipped if the listener's value is the default of
   accepted sockets anyway.  */
static void accept_inherits_probe_option(struct probe *probe)
{
    const struct inherited *row = probe->question->data;
    int plain = accept_inherits_bound(probe), fd = accept_inherits_bound(probe);
    probe_check(probe, set_int(fd, row->level, row->option, row->value),
                "setsockopt");
    struct accepted other = accept_inherits_accept(probe, plain),
                    accepted = accept_inherits_accept(probe, fd);
    int default_value = get_int(other.fd, row->level, row->option, -1);
    int listener_value = get_int(fd, row->level, row->option, -1);
    int accepted_value = get_int(accepted.fd, row->level, row->option, -1);
    if (listener_value == default_value)
        probe_skip(probe, "%d is the default of every accepted socket",
                   listener_value);
    probe_report(probe, "answer", "%s",
                 accepted_value == listener_value  ? "yes"
                 : accepted_value == default_value ? "no"
                                                   : "another value");
    if (row->option != SO_KEEPALIVE)
        probe_report(probe, "listener-value", "%d", listener_value);
}

static void accept_inherits_probe_linger(struct probe *probe)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 7}, got = {0, 0};
    socklen_t size = sizeof got;
    int fd = accept_inherits_bound(probe);
    probe_check(probe,
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger),
                "setsockopt");
    struct accepted accepted = accept_inherits_accept(probe, fd);
    probe_check(probe,
                getsockopt(accepted.fd, SOL_SOCKET, SO_LINGER, &got, &size),
                "getsockopt");
    probe_report(probe, "answer", "%s",
                 yes_no(got.l_onoff && got.l_linger == 7));
    end_by_reset(accepted.fd);
}

static void accept_inherits_probe_timeout(struct probe *probe)
{
    const struct inherited *row = probe->question->data;
    struct timeval timeout = {.tv_sec = 7}, got = {0, 0};
    socklen_t size = sizeof got;
    int fd = accept_inherits_bound(probe);
    probe_check(probe,
                resource_check(setsockopt(fd, SOL_SOCKET, row->option, &timeout,
                                          sizeof timeout),
                               "setsockopt"),
                "setsockopt");
    struct accepted accepted = accept_inherits_accept(probe, fd);
    probe_check(probe,
                getsockopt(accepted.fd, SOL_SOCKET, row->option, &got, &size),
                "getsockopt");
    probe_report(probe, "answer", "%s", yes_no(got.tv_sec == 7));
}

#define INHERITS(name, what, function, ...)                                    \
    {                                                                          \
        .id = "accept.inherits." name,                                         \
        .text = "does the accepted socket inherit " what,                      \
        .why =                                                                 \
            "A server that sets the option on the listener alone works only "  \
            "where the option is inherited; elsewhere an accepted socket "     \
            "blocks, or does not, unexpectedly.",                              \
        .standard = STANDARD, .cope = COPE, .probe = function,                 \
        .data = &(const struct inherited)                                      \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

QUESTIONS(accept_inherits){
#define STANDARD                                                               \
    "POSIX.1-2024: after accept it is implementation-defined whether "         \
    "O_NONBLOCK is set; after accept4 as its flags say. FreeBSD's "            \
    "manual: accept inherits O_NONBLOCK and O_ASYNC."
#define COPE "sonde_accept: SONDE_NONBLOCK and SONDE_CLOEXEC state the flags"
    INHERITS("nonblock", "O_NONBLOCK", accept_inherits_probe_nonblock, 0, 0, 0),
    INHERITS("async", "O_ASYNC", accept_inherits_probe_async, 0, 0, 0),
    INHERITS("cloexec", "FD_CLOEXEC", accept_inherits_probe_cloexec, 0, 0, 0),
#undef STANDARD
#undef COPE
#define STANDARD                                                               \
    "POSIX.1-2024: unspecified. The notes: SO_RCVBUF and SO_SNDBUF are "       \
    "inherited, since they must be set before the handshake."
#define COPE "nothing: set the option on the accepted socket, too"
    INHERITS("linger", "SO_LINGER", accept_inherits_probe_linger, 0, 0, 0),
    INHERITS("rcvtimeo", "SO_RCVTIMEO", accept_inherits_probe_timeout,
             SOL_SOCKET, SO_RCVTIMEO, 7),
    INHERITS("sndtimeo", "SO_SNDTIMEO", accept_inherits_probe_timeout,
             SOL_SOCKET, SO_SNDTIMEO, 7),
    INHERITS("rcvbuf", "SO_RCVBUF", accept_inherits_probe_option, SOL_SOCKET,
             SO_RCVBUF, 20480),
    INHERITS("sndbuf", "SO_SNDBUF", accept_inherits_probe_option, SOL_SOCKET,
             SO_SNDBUF, 20480),
    INHERITS("rcvlowat", "SO_RCVLOWAT", accept_inherits_probe_option,
             SOL_SOCKET, SO_RCVLOWAT, 7),
    INHERITS("oobinline", "SO_OOBINLINE", accept_inherits_probe_option,
             SOL_SOCKET, SO_OOBINLINE, 1),
    INHERITS("reuseaddr", "SO_REUSEADDR", accept_inherits_probe_option,
             SOL_SOCKET, SO_REUSEADDR, 1),
    INHERITS("nodelay", "TCP_NODELAY", accept_inherits_probe_option,
             IPPROTO_TCP, TCP_NODELAY, 1),
    INHERITS("ttl", "IP_TTL", accept_inherits_probe_option, IPPROTO_IP, IP_TTL,
             77),
#undef COPE
#define COPE "sonde_keepalive: one setter, for the accepted socket"
    INHERITS("keepalive", "SO_KEEPALIVE", accept_inherits_probe_option,
             SOL_SOCKET, SO_KEEPALIVE, 1),
    END_OF_QUESTIONS,
};
