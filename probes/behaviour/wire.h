/* wire.h - connections to a peer that this program plays
   SPDX-License-Identifier: GPL-3.0-or-later

   In a private network namespace with an interface behind which there is
   nobody but us: each packet is answered, or not, as the question wants it.
   What must work and does not ends the child with the reason (give_up).  */

#ifndef PROBES_BEHAVIOUR_WIRE_H
#define PROBES_BEHAVIOUR_WIRE_H 1

#include <netinet/in.h>

#include "probes/peer/packet.h"
#include "probes/behaviour/question.h"

struct wire {
    struct asking *ask;
    int tun;
    uint8_t packet[PACKET_MAX]; /* the last that was received */
    size_t size;
    int64_t looked, absent; /* see wire_attend */
    int absences;
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

/* Have SETTING in the namespace be what the host has, VALUE, read before
   wire_open; -1 is not known.  Gives up if that cannot be.  A setting that the
   namespace does not have is one for all of them.  */
void wire_setting(struct wire *wire, const char *setting, long value);

/* Receive the next segment of TCP into WIRE and *SEGMENT, within TIMEOUT
   milliseconds.  Returns false if none came.  */
bool wire_receive(struct wire *wire, struct segment *segment, int timeout);

/* To be called before and after something whose outcome depends on when we see
   and answer what the kernel sends, with no other waits than wire_receive's.
   The second returns whether this process was kept away for so long that it
   must be done again; after some times it gives up.  */
void wire_attend(struct wire *wire);
bool wire_was_absent(struct wire *wire);

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

/* Receive until there is a segment with FLAGS, passing over what is sent again
   since we were slow to answer.  Returns false if none came.  */
bool line_await(struct line *line, unsigned flags);

/* Write SIZE bytes to the socket, without waiting.  */
void line_write(struct line *line, size_t size);

/* Wait until the socket has an error or the end, and return it as text:
   "ETIMEDOUT", "0"; NULL if nothing came within TIMEOUT.  */
const char *line_outcome(struct line *line, int timeout);

/* Close the socket with a reset.  */
void line_close(struct line *line);

#endif /* PROBES_BEHAVIOUR_WIRE_H */
