/* test-retransmissions.c - lib/retransmissions-linux.c, or -none.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static int listener, client;

/* A client, connected to a listener.  Returns 0 where the system does not
   report retransmissions.  */
static int make_client(void)
{
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    listener = sonde_listen(&address, 1, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    client = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(client, 0);
    ck_assert_int_eq(
        connect(client, (const void *)&address.storage, address.length), 0);
    if (sonde_retransmissions(client) >= 0)
        return 1;
    ck_assert_int_eq(errno, ENOTSUP);
    return 0;
}

static void teardown(void)
{
    close(client);
    close(listener);
}

START_TEST(a_connection_has_none)
{
    if (make_client())
        ck_assert_int_eq(sonde_retransmissions(client), 0);
}
END_TEST

START_TEST(what_is_no_connection_is_refused)
{
    if (!make_client())
        return;
    FAILS(EINVAL, (int)sonde_retransmissions(listener));
    FAILS(EBADF, (int)sonde_retransmissions(-1));
    int other = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    FAILS(ENOTSUP, (int)sonde_retransmissions(other));
    close(other);
    other = sonde_socket(AF_UNIX, SOCK_STREAM, 0);
    FAILS(ENOTSUP, (int)sonde_retransmissions(other));
    close(other);
}
END_TEST

START_TEST(a_system_without_the_option)
{
    static const int errors[][2] = {
        {ENOPROTOOPT, ENOTSUP}, {EOPNOTSUPP, ENOTSUP}, {ENOBUFS, ENOBUFS}};
    if (!make_client())
        return;
    sonde__sys.getsockopt = unit_failing_getsockopt;
    for (int i = 0; i < 3; i++) {
        unit_error = errors[i][0];
        FAILS(errors[i][1], (int)sonde_retransmissions(client));
    }
}
END_TEST

static socklen_t given;

/* A kernel that fills GIVEN bytes, with the largest figures.  */
static int getsockopt_ones(int fd, int level, int name, void *value,
                           socklen_t *length)
{
    (void)fd;
    (void)level;
    (void)name;
    if (*length > given)
        *length = given;
    memset(value, 0xff, *length);
    return 0;
}

/* The counter is unsigned; an old kernel ends before it.  */
START_TEST(figures_of_other_kernels)
{
    if (!make_client())
        return;
    sonde__sys.getsockopt = getsockopt_ones;
    given = 8;
    FAILS(ENOTSUP, (int)sonde_retransmissions(client));
    given = INT_MAX;
    ck_assert_int_eq(sonde_retransmissions(client), INT_MAX);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, a_connection_has_none);
    tcase_add_test(tests, what_is_no_connection_is_refused);
    tcase_add_test(tests, a_system_without_the_option);
    tcase_add_test(tests, figures_of_other_kernels);
}

int main(void)
{
    return unit_main("retransmissions", add);
}
