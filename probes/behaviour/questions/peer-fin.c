/* peer-fin.c - how the end of the other side shows
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "base/names.h"

static void ask_fin(struct asking *ask)
{
    struct pair pair = tcp_pair(ask);
    signal(SIGPIPE, SIG_IGN);
    must(ask, shutdown(pair.client, SHUT_WR), "shutdown");
    wait_for(pair.server, POLLIN, PATIENCE);
    tell(ask, "poll", "%s",
         poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0)));
    const char *first = try_read(pair.server);
    tell(ask, "answer", "read %s%s", first,
         *first == '0' ? ", the end of the stream" : "");
    tell(ask, "read-again", "%s", try_read(pair.server));
    tell(ask, "write", "%s", try_write(pair.server));
    pair_close(&pair);
    /* The peer has closed for good: the first write still succeeds.  */
    pair = tcp_pair(ask);
    close(pair.client);
    wait_for(pair.server, POLLIN, PATIENCE);
    tell(ask, "closed-first-write", "%s", try_write(pair.server));
    settle(ask);
    tell(ask, "closed-then-poll", "%s",
         poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0)));
    tell(ask, "closed-then-write", "%s", try_write(pair.server));
    tell(ask, "closed-then-read", "%s", try_read(pair.server));
}

static void ask_rst(struct asking *ask)
{
    struct pair pair = tcp_pair(ask);
    signal(SIGPIPE, SIG_IGN);
    reset(pair.client);
    wait_for(pair.server, POLLIN, PATIENCE);
    tell(ask, "poll", "%s",
         poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0)));
    tell(ask, "answer", "read %s", try_read(pair.server));
    tell(ask, "read-again", "%s", try_read(pair.server));
    tell(ask, "write", "%s", try_write(pair.server));
    pair = tcp_pair(ask);
    must(ask, (int)send(pair.client, "x", 1, 0), "send");
    settle(ask);
    reset(pair.client);
    settle(ask);
    tell(ask, "data-then-reset", "%s", try_read(pair.server));
    pair = tcp_pair(ask);
    reset(pair.client);
    wait_for(pair.server, POLLIN, PATIENCE);
    tell(ask, "write-first", "%s", try_write(pair.server));
}

static volatile sig_atomic_t caught;

static void catch (int number)
{
    caught = number;
}

static bool raised(void)
{
    bool was = caught != 0;
    caught = 0;
    return was;
}

/* A write to a connection that got RST.  */
static const char *write_dead(struct asking *ask, int flags, int option)
{
    struct pair pair = tcp_pair(ask);
    if (option)
        must(ask, set_int(pair.server, SOL_SOCKET, option, 1), "setsockopt");
    reset(pair.client);
    wait_for(pair.server, POLLIN, PATIENCE);
    try_read(pair.server); /* takes what is pending: ECONNRESET */
    caught = 0;
    return said(send(pair.server, "x", 1, flags));
}

static void ask_sigpipe(struct asking *ask)
{
    signal(SIGPIPE, catch);
    const char *error = write_dead(ask, 0, 0);
    tell(ask, "answer", "%s%s", raised() ? "SIGPIPE, and " : "", error);
    signal(SIGPIPE, SIG_IGN);
    tell(ask, "ignored", "%s", write_dead(ask, 0, 0));
    signal(SIGPIPE, catch);
#ifdef MSG_NOSIGNAL
    error = write_dead(ask, MSG_NOSIGNAL, 0);
    tell(ask, "MSG_NOSIGNAL", "%s%s",
         raised() ? "SIGPIPE all the same, and " : "no signal; ", error);
#else
    tell_constant(ask, "MSG_NOSIGNAL", "there is none");
#endif
#ifdef SO_NOSIGPIPE
    error = write_dead(ask, 0, SO_NOSIGPIPE);
    tell(ask, "SO_NOSIGPIPE", "%s%s",
         raised() ? "SIGPIPE all the same, and " : "no signal; ", error);
#else
    tell_constant(ask, "SO_NOSIGPIPE", "there is none");
#endif
}

QUESTIONS(peer_fin){
    {
        .id = "peer.fin",
        .text = "read, write and poll after the peer's FIN",
        .why = "The end of a stream is no error, and a write after it "
               "succeeds, once: the peer's answer to it is a reset.",
        .standard = "POSIX.1-2024 recv: 0; poll: POLLIN; POLLHUP and POLLOUT "
                    "exclude each other, which Linux does not keep to. The "
                    "notes: the first write gets RST, the second SIGPIPE.",
        .cope = "sonde_read: 0 at the end; sonde_write: EPIPE, no signal",
        .ask = ask_fin,
    },
    {
        .id = "peer.rst",
        .text = "read, write and poll after the peer's RST",
        .why = "ECONNRESET is told once, to whoever comes first; data that "
               "came before may or may not be there still.",
        .standard = "RFC 9293 3.10.7.4: the connection is aborted, the user "
                    "told \"connection reset\". POSIX.1-2024: ECONNRESET.",
        .cope = "sonde_read, sonde_write: errors as they come, never a signal",
        .ask = ask_rst,
    },
    {
        .id = "signal.sigpipe",
        .text = "write to a connection that was reset",
        .why = "The default action of SIGPIPE ends a server without a word.",
        .standard =
            "POSIX.1-2024 send: EPIPE, and SIGPIPE unless MSG_NOSIGNAL. The "
            "notes: errno is set to \"SIGPIPE\"; it is EPIPE, the write's: a "
            "read says ECONNRESET, or 0.",
        .cope = "sonde_write: MSG_NOSIGNAL, SO_NOSIGPIPE, or the signal "
                "blocked in the thread",
        .ask = ask_sigpipe,
    },
    END_OF_QUESTIONS,
};
