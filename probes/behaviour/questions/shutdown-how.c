/* shutdown-how.c - effects of shutdown on both ends
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* Call poll, then read and write of one byte each, on FD, and report the
   results as the finding "NAME-END": "read: R; write: W; poll: EVENTS".  No
   call waits (try_read, try_write).  */
static void shutdown_how_report_end(struct probe *probe, const char *name,
                                    const char *end, int fd)
{
    char key[40];
    snprintf(key, sizeof key, "%s-%s", name, end);
    const char *events = poll_text(fd);
    const char *got = try_read(fd);
    probe_report(probe, key, "read: %s; write: %s; poll: %s", got,
                 try_write(fd), events);
}

/* Report, after shutdown (HOW) at one end of a new connection, what both ends
   can do (shutdown_how_report_end), as the findings "NAME-caller" and
   "NAME-peer".  If shutdown fails, the question is skipped.  */
static void shutdown_how_report(struct probe *probe, const char *name, int how)
{
    struct pair pair = tcp_pair(probe);
    probe_check(probe, shutdown(pair.client, how), "shutdown");
    settle(probe);
    shutdown_how_report_end(probe, name, "caller", pair.client);
    settle(probe);
    shutdown_how_report_end(probe, name, "peer", pair.server);
}

/* Report, as "data-after-SHUT_RD", whether data that the peer sends after
   SHUT_RD can be read.  If shutdown fails, the question is skipped.  */
static void shutdown_how_report_late_data(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    probe_check(probe, shutdown(pair.client, SHUT_RD), "shutdown");
    const char *sent = try_write(pair.server);
    settle(probe);
    const char *got = try_read(pair.client);
    probe_report(probe, "data-after-SHUT_RD", "send: %s; read: %s", sent, got);
}

/* The result of accept in CHILD, whose exit status is the errno, after shutdown
   of the listener, which returned RESULT: "success", the name of errno, or that
   accept keeps blocking for LOOPBACK_TIMEOUT.  A failed shutdown, too, may end
   accept (FreeBSD).  CHILD is dead then.  If a signal killed CHILD in accept,
   the question is skipped.  */
static const char *shutdown_how_accepted(struct probe *probe, pid_t child,
                                         int result)
{
    int status = 0;
    pid_t done = wait_child(child, &status, LOOPBACK_TIMEOUT);
    if (probe_check(probe, (int)done, "waitpid") == 0) {
        kill(child, SIGKILL);
        wait_child(child, NULL, LOOPBACK_TIMEOUT);
        return result ? "keeps blocking: shutdown fails" : "keeps blocking";
    }
    if (!WIFEXITED(status))
        probe_skip(probe, "the process in accept was killed");
    errno = WEXITSTATUS(status);
    return status_text(errno ? -1 : 0);
}

/* Report the result of a child's blocked accept when this process shuts the
   listener down ("listener-accept"), then the status of shutdown and listen
   ("listener-shutdown-again", "listener-listen-again").  */
static void shutdown_how_report_listener(struct probe *probe)
{
    int listener = tcp_listener(probe, 4);
    pid_t child = probe_fork(probe);
    if (child == 0)
        _exit(accept(listener, NULL, NULL) < 0 ? wait_status_of(errno) : 0);
    /* The child is in accept, or will be; either is answered.  */
    wait_pause(50);
    int result = resource_check(shutdown(listener, SHUT_RDWR), "shutdown");
    probe_report(probe, "listener-accept", "%s",
                 shutdown_how_accepted(probe, child, result));
    probe_report_status(probe, "listener-shutdown-again",
                        shutdown(listener, SHUT_RDWR));
    probe_report_status(probe, "listener-listen-again", listen(listener, 4));
}

/* Question shutdown.how: shutdown at both ends, of a listener, and unconnected;
   the answer is what the peer can read and send after SHUT_WR.  */
static void shutdown_how_probe(struct probe *probe)
{
    install_handler(SIGPIPE, SIG_IGN, 0);
    shutdown_how_report(probe, "SHUT_RD", SHUT_RD);
    shutdown_how_report(probe, "SHUT_WR", SHUT_WR);
    shutdown_how_report(probe, "SHUT_RDWR", SHUT_RDWR);
    shutdown_how_report_late_data(probe);
    shutdown_how_report_listener(probe);
    probe_report_status(probe, "unconnected",
                        shutdown(tcp_socket(probe), SHUT_WR));
    struct pair pair = tcp_pair(probe);
    probe_check(probe, shutdown(pair.client, SHUT_WR), "shutdown");
    wait_input(pair.server);
    int got = receive_byte(pair.server);
    const char *end = got < 0    ? result_text(got)
                      : got == 0 ? "end of stream"
                                 : "no end of stream";
    long sent = resource_check((int)send(pair.server, "x", 1, 0), "send");
    bool answered = sent == 1 && receive_end(probe, pair.client) == 1;
    probe_report(probe, "answer",
                 "after SHUT_WR the peer reads %s and %s send%s%s", end,
                 answered ? "can" : "cannot", sent < 0 ? ": " : "",
                 sent < 0 ? result_text(sent) : "");
}

QUESTIONS(shutdown_how){
    {
        .id = "shutdown.how",
        .text = "SHUT_RD, SHUT_WR, SHUT_RDWR at both ends",
        .why =
            "A client that closes instead of shutting down loses the rest of "
            "the reply; shutdown of its listener stops a server on some "
            "systems only.",
        .standard =
            "POSIX.1-2024 shutdown: further receives, sends disallowed; "
            "ENOTCONN. The notes: shutdown sends FIN at any reference count; "
            "the descriptor stays open.",
        .cope = "sonde_half_close; sonde_selfpipe_open to stop a server",
        .probe = shutdown_how_probe,
    },
    END_OF_QUESTIONS,
};
