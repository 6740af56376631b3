/* test-keepalive.c - lib/keepalive.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static int is_on(int fd)
{
    int on = 0;
    socklen_t size = sizeof on;
    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
    return on != 0;
}

START_TEST(switched_on_and_off)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    errno = ERANGE;
    int idle = sonde_keepalive(fd, 90);
    /* 0 is right too, where a socket has no time of its own.  */
    ck_assert(idle == 90 || idle == 0);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert(is_on(fd));
    ck_assert_int_eq(sonde_keepalive(fd, 0), 0);
    ck_assert(!is_on(fd));
    close(fd);
}
END_TEST

static int tcp_option_error;

static int failing_setsockopt(int fd, int level, int name, const void *value,
                              socklen_t length)
{
    if (level == IPPROTO_TCP) {
        errno = tcp_option_error;
        return -1;
    }
    return setsockopt(fd, level, name, value, length);
}

START_TEST(a_system_without_the_option)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    tcp_option_error = ENOPROTOOPT;
    sonde__sys.setsockopt = failing_setsockopt;
    ck_assert_int_eq(sonde_keepalive(fd, 90), 0);
    ck_assert(is_on(fd));
    close(fd);
}
END_TEST

static int failing_getsockopt(int fd, int level, int name, void *value,
                              socklen_t *length)
{
    if (level == IPPROTO_TCP) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return getsockopt(fd, level, name, value, length);
}

START_TEST(an_option_that_cannot_be_read)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    sonde__sys.getsockopt = failing_getsockopt;
    int idle = sonde_keepalive(fd, 90);
    /* As above.  */
    ck_assert(idle == 90 || idle == 0);
    ck_assert(is_on(fd));
    close(fd);
}
END_TEST

/* Linux says of a datagram socket what others say of a missing option.  */
START_TEST(what_is_not_tcp_is_refused)
{
    int fd = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(sonde_keepalive(fd, 90), -1);
    ck_assert(!is_on(fd));
    tcp_option_error = ENOPROTOOPT;
    sonde__sys.setsockopt = failing_setsockopt;
    ck_assert_int_eq(sonde_keepalive(fd, 90), -1);
    ck_assert_int_eq(errno, ENOPROTOOPT);
    ck_assert(!is_on(fd));
    close(fd);
}
END_TEST

START_TEST(a_time_out_of_range_switches_nothing_on)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(sonde_keepalive(fd, -1), -1);
    ck_assert_int_eq(errno, EINVAL);
    tcp_option_error = EINVAL;
    sonde__sys.setsockopt = failing_setsockopt;
    int idle = sonde_keepalive(fd, 40000);
    if (idle < 0) {
        ck_assert_int_eq(errno, EINVAL);
        ck_assert(!is_on(fd));
    } else { /* no time of its own here, so nothing that could be wrong */
        ck_assert_int_eq(idle, 0);
    }
    close(fd);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, switched_on_and_off);
    tcase_add_test(tests, a_system_without_the_option);
    tcase_add_test(tests, an_option_that_cannot_be_read);
    tcase_add_test(tests, what_is_not_tcp_is_refused);
    tcase_add_test(tests, a_time_out_of_range_switches_nothing_on);
}

int main(void)
{
    return unit_main("keepalive", add);
}
