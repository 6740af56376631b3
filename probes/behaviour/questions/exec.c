/* exec.c - sockets of a program that executes another
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/exec-peer.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* Descriptors that the shell can name in a redirection.  */
enum { KEPT = 8, CLOSED = 9 };

/* An exit status of exec_be_peer, beside the errno of exec.  */
enum { EXEC_FAILED = 128 };

/* Let SIGPROF, with its default action, end this process after 0.2 s of
   processor time: some shells repeat the write of a message endlessly as long
   as signals interrupt the write.  The timer stays set after exec.  */
static void exec_limit_cpu(void)
{
    struct itimerval timer = {.it_value = {.tv_usec = 200000}};
    signal(SIGPROF, SIG_DFL);
    setitimer(ITIMER_PROF, &timer, NULL);
}

/* In a child: become a shell that runs SCRIPT.  Before, the socket FD is
   duplicated to the descriptor KEPT, without FD_CLOEXEC, and to CLOSED, with
   it; SIGPIPE is ignored; and the shell has 0.2 s of processor time, then
   SIGPROF ends it (exec_limit_cpu).  Exits with 1 on failure.  */
static _Noreturn void exec_become_shell(int fd, const char *script)
{
    int moved = fcntl(fd, F_DUPFD, CLOSED + 1); /* FD may be KEPT or CLOSED */
    install_handler(SIGPIPE, SIG_IGN, 0);
    if (moved < 0 || dup2(moved, KEPT) < 0 || dup2(moved, CLOSED) < 0 ||
        fcntl(KEPT, F_SETFD, 0) || fcntl(CLOSED, F_SETFD, FD_CLOEXEC))
        _exit(1);
    close(moved);
    exec_limit_cpu();
    execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(1);
}

/* Run SCRIPT in a child (exec_become_shell).  Returns the wait status, so that
   no answer depends on output that may be lost; exit status 1 if there is no
   shell.  If fork or waitpid fails, or the shell does not end within
   LOOPBACK_TIMEOUT, the question is skipped.  */
static int exec_shell_status(struct probe *probe, int fd, const char *script)
{
    int status;
    pid_t child = probe_fork(probe);
    if (child == 0)
        exec_become_shell(fd, script);
    pid_t done = wait_child(child, &status, LOOPBACK_TIMEOUT);
    if (probe_check(probe, (int)done, "waitpid") == 0) {
        kill(child, SIGKILL);
        probe_skip(probe, "/bin/sh does not end");
    }
    return status;
}

/* Question exec.descriptors: whether a shell finds the socket open, without and
   with FD_CLOEXEC, and whether an ignored SIGPIPE stays ignored.  */
static void exec_probe(struct probe *probe)
{
    enum { RAN = 64, KEPT_OPEN = 1, CLOSED_OPEN = 2 };
    struct pair pair = tcp_pair(probe);
    /* "true" is no special builtin, whose failed redirection ends the shell. */
    int open = exec_shell_status(probe, pair.server,
                                 "exec 2> /dev/null\n"
                                 "n=64\n"
                                 "true >&8 && n=$((n + 1))\n"
                                 "true >&9 && n=$((n + 2))\n"
                                 "exit $n\n");
    if (!WIFEXITED(open) || WEXITSTATUS(open) < RAN)
        probe_skip(probe, "/bin/sh cannot be run with the socket");
    int pipes = exec_shell_status(probe, pair.server,
                                  "kill -PIPE $$ || exit 1\n"
                                  "exit 64\n");
    probe_report(probe, "answer", "the socket %s; with FD_CLOEXEC %s",
                 WEXITSTATUS(open) & KEPT_OPEN ? "stays open" : "is closed",
                 WEXITSTATUS(open) & CLOSED_OPEN ? "stays open" : "is closed");
    if (WIFEXITED(pipes) && WEXITSTATUS(pipes) == RAN)
        probe_report(probe, "ignored-signals", "stay ignored");
    else if (WIFSIGNALED(pipes) && WTERMSIG(pipes) == SIGPIPE)
        probe_report(probe, "ignored-signals", "act again");
    else
        probe_report_skip(probe, "ignored-signals",
                          "/bin/sh cannot send itself SIGPIPE");
}

/* Receive from FD what the executed program sees, into SEEN.  Returns whether
   all came, each part within LOOPBACK_TIMEOUT.  If recv fails, the question is
   skipped.  */
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

/* In a child: execute this program with FD.  Exits with EXEC_FAILED and the
   lower bits of errno on failure.  */
static _Noreturn void exec_be_peer(int fd)
{
    /* Beyond standard error, and without FD_CLOEXEC.  */
    int moved = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
    if (moved >= 0)
        exec_peer_run(moved);
    _exit(EXEC_FAILED | (errno & (EXEC_FAILED - 1)));
}

/* Skip the question: exec failed, or the executed program did not send all.  If
   STATUS, of waitpid, is an exit with EXEC_FAILED (exec_be_peer), the reason
   has the errno of exec; otherwise, also after a signal, the reason is that the
   program does not send.  */
static _Noreturn void exec_skip_peer(struct probe *probe, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (code == (EXEC_FAILED | ENOENT))
        probe_skip(probe, "this program cannot execute itself: the system has "
                          "no name for its file");
    if (code & EXEC_FAILED)
        probe_skip(probe, "this program cannot execute itself: %s",
                   errno_name(code & (EXEC_FAILED - 1)));
    probe_skip(probe, "the executed program does not send what it sees");
}

/* "stays set" or "is cleared", by FLAG; the name of ERROR instead, if not
   0.  */
static const char *exec_flag(bool flag, int error)
{
    return error ? error_text(error) : flag ? "stays set" : "is cleared";
}

/* WHOSE if ADDRESS is EXPECTED, otherwise "another address"; the name of ERROR
   instead, if not 0.  */
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

/* Question exec.peer: the addresses, O_NONBLOCK and SO_KEEPALIVE of a connected
   socket, as seen by this program when executed again.  The answer is the
   peer's address.  Skipped unless the program sends all of them.  */
static void exec_probe_peer(struct probe *probe)
{
    struct exec_peer seen;
    struct pair pair = tcp_pair(probe);
    probe_check(probe, set_int(pair.server, SOL_SOCKET, SO_KEEPALIVE, 1),
                "setsockopt");
    probe_check(probe, fcntl(pair.server, F_SETFL, O_NONBLOCK), "fcntl");
    pid_t child = probe_fork(probe);
    if (child == 0)
        exec_be_peer(pair.server);
    close(pair.server);
    bool whole = exec_read_peer(pair.client, &seen);
    int status = 0;
    wait_child(child, &status, LOOPBACK_TIMEOUT);
    if (!whole)
        exec_skip_peer(probe, status);
    probe_report(probe, "answer", "%s",
                 exec_name(&seen.peer, seen.peer_error,
                           local_address(probe, pair.client),
                           "the address of the client"));
    probe_report(probe, "own-address", "%s",
                 exec_name(&seen.own, seen.own_error,
                           local_address(probe, pair.listener),
                           "the address of the listener"));
    probe_report(probe, "nonblock", "%s",
                 exec_flag(seen.nonblocking, seen.nonblocking_error));
    probe_report(probe, "keepalive", "%s",
                 exec_flag(seen.keepalive, seen.keepalive_error));
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
