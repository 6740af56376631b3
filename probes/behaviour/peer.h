/* peer.h - TCP connections to a simulated peer
   SPDX-License-Identifier: GPL-3.0-or-later

   In a private network namespace, this program reads and writes the packets
   of a TUN interface: each packet is answered, or not, as the question needs.
   If a necessary call fails, the question is skipped (probe_skip).  */

#ifndef PROBES_BEHAVIOUR_PEER_H
#define PROBES_BEHAVIOUR_PEER_H 1

#include <netinet/in.h>

#include "probes/behaviour/question.h"
#include "probes/peer/packet.h"

/* The simulated peer: this process at the TUN interface, in the place of every
   remote host.  Times are milliseconds.  */
struct peer {
    struct probe *probe;
    int tun;
    uint8_t packet[PACKET_MAX]; /* the last received packet */
    size_t size;
    int64_t last_look, absent; /* longest time without a look at the interface,
                                  since peer_attend */
    int absences;              /* repeats that peer_was_absent demanded */
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

/* Enter a new network namespace, which the process cannot leave, and open the
   TUN interface there, with a route to everywhere if ROUTED; otherwise only the
   interface's own network is reachable.  Fills in PEER; on failure the question
   is skipped.  */
void peer_open(struct peer *peer, struct probe *probe, bool routed);

/* Set SETTING in the namespace to VALUE, the host's value read before
   peer_open; -1: unknown, no change.  A setting that the namespace lacks is
   global and already has the host's value.  On failure the question is
   skipped.  */
void peer_setting(struct peer *peer, const char *setting, long value);

/* Receive the next TCP segment from the kernel, of any connection: the packet
   into PEER, and the parsed segment into *SEGMENT, whose data points into PEER.
   Other packets are discarded.  Returns false if no segment came within TIMEOUT
   milliseconds (0: only a segment that already waits); *SEGMENT is then
   unchanged.  A read error skips the question; outside a question the call then
   returns false.  */
bool peer_receive(struct peer *peer, struct segment *segment, int timeout);

/* To be called before and after a measurement that depends on timely
   replies to the kernel's packets; between the calls, only peer_receive may
   wait.  peer_was_absent returns whether this process was not scheduled for
   more than 0.5 s at a time, so that the measurement must be repeated; instead
   of a fourth repeat with the same PEER, the question is skipped, with
   REASON_STARVED.  */
void peer_attend(struct peer *peer);
bool peer_was_absent(struct peer *peer);

/* Send ICMP destination unreachable from TUN_PEER, with CODE (ICMP_HOST, ...),
   for the last received packet.  MTU is the size that fits, for ICMP_TOO_LARGE
   only; otherwise 0.  On failure the question is skipped.  */
void peer_unreachable(struct peer *peer, int code, uint16_t mtu);

/* Begin to connect a new non-blocking socket to HOST (TUN_PEER, ...) at an
   unused port, and receive the SYN within LOOPBACK_TIMEOUT, without a reply.
   Fills in TCP; without a SYN the question is skipped.  */
void peer_tcp_begin(struct peer_tcp *tcp, struct peer *peer, const char *host);

/* As peer_tcp_begin; then complete the handshake within LOOPBACK_TIMEOUT, or
   skip the question.  */
void peer_tcp_connect(struct peer_tcp *tcp, struct peer *peer,
                      const char *host);

/* Send the kernel a segment with FLAGS (SEGMENT_SYN, ...) and SIZE zero bytes.
   SEGMENT_ACK acknowledges all segments received so far.  Advances the next
   sequence number to send.  On failure the question is skipped.  */
void peer_tcp_send(struct peer_tcp *tcp, unsigned flags, size_t size);

/* Receive the next segment of this connection into TCP->in, and note the
   sequence number to acknowledge; nothing is sent.  Segments of other
   connections are discarded.  Returns false after TIMEOUT milliseconds.  */
bool peer_tcp_receive(struct peer_tcp *tcp, int timeout);

/* As peer_tcp_receive, for the COUNT connections of LIST, at least 1, all of
   one struct peer.  Returns the index in LIST of the connection that received a
   segment; or -1 after TIMEOUT milliseconds in all.  */
int peer_tcp_receive_any(struct peer_tcp *const *list, int count, int timeout);

/* Receive segments, as peer_tcp_receive, until a segment has all FLAGS.
   Returns true, with that segment in TCP->in; false after LOOPBACK_TIMEOUT.  */
bool peer_tcp_await(struct peer_tcp *tcp, unsigned flags);

/* Receive segments of this connection for PEER_WATCHED milliseconds, without a
   reply, and write the intervals between them, from the call on, in whole
   seconds to TEXT of SIZE bytes: "1, 1, 2"; "" without a segment.  The watch
   ends early when TEXT has less than 9 bytes left.  This process may see a
   segment late, never early, so an interval may be a quarter of a second short
   for the kernel's timers, and three quarters long.  OTHER is the socket of
   another connection, or -1: returns after how many milliseconds its connect
   had ended, to within 50; -1 if not.  */
enum { PEER_WATCHED = 7600 };
int64_t peer_tcp_intervals(struct peer_tcp *tcp, int other, char *text,
                           size_t size);

/* The timeout, in seconds, that follows TIMEOUT, in seconds, in Linux'
   exponential back-off: twice TIMEOUT, at most LONGEST milliseconds.  LONGEST
   is the host's value of PEER_LONGEST (since Linux 6.15); -1, or another value
   below 1: unknown, PEER_LONGEST_DEFAULT milliseconds.  */
#define PEER_LONGEST "net.ipv4.tcp_rto_max_ms"
enum { PEER_LONGEST_DEFAULT = 120000 };
double peer_back_off(double timeout, long longest);

/* Make a listener with a backlog of 4 at TUN_HERE and an ephemeral port, and
   make TCP a client at TUN_PEER that has sent nothing; TCP->fd is -1, to be set
   after accept.  Returns the listener.  */
int peer_tcp_listen(struct peer_tcp *tcp, struct peer *peer);

/* Write up to SIZE zero bytes to the socket, as many as the socket takes
   without waiting; how many is not reported.  SIZE must be 1 to 65536.  If the
   socket takes none, or on another failure, the question is skipped.  */
void peer_tcp_write(struct peer_tcp *tcp, size_t size);

/* Wait up to TIMEOUT milliseconds until the socket is readable, at the end of
   the stream or has an error, and return the text of try_read; NULL after the
   timeout.  No segment is received meanwhile.  */
const char *peer_tcp_outcome(struct peer_tcp *tcp, int timeout);

/* Close the socket, with RST if connected, and set FD to -1.  */
void peer_tcp_close(struct peer_tcp *tcp);

#endif /* PROBES_BEHAVIOUR_PEER_H */
