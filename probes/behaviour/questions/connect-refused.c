/* connect-refused.c - connect to a closed port, or to itself
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/monotonic.h"
#include "base/names.h"
#include "probes/behaviour/loopback.h"

/* Milliseconds within which a refusal is immediate.  */
enum { AT_ONCE = 500 };

/* Connect FD to ADDRESS.  Returns the duration in milliseconds, and the
   outcome by status_text in *ERROR.  May skip the question (skip_unreached). */
static int64_t connect_refused_time(struct probe *probe, int fd,
                                    const struct sockaddr_in *address,
                                    const char **error)
{
    int64_t start = monotonic_ms();
    int result = connect_to(fd, address);
    int64_t elapsed = monotonic_ms() - start;
    if (result < 0)
        skip_unreached(probe, errno);
    *error = status_text(result);
    return elapsed;
}

/* Question connect.refused: errno (the answer) and delay of connect to a closed
   port, by the first of three sockets that takes less than 0.5 s, or else by
   the third; another connect of that socket, to a listener; and a non-blocking
   connect to the closed port.  */
static void connect_refused_probe(struct probe *probe)
{
    int fd = -1;
    const char *error;
    /* A bound socket that does not listen: the address refuses connections.  */
    struct sockaddr_in address = local_address(probe, tcp_bound(probe, 0));
    int64_t elapsed = AT_ONCE;
    /* One fast refusal is enough: a busy host may delay the others.  */
    for (int i = 0; i < 3 && elapsed >= AT_ONCE; i++) {
        reset(fd);
        fd = tcp_socket(probe);
        elapsed = connect_refused_time(probe, fd, &address, &error);
    }
    probe_report(probe, "answer", "%s", error);
    probe_report(probe, "delay", "%s",
                 elapsed < AT_ONCE ? "less than 0.5 s" : "0.5 s or more");
    struct sockaddr_in good = local_address(probe, tcp_listener(probe, 4));
    probe_report_status(probe, "same-socket-again", connect_to(fd, &good));
    fd = tcp_socket(probe);
    set_nonblocking(fd, true);
    const char *first = result_text(connect_to(fd, &address));
    short events = wait_for(fd, POLLIN | POLLOUT, LOOPBACK_TIMEOUT);
    int pending = need_int(probe, fd, SOL_SOCKET, SO_ERROR);
    probe_report(probe, "non-blocking", "connect: %s; poll: %s; SO_ERROR: %s",
                 first, poll_names(events),
                 pending > 0 ? error_text(pending) : "0");
}

/* Question connect.self: connect a socket to itself, by TCP's simultaneous
   open, and report the errno, or whether the socket receives the byte sent.
   Skipped if the network of this host fails (skip_unreached), unless the errno
   is EADDRNOTAVAIL.  */
static void connect_refused_probe_self(struct probe *probe)
{
    int fd = tcp_bound(probe, 0);
    struct sockaddr_in address = local_address(probe, fd);
    int result = connect_to(fd, &address);
    if (result < 0) {
        /* EADDRNOTAVAIL may be the kernel's way to refuse.  */
        if (errno != EADDRNOTAVAIL)
            skip_unreached(probe, errno);
        probe_report(probe, "answer", "no: %s", result_text(result));
        return;
    }
    send_byte(probe, fd);
    bool echoed = wait_input(fd) && receive_end(probe, fd) == 1;
    probe_report(probe, "answer", "yes%s",
                 echoed ? ", and it receives its own data"
                        : ", but it receives no data");
}

QUESTIONS(connect_refused){
    {
        .id = "connect.refused",
        .text = "connect to a port without a listener",
        .why =
            "The most common error; systems differ in whether the same socket "
            "may be connected again.",
        .standard =
            "POSIX.1-2024 connect: ECONNREFUSED; then the state of the socket "
            "is unspecified. The notes: a socket whose connect failed must be "
            "closed; on Linux it can be connected again.",
        .cope = "sonde_connect: a new socket for each attempt; "
                "SONDE_CONNECT_REFUSED",
        .probe = connect_refused_probe,
    },
    {
        .id = "connect.self",
        .text = "can a socket connect to itself",
        .why =
            "A client that keeps connecting to a local server on a port of the "
            "ephemeral range may end up connected to itself.",
        .standard =
            "RFC 9293 3.5: simultaneous open, of which this is a case; not in "
            "POSIX.",
        .cope =
            "sonde_connect: treats the connection as refused, and resets it",
        .probe = connect_refused_probe_self,
    },
    END_OF_QUESTIONS,
};
