/* accept-flags.c - descriptor flags set by accept4 and socket
   SPDX-License-Identifier: GPL-3.0-or-later

   HAVE_ACCEPT4 is allowed above lib/ here, since the question is about
   accept4.  */

#include <config.h>

#include <fcntl.h>

#include "probes/behaviour/loopback.h"

/* Report, as "socket", whether SOCK_NONBLOCK and SOCK_CLOEXEC set both flags,
   the errno of socket, or that the system has no such flags.  */
static void accept_flags_report_socket(struct probe *probe)
{
#ifdef SOCK_NONBLOCK
    int fd = resource_check(
        socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
        "socket");
    bool both = fd >= 0 && need_flags(fd, F_GETFL) & O_NONBLOCK &&
                need_flags(fd, F_GETFD) & FD_CLOEXEC;
    probe_report(probe, "socket", "%s",
                 both     ? "sets both flags"
                 : fd < 0 ? status_text(fd)
                          : "does not set both flags");
#else
    probe_report_constant(probe, "socket", "no SOCK_NONBLOCK");
#endif
}

/* Question accept.flags: which flags accept4 (the answer) and socket set, or
   why not.  */
static void accept_flags_probe(struct probe *probe)
{
#ifdef HAVE_ACCEPT4
    int listener = tcp_listener(probe, 8);
    tcp_client(probe, listener);
    wait_input(listener);
    int fd = resource_check(
        accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept4");
    if (fd < 0)
        probe_report(probe, "answer", "accept4: %s", result_text(-1));
    else
        probe_report(probe, "answer", "accept4: O_NONBLOCK %s, FD_CLOEXEC %s",
                     need_flags(fd, F_GETFL) & O_NONBLOCK ? "set" : "not set",
                     need_flags(fd, F_GETFD) & FD_CLOEXEC ? "set" : "not set");
#else
    probe_report_constant(probe, "answer", "no accept4");
#endif
    accept_flags_report_socket(probe);
}

QUESTIONS(accept_flags){
    {
        .id = "accept.flags",
        .text = "accept4, SOCK_NONBLOCK, SOCK_CLOEXEC",
        .why = "Without these flags, a thread that forks and executes between "
               "accept and fcntl passes the connection on to another program.",
        .standard = "POSIX.1-2024 has accept4 and both flags; POSIX.1-2017 "
                    "does not.",
        .cope = "sonde_accept, sonde_socket: the flags in one call where the "
                "system has them, in two elsewhere",
        .probe = accept_flags_probe,
    },
    END_OF_QUESTIONS,
};
