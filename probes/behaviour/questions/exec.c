/* exec.c - sockets of a program that executes another
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/exec-peer.h"
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
    pid_t child = probe_fork(probe);
    if (child == 0)
        exec_become_shell(pair.server);
    close(pair.server);
    while (used + 1 < sizeof text && wait_input(pair.client)) {
        ssize_t got = recv(pair.client, text + used, sizeof text - 1 - used, 0);
        if (probe_check(probe, (int)got, "recv") <= 0)
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

/* Read what the executed program sees of the server's end into SEEN.  Returns
   whether it came whole.  */
static bool exec_read_peer(int fd, struct exec_peer *seen)
{
    size_t used = 0;
    while (used < sizeof *seen && wait_input(fd)) {
        ssize_t got = recv(fd, (char *)seen + used, sizeof *seen - used, 0);
        if (question_check((int)got, "recv") <= 0)
            break;
        used += (size_t)got;
    }
    return used == sizeof *seen;
}

/* ADDRESS as text: WHOSE, if it is that of EXPECTED, or the errno ERROR.  */
static const char *exec_name(const struct sockaddr_in *address, int error,
                             struct sockaddr_in expected, const char *whose)
{
    if (error)
        return error_text(error);
    return address->sin_family == AF_INET &&
                   address->sin_port == expected.sin_port &&
                   address->sin_addr.s_addr == expected.sin_addr.s_addr
               ? whose
               : "another address";
}

static void exec_probe_peer(struct probe *probe)
{
    struct exec_peer seen;
    struct pair pair = tcp_pair(probe);
    probe_check(probe, set_int(pair.server, SOL_SOCKET, SO_KEEPALIVE, 1),
                "setsockopt");
    probe_check(probe, fcntl(pair.server, F_SETFL, O_NONBLOCK), "fcntl");
    pid_t child = probe_fork(probe);
    if (child == 0) {
        /* Beyond standard error, and without FD_CLOEXEC.  */
        int fd = fcntl(pair.server, F_DUPFD, STDERR_FILENO + 1);
        if (fd >= 0)
            exec_peer_run(fd);
        _exit(1);
    }
    close(pair.server);
    bool whole = exec_read_peer(pair.client, &seen);
    wait_child(child, NULL, LOOPBACK_TIMEOUT);
    if (!whole)
        probe_skip(probe, "this program cannot execute itself: the system has "
                          "no name for its file");
    probe_report(probe, "answer", "%s",
                 exec_name(&seen.peer, seen.peer_error,
                           local_address(probe, pair.client),
                           "the address of the client"));
    probe_report(probe, "own-address", "%s",
                 exec_name(&seen.own, seen.own_error,
                           local_address(probe, pair.listener),
                           "the address of the listener"));
    probe_report(probe, "nonblock", "%s",
                 seen.nonblocking ? "stays set" : "is cleared");
    probe_report(probe, "keepalive", "%s",
                 seen.keepalive ? "stays set" : "is cleared");
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
    {
        .id = "exec.peer",
        .text = "does getpeername name the client after exec",
        .why =
            "A program of inetd knows its client by getpeername alone; flags "
            "and options that the parent set, such as O_NONBLOCK, are a "
            "surprise to it.",
        .standard = "POSIX.1-2024 exec: descriptors that stay open keep all "
                    "attributes of their open file description.",
        .cope = "sonde_inherited tells a connection from a listener, and "
                "sonde_address_peer gives the address of the client",
        .probe = exec_probe_peer,
    },
    END_OF_QUESTIONS,
};
