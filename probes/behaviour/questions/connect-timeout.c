/* connect-timeout.c - connect without a reply, or with ICMP
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/peer/tun.h"

/* Compute the time until connect fails without a reply, in seconds, from Linux'
   settings: RETRIES (tcp_syn_retries) and LINEAR (tcp_syn_linear_timeouts).
   LINEAR timeouts of one second precede the exponential back-off, which begins
   with one second, too.  No timeout is longer than LONGEST (peer_back_off).  At
   each timeout, Linux gives up if RETRIES + LINEAR SYNs were retransmitted, or
   if as much time has passed as RETRIES + 1 timeouts of the back-off alone.  */
static double connect_timeout_total(long retries, long linear, long longest)
{
    double total = 0, limit = 0, step = 1;
    for (long i = 0; i <= retries; i++, step = peer_back_off(step, longest))
        limit += step;
    step = 1;
    for (long sent = 0; sent <= retries + linear; sent++) {
        total += step;
        if (total >= limit)
            break;
        if (sent >= linear)
            step = peer_back_off(step, longest);
    }
    return total;
}

#ifndef TCP_SYNCNT
#define TCP_SYNCNT -1 /* setsockopt fails */
#endif

/* Connect two sockets to a peer that never replies, one with a single
   retransmission (TCP_SYNCNT).  Returns the errno of that connect as text, with
   its duration in *SECONDS, which otherwise has no meaning; NULL if there is no
   such option, or if that connect has not failed within PEER_WATCHED.  The
   intervals between the SYNs of the other connect are written to TEXT of SIZE
   bytes, as by peer_tcp_intervals.  */
static const char *connect_timeout_watch(struct peer *peer, long *seconds,
                                         char *text, size_t size)
{
    struct peer_tcp once, plain;
    peer_tcp_begin(&once, peer, TUN_PEER);
    bool limited = set_int(once.fd, IPPROTO_TCP, TCP_SYNCNT, 1) == 0;
    peer_tcp_begin(&plain, peer, TUN_PEER);
    int64_t ended =
        peer_tcp_intervals(&plain, limited ? once.fd : -1, text, size);
    *seconds = (long)((ended + 250) / 1000);
    int error = need_int(peer->probe, once.fd, SOL_SOCKET, SO_ERROR);
    peer_tcp_close(&plain);
    peer_tcp_close(&once);
    return ended < 0 || error == 0 ? NULL : error_text(error);
}

/* Report, as "timeout", the time until connect fails without a reply, computed
   by connect_timeout_total.  A negative LINEAR, not readable, counts as 0.
   Returns that time in seconds; or -1 if RETRIES is negative, not readable:
   then "timeout" is not testable.  */
static double connect_timeout_report_total(struct probe *probe, long retries,
                                           long linear, long longest)
{
    if (retries < 0) {
        probe_report_skip(probe, "timeout", "no readable setting");
        return -1;
    }
    linear = linear > 0 ? linear : 0;
    double total = connect_timeout_total(retries, linear, longest);
    probe_report_computed(
        probe, "timeout",
        "%.0f s, computed from %ld retries and %ld linear timeouts", total,
        retries, linear);
    return total;
}

/* Question connect.timeout: the errno and duration of a connect without a reply
   that retransmits once, or that no such connect fails within 7 s; the
   intervals between SYNs; and the timeout without TCP_SYNCNT, computed from
   the host's settings if readable.  The answer is that errno with the computed
   timeout.  The settings are set in the new namespace, which has defaults.  */
static void connect_timeout_probe(struct probe *probe)
{
    static const char retries_name[] = "net.ipv4.tcp_syn_retries";
    static const char linear_name[] = "net.ipv4.tcp_syn_linear_timeouts";
    struct peer peer;
    const char *error;
    char intervals[80];
    long seconds = 0;
    long retries = namespace_read(retries_name);
    long linear = namespace_read(linear_name);
    long longest = namespace_read(PEER_LONGEST);
    peer_open(&peer, probe, false);
    peer_setting(&peer, retries_name, retries);
    peer_setting(&peer, linear_name, linear);
    peer_setting(&peer, PEER_LONGEST, longest);
    do {
        peer_attend(&peer);
        error =
            connect_timeout_watch(&peer, &seconds, intervals, sizeof intervals);
    } while (peer_was_absent(&peer));
    if (error)
        probe_report(probe, "with-one-retry", "%s after %ld s", error, seconds);
    probe_report(probe, "syn-intervals", "%s s", intervals);
    double total =
        connect_timeout_report_total(probe, retries, linear, longest);
    if (error && total >= 0)
        probe_report_computed(probe, "answer", "%s after %.0f s (computed)",
                              error, total);
    else
        probe_report(probe, "answer", "%s",
                     error ? error : "no error within 7 s");
}

/* Connect to TUN_BEHIND, which needs a route, and answer the first SYN with
   ICMP destination unreachable, with CODE.  Report as KEY the errno of connect,
   and whether connect failed at once (within 0.7 s); or that there is no error
   within 2.5 s, and whether the SYN was retransmitted in that time.  Returns
   the reported text, valid until the next call.  */
static const char *connect_timeout_report_icmp(struct peer *peer,
                                               const char *key, int code)
{
    struct peer_tcp tcp;
    static char text[80];
    bool again = false;
    peer_tcp_begin(&tcp, peer, TUN_BEHIND);
    peer_unreachable(peer, code, 0);
    bool at_once = wait_for(tcp.fd, POLLOUT, 700);
    int64_t end = monotonic_ms() + 1800;
    while (!wait_for(tcp.fd, POLLOUT, 0) && monotonic_ms() < end)
        if (peer_tcp_receive(&tcp, 50) && tcp.in.flags & SEGMENT_SYN)
            again = true;
    int error = need_int(peer->probe, tcp.fd, SOL_SOCKET, SO_ERROR);
    if (error)
        snprintf(text, sizeof text, "%s %s", error_text(error),
                 at_once ? "at once" : "after 0.7 s or more");
    else
        snprintf(text, sizeof text, "no error within 2.5 s%s",
                 again ? "; SYN retransmitted" : "");
    probe_report(peer->probe, key, "%s", text);
    peer_tcp_close(&tcp);
    return text;
}

/* Question connect.unreachable: connect without a route, then with ICMP of five
   codes; the answer is the outcome with host unreachable.  */
static void connect_timeout_probe_unreachable(struct probe *probe)
{
    struct peer peer;
    struct namespace_trouble trouble;
    peer_open(&peer, probe, false);
    struct sockaddr_in address = loopback_address(htons(7));
    address.sin_addr.s_addr = inet_addr(TUN_BEHIND);
    probe_report_status(probe, "no-route",
                        connect_to(tcp_socket(probe), &address));
    if (tun_route(&trouble))
        probe_skip(probe, "%s", trouble.text);
    connect_timeout_report_icmp(&peer, "icmp-network", ICMP_NETWORK);
    connect_timeout_report_icmp(&peer, "icmp-protocol", ICMP_PROTOCOL);
    connect_timeout_report_icmp(&peer, "icmp-port", ICMP_PORT);
    connect_timeout_report_icmp(&peer, "icmp-prohibited", ICMP_PROHIBITED);
    probe_report(probe, "answer", "%s",
                 connect_timeout_report_icmp(&peer, "icmp-host", ICMP_HOST));
}

QUESTIONS(connect_timeout){
    {
        .id = "connect.timeout",
        .text = "errno and timeout of connect without a reply",
        .why = "Two minutes are too long for most programs: a program needs a "
               "deadline of its own, long enough for two SYNs.",
        .standard =
            "RFC 9293 3.8.3: at least three minutes for a SYN. The notes: a "
            "second SYN after 6 s, a third after 24 s, failure after 75 s, "
            "BSD's figures; Linux about 131 s, illumos 180 s.",
        .cope = "sonde_connect: one deadline for all addresses; "
                "SONDE_CONNECT_TIMED_OUT",
        .probe = connect_timeout_probe,
        .where = IN_NAMESPACE,
        .deadline = 45000,
        .repeats = 2,
    },
    {
        .id = "connect.unreachable",
        .text = "connect when a router sends ICMP unreachable",
        .why = "Some stacks return the error at once, some retry for a minute; "
               "the errno depends on the ICMP code.",
        .standard =
            "RFC 1122 4.2.3.9: codes 0, 1 and 5 are soft errors that must not "
            "abort the connection. POSIX.1-2024: EHOSTUNREACH, ENETUNREACH. "
            "The notes: retries for 75 s, then EHOSTUNREACH; Linux returns it "
            "at once.",
        .cope =
            "sonde_connect_status: the same status for each of these errnos",
        .probe = connect_timeout_probe_unreachable,
        .where = IN_NAMESPACE,
        .deadline = 25000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
