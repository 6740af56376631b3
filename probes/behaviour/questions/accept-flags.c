/* accept-flags.c - flags of a descriptor, set as it is made
   SPDX-License-Identifier: GPL-3.0-or-later

   This file exists to ask what HAVE_ACCEPT4 says.  */

#include <config.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "sonde.h"

#ifdef SOCK_NONBLOCK
static void tell_socket(struct asking *ask)
{
    int fd =
        attempt(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                "socket");
    bool both = fd >= 0 && fcntl(fd, F_GETFL) & O_NONBLOCK &&
                fcntl(fd, F_GETFD) & FD_CLOEXEC;
    tell(ask, "socket", "%s", both ? "sets both" : said(fd < 0 ? -1 : 0));
}
#else
static void tell_socket(struct asking *ask)
{
    tell_constant(ask, "socket", "there is no SOCK_NONBLOCK");
}
#endif

#ifdef HAVE_ACCEPT4
static void ask_flags(struct asking *ask)
{
    int listener = tcp_listener(ask, 8);
    int client = tcp_client(ask, listener);
    wait_for(listener, POLLIN, PATIENCE);
    int fd = attempt(
        accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept4");
    if (fd < 0)
        tell(ask, "answer", "accept4: %s", said(-1));
    else
        tell(ask, "answer", "accept4 works: O_NONBLOCK %s, FD_CLOEXEC %s",
             fcntl(fd, F_GETFL) & O_NONBLOCK ? "set" : "not set",
             fcntl(fd, F_GETFD) & FD_CLOEXEC ? "set" : "not set");
    tell_socket(ask);
    reset(client);
}
#else
static void ask_flags(struct asking *ask)
{
    tell_constant(ask, "answer", "there is no accept4");
    tell_socket(ask);
}
#endif

QUESTIONS(accept_flags){
    {
        .id = "accept.flags",
        .text = "accept4, SOCK_NONBLOCK, SOCK_CLOEXEC",
        .why = "Without them another thread that forks and executes between "
               "accept and fcntl hands the connection on to a stranger.",
        .standard = "POSIX.1-2024 has accept4 and both flags; POSIX.1-2017 "
                    "does not.",
        .cope = "sonde_accept, sonde_socket: the flags in one call where the "
                "system can, in two elsewhere",
        .ask = ask_flags,
    },
    END_OF_QUESTIONS,
};
