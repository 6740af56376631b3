/* signal-connect-again.c - a second connect after the first was interrupted
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/names.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* Accept clients of LISTENER, which becomes non-blocking, until FD is
   connected or has failed, at most 100 times, for at most 5 s.  */
static void connect_again_accept(int listener, int fd)
{
    set_nonblocking(listener, true);
    for (int i = 0; i < 100 && !wait_for(fd, POLLOUT, 50); i++)
        end_by_reset(resource_check(accept(listener, NULL, NULL), "accept"));
}

static void connect_again_probe(struct probe *probe)
{
    enum { max = 300 };
    int fds[max], next;
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int listener = tcp_listener(probe, 1);
    struct sockaddr_in address = local_address(probe, listener);
    fill_queue(probe, listener, max, false, fds, &next);
    if (next != ETIMEDOUT)
        probe_skip(probe, "connect does not block on a full queue: %s",
                   errno_name(next));
    int fd = tcp_socket(probe);
    alarm_every(30);
    probe_report_status(probe, "first-connect", connect_to(fd, &address));
    const char *second = status_text(connect_to(fd, &address));
    bool waits = !strcmp(second, "EINTR");
    alarm_every(0);
    set_nonblocking(fd, true);
    const char *third = status_text(connect_to(fd, &address));
    connect_again_accept(listener, fd);
    probe_report(probe, "answer", "%s",
                 waits ? "waits for the first attempt" : second);
    probe_report(probe, "non-blocking-connect", "%s", third);
    probe_report_status(probe, "after-completion", connect_to(fd, &address));
    probe_report_status(probe, "after-completion-again",
                        connect_to(fd, &address));
    probe_report(
        probe, "completion", "poll: %s; SO_ERROR: %d; getpeername: %s",
        poll_names(wait_for(fd, POLLOUT, LOOPBACK_TIMEOUT)),
        get_int(fd, SOL_SOCKET, SO_ERROR, -1),
        status_text(getpeername(fd, (struct sockaddr *)&peer, &length)));
}

QUESTIONS(signal_connect_again){
    {
        .id = "signal.connect-again",
        .text = "a second connect after EINTR of the first",
        .why =
            "Programs that call connect again take EISCONN or EALREADY for the "
            "outcome, though the first attempt may still be in progress.",
        .standard =
            "POSIX.1-2024 connect: after EINTR the connection is established "
            "asynchronously; EALREADY for another connect meanwhile.",
        .cope = "sonde_connect: never calls connect twice; polls, then reads "
                "SO_ERROR and getpeername",
        .probe = connect_again_probe,
    },
    END_OF_QUESTIONS,
};
