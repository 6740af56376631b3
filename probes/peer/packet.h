/* packet.h - packets of IPv4, TCP and ICMP, made and read
   SPDX-License-Identifier: GPL-3.0-or-later

   As RFC 791, 792 and 9293 have them.  Addresses and ports are in host
   order.  */

#ifndef PROBES_PEER_PACKET_H
#define PROBES_PEER_PACKET_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_MAX = 2048 };

enum { SEGMENT_FIN = 1, SEGMENT_SYN = 2, SEGMENT_RST = 4, SEGMENT_ACK = 16 };

struct segment {
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgment;
    uint8_t flags;
    uint16_t window;
    uint16_t most;       /* the MSS option of a SYN; 0: none */
    bool dont_fragment;  /* as read */
    size_t size;         /* of the data */
    const uint8_t *data; /* may be null when made: then it is zeros */
};

/* What ICMP says of a packet: "unreachable" and why.  */
enum {
    ICMP_NETWORK = 0,
    ICMP_HOST = 1,
    ICMP_PROTOCOL = 2,
    ICMP_PORT = 3,
    ICMP_TOO_LARGE = 4,
    ICMP_PROHIBITED = 13
};

/* The Internet checksum of SIZE bytes, beginning with SUM.  */
uint16_t packet_checksum(const uint8_t *bytes, size_t size, uint32_t sum);

/* Write SEGMENT to PACKET of PACKET_MAX bytes.  Returns its length, or 0: it
   does not fit.  */
size_t packet_tcp(uint8_t *packet, const struct segment *segment);

/* Write to PACKET that FROM could not pass on ORIGINAL, of SIZE bytes, because
   of CODE; MTU goes with ICMP_TOO_LARGE.  Returns its length, or 0.  */
size_t packet_unreachable(uint8_t *packet, uint32_t from, int code,
                          uint16_t mtu, const uint8_t *original, size_t size);

/* Read the SIZE bytes of PACKET.  Returns true if they are a segment of TCP
   over IPv4, whole and with right checksums.  SEGMENT's data points into
   PACKET.  */
bool packet_read(const uint8_t *packet, size_t size, struct segment *segment);

/* How much of the sequence SEGMENT takes: its data, and SYN and FIN.  */
uint32_t segment_length(const struct segment *segment);

#endif /* PROBES_PEER_PACKET_H */
