/* accept-aborted.c - a client that is gone before accept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "base/names.h"

/* What the socket FD of a dead connection still does.  */
static void tell_corpse(struct asking *ask, int fd, socklen_t length)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char byte = 0;
    tell(ask, "address-length", "%ld", (long)length);
    tell(ask, "getpeername", "%s",
         said(getpeername(fd, (struct sockaddr *)&address, &size)));
    tell(ask, "poll", "%s",
         poll_names(wait_for(fd, POLLIN | POLLOUT, PATIENCE)));
    tell(ask, "set-option", "%s",
         said(set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1)));
    const char *first = said(recv(fd, &byte, 1, MSG_DONTWAIT));
    tell(ask, "read", "%s", first);
    tell(ask, "read-again", "%s", said(recv(fd, &byte, 1, MSG_DONTWAIT)));
    tell(ask, "write", "%s", said(send(fd, &byte, 1, MSG_DONTWAIT)));
    tell(ask, "answer", "a socket; then read %s", first);
}

/* Whether those that died keep others out.  */
static void tell_slot(struct asking *ask)
{
    enum { most = 300 };
    int fds[most], next;
    int listener = tcp_listener(ask, 1);
    int living = fill_queue(ask, listener, most, false, fds, &next);
    for (int i = 0; i < living; i++)
        reset(fds[i]);
    close(listener);
    listener = tcp_listener(ask, 1);
    int dead = fill_queue(ask, listener, most, true, fds, &next);
    /* A stack that does things later may let one or two more in.  */
    if (living > most / 4)
        tell_not(ask, "queue-slot", "the queue holds more than %d", most / 4);
    else
        tell(ask, "queue-slot", "%s",
             dead < 3 * living ? "kept until accepted" : "given back");
    close(listener);
}

static void ask_aborted(struct asking *ask)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int listener = tcp_listener(ask, 8);
    signal(SIGPIPE, SIG_IGN);
    reset(tcp_client(ask, listener));
    settle(ask);
    set_nonblocking(listener, true);
    int fd = attempt(accept(listener, (struct sockaddr *)&address, &length),
                     "accept");
    if (fd >= 0)
        tell_corpse(ask, fd, length);
    else if (!strcmp(said(-1), "EAGAIN"))
        tell(ask, "answer", "it is gone: nobody waits");
    else
        tell(ask, "answer", "%s", said_error(errno));
    tell_slot(ask);
}

QUESTIONS(accept_aborted){
    {
        .id = "accept.aborted",
        .text = "a client that sent RST before accept",
        .why = "A server that takes the errno for a failure of its own dies of "
               "one impatient client; one that trusts accept finds the "
               "connection dead at the next call.",
        .standard =
            "POSIX.1-2024 accept: ECONNABORTED, \"a connection has been "
            "aborted\". The notes: Berkeley kernels hide it, SVR4 says EPROTO; "
            "today's BSDs say ECONNABORTED, and Linux nothing.",
        .cope = "sonde_accept: takes the next connection instead; "
                "sonde_accept_class: \"retry\", never fatal",
        .ask = ask_aborted,
    },
    END_OF_QUESTIONS,
};
