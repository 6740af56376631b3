/* packet.h - make and read packets of IPv4, TCP and ICMP
   SPDX-License-Identifier: GPL-3.0-or-later

   By RFC 791, 792 and 9293.  Addresses and ports are in host byte order.  */

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
    uint16_t mss;        /* the MSS option of a SYN; 0: none */
    bool dont_fragment;  /* only when read */
    size_t size;         /* of the data */
    const uint8_t *data; /* packet_tcp: NULL means zeros */
};

/* Codes of ICMP destination unreachable.  */
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

/* Write SEGMENT to PACKET of PACKET_MAX bytes.  Returns the length, or 0 if it
   does not fit.  */
size_t packet_tcp(uint8_t *packet, const struct segment *segment);

/* Write to PACKET an ICMP error of the host FROM about ORIGINAL, of SIZE bytes,
   with CODE, and MTU for ICMP_TOO_LARGE.  Returns the length; or 0 if ORIGINAL
   is shorter than an IP header.  */
size_t packet_unreachable(uint8_t *packet, uint32_t from, int code,
                          uint16_t mtu, const uint8_t *original, size_t size);

/* Read the SIZE bytes of PACKET.  Returns true for a complete segment of TCP
   over IPv4 with correct checksums.  SEGMENT's data points into PACKET.  */
bool packet_read(const uint8_t *packet, size_t size, struct segment *segment);

/* The sequence numbers of SEGMENT: its data, SYN and FIN.  */
uint32_t segment_length(const struct segment *segment);

#endif /* PROBES_PEER_PACKET_H */
