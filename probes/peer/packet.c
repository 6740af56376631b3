/* packet.c - make and read packets of IPv4, TCP and ICMP
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/peer/packet.h"
#include "sonde.h"

/* Lengths of headers without options, and protocol numbers.  */
enum { IP_HEADER = 20, TCP_HEADER = 20, ICMP_HEADER = 8, ICMP = 1, TCP = 6 };

/* Write VALUE to BYTES in SIZE bytes, in network byte order.  */
static void packet_put(uint8_t *bytes, size_t size, uint64_t value)
{
    sonde_store(bytes, size, SONDE_BIG_ENDIAN, value);
}

/* The number in the SIZE bytes of BYTES, 4 at most, in network byte order.  */
static uint32_t packet_get(const uint8_t *bytes, size_t size)
{
    return (uint32_t)sonde_load(bytes, size, SONDE_BIG_ENDIAN);
}

uint16_t packet_checksum(const uint8_t *bytes, size_t size, uint32_t sum)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += packet_get(bytes + i, 2);
    if (size % 2)
        sum += (uint32_t)bytes[size - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* The sum of the pseudo-header of TCP, to pass to packet_checksum.  The
   pseudo-header has the addresses in the IPv4 header of PACKET, the protocol
   number of TCP, and LENGTH, the bytes of the segment.  */
static uint32_t pseudo_header(const uint8_t *packet, size_t length)
{
    uint32_t sum = TCP + (uint32_t)length;
    for (int i = 12; i < IP_HEADER; i += 2)
        sum += packet_get(packet + i, 2);
    return sum;
}

/* Write an IPv4 header of 20 bytes, with a TTL of 64 and checksum, to PACKET;
   LENGTH is that of the whole packet.  */
static void put_ip(uint8_t *packet, size_t length, int protocol,
                   uint32_t source, uint32_t destination)
{
    memset(packet, 0, IP_HEADER);
    packet[0] = 0x45; /* version 4, a header of five words */
    packet_put(packet + 2, 2, length);
    packet[8] = 64; /* TTL */
    packet[9] = (uint8_t)protocol;
    packet_put(packet + 12, 4, source);
    packet_put(packet + 16, 4, destination);
    packet_put(packet + 10, 2, packet_checksum(packet, IP_HEADER, 0));
}

size_t packet_tcp(uint8_t *packet, const struct segment *segment)
{
    uint8_t *tcp = packet + IP_HEADER;
    size_t header = TCP_HEADER + (segment->mss ? 4 : 0);
    size_t length = header + segment->size;
    if (IP_HEADER + length > PACKET_MAX)
        return 0;
    put_ip(packet, IP_HEADER + length, TCP, segment->source,
           segment->destination);
    memset(tcp, 0, length);
    packet_put(tcp, 2, segment->source_port);
    packet_put(tcp + 2, 2, segment->destination_port);
    packet_put(tcp + 4, 4, segment->sequence);
    packet_put(tcp + 8, 4, segment->acknowledgment);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = segment->flags;
    packet_put(tcp + 14, 2, segment->window);
    if (segment->mss)
        packet_put(tcp + TCP_HEADER, 4, 0x02040000U | segment->mss);
    if (segment->data && segment->size > 0)
        memcpy(tcp + header, segment->data, segment->size);
    packet_put(tcp + 16, 2,
               packet_checksum(tcp, length, pseudo_header(packet, length)));
    return IP_HEADER + length;
}

size_t packet_unreachable(uint8_t *packet, uint32_t from, int code,
                          uint16_t mtu, const uint8_t *original, size_t size)
{
    uint8_t *icmp = packet + IP_HEADER;
    size_t quoted = size < IP_HEADER + 8 ? size : IP_HEADER + 8;
    size_t length = ICMP_HEADER + quoted;
    if (size < IP_HEADER)
        return 0;
    put_ip(packet, IP_HEADER + length, ICMP, from,
           packet_get(original + 12, 4));
    memset(icmp, 0, ICMP_HEADER);
    icmp[0] = 3; /* destination unreachable */
    icmp[1] = (uint8_t)code;
    packet_put(icmp + 6, 2, mtu);
    memcpy(icmp + ICMP_HEADER, original, quoted);
    packet_put(icmp + 2, 2, packet_checksum(icmp, length, 0));
    return IP_HEADER + length;
}

bool packet_read(const uint8_t *packet, size_t size, struct segment *segment)
{
    if (size < IP_HEADER || packet[0] >> 4 != 4 || packet[9] != TCP)
        return false;
    size_t start = (size_t)(packet[0] & 15) * 4;
    size_t whole = packet_get(packet + 2, 2);
    if (start < IP_HEADER || whole > size || whole < start + TCP_HEADER ||
        packet_checksum(packet, start, 0) != 0)
        return false;
    const uint8_t *tcp = packet + start;
    size_t header = (size_t)(tcp[12] >> 4) * 4;
    if (header < TCP_HEADER || start + header > whole ||
        packet_checksum(tcp, whole - start,
                        pseudo_header(packet, whole - start)) != 0)
        return false;
    *segment = (struct segment){
        .source = packet_get(packet + 12, 4),
        .destination = packet_get(packet + 16, 4),
        .source_port = (uint16_t)packet_get(tcp, 2),
        .destination_port = (uint16_t)packet_get(tcp + 2, 2),
        .sequence = packet_get(tcp + 4, 4),
        .acknowledgment = packet_get(tcp + 8, 4),
        .flags = tcp[13],
        .window = (uint16_t)packet_get(tcp + 14, 2),
        .dont_fragment = packet[6] & 0x40,
        .size = whole - start - header,
        .data = tcp + header,
    };
    return true;
}

uint32_t segment_length(const struct segment *segment)
{
    return (uint32_t)segment->size + ((segment->flags & SEGMENT_SYN) != 0) +
           ((segment->flags & SEGMENT_FIN) != 0);
}
