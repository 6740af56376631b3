/* close-refcount.c - when close ends a connection, and how
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"

/* A child that holds what it inherited until HOLD ends.  */
static pid_t holder(struct asking *ask, int *hold)
{
    int ends[2], tries = 0;
    char byte;
    must(ask, pipe(ends), "pipe");
    pid_t child = must(ask, fork(), "fork");
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

static void release(pid_t child, int hold)
{
    close(hold);
    wait_child(child, NULL, PATIENCE);
}

static void ask_refcount(struct asking *ask)
{
    int hold;
    struct pair pair = tcp_pair(ask);
    pid_t child = holder(ask, &hold);
    close(pair.server);
    settle(ask);
    bool silent = !wait_for(pair.client, POLLIN, 0);
    release(child, hold);
    bool ended = wait_for(pair.client, POLLIN, PATIENCE);
    tell(ask, "answer", "close %s while a child holds the socket",
         silent ? "sends no FIN" : "sends FIN");
    tell(ask, "last-close", "%s", ended ? "sends FIN" : "sends nothing");
    pair = tcp_pair(ask);
    child = holder(ask, &hold);
    attempt(shutdown(pair.server, SHUT_WR), "shutdown");
    tell(ask, "shutdown", "%s",
         wait_for(pair.client, POLLIN, PATIENCE) ? "sends FIN at once"
                                                 : "sends no FIN");
    release(child, hold);
}

/* How the peer of FD sees it end.  */
static const char *end_seen(struct asking *ask, int fd)
{
    char byte;
    if (!wait_for(fd, POLLIN, PATIENCE))
        return "nothing";
    settle(ask);
    ssize_t got = attempt((int)recv(fd, &byte, 1, MSG_DONTWAIT), "recv");
    return got == 0 ? "FIN" : got < 0 && errno == ECONNRESET ? "RST" : said(-1);
}

static void ask_linger(struct asking *ask)
{
    struct pair pair = tcp_pair(ask);
    reset(pair.server);
    const char *zero = end_seen(ask, pair.client);
    pair = tcp_pair(ask);
    must(ask, (int)send(pair.client, "x", 1, 0), "send");
    wait_for(pair.server, POLLIN, PATIENCE);
    close(pair.server);
    const char *unread = end_seen(ask, pair.client);
    pair = tcp_pair(ask);
    close(pair.server);
    const char *plain = end_seen(ask, pair.client);
    tell(ask, "answer", "SO_LINGER 0: %s; unread data: %s; otherwise: %s", zero,
         unread, plain);
    tell(ask, "SO_LINGER-0", "%s", zero);
    tell(ask, "unread-data", "%s", unread);
    tell(ask, "otherwise", "%s", plain);
}

QUESTIONS(close_refcount){
    {
        .id = "close.refcount",
        .text = "close while another process holds the socket",
        .why = "A server that forks and forgets to close in the parent keeps "
               "its clients waiting for an end that never comes.",
        .standard = "POSIX.1-2024 close: the open file description goes with "
                    "its last descriptor. The notes: shutdown brings the "
                    "reference count to zero; it sends FIN and leaves it. And "
                    "before accept a connection has no descriptor to count.",
        .cope = "sonde_half_close: ends the stream, whoever holds it",
        .ask = ask_refcount,
    },
    {
        .id = "close.linger",
        .text = "when close sends RST instead of FIN",
        .why = "A server that closes with input unread resets the connection, "
               "and the client may lose an answer that was already sent.",
        .standard = "RFC 9293 3.6.1: close with data unread should send RST. "
                    "The notes: SO_LINGER with a time of 0 aborts.",
        .cope = "sonde_half_close, then read to the end",
        .ask = ask_linger,
    },
    END_OF_QUESTIONS,
};
