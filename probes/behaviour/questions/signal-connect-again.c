/* signal-connect-again.c - a second connect after the first was interrupted
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"

/* Let the clients of LISTENER in until FD is connected.  */
static void let_in(int listener, int fd)
{
    set_nonblocking(listener, true);
    for (int i = 0; i < 100 && !wait_for(fd, POLLOUT, 50); i++)
        end_by_reset(attempt(accept(listener, NULL, NULL), "accept"));
}

static void ask_again(struct asking *ask)
{
    enum { most = 300 };
    int fds[most], next;
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int listener = tcp_listener(ask, 1);
    struct sockaddr_in address = local_address(ask, listener);
    fill_queue(ask, listener, most, false, fds, &next);
    if (next != ETIMEDOUT)
        give_up(ask, "no connect waits here: before a full queue it gets %s",
                errno_name(next));
    int fd = tcp_socket(ask);
    alarm_every(30);
    tell(ask, "first", "%s", said(connect_to(fd, &address)));
    const char *second = said(connect_to(fd, &address));
    bool waits = !strcmp(second, "EINTR");
    alarm_every(0);
    set_nonblocking(fd, true);
    const char *third = said(connect_to(fd, &address));
    let_in(listener, fd);
    tell(ask, "answer", "%s", waits ? "it waits for the first one" : second);
    tell(ask, "non-blocking", "%s", third);
    tell(ask, "after-completion", "%s", said(connect_to(fd, &address)));
    tell(ask, "and-again", "%s", said(connect_to(fd, &address)));
    tell(ask, "how-to-know", "poll %s, SO_ERROR %d, getpeername %s",
         poll_names(wait_for(fd, POLLOUT, PATIENCE)),
         get_int(fd, SOL_SOCKET, SO_ERROR, -1),
         said(getpeername(fd, (struct sockaddr *)&peer, &length)));
    reset(fd);
}

QUESTIONS(signal_connect_again){
    {
        .id = "signal.connect-again",
        .text = "a second connect after EINTR, the first going on",
        .why = "Programs that call connect again take EISCONN or EALREADY for "
               "an answer, though it may mean that nothing is decided yet.",
        .standard = "POSIX.1-2024 connect: after EINTR it is established "
                    "asynchronously; EALREADY for another connect meanwhile.",
        .cope = "sonde_connect: never calls connect twice; waits, asks "
                "SO_ERROR and getpeername",
        .ask = ask_again,
    },
    END_OF_QUESTIONS,
};
