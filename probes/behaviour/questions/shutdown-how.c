/* shutdown-how.c - what each way of shutdown does to both sides
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"

/* After shutdown (HOW) at one end: what either sees.  */
static void tell_way(struct asking *ask, const char *name, int how)
{
    char key[40];
    struct pair pair = tcp_pair(ask);
    must(ask, shutdown(pair.client, how), "shutdown");
    settle(ask);
    snprintf(key, sizeof key, "%s-here", name);
    const char *bits = poll_names(wait_for(pair.client, POLLIN | POLLOUT, 0));
    const char *got = try_read(pair.client);
    tell(ask, key, "read %s, write %s, poll %s", got, try_write(pair.client),
         bits);
    settle(ask);
    snprintf(key, sizeof key, "%s-there", name);
    bits = poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0));
    got = try_read(pair.server);
    tell(ask, key, "read %s, write %s, poll %s", got, try_write(pair.server),
         bits);
    pair_close(&pair);
}

/* After SHUT_RD, what the peer sends all the same.  */
static void tell_late_data(struct asking *ask)
{
    struct pair pair = tcp_pair(ask);
    must(ask, shutdown(pair.client, SHUT_RD), "shutdown");
    const char *sent = try_write(pair.server);
    settle(ask);
    const char *got = try_read(pair.client);
    tell(ask, "data-after-SHUT_RD", "sent: %s; read %s", sent, got);
    pair_close(&pair);
}

/* What becomes of an accept that waits when its listener is shut down.  */
static void tell_listener(struct asking *ask)
{
    int listener = tcp_listener(ask, 4);
    pid_t child = must(ask, fork(), "fork");
    if (child == 0) {
        /* The parent is in accept, or will be; either is answered.  */
        wait_pause(50);
        int result = attempt(shutdown(listener, SHUT_RDWR), "shutdown");
        if (result < 0)
            tcp_client(ask, listener); /* or it would wait for ever */
        _exit(0);
    }
    int fd = attempt(accept(listener, NULL, NULL), "accept");
    tell(ask, "listener-accept", "%s",
         fd < 0 ? said(fd) : "goes on; shutdown failed");
    wait_child(child, NULL, PATIENCE);
    tell(ask, "listener-shutdown-again", "%s",
         said(shutdown(listener, SHUT_RDWR)));
    tell(ask, "listener-listen-again", "%s", said(listen(listener, 4)));
}

static void ask_how(struct asking *ask)
{
    signal(SIGPIPE, SIG_IGN);
    tell_way(ask, "SHUT_RD", SHUT_RD);
    tell_way(ask, "SHUT_WR", SHUT_WR);
    tell_way(ask, "SHUT_RDWR", SHUT_RDWR);
    tell_late_data(ask);
    tell_listener(ask);
    int fd = tcp_socket(ask);
    const char *unconnected = said(shutdown(fd, SHUT_WR));
    tell(ask, "unconnected", "%s", unconnected);
    struct pair pair = tcp_pair(ask);
    char byte;
    must(ask, shutdown(pair.client, SHUT_WR), "shutdown");
    wait_for(pair.server, POLLIN, PATIENCE);
    bool ended = attempt((int)recv(pair.server, &byte, 1, 0), "recv") == 0;
    bool answered = attempt((int)send(pair.server, "x", 1, 0), "send") == 1 &&
                    attempt((int)recv(pair.client, &byte, 1, 0), "recv") == 1;
    tell(ask, "answer", "after SHUT_WR the peer %s, and %s answer",
         ended ? "reads the end" : "reads on", answered ? "can" : "cannot");
    pair_close(&pair);
}

QUESTIONS(shutdown_how){
    {
        .id = "shutdown.how",
        .text = "SHUT_RD, SHUT_WR, SHUT_RDWR: what each side sees",
        .why = "A client that closes instead of shutting down loses the rest "
               "of the answer; a server stopped by shutting its listener "
               "down stops on some systems only.",
        .standard =
            "POSIX.1-2024 shutdown: further receives, sends disallowed; "
            "ENOTCONN. The notes: shutdown sends FIN whatever the "
            "reference count; the descriptor stays.",
        .cope = "sonde_half_close; sonde_selfpipe_open to stop a server",
        .ask = ask_how,
    },
    END_OF_QUESTIONS,
};
