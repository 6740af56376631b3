/* accept-aborted.c - accept of a connection that the client has reset
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/behaviour/loopback.h"

/* Report calls on FD, accepted after RST with an address of LENGTH bytes.  */
static void accept_aborted_report_socket(struct probe *probe, int fd,
                                         socklen_t length)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    probe_report(probe, "address-length", "%ld", (long)length);
    probe_report_status(probe, "getpeername",
                        getpeername(fd, (struct sockaddr *)&address, &size));
    probe_report(probe, "poll", "%s",
                 poll_names(wait_for(fd, POLLIN | POLLOUT, LOOPBACK_TIMEOUT)));
    probe_report_status(probe, "setsockopt",
                        set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    const char *first = try_read(fd);
    probe_report(probe, "read", "%s", first);
    probe_report(probe, "read-again", "%s", try_read(fd));
    probe_report(probe, "write", "%s", try_write(fd));
    probe_report(probe, "answer", "accept succeeds; read: %s", first);
}

/* Report whether connections that were reset still occupy the queue: as many
   clients are then connected as without a reset, not many more.  */
static void accept_aborted_report_slot(struct probe *probe)
{
    enum { max = 300 };
    int fds[max], next;
    int listener = tcp_listener(probe, 1);
    int live = fill_queue(probe, listener, max, false, fds, &next);
    for (int i = 0; i < live; i++)
        reset(fds[i]);
    close(listener);
    listener = tcp_listener(probe, 1);
    int dead = fill_queue(probe, listener, max, true, fds, &next);
    /* A stack that handles RST later may accept one or two more.  */
    if (live > max / 4)
        probe_report_skip(probe, "queue-slot", "the queue holds more than %d",
                          max / 4);
    else
        probe_report(probe, "queue-slot", "%s",
                     dead < 3 * live ? "held until accept" : "released by RST");
}

static void accept_aborted_probe(struct probe *probe)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int listener = tcp_listener(probe, 8);
    signal(SIGPIPE, SIG_IGN);
    reset(tcp_client(probe, listener));
    settle(probe);
    set_nonblocking(listener, true);
    int fd = resource_check(
        accept(listener, (struct sockaddr *)&address, &length), "accept");
    const char *error = result_text(fd);
    if (fd >= 0)
        accept_aborted_report_socket(probe, fd, length);
    else
        probe_report(probe, "answer", "%s%s", error,
                     strcmp(error, "EAGAIN") ? ""
                                             : ": not in the queue any more");
    accept_aborted_report_slot(probe);
}

QUESTIONS(accept_aborted){
    {
        .id = "accept.aborted",
        .text = "accept after the client sent RST",
        .why = "A server that treats the errno as fatal is stopped by one "
               "impatient client; where accept succeeds, the next call on the "
               "connection fails.",
        .standard =
            "POSIX.1-2024 accept: ECONNABORTED, \"a connection has been "
            "aborted\". The notes: Berkeley kernels hide it, SVR4 returns "
            "EPROTO; today's BSDs return ECONNABORTED, and on Linux accept "
            "succeeds.",
        .cope = "sonde_accept: takes the next connection instead; "
                "sonde_accept_class: \"retry\", never fatal",
        .probe = accept_aborted_probe,
    },
    END_OF_QUESTIONS,
};
