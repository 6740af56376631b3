/* test-reserve.c - lib/reserve.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde_reserve spare;
static int listener;
static struct sonde_address address;
static struct rlimit before;

static void setup(void)
{
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert_int_eq(sonde_reserve_open(&spare), 0);
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 0), 0);
    listener = sonde_listen(&address, 8, SONDE_NONBLOCK | SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
}

/* What runs at exit, such as a leak checker, needs descriptors again.  */
static void teardown(void)
{
    setrlimit(RLIMIT_NOFILE, &before);
}

static int connect_client(void)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (void *)&address.storage, address.length), 0);
    return fd;
}

/* Leave this process without a free descriptor.  */
static void use_up(void)
{
    struct rlimit limit = before;
    int fd = dup(listener);
    ck_assert_int_ge(fd, 0);
    close(fd);
    limit.rlim_cur = (rlim_t)fd;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(waiting_clients_are_turned_away_one_by_one)
{
    char byte;
    int clients[2] = {connect_client(), connect_client()};
    use_up();
    ck_assert_int_eq(sonde_accept(listener, NULL, 0), -1);
    ck_assert_int_eq(errno, EMFILE);
    /* macOS and gVisor have closed the first connection by then.  */
    int turned_away = 0;
    for (errno = 77; turned_away < 2; turned_away++) {
        if (sonde_reserve_shed(&spare, listener))
            break;
        ck_assert_int_eq(errno, 77);
        ck_assert_int_ge(spare.fd, 0);
    }
    ck_assert_int_ge(turned_away, 1);
    ck_assert_int_eq(sonde_reserve_shed(&spare, listener), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_ge(spare.fd, 0);
    for (int i = 0; i < 2; i++)
        if (sonde_read(clients[i], &byte, 1, 20000) != 0)
            ck_assert_int_eq(errno, ECONNRESET);
}
END_TEST

/* Another thread takes the descriptor just as it is free.  */
static int accept4_taken(int fd, struct sockaddr *peer, socklen_t *length,
                         unsigned flags)
{
    ck_assert_int_ge(dup(0), 0);
    errno = EMFILE;
    return -1;
}

START_TEST(a_reserve_that_was_taken_is_told)
{
    struct sonde__calls real = sonde__sys;
    connect_client();
    use_up();
    sonde__sys.accept4 = accept4_taken;
    ck_assert_int_eq(sonde_reserve_shed(&spare, listener), -1);
    ck_assert_int_eq(errno, EMFILE);
    ck_assert_int_eq(spare.fd, -1);
    /* One is free again: the next call gets both done.  */
    sonde__sys = real;
    close(0);
    ck_assert_int_eq(sonde_reserve_shed(&spare, listener), 0);
    ck_assert_int_ge(spare.fd, 0);
    sonde_reserve_close(&spare);
    ck_assert_int_eq(spare.fd, -1);
    sonde_reserve_close(&spare);
}
END_TEST

/* A sandbox in which only some families are to be had.  */
static int only_family;

static int socket_of_one(int family, int type, int protocol)
{
    if (family != only_family) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return dup(listener);
}

START_TEST(any_family_will_do_for_a_reserve)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
    sonde_reserve_close(&spare);
    sonde__sys.socket = socket_of_one;
    for (int i = 0; i < 3; i++) {
        only_family = families[i];
        errno = 77;
        ck_assert_int_eq(sonde_reserve_open(&spare), 0);
        ck_assert_int_eq(errno, 77);
        ck_assert_int_ge(spare.fd, 0);
        sonde_reserve_close(&spare);
    }
    only_family = AF_UNSPEC;
    ck_assert_int_eq(sonde_reserve_open(&spare), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_int_eq(spare.fd, -1);
}
END_TEST

START_TEST(the_delay_doubles_up_to_a_second)
{
    static const int expected[] = {5, 10, 20, 40, 80, 160, 320};
    int delay = 0;
    for (size_t i = 0; i < 7; i++) {
        delay = sonde_backoff(delay);
        ck_assert_int_eq(delay, expected[i]);
    }
    ck_assert_int_eq(sonde_backoff(640), 1000);
    ck_assert_int_eq(sonde_backoff(1000), 1000);
    ck_assert_int_eq(sonde_backoff(-3), 5);
    ck_assert_int_eq(sonde_backoff(2147483647), 1000);
}
END_TEST

START_TEST(a_socket_that_goes_on_failing_is_left_alone)
{
    static const int delays[] = {5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000};
    struct sonde_backoff_state state = {0};
    errno = 33;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++)
        ck_assert_int_eq(sonde_backoff_after(&state, listener, EACCES),
                         delays[i]);
    ck_assert_int_eq(sonde_backoff_after(&state, listener, 0), 0);
    ck_assert_int_eq(sonde_backoff_after(&state, listener, EPROTO), 5);
    ck_assert_int_eq(errno, 33);
}
END_TEST

/* NetBSD, of a listener that is shut down.  */
START_TEST(so_is_one_that_poll_announces_and_accept_does_not_find)
{
    struct sonde_backoff_state state = {0};
    int client = connect_client();
    struct pollfd waited = {.fd = listener, .events = POLLIN};
    ck_assert_int_eq(poll(&waited, 1, 20000), 1);
    errno = 33;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 63; i++)
            ck_assert_int_eq(sonde_backoff_after(&state, listener, EAGAIN), 0);
        ck_assert_int_eq(sonde_backoff_after(&state, listener, EAGAIN), 5);
        ck_assert_int_eq(sonde_backoff_after(&state, listener, EWOULDBLOCK),
                         10);
        ck_assert_int_eq(sonde_backoff_after(&state, listener, 0), 0);
    }
    ck_assert_int_eq(errno, 33);
    close(client);
}
END_TEST

START_TEST(who_is_slower_than_others_is_not)
{
    struct sonde_backoff_state state = {0};
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(sonde_backoff_after(&state, listener, EAGAIN), 0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, waiting_clients_are_turned_away_one_by_one);
    tcase_add_test(tests, a_reserve_that_was_taken_is_told);
    tcase_add_test(tests, any_family_will_do_for_a_reserve);
    tcase_add_test(tests, the_delay_doubles_up_to_a_second);
    tcase_add_test(tests, a_socket_that_goes_on_failing_is_left_alone);
    tcase_add_test(tests,
                   so_is_one_that_poll_announces_and_accept_does_not_find);
    tcase_add_test(tests, who_is_slower_than_others_is_not);
}

int main(void)
{
    return unit_main("spare", add);
}
