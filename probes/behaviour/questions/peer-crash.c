/* peer-crash.c - a peer that vanishes, comes back, or is asked whether it lives
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"
#include "probes/run/runner.h"
#include "probes/peer/tun.h"
#include "probes/behaviour/wire.h"

enum { SHORTENED = 2000, LONGEST = 9000 };

/* The time after which a connection is given up: RETRIES retransmissions that
   begin with the least timeout, 0.2 s, double, and are at most 120 s apart.  */
static double give_up_time(long retries)
{
    double total = 0, step = 0.2;
    for (long i = 0; i <= retries; i++, step *= 2)
        total += step < 120 ? step : 120;
    return total;
}

/* Have FD give up sooner, where there is an option for that; and the words that
   say so.  */
#ifdef TCP_USER_TIMEOUT
static const char shortened[] = ", after the 2 s that were set";

static void shorten(struct asking *ask, int fd)
{
    must(ask, set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, SHORTENED),
         "TCP_USER_TIMEOUT");
}
#else
static const char shortened[] = "";

static void shorten(struct asking *ask, int fd)
{
    (void)ask;
    (void)fd;
}
#endif

/* Write to a peer that is gone; a router says CODE of each segment, or if
   negative nobody says anything.  */
static const char *vanish_once(struct wire *wire, int code)
{
    struct line line;
    const char *outcome = NULL;
    int64_t end = monotonic_ms() + LONGEST;
    line_connect(&line, wire, TUN_BEHIND);
    shorten(wire->ask, line.fd);
    line_write(&line, 100);
    while (!outcome && monotonic_ms() < end) {
        if (line_receive(&line, 100) && code >= 0)
            wire_unreachable(wire, code, 0);
        outcome = line_outcome(&line, 0);
    }
    line_close(&line);
    return outcome;
}

static const char *vanish(struct wire *wire, int code)
{
    const char *outcome;
    do {
        wire_attend(wire);
        outcome = vanish_once(wire, code);
    } while (wire_was_absent(wire));
    return outcome;
}

static void ask_crash(struct asking *ask)
{
    struct wire wire;
    long retries = namespace_read("net.ipv4.tcp_retries2");
    wire_open(&wire, ask, true);
    const char *silent = vanish(&wire, -1);
    const char *routed = vanish(&wire, ICMP_HOST);
    if (silent)
        tell(ask, "silence", "read %s%s", silent, shortened);
    else
        tell(ask, "silence", "no error for 9 s");
    tell(ask, "router-says-unreachable", "%s%s", routed ? "read " : "",
         routed ? routed : "no error for 9 s");
    if (retries >= 0)
        tell_computed(ask, "gives-up-after",
                      "%.0f s, computed from %ld retries",
                      give_up_time(retries), retries);
    else
        tell_not(ask, "gives-up-after", "the kernel does not say");
    tell(ask, "answer", "%s; if a router says so: %s",
         silent ? silent : "no error for 9 s",
         routed ? routed : "no error for 9 s");
}

static void ask_reboot(struct asking *ask)
{
    struct wire wire;
    struct line line;
    signal(SIGPIPE, SIG_IGN);
    wire_open(&wire, ask, true);
    line_connect(&line, &wire, TUN_PEER);
    line_write(&line, 100);
    if (!line_receive(&line, PATIENCE))
        give_up(ask, "the data is not sent");
    line.sequence = line.in.acknowledgment; /* RFC 9293 3.10.7.1 */
    line_send(&line, SEGMENT_RST, 0);
    const char *outcome = line_outcome(&line, PATIENCE);
    tell(ask, "answer", "read %s", outcome ? outcome : "nothing");
    tell(ask, "then-write", "%s", said(send(line.fd, "x", 1, MSG_DONTWAIT)));
    line_close(&line);
}

/* ---- keepalive ---------------------------------------------------------- */

/* The idle time in seconds is TCP_KEEPALIVE on macOS, which has the other two,
   and TCP_KEEPIDLE elsewhere; old systems whose TCP_KEEPALIVE is something else
   lack those.  */
#if defined TCP_KEEPIDLE
#define IDLE TCP_KEEPIDLE
#elif defined TCP_KEEPALIVE
#define IDLE TCP_KEEPALIVE
#endif

#if defined IDLE && defined TCP_KEEPINTVL && defined TCP_KEEPCNT
static void tell_defaults(struct asking *ask)
{
    int fd = tcp_socket(ask);
    tell_read(ask, "default-idle", "%d s", get_int(fd, IPPROTO_TCP, IDLE, -1));
    tell_read(ask, "default-interval", "%d s",
              get_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, -1));
    tell_read(ask, "default-count", "%d",
              get_int(fd, IPPROTO_TCP, TCP_KEEPCNT, -1));
    tell_read(ask, "default-on", "%s",
              yes_no(get_int(fd, SOL_SOCKET, SO_KEEPALIVE, 0)));
    close(fd);
}

static void set_keepalive(struct asking *ask, int fd)
{
    must(ask, set_int(fd, IPPROTO_TCP, IDLE, 1), "the idle time");
    must(ask, set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1), "TCP_KEEPINTVL");
    must(ask, set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 2), "TCP_KEEPCNT");
    must(ask, set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1), "SO_KEEPALIVE");
}

/* How the peer meets a question whether it lives.  */
enum reply { NO_REPLY, REPLY_ACK, REPLY_RST, REPLY_UNREACHABLE };

static const char *keep_once(struct wire *wire, enum reply reply, int timeout)
{
    struct line line;
    const char *outcome = NULL;
    int64_t end = monotonic_ms() + timeout;
    line_connect(&line, wire, TUN_BEHIND);
    set_keepalive(wire->ask, line.fd);
    while (!outcome && monotonic_ms() < end) {
        if (line_receive(&line, 100)) {
            if (reply == REPLY_ACK)
                line_send(&line, SEGMENT_ACK, 0);
            else if (reply == REPLY_RST)
                line_send(&line, SEGMENT_RST, 0);
            else if (reply == REPLY_UNREACHABLE)
                wire_unreachable(wire, ICMP_HOST, 0);
        }
        outcome = line_outcome(&line, 0);
    }
    line_close(&line);
    return outcome ? outcome : "no error";
}

static const char *keep(struct wire *wire, enum reply reply, int timeout)
{
    const char *outcome;
    do {
        wire_attend(wire);
        outcome = keep_once(wire, reply, timeout);
    } while (wire_was_absent(wire));
    return outcome;
}

static void ask_keepalive(struct asking *ask)
{
    struct wire wire;
    tell_defaults(ask);
    wire_open(&wire, ask, true);
    const char *silent = keep(&wire, NO_REPLY, LONGEST);
    const char *reset_seen = keep(&wire, REPLY_RST, LONGEST);
    const char *routed = keep(&wire, REPLY_UNREACHABLE, LONGEST);
    tell(ask, "peer-answers", "%s", keep(&wire, REPLY_ACK, 3500));
    tell(ask, "peer-vanished", "%s", silent);
    tell(ask, "peer-rebooted", "%s", reset_seen);
    tell(ask, "router-says-unreachable", "%s", routed);
    tell(ask, "answer", "vanished: %s; rebooted: %s; unreachable: %s", silent,
         reset_seen, routed);
}
#else
static void ask_keepalive(struct asking *ask)
{
    give_up(ask, "the times of SO_KEEPALIVE cannot be set for one socket");
}
#endif

QUESTIONS(peer_crash){
    {
        .id = "peer.crash",
        .text = "write to a peer whose host has vanished",
        .why = "The write succeeds; the error comes a quarter of an hour later "
               "to whoever reads, or never to who does not write.",
        .standard =
            "RFC 9293 3.8.3, RFC 1122 4.2.3.5: R2 of at least 100 s. "
            "The notes: ETIMEDOUT, or EHOSTUNREACH if a router says so.",
        .cope = "timeouts of one's own: sonde_read, sonde_write; "
                "sonde_keepalive",
        .ask = ask_crash,
        .where = IN_NAMESPACE,
        .deadline = 30000,
        .repeats = 2,
    },
    {
        .id = "peer.reboot",
        .text = "write to a peer that rebooted in the meantime",
        .why = "The connection looks alive until the first write.",
        .standard = "RFC 9293 3.5.1: half-open connections are reset. The "
                    "notes: ECONNRESET.",
        .cope = "sonde_read, sonde_write: ECONNRESET, EPIPE, no signal",
        .ask = ask_reboot,
        .where = IN_NAMESPACE,
    },
    {
        .id = "peer.keepalive",
        .text = "what SO_KEEPALIVE finds out, and when",
        .why = "By default it asks after two hours, too late for most; what "
               "it finds is an errno of the next read.",
        .standard = "RFC 1122 4.2.3.6: off by default, no less than two hours. "
                    "The notes: ETIMEDOUT, ECONNRESET, EHOSTUNREACH; for the "
                    "last, too, Linux says ETIMEDOUT.",
        .cope = "sonde_keepalive: one setter, in seconds",
        .ask = ask_keepalive,
        .where = IN_NAMESPACE,
        .deadline = 40000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
