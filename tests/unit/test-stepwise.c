/* test-stepwise.c - probes/queue/stepwise.c and probes/queue/syn-queue.c, on
   the loopback SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/descriptors.h"
#include "probes/queue/stepwise.h"
#include "probes/queue/syn-queue.h"
#include "tests/unit/unit.h"

enum { WAIT = 40 };

static const int families[] = {AF_INET, AF_UNIX};

/* How many are let in is the host's affair; what is counted is not.  */
START_TEST(a_queue_fills_and_empties)
{
    struct stepwise stepwise;
    int before = unit_descriptors();
    if (stepwise_open(&stepwise, families[_i], 1)) {
        ck_assert_int_eq(families[_i], AF_UNIX); /* no names but in files */
        stepwise_close(&stepwise);
        return;
    }
    stepwise_fill(&stepwise, WAIT);
    ck_assert_uint_gt(stepwise.count, 0);
    ck_assert(stepwise.full == (stepwise.count < STEPWISE_CLIENTS));
    if (families[_i] == AF_UNIX && stepwise.full)
        ck_assert_int_eq(stepwise.pending, -1);
    descriptor_close(&stepwise.pending);
    ck_assert_int_eq(stepwise.pending, -1);
    ck_assert_int_le(stepwise_accept(&stepwise, 1), 1);
    ck_assert_int_le(stepwise_accept(&stepwise, STEPWISE_CLIENTS),
                     (long)stepwise.count);
    ck_assert_int_eq(stepwise_accept(&stepwise, STEPWISE_CLIENTS), 0);
    stepwise_close(&stepwise);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

START_TEST(a_family_that_is_not_there_says_so)
{
    struct stepwise stepwise;
    ck_assert(stepwise_open(&stepwise, AF_UNSPEC, 1));
    ck_assert_str_eq(stepwise.failed, "socket");
    stepwise_close(&stepwise);
}
END_TEST

START_TEST(strangers_are_all_different)
{
    enum { MANY = 200 };
    struct sonde_address addresses[MANY];
    char text[SONDE_ADDRESS_TEXT];
    for (int i = 0; i < MANY; i++) {
        syn_new_peer(&addresses[i], AF_INET);
        ck_assert_int_gt(sonde_address_print(&addresses[i], text, sizeof text),
                         0);
        ck_assert(!strncmp(text, "127.", 4));
        ck_assert(strncmp(text, "127.0.", 6) != 0);
    }
    int same = 0;
    for (int i = 0; i < MANY; i++)
        for (int k = 0; k < i; k++)
            same += !sonde_address_compare(&addresses[i], &addresses[k]);
    ck_assert_int_le(same, 2); /* 20,000 pairs among 16 million */
}
END_TEST

START_TEST(a_peer_is_met_and_nothing_stays_open)
{
    struct sonde_address address;
    int before = unit_descriptors();
    /* Not every system has all of 127/8, nor IPv6.  */
    if (syn_known_peer(&address, AF_INET))
        ck_assert_int_eq(errno, EADDRNOTAVAIL);
    if (syn_known_peer(&address, AF_INET6))
        ck_assert(errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT);
    ck_assert_int_eq(unit_descriptors(), before);
    ck_assert_int_ge(syn_defer_works(AF_INET) + 1, 0);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, a_queue_fills_and_empties, 0, 2);
    tcase_add_test(tests, a_family_that_is_not_there_says_so);
    tcase_add_test(tests, strangers_are_all_different);
    tcase_add_test(tests, a_peer_is_met_and_nothing_stays_open);
}

int main(void)
{
    return unit_main("serial", add);
}
