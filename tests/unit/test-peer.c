/* test-peer.c - probes/behaviour/peer.c: what comes that is no segment
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/behaviour/peer.h"
#include "tests/unit/unit.h"

static struct peer peer;
static struct segment got;

/* What is read there comes from FILE.  */
static void begin(const char *file)
{
    peer = (struct peer){.tun = open(file, O_RDONLY)};
    ck_assert_int_ge(peer.tun, 0);
    peer_attend(&peer);
}

START_TEST(noise_without_end_does_not_lengthen_the_time)
{
    begin("/dev/zero");
    ck_assert(!peer_receive(&peer, &got, 0));
    ck_assert(!peer_receive(&peer, &got, 5));
    close(peer.tun);
}
END_TEST

/* A directory is always readable, and cannot be read.  */
START_TEST(a_failing_read_is_not_tried_again)
{
    begin("/");
    ck_assert(!peer_receive(&peer, &got, INT_MAX));
    close(peer.tun);
}
END_TEST

START_TEST(a_segment_behind_noise_is_there_when_time_is_over)
{
    struct segment segment = {.flags = SEGMENT_SYN, .source_port = 7};
    uint8_t packet[PACKET_MAX];
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    peer = (struct peer){.tun = ends[0]};
    peer_attend(&peer);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(write(ends[1], "noise", 5), 5);
    size_t size = packet_tcp(packet, &segment);
    ck_assert_int_eq(write(ends[1], packet, size), (ssize_t)size);
    ck_assert(peer_receive(&peer, &got, 0));
    ck_assert_uint_eq(got.source_port, 7);
    ck_assert(!peer_receive(&peer, &got, 0));
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, noise_without_end_does_not_lengthen_the_time);
    tcase_add_test(tests, a_failing_read_is_not_tried_again);
    tcase_add_test(tests, a_segment_behind_noise_is_there_when_time_is_over);
}

int main(void)
{
    return unit_main("wire", add);
}
