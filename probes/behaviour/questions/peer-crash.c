/* peer-crash.c - a peer that vanishes or reboots, and keepalive
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/names.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/peer/tun.h"
#include "probes/run/runner.h"

/* The shortened timeout of a connection, and the maximum time of watching a
   connection, in milliseconds.  */
enum { SHORTENED = 2000, WATCH_MAX = 9000 };

/* Compute the time until a connection without replies fails, in seconds:
   RETRIES (Linux' tcp_retries2) retransmissions that begin with the minimum
   timeout, 0.2 s, double, and are at most 120 s apart.  */
static double peer_crash_total_time(long retries)
{
    double total = 0, step = 0.2;
    for (long i = 0; i <= retries; i++, step *= 2)
        total += step < 120 ? step : 120;
    return total;
}

/* Shorten the timeout of FD to SHORTENED, where there is an option for that; on
   failure the question is skipped.  "shortened" is the text that reports the
   option, or "".  */
#ifdef TCP_USER_TIMEOUT
static const char shortened[] = " after TCP_USER_TIMEOUT, 2 s";

static void peer_crash_shorten(struct probe *probe, int fd)
{
    probe_check(probe, set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, SHORTENED),
                "TCP_USER_TIMEOUT");
}
#else
static const char shortened[] = "";

static void peer_crash_shorten(struct probe *probe, int fd)
{
    (void)probe;
    (void)fd;
}
#endif

/* Write to a vanished peer.  A router replies to each segment by ICMP with
   CODE; if CODE is negative, there is no reply.  Returns the result of read as
   text, or NULL if there is none within WATCH_MAX.  */
static const char *peer_crash_vanish_once(struct peer *peer, int code)
{
    struct peer_tcp tcp;
    const char *outcome = NULL;
    int64_t end = monotonic_ms() + WATCH_MAX;
    peer_tcp_connect(&tcp, peer, TUN_BEHIND);
    peer_crash_shorten(peer->probe, tcp.fd);
    peer_tcp_write(&tcp, 100);
    while (!outcome && monotonic_ms() < end) {
        if (peer_tcp_receive(&tcp, 100) && code >= 0)
            peer_unreachable(peer, code, 0);
        outcome = peer_tcp_outcome(&tcp, 0);
    }
    peer_tcp_close(&tcp);
    return outcome;
}

/* The same, repeated if this process was not scheduled in time.  */
static const char *peer_crash_vanish(struct peer *peer, int code)
{
    const char *outcome;
    do {
        peer_attend(peer);
        outcome = peer_crash_vanish_once(peer, code);
    } while (peer_was_absent(peer));
    return outcome;
}

static void peer_crash_probe(struct probe *probe)
{
    struct peer peer;
    long retries = namespace_read("net.ipv4.tcp_retries2");
    peer_open(&peer, probe, true);
    const char *silent = peer_crash_vanish(&peer, -1);
    const char *routed = peer_crash_vanish(&peer, ICMP_HOST);
    if (silent)
        probe_report(probe, "no-reply", "read: %s%s", silent, shortened);
    else
        probe_report(probe, "no-reply", "no error within 9 s");
    probe_report(probe, "icmp-host", "%s%s", routed ? "read: " : "",
                 routed ? routed : "no error within 9 s");
    if (retries >= 0)
        probe_report_computed(probe, "timeout",
                              "%.0f s, computed from %ld retries",
                              peer_crash_total_time(retries), retries);
    else
        probe_report_skip(probe, "timeout", "no readable setting");
    probe_report(probe, "answer", "no reply: %s; ICMP host unreachable: %s",
                 silent ? silent : "no error within 9 s",
                 routed ? routed : "no error within 9 s");
}

static void peer_crash_probe_reboot(struct probe *probe)
{
    struct peer peer;
    struct peer_tcp tcp;
    signal(SIGPIPE, SIG_IGN);
    peer_open(&peer, probe, true);
    peer_tcp_connect(&tcp, &peer, TUN_PEER);
    peer_tcp_write(&tcp, 100);
    if (!peer_tcp_receive(&tcp, LOOPBACK_TIMEOUT))
        probe_skip(probe, "no data segment through the TUN interface");
    tcp.sequence = tcp.in.acknowledgment; /* RFC 9293 3.10.7.1 */
    peer_tcp_send(&tcp, SEGMENT_RST, 0);
    const char *outcome = peer_tcp_outcome(&tcp, LOOPBACK_TIMEOUT);
    probe_report(probe, "answer", "read: %s", outcome ? outcome : "no error");
    probe_report(probe, "write", "%s",
                 result_text(send(tcp.fd, "x", 1, MSG_DONTWAIT)));
    peer_tcp_close(&tcp);
}

/* ---- keepalive ---------------------------------------------------------- */

/* The idle time in seconds is TCP_KEEPALIVE on macOS, which has TCP_KEEPINTVL
   and TCP_KEEPCNT as well, and TCP_KEEPIDLE elsewhere. Old systems with another
   meaning of TCP_KEEPALIVE lack TCP_KEEPINTVL and TCP_KEEPCNT.  */
#if defined TCP_KEEPIDLE
#define IDLE TCP_KEEPIDLE
#elif defined TCP_KEEPALIVE
#define IDLE TCP_KEEPALIVE
#endif

#if defined IDLE && defined TCP_KEEPINTVL && defined TCP_KEEPCNT
static void peer_crash_report_defaults(struct probe *probe)
{
    int fd = tcp_socket(probe);
    probe_report_read(probe, "default-idle", "%d s",
                      get_int(fd, IPPROTO_TCP, IDLE, -1));
    probe_report_read(probe, "default-interval", "%d s",
                      get_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, -1));
    probe_report_read(probe, "default-count", "%d",
                      get_int(fd, IPPROTO_TCP, TCP_KEEPCNT, -1));
    probe_report_read(probe, "default-on", "%s",
                      yes_no(get_int(fd, SOL_SOCKET, SO_KEEPALIVE, 0)));
    close(fd);
}

static void peer_crash_set_keepalive(struct probe *probe, int fd)
{
    probe_check(probe, set_int(fd, IPPROTO_TCP, IDLE, 1), "the idle time");
    probe_check(probe, set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1),
                "TCP_KEEPINTVL");
    probe_check(probe, set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 2), "TCP_KEEPCNT");
    probe_check(probe, set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1),
                "SO_KEEPALIVE");
}

/* The simulated peer's reply to a keepalive probe; REPLY_UNREACHABLE: a
   router's ICMP host unreachable.  */
enum reply { NO_REPLY, REPLY_ACK, REPLY_RST, REPLY_UNREACHABLE };

/* Let a connection be idle, with keepalive probes after 1 s, a second apart,
   two at most, and answer each segment by REPLY.  Returns the result of read as
   text, or "no error" after TIMEOUT milliseconds.  */
static const char *peer_crash_keep_once(struct peer *peer, enum reply reply,
                                        int timeout)
{
    struct peer_tcp tcp;
    const char *outcome = NULL;
    int64_t end = monotonic_ms() + timeout;
    peer_tcp_connect(&tcp, peer, TUN_BEHIND);
    peer_crash_set_keepalive(peer->probe, tcp.fd);
    while (!outcome && monotonic_ms() < end) {
        if (peer_tcp_receive(&tcp, 100)) {
            if (reply == REPLY_ACK)
                peer_tcp_send(&tcp, SEGMENT_ACK, 0);
            else if (reply == REPLY_RST)
                peer_tcp_send(&tcp, SEGMENT_RST, 0);
            else if (reply == REPLY_UNREACHABLE)
                peer_unreachable(peer, ICMP_HOST, 0);
        }
        outcome = peer_tcp_outcome(&tcp, 0);
    }
    peer_tcp_close(&tcp);
    return outcome ? outcome : "no error";
}

/* The same, repeated if this process was not scheduled in time.  */
static const char *peer_crash_keep(struct peer *peer, enum reply reply,
                                   int timeout)
{
    const char *outcome;
    do {
        peer_attend(peer);
        outcome = peer_crash_keep_once(peer, reply, timeout);
    } while (peer_was_absent(peer));
    return outcome;
}

static void peer_crash_probe_keepalive(struct probe *probe)
{
    struct peer peer;
    peer_crash_report_defaults(probe);
    peer_open(&peer, probe, true);
    const char *silent = peer_crash_keep(&peer, NO_REPLY, WATCH_MAX);
    const char *reset_seen = peer_crash_keep(&peer, REPLY_RST, WATCH_MAX);
    const char *routed = peer_crash_keep(&peer, REPLY_UNREACHABLE, WATCH_MAX);
    probe_report(probe, "peer-answers", "%s",
                 peer_crash_keep(&peer, REPLY_ACK, 3500));
    probe_report(probe, "peer-vanished", "%s", silent);
    probe_report(probe, "peer-rebooted", "%s", reset_seen);
    probe_report(probe, "icmp-host", "%s", routed);
    probe_report(probe, "answer", "vanished: %s; rebooted: %s; unreachable: %s",
                 silent, reset_seen, routed);
}
#else
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
