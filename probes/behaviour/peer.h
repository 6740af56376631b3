/* peer.h - TCP connections to a simulated peer
   SPDX-License-Identifier: GPL-3.0-or-later

   In a private network namespace, this program reads and writes the packets
   of a TUN interface: each packet is answered, or not, as the question needs.
   If a necessary call fails, the question is skipped: the child reports the
   reason and ends (probe_skip).  */

#ifndef PROBES_BEHAVIOUR_PEER_H
#define PROBES_BEHAVIOUR_PEER_H 1

#include <netinet/in.h>

#include "probes/behaviour/question.h"
#include "probes/peer/packet.h"

/* The simulated peer: this process at the TUN interface, in the place of every
   remote host.  LAST_LOOK is the time of the last look at the interface, and
   ABSENT the longest time without a look since peer_attend, in milliseconds.
   ABSENCES counts the repeats that peer_was_absent demanded.  */
struct peer {
    struct probe *probe;
    int tun;
    uint8_t packet[PACKET_MAX]; /* the last received packet */
    size_t size;
    int64_t last_look, absent;
    int absences;
};

/* A connection: the kernel's end is a socket, the remote end is simulated.  */
struct peer_tcp {
    struct peer *peer;
    int fd;            /* the kernel's end; -1: not accepted yet */
    struct segment in; /* the last segment from the kernel */
    uint32_t sequence; /* of the next segment to send */
    uint32_t seen;     /* next sequence number to acknowledge */
    struct sockaddr_in remote, local;
};

/* Enter a new network namespace and open the TUN interface there, with a route
   to everywhere if ROUTED; otherwise only the interface's own network is
   reachable.  Fills in PEER.  On failure the question is skipped.  The process
   cannot leave the namespace.  */
void peer_open(struct peer *peer, struct probe *probe, bool routed);

/* Set SETTING in the namespace to VALUE, the host's value read before
   peer_open; -1: unknown, no change.  The question is skipped if the setting
   cannot be set.  A setting that the namespace lacks is global and already has
   the host's value.  */
void peer_setting(struct peer *peer, const char *setting, long value);

/* Receive the next segment of TCP from the kernel, of any connection: the
   packet into PEER, and the parsed segment into *SEGMENT, whose data points
   into PEER.  Packets of other protocols are discarded.  Returns false if none
   came within TIMEOUT milliseconds, or on a read error.  A segment that already
   waits is received even with a TIMEOUT of 0.  */
bool peer_receive(struct peer *peer, struct segment *segment, int timeout);

/* To be called before and after a measurement whose outcome depends on timely
   replies to the kernel's packets; between the calls, only peer_receive may
   wait. peer_was_absent returns whether this process was not scheduled for more
   than 0.5 s at a time, so that the measurement must be repeated.  After the
   third repeat peer_was_absent skips the question, with REASON_STARVED, instead
   of asking for another.  */
void peer_attend(struct peer *peer);
bool peer_was_absent(struct peer *peer);

/* Send ICMP destination unreachable from TUN_PEER, with CODE (ICMP_HOST, ...),
   for the last received packet.  MTU is the size that fits, for ICMP_TOO_LARGE
   only; otherwise 0.  */
void peer_unreachable(struct peer *peer, int code, uint16_t mtu);

/* Begin to connect a new non-blocking socket to HOST (TUN_PEER, ...) at an
   unused port, and receive the SYN, without a reply.  Fills in TCP.  The
   question is skipped if connect fails, or if no SYN comes within
   LOOPBACK_TIMEOUT.  */
void peer_tcp_begin(struct peer_tcp *tcp, struct peer *peer, const char *host);

/* The same, and complete the handshake.  The question is skipped if the socket
   is not connected within LOOPBACK_TIMEOUT.  */
void peer_tcp_connect(struct peer_tcp *tcp, struct peer *peer,
                      const char *host);

/* Send the kernel a segment with FLAGS (SEGMENT_SYN, ...) and SIZE bytes of
   data, zeros.  With SEGMENT_ACK, all segments received so far are
   acknowledged.  The next sequence number to send is advanced.  */
void peer_tcp_send(struct peer_tcp *tcp, unsigned flags, size_t size);

/* Receive the next segment of this connection into TCP->in, and note the
   sequence number to acknowledge.  Segments of other connections are discarded.
   Nothing is sent in reply.  Returns false after TIMEOUT milliseconds without a
   segment.  */
bool peer_tcp_receive(struct peer_tcp *tcp, int timeout);

/* Receive segments of this connection until one has all FLAGS; the others, such
   as retransmissions, are skipped.  Returns false after LOOPBACK_TIMEOUT.  */
bool peer_tcp_await(struct peer_tcp *tcp, unsigned flags);

/* Write SIZE bytes (at most 65536) to the socket, without waiting; a part of
   them may be written.  The question is skipped if send fails.  */
void peer_tcp_write(struct peer_tcp *tcp, size_t size);

/* Wait up to TIMEOUT milliseconds until the socket is readable, at the end of
   the stream or has an error, and return the result of recv of one byte as
   text: "ETIMEDOUT", "0" for the end of the stream, "1" for data.  Takes the
   error or the byte from the socket.  NULL after the timeout.  */
const char *peer_tcp_outcome(struct peer_tcp *tcp, int timeout);

/* Close the socket, with RST if connected, and set FD to -1.  */
void peer_tcp_close(struct peer_tcp *tcp);

#endif /* PROBES_BEHAVIOUR_PEER_H */
