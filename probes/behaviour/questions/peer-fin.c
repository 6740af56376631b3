/* peer-fin.c - read, write and poll after FIN or RST of the peer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* Question peer.fin: after the peer's shutdown (SHUT_WR) poll, read twice,
   write.  On a new connection, after the peer's close: write; then, with the
   peer's reply received, poll, write again, read.  The answer is the first
   read.  SIGPIPE is ignored.  */
static void peer_fin_probe(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    install_handler(SIGPIPE, SIG_IGN, 0);
    probe_check(probe, shutdown(pair.client, SHUT_WR), "shutdown");
    wait_input(pair.server);
    probe_report(probe, "poll", "%s", poll_text(pair.server));
    const char *first = try_read(pair.server);
    probe_report(probe, "answer", "read: %s%s", first,
                 *first == '0' ? " (end of stream)" : "");
    probe_report(probe, "read-again", "%s", try_read(pair.server));
    probe_report(probe, "write", "%s", try_write(pair.server));
    /* The peer has closed for good: the first write still succeeds.  */
    pair = tcp_pair(probe);
    close(pair.client);
    wait_input(pair.server);
    probe_report(probe, "after-close-write", "%s", try_write(pair.server));
    settle(probe);
    probe_report(probe, "after-close-poll", "%s", poll_text(pair.server));
    probe_report(probe, "after-close-write-again", "%s",
                 try_write(pair.server));
    probe_report(probe, "after-close-read", "%s", try_read(pair.server));
}

/* Question peer.rst: after RST poll, read twice, write; read with an unread
   byte from before the RST; write before a read; each case on a new connection.
   The answer is the first read.  */
static void peer_fin_probe_rst(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    install_handler(SIGPIPE, SIG_IGN, 0);
    reset(pair.client);
    wait_input(pair.server);
    probe_report(probe, "poll", "%s", poll_text(pair.server));
    probe_report(probe, "answer", "read: %s", try_read(pair.server));
    probe_report(probe, "read-again", "%s", try_read(pair.server));
    probe_report(probe, "write", "%s", try_write(pair.server));
    pair = tcp_pair(probe);
    send_byte(probe, pair.client);
    settle(probe);
    reset(pair.client);
    settle(probe);
    probe_report(probe, "read-earlier-data", "%s", try_read(pair.server));
    pair = tcp_pair(probe);
    reset(pair.client);
    wait_input(pair.server);
    probe_report(probe, "write-before-read", "%s", try_write(pair.server));
}

static volatile sig_atomic_t caught;

/* Handler: note the signal in CAUGHT.  */
static void catch (int number)
{
    caught = number;
}

/* Take the pending ECONNRESET of FD, by a read; on some systems the read
   returns 0 or fails with EPIPE.  If the read fails for another reason, the
   question is skipped.  */
static void peer_fin_take_reset(struct probe *probe, int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT);
    if (got < 0 && errno != ECONNRESET && errno != EPIPE)
        probe_check(probe, -1, "recv");
}

/* Make a connection, reset it by the peer, and read the pending ECONNRESET.
   Then send a byte with FLAGS.  OPTION of SOL_SOCKET is set to 1 before; 0:
   none.  The caller has SIGPIPE ignored or handled by catch.  CAUGHT is cleared
   before the send; catch sets it.  Returns the result of send as text.  */
static const char *peer_fin_write_after_reset(struct probe *probe, int flags,
                                              int option)
{
    struct pair pair = tcp_pair(probe);
    if (option)
        probe_check(probe, set_int(pair.server, SOL_SOCKET, option, 1),
                    "setsockopt");
    reset(pair.client);
    wait_input(pair.server);
    peer_fin_take_reset(probe, pair.server);
    caught = 0;
    return result_text(send(pair.server, "x", 1, flags));
}

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif
#ifndef SO_NOSIGPIPE
#define SO_NOSIGPIPE 0
#endif

/* Report, as the finding KEY, the result of a write after RST
   (peer_fin_write_after_reset) with FLAGS or OPTION, and whether SIGPIPE was
   caught, by catch, which must be installed.  If FLAGS and OPTION are 0, report
   "not defined".  */
static void peer_fin_report_write(struct probe *probe, const char *key,
                                  int flags, int option)
{
    if (!flags && !option) {
        probe_report_constant(probe, key, "not defined");
        return;
    }
    const char *error = peer_fin_write_after_reset(probe, flags, option);
    probe_report(probe, key, "%s%s", error,
                 caught ? " and SIGPIPE" : " without SIGPIPE");
}

/* Question signal.sigpipe: errno and signal of a write after RST, once a read
   has taken the ECONNRESET: by default, with SIGPIPE ignored, with MSG_NOSIGNAL
   and with SO_NOSIGPIPE.  */
static void peer_fin_probe_sigpipe(struct probe *probe)
{
    install_handler(SIGPIPE, catch, 0);
    const char *error = peer_fin_write_after_reset(probe, 0, 0);
    probe_report(probe, "answer", "%s%s", caught ? "SIGPIPE and " : "", error);
    install_handler(SIGPIPE, SIG_IGN, 0);
    probe_report(probe, "ignored", "%s",
                 peer_fin_write_after_reset(probe, 0, 0));
    install_handler(SIGPIPE, catch, 0);
    peer_fin_report_write(probe, "MSG_NOSIGNAL", MSG_NOSIGNAL, 0);
    peer_fin_report_write(probe, "SO_NOSIGPIPE", 0, SO_NOSIGPIPE);
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
