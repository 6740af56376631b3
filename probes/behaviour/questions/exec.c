/* exec.c - sockets of a program that executes another
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"

/* Descriptors that the shell can name in a redirection.  */
enum { KEPT = 8, CLOSED = 9 };

/* In a child: become a shell that writes 'k' to the socket FD by a descriptor
   without FD_CLOEXEC and 'c' by a descriptor with FD_CLOEXEC, then sends itself
   SIGPIPE, which this process ignores, and writes 'i' if it survives.  */
static _Noreturn void exec_become_shell(int fd)
{
    int moved = fcntl(fd, F_DUPFD, CLOSED + 1); /* FD may be KEPT or CLOSED */
    signal(SIGPIPE, SIG_IGN);
    if (moved < 0 || dup2(moved, KEPT) < 0 || dup2(moved, CLOSED) < 0 ||
        fcntl(KEPT, F_SETFD, 0) || fcntl(CLOSED, F_SETFD, FD_CLOEXEC))
        _exit(1);
    close(moved);
    execl("/bin/sh", "sh", "-c",
          "exec 2> /dev/null\n"
          "printf k >&8\n"
          "(printf c >&9)\n"
          "kill -PIPE $$\n"
          "printf i >&8\n",
          (char *)NULL);
    _exit(1);
}

static void exec_probe(struct probe *probe)
{
    char text[16] = "";
    size_t used = 0;
    struct pair pair = tcp_pair(probe);
    pid_t child = probe_check(probe, fork(), "fork");
    if (child == 0)
        exec_become_shell(pair.server);
    close(pair.server);
    while (used + 1 < sizeof text && wait_input(pair.client)) {
        ssize_t got = recv(pair.client, text + used, sizeof text - 1 - used, 0);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    wait_child(child, NULL, LOOPBACK_TIMEOUT);
    if (used == 0)
        probe_skip(probe, "/bin/sh writes nothing to the socket");
    probe_report(probe, "answer", "the socket %s; with FD_CLOEXEC %s",
                 strchr(text, 'k') ? "stays open" : "is closed",
                 strchr(text, 'c') ? "stays open" : "is closed");
    probe_report(probe, "ignored-signals", "%s",
                 strchr(text, 'i') ? "stay ignored" : "act again");
}

QUESTIONS(exec){
    {
        .id = "exec.descriptors",
        .text = "what of a socket survives exec",
        .why = "inetd hands a connection to a program in this way; a listener "
               "that a child inherits unnoticed keeps the port after its "
               "server has ended.",
        .standard = "POSIX.1-2024 exec: descriptors stay open unless "
                    "FD_CLOEXEC is set; ignored signals stay ignored.",
        .cope = "every function of libsonde that makes a descriptor sets "
                "FD_CLOEXEC; sonde_activation takes inherited sockets",
        .probe = exec_probe,
    },
    END_OF_QUESTIONS,
};
