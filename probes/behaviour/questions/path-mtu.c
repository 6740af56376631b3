/* path-mtu.c - is a smaller packet size found on the way
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/peer/tun.h"

/* Bytes of data to send, and the MTU that the router reports.  */
enum { LARGE = 1400, REPORTED = 600 };

/* WITHOUT_PROBING, WITH_PROBING: timeouts of waiting for a smaller packet, in
   milliseconds.  With tcp_mtu_probing, Linux tries smaller segments when the
   fifth timer since the data was sent expires, after some 6.2 s, with at most
   1024 bytes of data.  PROBED: an MTU in bytes that passes these segments.  */
enum { WITHOUT_PROBING = 3000, WITH_PROBING = 7500, PROBED = 1100 };

/* A path to HOST that passes packets of at most MTU bytes; the router REPORTS
   larger packets by ICMP, or drops them silently.  TIMEOUT is the time to wait
   for a smaller packet, in milliseconds.  */
struct path {
    const char *host;
    size_t mtu;
    bool reports;
    int timeout;
};

/* Receive segments with data until one fits into PATH; to each that is too
   large reply with ICMP if PATH reports, otherwise not at all.  Returns the
   size of the packet that fits, in bytes, or 0 after the timeout.
   *DONT_FRAGMENT becomes the DF bit of the last packet too large, and is
   unchanged without such a packet.  */
static size_t path_mtu_shrink(struct peer_tcp *tcp, const struct path *path,
                              bool *dont_fragment)
{
    int64_t end = monotonic_ms() + path->timeout, now;
    while ((now = monotonic_ms()) < end &&
           peer_tcp_receive(tcp, (int)(end - now))) {
        if (tcp->in.size == 0)
            continue;
        if (tcp->peer->size <= path->mtu)
            return tcp->peer->size;
        *dont_fragment = tcp->in.dont_fragment;
        if (path->reports)
            peer_unreachable(tcp->peer, ICMP_TOO_LARGE, (uint16_t)path->mtu);
    }
    return 0;
}

/* As path_mtu_shrink, with LARGE bytes of data, too large for PATH, sent over a
   new connection, which is closed.  Repeated if this process was not scheduled
   in time (peer_was_absent).  */
static size_t path_mtu_send(struct peer *peer, const struct path *path,
                            bool *dont_fragment)
{
    struct peer_tcp tcp;
    size_t size;
    do {
        peer_attend(peer);
        peer_tcp_connect(&tcp, peer, path->host);
        peer_tcp_write(&tcp, LARGE);
        size = path_mtu_shrink(&tcp, path, dont_fragment);
        peer_tcp_close(&tcp);
    } while (peer_was_absent(peer));
    return size;
}

/* Question path.mtu: whether the kernel sends smaller packets when a router
   reports large packets by ICMP, and when large packets vanish without ICMP;
   the answer has both.  Also the DF bit of large packets, and tcp_mtu_probing,
   which has the host's value in the namespace.  */
static void path_mtu_probe(struct probe *probe)
{
    struct peer peer;
    bool dont_fragment = false;
    static const char setting[] = "net.ipv4.tcp_mtu_probing";
    long probing = namespace_read(setting);
    struct path silent = {"198.51.100.8", PROBED, false,
                          probing > 0 ? WITH_PROBING : WITHOUT_PROBING};
    static const struct path reporting = {TUN_BEHIND, REPORTED, true,
                                          LOOPBACK_TIMEOUT};
    peer_open(&peer, probe, true);
    peer_setting(&peer, setting, probing);
    size_t filtered = path_mtu_send(&peer, &silent, &dont_fragment);
    size_t reported = path_mtu_send(&peer, &reporting, &dont_fragment);
    probe_report(probe, "dont-fragment", "%s", yes_no(dont_fragment));
    if (reported)
        probe_report(probe, "packet-after-icmp", "%zu bytes", reported);
    int seconds = silent.timeout / 1000;
    if (filtered)
        probe_report(probe, "icmp-filtered", "found by smaller packets");
    else
        probe_report(probe, "icmp-filtered", "not found within %d s", seconds);
    if (probing >= 0)
        probe_report_read(probe, "tcp_mtu_probing", "%ld", probing);
    else
        probe_report_skip(probe, "tcp_mtu_probing", "no readable setting");
    const char *at_once = reported ? "found by ICMP" : "not found by ICMP";
    if (filtered)
        probe_report(probe, "answer", "%s; with ICMP filtered: found", at_once);
    else
        probe_report(probe, "answer", "%s; with ICMP filtered: not within %d s",
                     at_once, seconds);
}

QUESTIONS(path_mtu){
    {
        .id = "path.mtu",
        .text = "path MTU discovery, with and without ICMP",
        .why = "Where firewalls filter ICMP, connections open and then hang at "
               "the first large reply.",
        .standard =
            "RFC 1191: by ICMP of the router, with the MTU. RFC 4821: without "
            "ICMP. The notes: DF is set on all packets.",
        .cope = "nothing: only a timeout detects the hang",
        .probe = path_mtu_probe,
        .where = IN_NAMESPACE,
        .deadline = 45000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
