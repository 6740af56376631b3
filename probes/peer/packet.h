/* packet.h - make and read packets of IPv4, TCP and ICMP
   SPDX-License-Identifier: GPL-3.0-or-later

   By RFC 791, 792 and 9293.  Addresses and ports are in host byte order.  */

#ifndef PROBES_PEER_PACKET_H
#define PROBES_PEER_PACKET_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The size of a packet buffer, and the maximum length of packet_tcp.  */
enum { PACKET_MAX = 2048 };

enum { SEGMENT_FIN = 1, SEGMENT_SYN = 2, SEGMENT_RST = 4, SEGMENT_ACK = 16 };

struct segment {
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgment;
    uint8_t flags;
    uint16_t window;
    uint16_t mss;        /* the MSS option to write; 0: none; 0 when read */
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

/* The Internet checksum (RFC 1071) of SIZE bytes, beginning with SUM: the sum
   of earlier words, such as a pseudo-header, or 0.  The result is in host byte
   order, to be stored in network byte order.  Returns 0 for bytes that contain
   their correct checksum.  */
uint16_t packet_checksum(const uint8_t *bytes, size_t size, uint32_t sum);

/* Write SEGMENT to PACKET of PACKET_MAX bytes, as a whole IP packet with
   checksums, TTL 64 and "don't fragment" off.  Returns the length, or 0 with
   nothing written if it does not fit.  */
size_t packet_tcp(uint8_t *packet, const struct segment *segment);

/* Write to PACKET, of at least 56 bytes, an ICMP error "destination
   unreachable" of the host FROM, sent to the source of ORIGINAL, another
   packet, of SIZE bytes.  ORIGINAL is quoted up to its 28th byte.  CODE is a
   code above; MTU is for ICMP_TOO_LARGE, otherwise 0.  Returns the length, at
   most 56; or 0 with nothing written if ORIGINAL is shorter than an IP
   header.  */
size_t packet_unreachable(uint8_t *packet, uint32_t from, int code,
                          uint16_t mtu, const uint8_t *original, size_t size);

/* Read the SIZE bytes of PACKET.  Returns true for a complete segment of TCP
   over IPv4 with correct checksums.  The data of SEGMENT points into PACKET;
   options are skipped, as are bytes beyond the length in the IP header.
   Otherwise returns false and leaves SEGMENT.  */
bool packet_read(const uint8_t *packet, size_t size, struct segment *segment);

/* How many sequence numbers SEGMENT takes: the size of its data, and one each
   for SYN and FIN.  */
uint32_t segment_length(const struct segment *segment);

#endif /* PROBES_PEER_PACKET_H */
