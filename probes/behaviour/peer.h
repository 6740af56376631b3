/* peer.h - TCP connections to a simulated peer
   SPDX-License-Identifier: GPL-3.0-or-later

   In a private network namespace, this program reads and writes the packets
   of a TUN interface: each packet is answered, or not, as the question needs.
   If a necessary call fails, the child ends and the reason is reported
   (probe_skip).  */

#ifndef PROBES_BEHAVIOUR_PEER_H
#define PROBES_BEHAVIOUR_PEER_H 1

#include <netinet/in.h>

#include "probes/behaviour/question.h"
#include "probes/peer/packet.h"

struct peer {
    struct probe *probe;
    int tun;
    uint8_t packet[PACKET_MAX]; /* the last received packet */
    size_t size;
    int64_t last_look, absent; /* see peer_attend */
    int absences;
};

/* A connection: the kernel's end is a socket, the other end is simulated.  */
struct peer_tcp {
    struct peer *peer;
    int fd;            /* the kernel's end; -1: not accepted yet */
    struct segment in; /* the last segment from the kernel */
    uint32_t sequence; /* of the next segment to send */
    uint32_t seen;     /* next sequence number to acknowledge */
    struct sockaddr_in remote, local;
};

/* Enter a namespace and open the interface, with a route to everywhere if
   ROUTED.  */
void peer_open(struct peer *peer, struct probe *probe, bool routed);

/* Set SETTING in the namespace to VALUE, the host's value read before
   peer_open; -1: unknown, no change. Skips the question if the setting cannot
   be set. A setting that the namespace lacks is global and already has the
   host's value.  */
void peer_setting(struct peer *peer, const char *setting, long value);

/* Receive the next segment of TCP into PEER and *SEGMENT, within TIMEOUT
   milliseconds.  Returns false if none came.  */
bool peer_receive(struct peer *peer, struct segment *segment, int timeout);

/* To be called before and after a measurement whose outcome depends on timely
   replies to the kernel's packets; between the calls, only peer_receive may
   wait. peer_was_absent returns whether this process was not scheduled for so
   long that the measurement must be repeated; after a few repeats it skips the
   question.  */
void peer_attend(struct peer *peer);
bool peer_was_absent(struct peer *peer);

/* Send ICMP destination unreachable, with CODE and MTU, for the last received
   packet.  */
void peer_unreachable(struct peer *peer, int code, uint16_t mtu);

/* Begin to connect a socket to a port of HOST (TUN_PEER, ...), and receive its
   SYN.  */
void peer_tcp_begin(struct peer_tcp *tcp, struct peer *peer, const char *host);

/* The same, and the handshake completed.  */
void peer_tcp_connect(struct peer_tcp *tcp, struct peer *peer,
                      const char *host);

/* Send a segment with FLAGS and SIZE bytes of data, acknowledging all received
   segments.  */
void peer_tcp_send(struct peer_tcp *tcp, unsigned flags, size_t size);

/* Receive the next segment of this connection, and note the sequence number to
   acknowledge. Returns false after TIMEOUT milliseconds without a segment.  */
bool peer_tcp_receive(struct peer_tcp *tcp, int timeout);

/* Receive segments until a segment has FLAGS; retransmissions are skipped.
   Returns false after LOOPBACK_TIMEOUT.  */
bool peer_tcp_await(struct peer_tcp *tcp, unsigned flags);

/* Write SIZE bytes to the socket, without waiting.  */
void peer_tcp_write(struct peer_tcp *tcp, size_t size);

/* Wait until the socket has an error or end of stream, and return the result of
   recv as text: "ETIMEDOUT", "0"; NULL after TIMEOUT milliseconds.  */
const char *peer_tcp_outcome(struct peer_tcp *tcp, int timeout);

/* Close the socket with a reset.  */
void peer_tcp_close(struct peer_tcp *tcp);

#endif /* PROBES_BEHAVIOUR_PEER_H */
