/* peer-fin.c - read, write and poll after FIN or RST of the peer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/behaviour/loopback.h"

static void peer_fin_probe(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    signal(SIGPIPE, SIG_IGN);
    probe_check(probe, shutdown(pair.client, SHUT_WR), "shutdown");
    wait_for(pair.server, POLLIN, LOOPBACK_TIMEOUT);
    probe_report(probe, "poll", "%s",
                 poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0)));
    const char *first = try_read(pair.server);
    probe_report(probe, "answer", "read: %s%s", first,
                 *first == '0' ? " (end of stream)" : "");
    probe_report(probe, "read-again", "%s", try_read(pair.server));
    probe_report(probe, "write", "%s", try_write(pair.server));
    pair_close(&pair);
    /* The peer has closed for good: the first write still succeeds.  */
    pair = tcp_pair(probe);
    close(pair.client);
    wait_for(pair.server, POLLIN, LOOPBACK_TIMEOUT);
    probe_report(probe, "after-close-write", "%s", try_write(pair.server));
    settle(probe);
    probe_report(probe, "after-close-poll", "%s",
                 poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0)));
    probe_report(probe, "after-close-write-again", "%s",
                 try_write(pair.server));
    probe_report(probe, "after-close-read", "%s", try_read(pair.server));
}

static void peer_fin_probe_rst(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    signal(SIGPIPE, SIG_IGN);
    reset(pair.client);
    wait_for(pair.server, POLLIN, LOOPBACK_TIMEOUT);
    probe_report(probe, "poll", "%s",
                 poll_names(wait_for(pair.server, POLLIN | POLLOUT, 0)));
    probe_report(probe, "answer", "read: %s", try_read(pair.server));
    probe_report(probe, "read-again", "%s", try_read(pair.server));
    probe_report(probe, "write", "%s", try_write(pair.server));
    pair = tcp_pair(probe);
    probe_check(probe, (int)send(pair.client, "x", 1, 0), "send");
    settle(probe);
    reset(pair.client);
    settle(probe);
    probe_report(probe, "read-earlier-data", "%s", try_read(pair.server));
    pair = tcp_pair(probe);
    reset(pair.client);
    wait_for(pair.server, POLLIN, LOOPBACK_TIMEOUT);
    probe_report(probe, "write-before-read", "%s", try_write(pair.server));
}

static volatile sig_atomic_t caught;

static void catch (int number)
{
    caught = number;
}

/* Whether a signal was caught; clears the note.  */
static bool peer_fin_take_signal(void)
{
    bool was = caught != 0;
    caught = 0;
    return was;
}

/* Write to a connection after the peer's RST, and after the pending ECONNRESET
   was read, by send with FLAGS.  OPTION is an option of SOL_SOCKET to set
   first; 0: none.  Clears the note of a caught signal before the write.
   Returns the result of send as text.  */
static const char *peer_fin_write_after_reset(struct probe *probe, int flags,
                                              int option)
{
    struct pair pair = tcp_pair(probe);
    if (option)
        probe_check(probe, set_int(pair.server, SOL_SOCKET, option, 1),
                    "setsockopt");
    reset(pair.client);
    wait_for(pair.server, POLLIN, LOOPBACK_TIMEOUT);
    try_read(pair.server); /* takes the pending ECONNRESET */
    caught = 0;
    return result_text(send(pair.server, "x", 1, flags));
}

static void peer_fin_probe_sigpipe(struct probe *probe)
{
    signal(SIGPIPE, catch);
    const char *error = peer_fin_write_after_reset(probe, 0, 0);
    probe_report(probe, "answer", "%s%s",
                 peer_fin_take_signal() ? "SIGPIPE and " : "", error);
    signal(SIGPIPE, SIG_IGN);
    probe_report(probe, "ignored", "%s",
                 peer_fin_write_after_reset(probe, 0, 0));
    signal(SIGPIPE, catch);
#ifdef MSG_NOSIGNAL
    error = peer_fin_write_after_reset(probe, MSG_NOSIGNAL, 0);
    probe_report(probe, "MSG_NOSIGNAL", "%s%s", error,
                 peer_fin_take_signal() ? " and SIGPIPE" : " without SIGPIPE");
#else
    probe_report_constant(probe, "MSG_NOSIGNAL", "not defined");
#endif
#ifdef SO_NOSIGPIPE
    error = peer_fin_write_after_reset(probe, 0, SO_NOSIGPIPE);
    probe_report(probe, "SO_NOSIGPIPE", "%s%s", error,
                 peer_fin_take_signal() ? " and SIGPIPE" : " without SIGPIPE");
#else
    probe_report_constant(probe, "SO_NOSIGPIPE", "not defined");
#endif
}

QUESTIONS(peer_fin){
    {
        .id = "peer.fin",
        .text = "read, write and poll after the peer's FIN",
        .why = "The end of a stream is no error, and the first write after it "
               "succeeds; the peer replies with RST.",
        .standard =
            "POSIX.1-2024 recv: 0; poll: POLLIN; POLLHUP and POLLOUT exclude "
            "each other, but not on Linux. The notes: the first write receives "
            "RST, the second raises SIGPIPE.",
        .cope = "sonde_read: 0 at the end; sonde_write: EPIPE, no signal",
        .probe = peer_fin_probe,
    },
    {
        .id = "peer.rst",
        .text = "read, write and poll after the peer's RST",
        .why = "ECONNRESET is returned once, by the first call; data received "
               "before may be lost or not.",
        .standard =
            "RFC 9293 3.10.7.4: the connection is aborted with \"connection "
            "reset\". POSIX.1-2024: ECONNRESET.",
        .cope = "sonde_read, sonde_write: the same errors, never a signal",
        .probe = peer_fin_probe_rst,
    },
    {
        .id = "signal.sigpipe",
        .text = "write to a connection after RST",
        .why = "The default action of SIGPIPE terminates a server without a "
               "message.",
        .standard =
            "POSIX.1-2024 send: EPIPE, and SIGPIPE unless MSG_NOSIGNAL. The "
            "notes: errno is set to \"SIGPIPE\"; in fact write sets EPIPE, and "
            "read returns ECONNRESET or 0.",
        .cope = "sonde_write: MSG_NOSIGNAL, SO_NOSIGPIPE, or the signal "
                "blocked in the thread",
        .probe = peer_fin_probe_sigpipe,
    },
    END_OF_QUESTIONS,
};
