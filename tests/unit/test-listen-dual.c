/* test-listen-dual.c - lib/listen-dual.c, and SONDE_REUSEPORT of lib/listen.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;
static struct sonde_address first, second;
static int fds[2];
static int has_ipv6, calls;

static void setup(void)
{
    real = sonde__sys;
    ck_assert_int_eq(sonde_address_loopback(&first, AF_INET6, 0), 0);
    ck_assert_int_eq(sonde_address_loopback(&second, AF_INET, 0), 0);
    int fd = sonde_listen(&first, 1, SONDE_CLOEXEC, NULL);
    has_ipv6 = fd >= 0;
    close(fd);
    fds[0] = fds[1] = -2;
}

static int port_of(int fd)
{
    struct sonde_address local;
    ck_assert_int_eq(sonde_address_local(fd, &local), 0);
    return sonde_address_port(&local);
}

START_TEST(both_listen_at_one_port)
{
    errno = 77;
    int count = sonde_listen_dual(&first, &second, 4, SONDE_CLOEXEC, fds);
    ck_assert_int_eq(errno, 77);
    /* Without IPv6 there is one, for IPv4.  */
    ck_assert_int_eq(count, has_ipv6 ? 2 : 1);
    ck_assert_int_gt(port_of(fds[0]), 0);
    ck_assert_int_eq(sonde_address_family(fds[count - 1]), AF_INET);
    if (has_ipv6) {
        ck_assert_int_eq(sonde_address_family(fds[0]), AF_INET6);
        ck_assert_int_eq(port_of(fds[0]), port_of(fds[1]));
    } else {
        ck_assert_int_eq(fds[1], -1);
    }
    /* And nobody else does.  */
    sonde_address_set_port(&first, (uint16_t)port_of(fds[0]));
    int more[2] = {-2, -2};
    ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, more), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(more[0], -2);
}
END_TEST

/* A host without a family: calls is that family.  */
static int socket_lacking(int family, int type, int protocol)
{
    if (family == calls || calls == AF_UNSPEC) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return real.socket(family, type, protocol);
}

static int bound_port;

/* A host on which every port is taken; it is not bound, only noted.  */
static int bind_noted(int fd, const struct sockaddr *address, socklen_t length)
{
    struct sonde_address wanted = {.length = length};
    (void)fd;
    memcpy(&wanted.storage, address, length);
    bound_port = sonde_address_port(&wanted);
    errno = EADDRINUSE;
    return -1;
}

START_TEST(a_missing_family_leaves_one)
{
    sonde__sys.socket = socket_lacking;
    calls = AF_INET6;
    ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, fds), 1);
    ck_assert_int_eq(sonde_address_family(fds[0]), AF_INET);
    ck_assert_int_eq(fds[1], -1);
    /* The port is that of the first, which is missing.  */
    sonde_address_set_port(&first, 4242);
    sonde__sys.bind = bind_noted;
    ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, fds), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(bound_port, 4242);
    sonde__sys.bind = real.bind;
    sonde_address_set_port(&first, 0);
    calls = AF_INET;
    /* The other way round, which needs the first.  */
    if (has_ipv6) {
        ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, fds), 1);
        ck_assert_int_eq(sonde_address_family(fds[0]), AF_INET6);
    }
    calls = AF_UNSPEC;
    ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, fds), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
}
END_TEST

/* A host on which the port of the first is taken for the second, calls times;
   it plays with IPv4 twice, so that it needs no IPv6.  */
static int binds;

static int bind_taken(int fd, const struct sockaddr *address, socklen_t length)
{
    if (++binds % 2 == 0 && calls-- > 0) {
        errno = EADDRINUSE;
        return -1;
    }
    int result = real.bind(fd, address, length);
    if (result && errno == EADDRINUSE)
        binds -= 2; /* truly taken, by somebody else: one more turn */
    return result;
}

static void use_second_loopback(void)
{
    struct in_addr host = {htonl(INADDR_LOOPBACK + 1)};
    first = second;
    memcpy((char *)&first.storage + offsetof(struct sockaddr_in, sin_addr),
           &host, sizeof host);
}

START_TEST(a_port_taken_for_one_is_given_up_for_both)
{
    use_second_loopback();
    sonde__sys.bind = bind_taken;
    calls = 3;
    int count = sonde_listen_dual(&first, &second, 4, 0, fds);
    if (count == 1)
        return; /* 127.0.0.2 is not local here, as on the BSDs and macOS */
    ck_assert_int_eq(count, 2);
    ck_assert_int_eq(binds, 8);
    ck_assert_int_eq(port_of(fds[0]), port_of(fds[1]));
    /* Not for ever.  */
    calls = 1000000;
    binds = 0;
    ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, fds), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(binds, 64);
}
END_TEST

/* OpenBSD: V6ONLY is on, and cannot be cleared.  */
static int setsockopt_openbsd(int fd, int level, int name, const void *value,
                              socklen_t size)
{
    if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY &&
        *(const int *)value == 0) {
        errno = EINVAL;
        return -1;
    }
    return real.setsockopt(fd, level, name, value, size);
}

START_TEST(v6only_is_never_cleared)
{
    sonde__sys.setsockopt = setsockopt_openbsd;
    ck_assert_int_eq(sonde_listen_dual(&first, &second, 4, 0, fds),
                     has_ipv6 ? 2 : 1);
}
END_TEST

/* A port is what the two share.  */
START_TEST(addresses_without_ports_are_refused)
{
    struct sonde_address path;
    ck_assert_int_eq(sonde_address_unix(&path, "./listen-dual-test"), 0);
    unlink("./listen-dual-test");
    ck_assert_int_eq(sonde_listen_dual(&path, &second, 4, 0, fds), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_int_eq(access("./listen-dual-test", F_OK), -1);
    ck_assert_int_eq(sonde_listen_dual(&second, &path, 4, 0, fds), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_int_eq(fds[0], -2);
    ck_assert_int_eq(fds[1], -2);
}
END_TEST

START_TEST(sharing_is_had_or_refused_but_never_stealing)
{
    int one = sonde_listen(&second, 4, SONDE_REUSEPORT, NULL);
    if (one < 0) {
        ck_assert_int_eq(errno, ENOTSUP);
        return; /* this system does not share, and says so */
    }
    ck_assert_int_eq(sonde_address_local(one, &second), 0);
    int two = sonde_listen(&second, 4, SONDE_REUSEPORT, NULL);
    ck_assert_int_ge(two, 0);
    /* Who does not share gets nothing.  */
    ck_assert_int_eq(sonde_listen(&second, 4, SONDE_REUSEADDR, NULL), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    /* With 64 clients, one listener has none once in 2^63 runs.  */
    for (int i = 0; i < 64; i++) {
        int client = sonde_socket(AF_INET, SOCK_STREAM, SONDE_NONBLOCK);
        connect(client, (void *)&second.storage, second.length);
    }
    struct pollfd waited[2] = {{.fd = one, .events = POLLIN},
                               {.fd = two, .events = POLLIN}};
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(poll(&waited[i], 1, 20000), 1);
}
END_TEST

START_TEST(an_old_kernel_and_other_families_do_not_share)
{
    struct sonde_address path;
    ck_assert_int_eq(sonde_address_unix(&path, "./never-made"), 0);
    ck_assert_int_eq(sonde_listen(&path, 4, SONDE_REUSEPORT, NULL), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    unit_error = ENOPROTOOPT;
    sonde__sys.setsockopt = unit_failing_setsockopt;
    ck_assert_int_eq(sonde_listen(&second, 4, SONDE_REUSEPORT, NULL), -1);
    ck_assert_int_eq(errno, ENOTSUP);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, both_listen_at_one_port);
    tcase_add_test(tests, a_missing_family_leaves_one);
    tcase_add_test(tests, a_port_taken_for_one_is_given_up_for_both);
    tcase_add_test(tests, v6only_is_never_cleared);
    tcase_add_test(tests, addresses_without_ports_are_refused);
    tcase_add_test(tests, sharing_is_had_or_refused_but_never_stealing);
    tcase_add_test(tests, an_old_kernel_and_other_families_do_not_share);
}

int main(void)
{
    return unit_main("listen-dual", add);
}
