/* test-packet.c - probes/peer/packet.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/peer/packet.h"
#include "tests/unit/unit.h"

static const struct segment syn = {
    .source = 0xc0000201,
    .destination = 0xc6336407,
    .source_port = 40000,
    .destination_port = 7,
    .sequence = 0x01020304,
    .flags = SEGMENT_SYN,
    .window = 65535,
    .mss = 1460,
};

/* The example of RFC 1071, section 3.  */
START_TEST(the_checksum_is_that_of_rfc_1071)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03,
                                    0xf4, 0xf5, 0xf6, 0xf7};
    ck_assert_uint_eq(packet_checksum(bytes, sizeof bytes, 0),
                      (uint16_t)~0xddf2U);
}
END_TEST

START_TEST(an_odd_byte_counts_as_the_high_one)
{
    static const uint8_t bytes[] = {0x12, 0x34, 0x56};
    ck_assert_uint_eq(packet_checksum(bytes, 3, 0),
                      (uint16_t) ~(0x1234U + 0x5600U));
}
END_TEST

START_TEST(what_is_written_reads_back)
{
    static const uint8_t data[] = "hello";
    uint8_t packet[PACKET_MAX];
    struct segment back, segment = syn;
    segment.data = data;
    segment.size = sizeof data;
    segment.acknowledgment = 77;
    size_t size = packet_tcp(packet, &segment);
    ck_assert_uint_eq(size, 20 + 24 + sizeof data);
    ck_assert(packet_read(packet, size, &back));
    ck_assert_uint_eq(back.source, segment.source);
    ck_assert_uint_eq(back.destination, segment.destination);
    ck_assert_uint_eq(back.source_port, 40000);
    ck_assert_uint_eq(back.destination_port, 7);
    ck_assert_uint_eq(back.sequence, 0x01020304);
    ck_assert_uint_eq(back.acknowledgment, 77);
    ck_assert_uint_eq(back.flags, SEGMENT_SYN);
    ck_assert_uint_eq(back.window, 65535);
    ck_assert_uint_eq(back.size, sizeof data);
    ck_assert_mem_eq(back.data, data, sizeof data);
    ck_assert_uint_eq(segment_length(&back), sizeof data + 1);
}
END_TEST

START_TEST(a_changed_byte_is_noticed)
{
    uint8_t packet[PACKET_MAX];
    struct segment back;
    size_t size = packet_tcp(packet, &syn);
    for (size_t i = 0; i < size; i++) {
        packet[i] ^= 1;
        ck_assert(!packet_read(packet, size, &back));
        packet[i] ^= 1;
    }
    ck_assert(packet_read(packet, size, &back));
}
END_TEST

START_TEST(a_cut_packet_is_none)
{
    uint8_t packet[PACKET_MAX];
    struct segment back;
    size_t size = packet_tcp(packet, &syn);
    for (size_t i = 0; i < size; i++)
        ck_assert(!packet_read(packet, i, &back));
}
END_TEST

START_TEST(what_is_too_long_is_not_written)
{
    uint8_t packet[PACKET_MAX];
    struct segment segment = syn;
    segment.size = PACKET_MAX;
    ck_assert_uint_eq(packet_tcp(packet, &segment), 0);
}
END_TEST

START_TEST(an_icmp_message_quotes_the_packet)
{
    uint8_t original[PACKET_MAX], packet[PACKET_MAX];
    size_t size = packet_tcp(original, &syn);
    size_t length = packet_unreachable(packet, 0xc0000202, ICMP_TOO_LARGE, 600,
                                       original, size);
    ck_assert_uint_eq(length, 20 + 8 + 28);
    ck_assert_uint_eq(packet[9], 1);
    ck_assert_uint_eq(packet[20], 3);
    ck_assert_uint_eq(packet[21], ICMP_TOO_LARGE);
    ck_assert_int_eq(packet[26] << 8 | packet[27], 600);
    ck_assert_mem_eq(packet + 28, original, 28);
    ck_assert_mem_eq(packet + 16, original + 12, 4); /* to its sender */
    ck_assert_uint_eq(packet_checksum(packet, 20, 0), 0);
    ck_assert_uint_eq(packet_checksum(packet + 20, length - 20, 0), 0);
    ck_assert_uint_eq(packet_unreachable(packet, 1, 0, 0, original, 10), 0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, the_checksum_is_that_of_rfc_1071);
    tcase_add_test(tests, an_odd_byte_counts_as_the_high_one);
    tcase_add_test(tests, what_is_written_reads_back);
    tcase_add_test(tests, a_changed_byte_is_noticed);
    tcase_add_test(tests, a_cut_packet_is_none);
    tcase_add_test(tests, what_is_too_long_is_not_written);
    tcase_add_test(tests, an_icmp_message_quotes_the_packet);
}

int main(void)
{
    return unit_main("packet", add);
}
