/* test-source.c - servers/source.c, base/rate.c, base/repeat.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "base/rate.h"
#include "base/repeat.h"
#include "base/seed.h"
#include "servers/source.h"
#include "tests/unit/unit.h"

static uint64_t seed = UINT64_C(0x0123456789abcdef);

static uint64_t source(const char *text)
{
    struct sonde_address address;
    ck_assert_int_eq(sonde_address_parse(&address, text, 0), 0);
    return source_of(&address, seed);
}

START_TEST(a_host_is_one_source)
{
    ck_assert_uint_eq(source("192.0.2.1:7"), source("192.0.2.1:8"));
    ck_assert_uint_ne(source("192.0.2.1"), source("192.0.2.2"));
    ck_assert_uint_eq(source("2001:db8::1"), source("2001:db8::2:3:4:5"));
    ck_assert_uint_ne(source("2001:db8:0:1::1"), source("2001:db8:0:2::1"));
    ck_assert_uint_ne(source("fe80::1%1"), source("fe80::2%1"));
    ck_assert_uint_ne(source("::1"), 0);
    ck_assert_uint_ne(source("::2"), 0);
    ck_assert_uint_ne(source("::2"), source("::3"));
    ck_assert_uint_eq(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    ck_assert_uint_eq(source("/a/path"), 0);
}
END_TEST

/* The same 64 bits are another source in another kind of address.  */
START_TEST(kinds_of_addresses_do_not_share)
{
    static const char *const texts[] = {"2001:db8:0:1::1",
                                        "fe80::2001:db8:0:1%1",
                                        "fe80::2001:db8:0:1%2",
                                        "::2001:db8:0:1",
                                        "192.0.2.1",
                                        "0:ffff:c000:201::1",
                                        "fe80::ffff:c000:201%1"};
    enum { TEXTS = sizeof texts / sizeof *texts };
    seed = seed_new();
    for (size_t i = 0; i < TEXTS; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(source(texts[i]), source(texts[j]));
}
END_TEST

/* Also those that SEED would give numbers with another meaning.  */
START_TEST(every_host_has_a_source)
{
    for (seed = 0; seed < 2; seed++) {
        ck_assert_uint_ne(source("fe80::%1"), 0);
        ck_assert_uint_ne(source("fe80::ffff:ffff:ffff:fffc%1"), 0);
        ck_assert_uint_ne(source("fe80::ffff:ffff:ffff:ffff%1"), UINT64_MAX);
        ck_assert_uint_ne(source("fe80::ffff:ffff:ffff:fffb%1"), UINT64_MAX);
        ck_assert_uint_ne(source("::"), 0);
        ck_assert_uint_ne(source("::ffff:ffff:ffff:fffe"), 0);
        ck_assert_uint_ne(source("::ffff:ffff:ffff:fffd"), UINT64_MAX);
        ck_assert_uint_ne(source("0.0.0.1"), 0);
    }
}
END_TEST

START_TEST(what_is_local)
{
    struct sonde_address address, to;
    static const struct {
        const char *text, *to;
        bool local;
    } rows[] = {{"127.0.0.1", "127.0.0.1", true},
                {"127.8.9.1", "127.0.0.1", true},
                {"::1", "::1", true},
                {"/a/path", "/another", true},
                {"192.0.2.1", "127.0.0.1", false},
                {"128.0.0.1", "127.0.0.1", false},
                {"2001:db8::1", "2001:db8::2", false},
                {"::ffff:127.0.0.1", "::ffff:127.0.0.1", true},
                {"::ffff:192.0.2.1", "::ffff:127.0.0.1", false},
                /* Forged.  */
                {"::ffff:127.0.0.1", "2001:db8::2", false},
                {"::ffff:127.0.0.1", "::", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(sonde_address_parse(&address, rows[i].text, 0), 0);
        ck_assert_int_eq(sonde_address_parse(&to, rows[i].to, 0), 0);
        ck_assert_int_eq(source_is_local(&address, &to), rows[i].local);
    }
}
END_TEST

START_TEST(so_many_and_no_more)
{
    struct source_table table = {0};
    ck_assert(source_enter(&table, 5, 2));
    ck_assert(source_enter(&table, 5, 2));
    ck_assert(!source_enter(&table, 5, 2));
    ck_assert_int_eq(errno, EDQUOT);
    ck_assert(source_enter(&table, 6, 2));
    source_leave(&table, 5);
    ck_assert(source_enter(&table, 5, 2));
    ck_assert(source_enter(&table, 0, 1));
    ck_assert(source_enter(&table, 0, 1)); /* not counted */
    source_free(&table);
}
END_TEST

/* A refused source needs no room.  */
START_TEST(a_full_source_is_refused_without_room)
{
    struct source_table table = {0};
    for (uint64_t i = 1; i <= 32; i++)
        ck_assert(source_enter(&table, i, 1));
    const size_t size = table.size;
    ck_assert(!source_enter(&table, 7, 1));
    ck_assert_int_eq(errno, EDQUOT);
    ck_assert_uint_eq(table.size, size);
    ck_assert(source_enter(&table, 7, 2));
    ck_assert_uint_eq(table.size, size);
    ck_assert(source_enter(&table, 33, 1));
    ck_assert_uint_gt(table.size, size);
    source_free(&table);
}
END_TEST

/* Against a plain array.  */
START_TEST(many_come_and_go)
{
    enum { SOURCES = 300, TURNS = 20000, MOST = 3 };
    struct source_table table = {0};
    long counts[SOURCES] = {0};
    uint32_t random = 1;
    for (int i = 0; i < TURNS; i++) {
        random = random * 1664525 + 1013904223;
        size_t which = (random >> 8) % SOURCES;
        uint64_t name = 1 + which * UINT64_C(0x100000000);
        if (random >> 31) {
            bool may = source_enter(&table, name, MOST);
            ck_assert_int_eq(may, counts[which] < MOST);
            counts[which] += may;
        } else if (counts[which] > 0) {
            source_leave(&table, name);
            counts[which]--;
        }
    }
    for (size_t i = 0; i < SOURCES; i++)
        while (counts[i]-- > 0)
            source_leave(&table, 1 + i * UINT64_C(0x100000000));
    ck_assert_uint_eq(table.used, 0);
    source_free(&table);
}
END_TEST

static struct rate_table *rates;

START_TEST(a_bucket_fills_at_the_rate)
{
    rates = calloc(1, sizeof *rates);
    for (int i = 0; i < 10; i++)
        ck_assert(rate_take(rates, 1, 10, 1000));
    ck_assert(!rate_take(rates, 1, 10, 1000));
    ck_assert(!rate_take(rates, 1, 10, 1099));
    ck_assert(rate_take(rates, 1, 10, 1100));
    ck_assert(!rate_take(rates, 1, 10, 1100));
    /* A long silence is worth a second, no more.  */
    for (int i = 0; i < 10; i++)
        ck_assert(rate_take(rates, 1, 10, 900000));
    ck_assert(!rate_take(rates, 1, 10, 900000));
    free(rates);
}
END_TEST

static struct repeat_table *repeats;

static bool take(const char *from, const char *data, size_t size, int64_t now)
{
    struct sonde_address address;
    ck_assert_int_eq(sonde_address_parse(&address, from, 0), 0);
    uint64_t number = repeat_note(repeats, &address, data, size);
    return number == 0 || repeat_take(repeats, number, now);
}

/* How many of 5000 datagrams, of which SIZE bytes are sent and N differ, are
   answered.  */
static int count_answers(const char *from, size_t size, int n)
{
    char data[1000] = "";
    int count = 0;
    for (int i = 0; i < 5000; i++) {
        data[0] = (char)(i % n);
        data[size - 1] = (char)(i % n / 256);
        count += take(from, data, size, 0);
    }
    return count;
}

START_TEST(the_same_again_and_again_is_a_loop)
{
    repeats = calloc(1, sizeof *repeats);
    /* The number in doc/promises.md.  */
    ck_assert_int_eq(REPEAT_USUAL, 1024);
    ck_assert_int_eq(count_answers("/run/a", 20, 1), 1 + REPEAT_USUAL);
    ck_assert(!take("/run/a", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0));
    /* Others are not concerned, nor what differs, nor the next second.  */
    ck_assert(take("/run/b", "", 1, 0));
    ck_assert(take("/run/a", "something else", 14, 0));
    ck_assert(
        take("/run/a", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 1000));
    /* As many as sockets hold, going round.  */
    ck_assert_int_le(count_answers("127.0.0.1:7777", 1000, 600),
                     600 + 16 + REPEAT_USUAL);
    /* A client whose datagrams differ; and of single bytes there are few.  */
    ck_assert_int_eq(count_answers("[::1]:7777", 700, 5000), 5000);
    char one = 'x';
    for (int i = 0; i < 2000; i++)
        ck_assert(take("/run/c", &one, 1, i * 1000));
    free(repeats);
}
END_TEST

START_TEST(sources_do_not_share)
{
    rates = calloc(1, sizeof *rates);
    ck_assert(rate_take(rates, 1, 1, 0));
    ck_assert(!rate_take(rates, 1, 1, 0));
    ck_assert(rate_take(rates, 2, 1, 0));
    free(rates);
}
END_TEST

/* Sources that somebody invents find no bucket in the end, and cost no one who
   has spent his the memory of it.  */
START_TEST(the_table_is_bounded)
{
    int taken = 0;
    rates = calloc(1, sizeof *rates);
    ck_assert(rate_take(rates, 77, 1, 0));
    for (uint64_t i = 1000; i < 100000; i++)
        taken += rate_take(rates, i, 1, 0);
    ck_assert_int_le(taken, RATE_SETS * RATE_WAYS);
    ck_assert(!rate_take(rates, 77, 1, 0));
    ck_assert(rate_take(rates, 77, 1, 1000));
    ck_assert(rate_take(rates, 200000, 1, 1000));
    free(rates);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_host_is_one_source);
    tcase_add_test(tests, kinds_of_addresses_do_not_share);
    tcase_add_test(tests, every_host_has_a_source);
    tcase_add_test(tests, what_is_local);
    tcase_add_test(tests, so_many_and_no_more);
    tcase_add_test(tests, a_full_source_is_refused_without_room);
    tcase_add_test(tests, many_come_and_go);
    tcase_add_test(tests, a_bucket_fills_at_the_rate);
    tcase_add_test(tests, the_same_again_and_again_is_a_loop);
    tcase_add_test(tests, sources_do_not_share);
    tcase_add_test(tests, the_table_is_bounded);
}

int main(void)
{
    return unit_main("source", add);
}
