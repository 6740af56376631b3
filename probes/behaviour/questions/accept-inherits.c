/* accept-inherits.c - options that an accepted socket inherits
   SPDX-License-Identifier: GPL-3.0-or-later

   The listener gets a value other than the default; then the accepted socket
   is read, beside a socket accepted from a listener without the option.  */

#include <config.h>

#include <fcntl.h>

#include "probes/behaviour/loopback.h"

/* Parameters of a question: the option, and the value that the listener sets.
   For a flag of fcntl, LEVEL is F_GETFL or F_GETFD, OPTION the flag, or 0 if
   the system has no such flag.  */
struct inherited {
    int level, option, value;
};

/* Listen on LISTENER, a bound socket, and connect a client, which stays open.
   Returns the accepted socket; the question is skipped on failure.  */
static int accept_inherits_accept(struct probe *probe, int listener)
{
    probe_check(probe, listen(listener, 4), "listen");
    tcp_client(probe, listener);
    wait_input(listener);
    return probe_check(probe, accept(listener, NULL, NULL), "accept");
}

/* Report whether the accepted socket has the flag that the listener set.  The
   question is skipped if the system has no such flag.  */
static void accept_inherits_probe_flag(struct probe *probe)
{
    const struct inherited *row = probe->question->data;
    int get = row->level, flag = row->option;
    if (!flag)
        probe_skip(probe, "no O_ASYNC");
    int fd = tcp_bound(probe, 0);
    int set = get == F_GETFL ? F_SETFL : F_SETFD;
    probe_check(probe, fcntl(fd, set, need_flags(fd, get) | flag), "fcntl");
    int accepted = accept_inherits_accept(probe, fd);
    probe_report(probe, "answer", "%s",
                 yes_no(need_flags(accepted, get) & flag));
}

/* Report, for an option of type int, whether the accepted socket has the value
   that the listener set: yes, no (the default), or another value; the question
   is skipped if that value is the default.  The listener's value is reported as
   well, except for SO_KEEPALIVE.  A system may round the value, so the accepted
   socket is compared with the value read from the listener.  */
static void accept_inherits_probe_option(struct probe *probe)
{
    const struct inherited *row = probe->question->data;
    int level = row->level, option = row->option;
    int plain = tcp_bound(probe, 0), fd = tcp_bound(probe, 0);
    probe_check(probe, set_int(fd, level, option, row->value), "setsockopt");
    int other = accept_inherits_accept(probe, plain),
        accepted = accept_inherits_accept(probe, fd);
    int default_value = need_int(probe, other, level, option);
    int listener_value = need_int(probe, fd, level, option);
    int accepted_value = need_int(probe, accepted, level, option);
    if (listener_value == default_value)
        probe_skip(probe, "%d is the default of every accepted socket",
                   listener_value);
    probe_report(probe, "answer", "%s",
                 accepted_value == listener_value  ? "yes"
                 : accepted_value == default_value ? "no"
                                                   : "another value");
    if (option != SO_KEEPALIVE)
        probe_report(probe, "listener-value", "%d", listener_value);
}

/* Set OPTION of a listener to *VALUE, of SIZE bytes, and set *VALUE to OPTION
   of the accepted socket.  Returns the accepted socket; the question is skipped
   if a call fails.  */
static int accept_inherits_pass(struct probe *probe, int option, void *value,
                                socklen_t size)
{
    int fd = tcp_bound(probe, 0);
    probe_check(probe, setsockopt(fd, SOL_SOCKET, option, value, size),
                "setsockopt");
    int accepted = accept_inherits_accept(probe, fd);
    probe_check(probe, getsockopt(accepted, SOL_SOCKET, option, value, &size),
                "getsockopt");
    return accepted;
}

/* Report whether the accepted socket has SO_LINGER as set at the listener.  */
static void accept_inherits_probe_linger(struct probe *probe)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 7};
    int fd = accept_inherits_pass(probe, SO_LINGER, &linger, sizeof linger);
    probe_report(probe, "answer", "%s",
                 yes_no(linger.l_onoff && linger.l_linger == 7));
    end_by_reset(fd); /* lest the end of the process wait */
}

/* Report whether the accepted socket has the timeout set at the listener.  */
static void accept_inherits_probe_timeout(struct probe *probe)
{
    const struct inherited *row = probe->question->data;
    struct timeval timeout = {.tv_sec = 7};
    accept_inherits_pass(probe, row->option, &timeout, sizeof timeout);
    probe_report(probe, "answer", "%s", yes_no(timeout.tv_sec == 7));
}

#ifndef O_ASYNC
#define O_ASYNC 0
#endif

#define INHERITS(name, kind, level, option, value)                             \
    {                                                                          \
        .id = "accept.inherits." name,                                         \
        .text = "does the accepted socket inherit " #option,                   \
        .why =                                                                 \
            "A server that sets the option on the listener alone works only "  \
            "where the option is inherited; elsewhere an accepted socket "     \
            "blocks, or does not, unexpectedly.",                              \
        .standard = STANDARD, .cope = COPE,                                    \
        .probe = accept_inherits_probe_##kind,                                 \
        .data = &(const struct inherited){level, option, value},               \
    }

QUESTIONS(accept_inherits){
#define STANDARD                                                               \
    "POSIX.1-2024: after accept it is implementation-defined whether "         \
    "O_NONBLOCK is set; after accept4 as its flags say. FreeBSD's "            \
    "manual: accept inherits O_NONBLOCK and O_ASYNC."
#define COPE "sonde_accept: SONDE_NONBLOCK and SONDE_CLOEXEC state the flags"
    INHERITS("nonblock", flag, F_GETFL, O_NONBLOCK, 0),
    INHERITS("async", flag, F_GETFL, O_ASYNC, 0),
    INHERITS("cloexec", flag, F_GETFD, FD_CLOEXEC, 0),
#undef STANDARD
#undef COPE
#define STANDARD                                                               \
    "POSIX.1-2024: unspecified. The notes: SO_RCVBUF and SO_SNDBUF are "       \
    "inherited, since they must be set before the handshake."
#define COPE "nothing: set the option on the accepted socket, too"
    INHERITS("linger", linger, SOL_SOCKET, SO_LINGER, 0),
    INHERITS("rcvtimeo", timeout, SOL_SOCKET, SO_RCVTIMEO, 0),
    INHERITS("sndtimeo", timeout, SOL_SOCKET, SO_SNDTIMEO, 0),
    INHERITS("rcvbuf", option, SOL_SOCKET, SO_RCVBUF, 20480),
    INHERITS("sndbuf", option, SOL_SOCKET, SO_SNDBUF, 20480),
    INHERITS("rcvlowat", option, SOL_SOCKET, SO_RCVLOWAT, 7),
    INHERITS("oobinline", option, SOL_SOCKET, SO_OOBINLINE, 1),
    INHERITS("reuseaddr", option, SOL_SOCKET, SO_REUSEADDR, 1),
    INHERITS("nodelay", option, IPPROTO_TCP, TCP_NODELAY, 1),
    INHERITS("ttl", option, IPPROTO_IP, IP_TTL, 77),
#undef COPE
#define COPE "sonde_keepalive: one setter, for the accepted socket"
    INHERITS("keepalive", option, SOL_SOCKET, SO_KEEPALIVE, 1),
    END_OF_QUESTIONS,
};
