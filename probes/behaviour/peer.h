/* peer.h - connections to a peer that this program plays
   SPDX-License-Identifier: GPL-3.0-or-later

   In a private network namespace with an interface behind which there is
   nobody but us: each packet is answered, or not, as the question wants it.
   What must work and does not ends the child with the reason (probe_skip).  */

#ifndef PROBES_BEHAVIOUR_PEER_H
#define PROBES_BEHAVIOUR_PEER_H 1

#include <netinet/in.h>

#include "probes/behaviour/question.h"
#include "probes/peer/packet.h"

struct peer {
    struct probe *probe;
    int tun;
    uint8_t packet[PACKET_MAX]; /* the last that was received */
    size_t size;
    int64_t looked, absent; /* see peer_attend */
    int absences;
};

/* A connection: the kernel's end is a socket, the other is ours.  */
struct peer_tcp {
    struct peer *peer;
    int fd;            /* the kernel's end; -1: not accepted yet */
    struct segment in; /* the last segment from the kernel */
    uint32_t sequence; /* of what we send next */
    uint32_t seen;     /* what we acknowledge */
    struct sockaddr_in remote, local;
};

/* Enter a namespace and open the interface, with a route to everywhere if
   ROUTED.  */
void peer_open(struct peer *peer, struct probe *probe, bool routed);

/* Have SETTING in the namespace be what the host has, VALUE, read before
   peer_open; -1 is not known.  Gives up if that cannot be.  A setting that the
   namespace does not have is one for all of them.  */
void peer_setting(struct peer *peer, const char *setting, long value);

/* Receive the next segment of TCP into PEER and *SEGMENT, within TIMEOUT
   milliseconds.  Returns false if none came.  */
bool peer_receive(struct peer *peer, struct segment *segment, int timeout);

/* To be called before and after something whose outcome depends on when we see
   and answer what the kernel sends, with no other waits than peer_receive's.
   The second returns whether this process was kept away for so long that it
   must be done again; after some times it gives up.  */
void peer_attend(struct peer *peer);
bool peer_was_absent(struct peer *peer);

/* Say of the packet that was received last that it cannot be passed on.  */
void peer_unreachable(struct peer *peer, int code, uint16_t mtu);

/* A socket that has begun to connect to a port of HOST (TUN_PEER, ...), its
   SYN received.  */
void peer_tcp_begin(struct peer_tcp *tcp, struct peer *peer, const char *host);

/* The same, and the handshake completed.  */
void peer_tcp_connect(struct peer_tcp *tcp, struct peer *peer,
                      const char *host);

/* Send a segment with FLAGS, and SIZE bytes of data, acknowledging what was
   seen.  */
void peer_tcp_send(struct peer_tcp *tcp, unsigned flags, size_t size);

/* Receive the next segment of this connection, and take note of what is to be
   acknowledged.  Returns false if none came within TIMEOUT.  */
bool peer_tcp_receive(struct peer_tcp *tcp, int timeout);

/* Receive until there is a segment with FLAGS, passing over what is sent again
   since we were slow to answer.  Returns false if none came.  */
bool peer_tcp_await(struct peer_tcp *tcp, unsigned flags);

/* Write SIZE bytes to the socket, without waiting.  */
void peer_tcp_write(struct peer_tcp *tcp, size_t size);

/* Wait until the socket has an error or the end, and return it as text:
   "ETIMEDOUT", "0"; NULL if nothing came within TIMEOUT.  */
const char *peer_tcp_outcome(struct peer_tcp *tcp, int timeout);

/* Close the socket with a reset.  */
void peer_tcp_close(struct peer_tcp *tcp);

#endif /* PROBES_BEHAVIOUR_PEER_H */
