/* connect-timeout.c - connect where nobody answers, or a router does
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"
#include "probes/run/runner.h"
#include "probes/peer/tun.h"
#include "probes/behaviour/wire.h"

/* So long the SYNs are watched, in milliseconds.  */
enum { WATCHED = 7600 };

/* The seconds between the SYNs of a connection, into TEXT.  We may be late to
   see one, never early, so a quarter of a second is given for the kernel's
   timers, and three for us.  */
static void watch_syns(struct wire *wire, char *text, size_t size)
{
    struct line line;
    int64_t now, start = monotonic_ms();
    long last = 0;
    size_t used = 0;
    text[0] = '\0';
    line_begin(&line, wire, TUN_PEER);
    while ((now = monotonic_ms()) < start + WATCHED &&
           line_receive(&line, (int)(start + WATCHED - now)) &&
           used + 8 < size) {
        long seconds = (long)((monotonic_ms() - start + 250) / 1000);
        used += (size_t)snprintf(text + used, size - used, "%s%ld",
                                 used ? ", " : "", seconds - last);
        last = seconds;
    }
    line_close(&line);
}

/* How long it takes until connect gives up, in seconds.  The timer runs for a
   second LINEAR times more, and then doubles.  Each time it runs out, Linux
   looks whether the SYN was sent again often enough, or for as long as RETRIES
   would take if they doubled from the first.  */
static long total_time(long retries, long linear)
{
    long total = 0, limit = 0, step = 1;
    for (long i = 0; i <= retries; i++, step *= 2)
        limit += step < 120 ? step : 120;
    step = 1;
    for (long sent = 0; sent <= retries + linear; sent++) {
        total += step < 120 ? step : 120;
        if (total >= limit)
            break;
        if (sent >= linear)
            step *= 2;
    }
    return total;
}

/* Ask with one retry only, so that the end can be seen: *SECONDS is when.  */
static const char *short_outcome(struct wire *wire, long *seconds)
{
#ifdef TCP_SYNCNT
    struct line line;
    static char text[40];
    int64_t start = monotonic_ms();
    line_begin(&line, wire, TUN_PEER);
    if (set_int(line.fd, IPPROTO_TCP, TCP_SYNCNT, 1))
        return NULL;
    while (!wait_for(line.fd, POLLOUT, 0) && monotonic_ms() < start + 6000)
        line_receive(&line, 50);
    *seconds = (long)((monotonic_ms() - start + 250) / 1000);
    bool ended = wait_for(line.fd, POLLOUT, 0);
    int error = get_int(line.fd, SOL_SOCKET, SO_ERROR, 0);
    line_close(&line);
    snprintf(text, sizeof text, "%s", said_error(error));
    return ended ? text : NULL;
#else
    (void)wire;
    (void)seconds;
    return NULL;
#endif
}

/* The host's own figures.  */
struct figures {
    long retries, linear;
};

/* Open WIRE in a namespace that has the host's figures; its own are others.  */
static struct figures open_alike(struct wire *wire, struct asking *ask)
{
    static const char retries[] = "net.ipv4.tcp_syn_retries";
    static const char linear[] = "net.ipv4.tcp_syn_linear_timeouts";
    struct figures figures = {namespace_read(retries), namespace_read(linear)};
    wire_open(wire, ask, false);
    wire_setting(wire, retries, figures.retries);
    wire_setting(wire, linear, figures.linear);
    return figures;
}

static void ask_timeout(struct asking *ask)
{
    struct wire wire;
    const char *error;
    char gaps[80];
    long seconds = 0;
    struct figures figures = open_alike(&wire, ask);
    do {
        wire_attend(&wire);
        error = short_outcome(&wire, &seconds);
    } while (wire_was_absent(&wire));
    if (error)
        tell(ask, "with-one-retry", "%s after %ld s", error, seconds);
    do {
        wire_attend(&wire);
        watch_syns(&wire, gaps, sizeof gaps);
    } while (wire_was_absent(&wire));
    tell(ask, "seconds-between-SYNs", "%s", gaps);
    if (figures.retries < 0) {
        tell_not(ask, "gives-up-after", "the kernel does not say");
        tell(ask, "answer", "%s", error ? error : "nothing for seven seconds");
        return;
    }
    long linear = figures.linear > 0 ? figures.linear : 0;
    long total = total_time(figures.retries, linear);
    tell_computed(
        ask, "gives-up-after",
        "%ld s, computed from %ld retries and %ld steps of 1 s before "
        "they double",
        total, figures.retries, linear);
    tell_computed(ask, "answer", "%s; after %ld s by computation",
                  error ? error : "nothing for seven seconds", total);
}

/* ---- a router answers --------------------------------------------------- */

/* Whether LINE's SYN comes again before connect ends, within TIMEOUT.  */
static bool comes_again(struct line *line, int timeout)
{
    bool again = false;
    int64_t end = monotonic_ms() + timeout;
    while (!wait_for(line->fd, POLLOUT, 0) && monotonic_ms() < end)
        if (line_receive(line, 50) && line->in.flags & SEGMENT_SYN)
            again = true;
    return again;
}

/* What connect says when the answer to its SYN is CODE.  */
static const char *answered(struct wire *wire, const char *key, int code)
{
    struct line line;
    static char text[80];
    line_begin(&line, wire, TUN_BEHIND);
    wire_unreachable(wire, code, 0);
    bool at_once = wait_for(line.fd, POLLOUT, 700);
    bool again = !at_once && comes_again(&line, 1800);
    int error = get_int(line.fd, SOL_SOCKET, SO_ERROR, 0);
    if (error)
        snprintf(text, sizeof text, "%s, %s", said_error(error),
                 at_once ? "at once" : "after a while");
    else
        snprintf(text, sizeof text, "nothing%s",
                 again ? ", the SYN is sent again" : "");
    tell(wire->ask, key, "%s", text);
    line_close(&line);
    return text;
}

static void ask_unreachable(struct asking *ask)
{
    struct wire wire;
    struct namespace_trouble trouble;
    wire_open(&wire, ask, false);
    struct sockaddr_in address = loopback_address(htons(7));
    address.sin_addr.s_addr = inet_addr(TUN_BEHIND);
    tell(ask, "no-route", "%s", said(connect_to(tcp_socket(ask), &address)));
    if (tun_route(&trouble))
        give_up(ask, "%s", trouble.text);
    answered(&wire, "network", ICMP_NETWORK);
    answered(&wire, "protocol", ICMP_PROTOCOL);
    answered(&wire, "port", ICMP_PORT);
    answered(&wire, "prohibited", ICMP_PROHIBITED);
    tell(ask, "answer", "%s", answered(&wire, "host", ICMP_HOST));
}

QUESTIONS(connect_timeout){
    {
        .id = "connect.timeout",
        .text = "connect when nobody answers: the errno, and when",
        .why = "Two minutes are longer than anybody waits; a deadline of one's "
               "own is needed, and two SYNs should fit into it.",
        .standard = "RFC 9293 3.8.3: at least three minutes for a SYN. The "
                    "notes: 75 s, "
                    "BSD's figure; Linux about 131 s, illumos 180 s.",
        .cope = "sonde_connect: one deadline for all; "
                "SONDE_CONNECT_TIMED_OUT",
        .ask = ask_timeout,
        .where = IN_NAMESPACE,
        .deadline = 45000,
        .repeats = 2,
    },
    {
        .id = "connect.unreachable",
        .text = "connect when a router says \"unreachable\"",
        .why = "Some stacks tell at once, some go on trying for a minute; the "
               "errno depends on which router answered.",
        .standard =
            "RFC 1122 4.2.3.9: codes 0, 1 and 5 are soft errors, not to "
            "abort for. POSIX.1-2024: EHOSTUNREACH, ENETUNREACH. The "
            "notes: retries for 75 s, then EHOSTUNREACH; Linux says it "
            "at once.",
        .cope =
            "sonde_connect_status: the same outcome for each of these errnos",
        .ask = ask_unreachable,
        .where = IN_NAMESPACE,
        .deadline = 25000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
