/* peer-crash.c - a peer that vanishes or reboots, and keepalive
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <signal.h>

#include "base/monotonic.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/peer/tun.h"

/* The maximum time of watching a connection, in milliseconds.  */
enum { WATCH_MAX = 9000 };

/* Compute the time until a connection without replies fails, in seconds: the
   sum of the timeouts of the first transmission and of RETRIES (Linux'
   tcp_retries2) retransmissions.  The first timeout is the minimum, 0.2 s; each
   other is the next of peer_back_off with LONGEST.  */
static double peer_crash_total_time(long retries, long longest)
{
    double total = 0, step = 0.2;
    for (long i = 0; i <= retries; i++, step = peer_back_off(step, longest))
        total += step;
    return total;
}

/* How the simulated peer, or a router, replies to each segment.  */
enum reply { NO_REPLY, REPLY_ACK, REPLY_RST, REPLY_UNREACHABLE };

/* A connection that is watched for TIMEOUT milliseconds; each segment gets the
   reply REPLY.  OUTCOME: the result of read as text, or NULL.  */
struct crash_watch {
    enum reply reply;
    int timeout;
    const char *outcome;
    struct peer_tcp tcp;
};

enum { WATCHES_MAX = 4 };

/* Reply to the segment just received, by the REPLY of WATCH.  */
static void peer_crash_reply(struct crash_watch *watch)
{
    if (watch->reply == REPLY_UNREACHABLE)
        peer_unreachable(watch->tcp.peer, ICMP_HOST, 0);
    else if (watch->reply != NO_REPLY)
        peer_tcp_send(&watch->tcp,
                      watch->reply == REPLY_ACK ? SEGMENT_ACK : SEGMENT_RST, 0);
}

/* Whether a connection of WATCHES has no outcome, though its time, since START,
   is not over.  Each without an outcome is read first.  */
static bool peer_crash_is_watching(struct crash_watch *watches, int count,
                                   int64_t start)
{
    bool watching = false;
    for (int i = 0; i < count; i++) {
        if (!watches[i].outcome)
            watches[i].outcome = peer_tcp_outcome(&watches[i].tcp, 0);
        watching |=
            !watches[i].outcome && monotonic_ms() < start + watches[i].timeout;
    }
    return watching;
}

/* Connect COUNT times, WATCHES_MAX at most, and only then let PREPARE set
   options and write on each: a handshake discards segments of other
   connections.  Then answer each segment as the REPLY of its watch says, until
   each connection has an OUTCOME or its TIMEOUT is over.  Until then all are
   answered, and an OUTCOME after the TIMEOUT counts, too.  OUTCOME is NULL
   without an outcome.  All connections are closed.  All is repeated if this
   process was not scheduled in time.  */
static void peer_crash_watch(struct peer *peer,
                             void (*prepare)(struct peer_tcp *tcp),
                             struct crash_watch *watches, int count)
{
    do {
        struct peer_tcp *list[WATCHES_MAX];
        peer_attend(peer);
        for (int i = 0; i < count; i++) {
            list[i] = &watches[i].tcp;
            watches[i].outcome = NULL;
            peer_tcp_connect(list[i], peer, TUN_BEHIND);
        }
        for (int i = 0; i < count; i++)
            prepare(list[i]);
        int64_t start = monotonic_ms();
        while (peer_crash_is_watching(watches, count, start)) {
            int found = peer_tcp_receive_any(list, count, 100);
            if (found >= 0)
                peer_crash_reply(&watches[found]);
        }
        for (int i = 0; i < count; i++)
            peer_tcp_close(list[i]);
    } while (peer_was_absent(peer));
}

/* Write 100 bytes, with a timeout of 2 s where there is TCP_USER_TIMEOUT.  On
   failure the question is skipped.  */
static void peer_crash_write(struct peer_tcp *tcp)
{
#ifdef TCP_USER_TIMEOUT
    probe_check(tcp->peer->probe,
                set_int(tcp->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 2000),
                "TCP_USER_TIMEOUT");
#endif
    peer_tcp_write(tcp, 100);
}

/* Question peer.crash: the result of read, within 9 s, after a write to a peer
   that never replies, and to a peer that a router reports as unreachable by
   ICMP; the answer has both.  Also the timeout without TCP_USER_TIMEOUT,
   computed from the host's settings if readable.  */
static void peer_crash_probe(struct probe *probe)
{
    static const char none[] = "no error within 9 s";
    struct peer peer;
    long retries = namespace_read("net.ipv4.tcp_retries2");
    long longest = namespace_read(PEER_LONGEST);
    peer_open(&peer, probe, true);
    struct crash_watch watches[] = {
        {.reply = NO_REPLY, .timeout = WATCH_MAX},
        {.reply = REPLY_UNREACHABLE, .timeout = WATCH_MAX}};
    peer_crash_watch(&peer, peer_crash_write, watches, 2);
    const char *silent = watches[0].outcome, *routed = watches[1].outcome;
#ifdef TCP_USER_TIMEOUT
    static const char shortened[] = " after TCP_USER_TIMEOUT, 2 s";
#else
    static const char shortened[] = "";
#endif
    if (silent)
        probe_report(probe, "no-reply", "read: %s%s", silent, shortened);
    else
        probe_report(probe, "no-reply", "%s", none);
    probe_report(probe, "icmp-host", "%s%s", routed ? "read: " : "",
                 routed ? routed : none);
    if (retries >= 0)
        probe_report_computed(probe, "timeout",
                              "%.0f s, computed from %ld retries",
                              peer_crash_total_time(retries, longest), retries);
    else
        probe_report_skip(probe, "timeout", "no readable setting");
    probe_report(probe, "answer", "no reply: %s; ICMP host unreachable: %s",
                 silent ? silent : none, routed ? routed : none);
}

/* Question peer.reboot: read (the answer), then write, after RST in reply to
   data.  */
static void peer_crash_probe_reboot(struct probe *probe)
{
    struct peer peer;
    struct peer_tcp tcp;
    install_handler(SIGPIPE, SIG_IGN, 0);
    peer_open(&peer, probe, true);
    peer_tcp_connect(&tcp, &peer, TUN_PEER);
    peer_tcp_write(&tcp, 100);
    if (!peer_tcp_receive(&tcp, LOOPBACK_TIMEOUT))
        probe_skip(probe, "no data segment through the TUN interface");
    tcp.sequence = tcp.in.acknowledgment; /* RFC 9293 3.10.7.1 */
    peer_tcp_send(&tcp, SEGMENT_RST, 0);
    const char *outcome = peer_tcp_outcome(&tcp, LOOPBACK_TIMEOUT);
    probe_report(probe, "answer", "read: %s", outcome ? outcome : "no error");
    probe_report(probe, "write", "%s", try_write(tcp.fd));
}

/* ---- keepalive ---------------------------------------------------------- */

/* The idle time in seconds is TCP_KEEPALIVE on macOS, which has TCP_KEEPINTVL
   and TCP_KEEPCNT as well, and TCP_KEEPIDLE elsewhere.  Old systems with
   another meaning of TCP_KEEPALIVE lack TCP_KEEPINTVL and TCP_KEEPCNT.  */
#if defined TCP_KEEPIDLE
#define IDLE TCP_KEEPIDLE
#elif defined TCP_KEEPALIVE
#define IDLE TCP_KEEPALIVE
#endif

#if defined IDLE && defined TCP_KEEPINTVL && defined TCP_KEEPCNT
/* Report the keepalive times, count and state of a new socket, as read.  */
static void peer_crash_report_defaults(struct probe *probe)
{
    int fd = tcp_socket(probe);
    probe_report_read(probe, "default-idle", "%d s",
                      need_int(probe, fd, IPPROTO_TCP, IDLE));
    probe_report_read(probe, "default-interval", "%d s",
                      need_int(probe, fd, IPPROTO_TCP, TCP_KEEPINTVL));
    probe_report_read(probe, "default-count", "%d",
                      need_int(probe, fd, IPPROTO_TCP, TCP_KEEPCNT));
    probe_report_read(probe, "default-on", "%s",
                      yes_no(need_int(probe, fd, SOL_SOCKET, SO_KEEPALIVE)));
}

/* Set OPTION, of level IPPROTO_TCP, of the socket of TCP to VALUE.  On failure
   the question is skipped; the reason is WHAT and the errno.  */
static void peer_crash_set(struct peer_tcp *tcp, int option, int value,
                           const char *what)
{
    probe_check(tcp->peer->probe, set_int(tcp->fd, IPPROTO_TCP, option, value),
                what);
}

/* Set keepalive: probes after 1 s, a second apart, two at most.  Nothing is
   written.  If an option cannot be set, the question is skipped.  */
static void peer_crash_idle(struct peer_tcp *tcp)
{
    peer_crash_set(tcp, IDLE, 1, "the idle time");
    peer_crash_set(tcp, TCP_KEEPINTVL, 1, "TCP_KEEPINTVL");
    peer_crash_set(tcp, TCP_KEEPCNT, 2, "TCP_KEEPCNT");
    probe_check(tcp->peer->probe, set_int(tcp->fd, SOL_SOCKET, SO_KEEPALIVE, 1),
                "SO_KEEPALIVE");
}

/* Question peer.keepalive: the defaults; the result of read, or that there is
   none within 9 s, if the peer has vanished, has rebooted, or is unreachable by
   ICMP (the answer has all three); and the same if the peer replies, watched
   for at least 3.5 s.  */
static void peer_crash_probe_keepalive(struct probe *probe)
{
    struct peer peer;
    struct crash_watch watches[WATCHES_MAX] = {
        {.reply = NO_REPLY, .timeout = WATCH_MAX},
        {.reply = REPLY_RST, .timeout = WATCH_MAX},
        {.reply = REPLY_UNREACHABLE, .timeout = WATCH_MAX},
        {.reply = REPLY_ACK, .timeout = 3500}};
    const char *texts[WATCHES_MAX];
    peer_crash_report_defaults(probe);
    peer_open(&peer, probe, true);
    peer_crash_watch(&peer, peer_crash_idle, watches, WATCHES_MAX);
    for (int i = 0; i < WATCHES_MAX; i++)
        texts[i] = watches[i].outcome ? watches[i].outcome : "no error";
    probe_report(probe, "peer-answers", "%s", texts[3]);
    probe_report(probe, "peer-vanished", "%s", texts[0]);
    probe_report(probe, "peer-rebooted", "%s", texts[1]);
    probe_report(probe, "icmp-host", "%s", texts[2]);
    probe_report(probe, "answer", "vanished: %s; rebooted: %s; unreachable: %s",
                 texts[0], texts[1], texts[2]);
}
#else
/* Question peer.keepalive, skipped on this system.  */
static void peer_crash_probe_keepalive(struct probe *probe)
{
    probe_skip(probe, "no keepalive times of a single socket");
}
#endif

QUESTIONS(peer_crash){
    {
        .id = "peer.crash",
        .text = "write to a peer whose host has vanished",
        .why = "The write succeeds; the error is returned a quarter of an hour "
               "later by read, or by the next write.",
        .standard =
            "RFC 9293 3.8.3, RFC 1122 4.2.3.5: R2 of at least 100 s. The "
            "notes: ETIMEDOUT, or EHOSTUNREACH after ICMP.",
        .cope = "sonde_read, sonde_write with a timeout; sonde_keepalive",
        .probe = peer_crash_probe,
        .where = IN_NAMESPACE,
        .deadline = 30000,
        .repeats = 2,
    },
    {
        .id = "peer.reboot",
        .text = "write to a peer that has rebooted",
        .why = "The connection seems alive until the first write.",
        .standard = "RFC 9293 3.5.1: half-open connections are reset. The "
                    "notes: ECONNRESET.",
        .cope = "sonde_read, sonde_write: ECONNRESET, EPIPE, no signal",
        .probe = peer_crash_probe_reboot,
        .where = IN_NAMESPACE,
    },
    {
        .id = "peer.keepalive",
        .text = "errors that SO_KEEPALIVE detects, and when",
        .why = "By default keepalive begins after two hours, too late for most "
               "programs; the error is returned by the next read.",
        .standard =
            "RFC 1122 4.2.3.6: off by default, no less than two hours. The "
            "notes: ETIMEDOUT, ECONNRESET, EHOSTUNREACH; on Linux ETIMEDOUT "
            "after ICMP, too.",
        .cope = "sonde_keepalive: one setter, in seconds",
        .probe = peer_crash_probe_keepalive,
        .where = IN_NAMESPACE,
        .deadline = 40000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
