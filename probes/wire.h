/* wire.h - connections to a peer that this program plays
   SPDX-License-Identifier: GPL-3.0-or-later

   In a private network namespace with an interface behind which there is
   nobody but us: each packet is answered, or not, as the question wants it.
   What must work and does not ends the child with the reason (give_up).  */

#ifndef PROBES_WIRE_H
#define PROBES_WIRE_H 1

#include <netinet/in.h>

#include "probes/packet.h"
#include "probes/question.h"

struct wire {
    struct asking *ask;
    int tun;
    uint8_t packet[PACKET_MAX]; /* the last that was received */
    size_t size;
};

/* A connection: the kernel's end is a socket, the other is ours.  */
struct line {
    struct wire *wire;
    int fd;            /* the kernel's end; -1: not accepted yet */
    struct segment in; /* the last segment from the kernel */
    uint32_t sequence; /* of what we send next */
    uint32_t seen;     /* what we acknowledge */
    struct sockaddr_in peer, here;
};

/* Enter a namespace and open the interface, with a route to everywhere if
   ROUTED.  */
void wire_open(struct wire *wire, struct asking *ask, bool routed);

/* Receive the next segment of TCP into WIRE and *SEGMENT, within TIMEOUT
   milliseconds.  Returns false if none came.  */
bool wire_receive(struct wire *wire, struct segment *segment, int timeout);

/* Say of the packet that was received last that it cannot be passed on.  */
void wire_unreachable(struct wire *wire, int code, uint16_t mtu);

/* A socket that has begun to connect to a port of HOST (TUN_PEER, ...), its
   SYN received.  */
void line_begin(struct line *line, struct wire *wire, const char *host);

/* The same, and the handshake completed.  */
void line_connect(struct line *line, struct wire *wire, const char *host);

/* Send a segment with FLAGS, and SIZE bytes of data, acknowledging what was
   seen.  */
void line_send(struct line *line, unsigned flags, size_t size);

/* Receive the next segment of this connection, and take note of what is to be
   acknowledged.  Returns false if none came within TIMEOUT.  */
bool line_receive(struct line *line, int timeout);

/* Write SIZE bytes to the socket, without waiting.  */
void line_write(struct line *line, size_t size);

/* Wait until the socket has an error or the end, and return it as text:
   "ETIMEDOUT", "0"; NULL if nothing came within TIMEOUT.  */
const char *line_outcome(struct line *line, int timeout);

/* Close the socket with a reset.  */
void line_close(struct line *line);

#endif /* PROBES_WIRE_H */
