/* listen-half-open.c - a client that never completes the handshake
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/run/namespace.h"

/* The time in seconds until Linux gives up a handshake without the ACK: a first
   timeout of 1 s, then RETRIES more, each twice as long, 120 s at most.  */
static double half_open_total(long retries)
{
    double total = 0, step = 1;
    for (long i = 0; i <= retries; i++, step = peer_back_off(step, -1))
        total += step;
    return total;
}

/* Send a SYN to a new listener, never the ACK, and write the intervals between
   SYN-ACKs, as peer_tcp_intervals, to INTERVALS of SIZE bytes; "" if there is
   only one SYN-ACK.  Without a SYN-ACK the question is skipped.  */
static void half_open_watch(struct peer *peer, char *intervals, size_t size)
{
    struct peer_tcp tcp;
    int listener = peer_tcp_listen(&tcp, peer);
    peer_tcp_send(&tcp, SEGMENT_SYN, 0);
    if (!peer_tcp_await(&tcp, SEGMENT_SYN | SEGMENT_ACK))
        probe_skip(peer->probe, "no SYN-ACK");
    peer_tcp_intervals(&tcp, -1, intervals, size);
    close(listener);
}

/* Question listen.half-open: the intervals between SYN-ACKs without the ACK, or
   that there is no second SYN-ACK within PEER_WATCHED; and when the kernel
   gives up, computed from net.ipv4.tcp_synack_retries if that is readable and
   PEER_LONGEST is not readable or has its default: before Linux 6.19
   PEER_LONGEST does not apply to SYN-ACKs.  */
static void half_open_probe(struct probe *probe)
{
    static const char setting[] = "net.ipv4.tcp_synack_retries";
    struct peer peer;
    char intervals[80];
    long retries = namespace_read(setting);
    long longest = namespace_read(PEER_LONGEST);
    peer_open(&peer, probe, false);
    peer_setting(&peer, setting, retries);
    peer_setting(&peer, PEER_LONGEST, longest);
    do {
        peer_attend(&peer);
        half_open_watch(&peer, intervals, sizeof intervals);
    } while (peer_was_absent(&peer));
    if (!*intervals) {
        probe_report(probe, "syn-ack-intervals", "none");
        probe_report(probe, "answer", "no SYN-ACK again within %d s",
                     PEER_WATCHED / 1000);
        return;
    }
    probe_report(probe, "syn-ack-intervals", "%s s", intervals);
    if (retries < 0 || (longest >= 0 && longest != PEER_LONGEST_DEFAULT)) {
        probe_report(probe, "answer", "SYN-ACK again after %s s", intervals);
        return;
    }
    probe_report_computed(
        probe, "answer",
        "SYN-ACK sent again after %s s; given up after %.0f s (computed)",
        intervals, half_open_total(retries));
    probe_report_read(probe, "retries", "%ld", retries);
}

QUESTIONS(listen_half_open){
    {
        .id = "listen.half-open",
        .text = "how long a client without the last ACK stays queued",
        .why = "For so long each packet of a SYN flood takes a place in the "
               "queue of incomplete handshakes.",
        .standard = "RFC 9293 3.8.3, R2 for a SYN: at least 3 minutes, if the "
                    "application waits. The notes: 75 s, BSD's figure.",
        .cope = "backlogprobe --half-open measures the queue",
        .probe = half_open_probe,
        .where = IN_NAMESPACE,
        .deadline = 40000,
    },
    END_OF_QUESTIONS,
};
