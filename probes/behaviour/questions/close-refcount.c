/* close-refcount.c - when close ends a connection, and how
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"

/* Start a child that holds all inherited descriptors until *HOLD, a new
   descriptor, is closed.  Returns the child, for close_refcount_release.  */
static pid_t close_refcount_holder(struct probe *probe, int *hold)
{
    int ends[2], tries = 0;
    char byte;
    probe_check(probe, pipe(ends), "pipe");
    pid_t child = probe_check(probe, fork(), "fork");
    if (child == 0) {
        close(ends[1]);
        while (read(ends[0], &byte, 1) < 0 && wait_retry(&tries))
            continue;
        _exit(0);
    }
    close(ends[0]);
    *hold = ends[1];
    return child;
}

/* Let the CHILD of close_refcount_holder exit, and reap the child.  */
static void close_refcount_release(pid_t child, int hold)
{
    close(hold);
    wait_child(child, NULL, LOOPBACK_TIMEOUT);
}

static void close_refcount_probe(struct probe *probe)
{
    int hold;
    struct pair pair = tcp_pair(probe);
    pid_t child = close_refcount_holder(probe, &hold);
    close(pair.server);
    settle(probe);
    bool silent = !wait_for(pair.client, POLLIN, 0);
    close_refcount_release(child, hold);
    probe_report(probe, "answer", "close %s while a child holds the socket",
                 silent ? "sends no FIN" : "sends FIN");
    probe_report(probe, "last-close", "%s",
                 wait_input(pair.client) ? "sends FIN" : "sends no FIN");
    pair = tcp_pair(probe);
    child = close_refcount_holder(probe, &hold);
    resource_check(shutdown(pair.server, SHUT_WR), "shutdown");
    probe_report(probe, "shutdown", "%s",
                 wait_input(pair.client) ? "sends FIN at once"
                                         : "sends no FIN");
    close_refcount_release(child, hold);
}

/* How the peer's socket FD receives the end of the connection: "FIN", "RST",
   "neither FIN nor RST" after LOOPBACK_TIMEOUT, or another errno.  */
static const char *close_refcount_read_end(struct probe *probe, int fd)
{
    char byte;
    if (!wait_input(fd))
        return "neither FIN nor RST";
    settle(probe);
    ssize_t got = resource_check((int)recv(fd, &byte, 1, MSG_DONTWAIT), "recv");
    return got == 0                         ? "FIN"
           : got < 0 && errno == ECONNRESET ? "RST"
                                            : result_text(-1);
}

static void close_refcount_probe_linger(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    reset(pair.server);
    const char *zero = close_refcount_read_end(probe, pair.client);
    pair = tcp_pair(probe);
    send_byte(probe, pair.client);
    wait_input(pair.server);
    close(pair.server);
    const char *unread = close_refcount_read_end(probe, pair.client);
    pair = tcp_pair(probe);
    close(pair.server);
    const char *plain = close_refcount_read_end(probe, pair.client);
    probe_report(probe, "answer",
                 "SO_LINGER 0: %s; unread data: %s; otherwise: %s", zero,
                 unread, plain);
    probe_report(probe, "SO_LINGER-0", "%s", zero);
    probe_report(probe, "unread-data", "%s", unread);
    probe_report(probe, "otherwise", "%s", plain);
}

QUESTIONS(close_refcount){
    {
        .id = "close.refcount",
        .text = "close while another process holds the socket",
        .why =
            "If a forking server does not close the connection in the parent, "
            "the client never reads end of stream.",
        .standard =
            "POSIX.1-2024 close: the open file description is released with "
            "its last descriptor. The notes: shutdown brings the reference "
            "count to zero; in fact shutdown sends FIN and leaves the count. "
            "Before accept, a connection has no descriptor.",
        .cope = "sonde_half_close: ends the stream for all processes",
        .probe = close_refcount_probe,
    },
    {
        .id = "close.linger",
        .text = "when does close send RST instead of FIN",
        .why =
            "A server that closes with unread input resets the connection, and "
            "the client may lose a reply that was already sent.",
        .standard =
            "RFC 9293 3.6.1: close with unread data should send RST. The "
            "notes: SO_LINGER with a time of 0 aborts.",
        .cope = "sonde_half_close, then read until end of stream",
        .probe = close_refcount_probe_linger,
    },
    END_OF_QUESTIONS,
};
