/* path-mtu.c - is a smaller packet size found on the way
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/peer/tun.h"
#include "probes/run/runner.h"

enum { LARGE = 1400, TOLD = 600 };

/* As long as a smaller packet is waited for, in milliseconds.  Linux looks for
   a smaller size, if that is switched on, when the fifth timer since the data
   was sent runs out, after some 6.2 s, and tries 1024 bytes of data or less. */
enum { WITHOUT_PROBING = 3000, WITH_PROBING = 7500, PROBED = 1100 };

/* A way on which no more than MOST bytes pass; the router TELLS, or does not.
 */
struct path {
    const char *host;
    size_t most;
    bool tells;
    int timeout;
};

/* Receive data until a segment fits into PATH.  Returns the size of its packet,
   or 0.  */
static size_t path_mtu_shrink(struct peer_tcp *tcp, const struct path *path,
                              bool *dont_fragment)
{
    int64_t end = monotonic_ms() + path->timeout, now;
    while ((now = monotonic_ms()) < end &&
           peer_tcp_receive(tcp, (int)(end - now))) {
        if (tcp->in.size == 0)
            continue;
        if (tcp->peer->size <= path->most)
            return tcp->peer->size;
        *dont_fragment = tcp->in.dont_fragment;
        if (path->tells)
            peer_unreachable(tcp->peer, ICMP_TOO_LARGE, (uint16_t)path->most);
    }
    return 0;
}

/* Send what is too large by PATH.  Returns the size of the first packet that
   passes, or 0.  */
static size_t send_by(struct peer *peer, const struct path *path,
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

static void ask_mtu(struct probe *probe)
{
    struct peer peer;
    bool dont_fragment = false;
    static const char setting[] = "net.ipv4.tcp_mtu_probing";
    long probing = namespace_read(setting);
    struct path silent = {"198.51.100.8", PROBED, false,
                          probing > 0 ? WITH_PROBING : WITHOUT_PROBING};
    static const struct path telling = {TUN_BEHIND, TOLD, true, PATIENCE};
    peer_open(&peer, probe, true);
    peer_setting(&peer, setting, probing);
    size_t filtered = send_by(&peer, &silent, &dont_fragment);
    size_t told = send_by(&peer, &telling, &dont_fragment);
    probe_report(probe, "dont-fragment", "%s", yes_no(dont_fragment));
    if (told)
        probe_report(probe, "packet-after-icmp", "%zu bytes", told);
    if (filtered)
        probe_report(probe, "icmp-filtered", "found by smaller packets");
    else
        probe_report(probe, "icmp-filtered", "not found within %d s",
                     silent.timeout / 1000);
    if (probing >= 0)
        probe_report_read(probe, "tcp_mtu_probing", "%ld", probing);
    else
        probe_report_skip(probe, "tcp_mtu_probing", "no readable setting");
    const char *at_once = told ? "found by ICMP" : "not found by ICMP";
    if (filtered)
        probe_report(probe, "answer", "%s; with ICMP filtered: found", at_once);
    else
        probe_report(probe, "answer", "%s; with ICMP filtered: not within %d s",
                     at_once, silent.timeout / 1000);
}

QUESTIONS(path_mtu){
    {
        .id = "path.mtu",
        .text = "is a smaller path MTU found, with and without ICMP",
        .why = "Where firewalls filter ICMP, connections open and then hang at "
               "the first large reply.",
        .standard = "RFC 1191: the router says so, with the MTU. RFC 4821: "
                    "found without it. The notes: DF is set on all packets.",
        .cope = "nothing: a timeout tells that it hangs",
        .probe = ask_mtu,
        .where = IN_NAMESPACE,
        .deadline = 45000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
