/* test-xnu-pcblist.c - lib/xnu-pcblist.c
   SPDX-License-Identifier: GPL-3.0-or-later

   The lists are made here after the description in lib/xnu-pcblist.c, with the
   lengths that the records have on macOS: no list of a real one was at hand. */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xnu-pcblist.h"
#include "tests/unit/unit.h"

enum { tcp_listen = 1, tcp_established = 4, ipv4 = 1, ipv6 = 2 };

static unsigned char list[4096];
static size_t size;
static struct sonde_address local;

static size_t socket_record = 76; /* bytes of it */

/* Add a record of LENGTH bytes and KIND, which is padded to 8.  */
static unsigned char *add_record(size_t length, unsigned kind)
{
    unsigned char *record = list + size;
    sonde_store(record, 4, SONDE_BYTEORDER, length);
    sonde_store(record + 4, 4, SONDE_BYTEORDER, kind);
    size += (length + 7) / 8 * 8;
    return record;
}

static void add_socket(int version, const void *host, unsigned port, int state,
                       unsigned queued, unsigned incomplete, unsigned limit)
{
    unsigned char *record = add_record(104, 0x010);
    sonde_store(record + 18, 2, SONDE_BIG_ENDIAN, port);
    record[44] = (unsigned char)version;
    memcpy(record + 64 + (version == ipv4 ? 12 : 0), host,
           version == ipv4 ? 4 : 16);
    record = add_record(socket_record, 0x001);
    sonde_store(record + 44, 2, SONDE_BYTEORDER, queued);
    sonde_store(record + 46, 2, SONDE_BYTEORDER, incomplete);
    sonde_store(record + 48, 2, SONDE_BYTEORDER, limit);
    add_record(32, 0x002);
    add_record(32, 0x004);
    add_record(136, 0x008);
    record = add_record(204, 0x020);
    sonde_store(record + 36, 4, SONDE_BYTEORDER, (uint64_t)state);
}

static void setup(void)
{
    size = 0;
    add_record(24, 3); /* the header, whose count looks like a kind */
    ck_assert_int_eq(sonde_address_loopback(&local, AF_INET, 8080), 0);
}

static const unsigned char loopback4[4] = {127, 0, 0, 1};
static const unsigned char other4[4] = {127, 0, 0, 2};
static const struct in6_addr loopback6 = IN6ADDR_LOOPBACK_INIT;

START_TEST(the_listener_is_found_among_others)
{
    struct sonde_queue queue = {0};
    add_socket(ipv4, other4, 8080, tcp_listen, 9, 9, 9);
    add_socket(ipv4, loopback4, 8081, tcp_listen, 9, 9, 9);
    add_socket(ipv6, &loopback6, 8080, tcp_listen, 9, 9, 9);
    add_socket(ipv4, loopback4, 8080, tcp_established, 9, 9, 9);
    /* The kernel counts the one whose handshake is under way with the rest. */
    add_socket(ipv4, loopback4, 8080, tcp_listen, 3, 1, 128);
    add_socket(ipv4, loopback4, 8080, tcp_established, 9, 9, 9);
    add_record(24, 0x010); /* the trailer repeats the header */
    ck_assert_int_eq(sonde__xnu_queue(list, size, &local, &queue), 0);
    ck_assert_int_eq(queue.queued, 2);
    ck_assert_int_eq(queue.incomplete, 1);
    ck_assert_int_eq(queue.backlog, 128);
    ck_assert_int_eq(queue.drops, -1);
}
END_TEST

START_TEST(ipv6_too)
{
    struct sonde_queue queue = {0};
    ck_assert_int_eq(sonde_address_loopback(&local, AF_INET6, 8080), 0);
    add_socket(ipv4, loopback4, 8080, tcp_listen, 9, 9, 9);
    add_socket(ipv6, &loopback6, 8080, tcp_listen, 0, 0, 5);
    ck_assert_int_eq(sonde__xnu_queue(list, size, &local, &queue), 0);
    ck_assert_int_eq(queue.queued, 0);
    ck_assert_int_eq(queue.backlog, 5);
}
END_TEST

START_TEST(none_or_two_are_no_answer)
{
    struct sonde_queue queue = {7, 7, 7, 7};
    ck_assert_int_eq(sonde__xnu_queue(list, size, &local, &queue), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    add_socket(ipv4, loopback4, 8080, tcp_listen, 0, 0, 5);
    add_socket(ipv4, loopback4, 8080, tcp_listen, 0, 0, 5);
    ck_assert_int_eq(sonde__xnu_queue(list, size, &local, &queue), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    ck_assert_int_eq(queue.backlog, 7);
}
END_TEST

/* OS X 10.7 has a record of 64 bytes, in which the figures stand elsewhere.  */
START_TEST(a_layout_of_another_size_is_not_read)
{
    struct sonde_queue queue = {7, 7, 7, 7};
    static const struct {
        size_t size;
        int result;
    } sizes[] = {{50, -1}, {64, -1}, {67, -1}, {68, 0}, {76, 0}, {80, 0}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size = 0;
        add_record(24, 3);
        socket_record = sizes[i].size;
        add_socket(ipv4, loopback4, 8080, tcp_listen, 0, 0, 5);
        ck_assert_int_eq(sonde__xnu_queue(list, size, &local, &queue),
                         sizes[i].result);
    }
    socket_record = 76;
}
END_TEST

static int note(const struct sonde_listener *listener, void *data)
{
    *(struct sonde_listener *)data = *listener;
    return 0;
}

/* so_qlimit is a short: what was asked for above 32767 is 0 or below, and no
   connection is queued.  */
START_TEST(a_limit_below_one_is_deaf)
{
    static const struct {
        unsigned kept;
        long limit;
    } limits[] = {{1, 1},     {32767, 32767}, {0, 0},
                  {32768, 0}, {65535, 0},     {40000, 0}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct sonde_queue queue = {7, 7, 7, 7};
        struct sonde_listener listener;
        size = 0;
        add_record(24, 3);
        add_socket(ipv4, loopback4, 8080, tcp_listen, 0, 0, limits[i].kept);
        ck_assert_int_eq(sonde__xnu_queue(list, size, &local, &queue), 0);
        ck_assert_int_eq(queue.backlog, limits[i].limit);
        ck_assert_int_eq(sonde__xnu_each(list, size, note, &listener), 0);
        ck_assert_int_eq(listener.capacity, limits[i].limit);
    }
}
END_TEST

static int never(const struct sonde_listener *listener, void *data)
{
    ck_abort();
}

/* Whatever is cut off or shorter than known: no answer, nothing beyond the
   end is read (under -fsanitize=address, from the heap).  */
START_TEST(a_list_that_is_cut_or_strange_is_read_no_further)
{
    struct sonde_queue queue;
    add_socket(ipv4, loopback4, 8080, tcp_listen, 0, 0, 5);
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *copy = malloc(cut + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, list, cut);
        int result = sonde__xnu_queue(copy, cut, &local, &queue);
        /* The last record may lack its padding.  */
        ck_assert(result == -1 || cut >= size - 4);
        free(copy);
    }
    setup();
    for (unsigned length = 0; length < 8; length++) {
        sonde_store(list + 24, 4, SONDE_BYTEORDER, length);
        ck_assert_int_eq(sonde__xnu_queue(list, 64, &local, &queue), -1);
        ck_assert_int_eq(errno, ENOTSUP);
        ck_assert_int_eq(sonde__xnu_each(list, 64, never, NULL), -1);
        ck_assert_int_eq(errno, EPROTO);
    }
    sonde_store(list + 24, 4, SONDE_BYTEORDER, 0xffffffff);
    ck_assert_int_eq(sonde__xnu_queue(list, 64, &local, &queue), -1);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, the_listener_is_found_among_others);
    tcase_add_test(tests, ipv6_too);
    tcase_add_test(tests, a_layout_of_another_size_is_not_read);
    tcase_add_test(tests, a_limit_below_one_is_deaf);
    tcase_add_test(tests, none_or_two_are_no_answer);
    tcase_add_test(tests, a_list_that_is_cut_or_strange_is_read_no_further);
}

int main(void)
{
    return unit_main("xnu-pcblist", add);
}
