/* test-address.c - lib/address.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde_address parse(const char *text)
{
    struct sonde_address address;
    ck_assert_msg(!sonde_address_parse(&address, text, 0), "%s", text);
    return address;
}

START_TEST(loopback_and_any_are_exact)
{
    struct sonde_address address;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    static const struct in6_addr loopback6 = IN6ADDR_LOOPBACK_INIT;
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 80), 0);
    ck_assert_uint_eq(address.length, sizeof in);
    memcpy(&in, &address.storage, sizeof in);
    ck_assert_int_eq(in.sin_family, AF_INET);
    ck_assert_uint_eq(in.sin_addr.s_addr, htonl(0x7f000001));
    ck_assert_uint_eq(in.sin_port, htons(80));
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET6, 81), 0);
    ck_assert_uint_eq(address.length, sizeof in6);
    memcpy(&in6, &address.storage, sizeof in6);
    ck_assert_int_eq(in6.sin6_family, AF_INET6);
    ck_assert_mem_eq(&in6.sin6_addr, &loopback6, sizeof loopback6);
    ck_assert_uint_eq(in6.sin6_port, htons(81));
    ck_assert_int_eq(sonde_address_any(&address, AF_INET, 65535), 0);
    memcpy(&in, &address.storage, sizeof in);
    ck_assert_uint_eq(in.sin_addr.s_addr, 0);
    ck_assert_int_eq(sonde_address_port(&address), 65535);
    ck_assert_int_eq(sonde_address_any(&address, AF_INET6, 1), 0);
    memcpy(&in6, &address.storage, sizeof in6);
    ck_assert_uint_eq(in6.sin6_addr.s6_addr[15], 0);
    ck_assert_int_eq(sonde_address_port(&address), 1);
}
END_TEST

START_TEST(other_families_are_refused_and_leave_the_output)
{
    struct sonde_address address = {.length = 77};
    errno = 0;
    ck_assert_int_eq(sonde_address_loopback(&address, AF_UNIX, 80), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    errno = 0;
    ck_assert_int_eq(sonde_address_any(&address, AF_UNSPEC, 80), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_uint_eq(address.length, 77);
}
END_TEST

START_TEST(a_path_fits_up_to_the_limit_and_is_never_cut)
{
    struct sonde_address address = {.length = 77};
    struct sockaddr_un un;
    char path[sizeof un.sun_path + 1];
    memset(path, 'p', sizeof path);
    path[sizeof un.sun_path] = '\0';
    ck_assert_int_eq(sonde_address_unix(&address, path), -1);
    ck_assert_int_eq(errno, ENAMETOOLONG);
    ck_assert_uint_eq(address.length, 77);
    path[sizeof un.sun_path - 1] = '\0';
    ck_assert_int_eq(sonde_address_unix(&address, path), 0);
    ck_assert_uint_eq(address.length, sizeof un);
    memcpy(&un, &address.storage, sizeof un);
    ck_assert_str_eq(un.sun_path, path);
    ck_assert_int_eq(sonde_address_unix(&address, ""), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_address_unix(&address, "/a"), 0);
    ck_assert_uint_eq(address.length,
                      offsetof(struct sockaddr_un, sun_path) + 3);
    ck_assert_int_eq(sonde_address_port(&address), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_int_eq(sonde_address_set_port(&address, 1), -1);
}
END_TEST

/* As users write it.  Elsewhere than on Linux there are none.  */
START_TEST(an_abstract_name_begins_with_an_at)
{
    struct sonde_address address = {.length = 77}, path;
    struct sockaddr_un un;
    char name[sizeof un.sun_path + 2] = "@name";
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    ck_assert_int_eq(sonde_address_unix_name(&address, ""), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_uint_eq(address.length, 77);
    ck_assert_int_eq(sonde_address_unix_name(&address, "./@name"), 0);
    ck_assert_int_eq(sonde_address_unix(&path, "./@name"), 0);
    ck_assert_int_eq(sonde_address_compare(&address, &path), 0);
    if (sonde_address_unix_name(&address, name)) {
        ck_assert_int_eq(errno, ENOTSUP);
        return;
    }
    memcpy(&un, &address.storage, sizeof un);
    ck_assert_uint_eq(address.length, start + 5);
    ck_assert_int_eq(memcmp(un.sun_path, "\0name", 6), 0);
    ck_assert_int_eq(sonde_address_unix_name(&address, "@"), -1);
    ck_assert_int_eq(errno, EINVAL);
    memset(name + 1, 'n', sizeof name - 2);
    ck_assert_int_eq(sonde_address_unix_name(&address, name), -1);
    ck_assert_int_eq(errno, ENAMETOOLONG);
    name[sizeof un.sun_path] = '\0';
    ck_assert_int_eq(sonde_address_unix_name(&address, name), 0);
    ck_assert_uint_eq(address.length, sizeof un);
}
END_TEST

START_TEST(a_port_is_set_and_read_back)
{
    static const char *const texts[] = {"127.0.0.1", "::1"};
    static const uint16_t ports[] = {0, 1, 255, 256, 0x1234, 65535};
    for (size_t i = 0; i < 2; i++) {
        struct sonde_address address = parse(texts[i]);
        struct sonde_address before = address;
        for (size_t k = 0; k < sizeof ports / sizeof *ports; k++) {
            ck_assert_int_eq(sonde_address_set_port(&address, ports[k]), 0);
            ck_assert_int_eq(sonde_address_port(&address), ports[k]);
        }
        sonde_address_set_port(&address, 0);
        ck_assert_mem_eq(&address, &before, sizeof address);
    }
}
END_TEST

/* In order: family, then address, then scope, then port.  */
START_TEST(addresses_have_one_order)
{
    static const char *const ordered[2][5] = {
        {"1.2.3.4:9", "1.2.3.5:1", "1.2.3.5:2", "1.2.3.5:256", "128.0.0.1"},
        {"::1", "[fe80::1%1]:9", "[fe80::1%2]:1", "[fe80::1%2]:300", "ff02::1"},
    };
    for (size_t f = 0; f < 2; f++)
        for (size_t i = 0; i < 5; i++)
            for (size_t k = 0; k < 5; k++) {
                struct sonde_address a = parse(ordered[f][i]);
                struct sonde_address b = parse(ordered[f][k]);
                int order = sonde_address_compare(&a, &b);
                ck_assert_msg((order < 0) == (i < k) && (order > 0) == (i > k),
                              "%s, %s: %d", ordered[f][i], ordered[f][k],
                              order);
            }
    struct sonde_address four = parse("255.0.0.1");
    struct sonde_address six = parse("::");
    int order = sonde_address_compare(&four, &six);
    ck_assert_int_eq(order < 0, AF_INET < AF_INET6);
    ck_assert_int_eq(sonde_address_compare(&six, &four) < 0, order > 0);
}
END_TEST

START_TEST(flow_label_and_padding_do_not_count)
{
    struct sonde_address a = parse("[2001:db8::1]:80"), b = a;
    struct sockaddr_in6 in6;
    memcpy(&in6, &b.storage, sizeof in6);
    in6.sin6_flowinfo = htonl(12345);
    memcpy(&b.storage, &in6, sizeof in6);
    ck_assert_int_eq(sonde_address_compare(&a, &b), 0);
    struct sockaddr_in in;
    a = b = parse("192.0.2.1:80");
    memcpy(&in, &b.storage, sizeof in);
    memset(in.sin_zero, 1, sizeof in.sin_zero);
    memcpy(&b.storage, &in, sizeof in);
    ck_assert_int_eq(sonde_address_compare(&a, &b), 0);
}
END_TEST

START_TEST(paths_compare_as_text)
{
    struct sonde_address a = parse("/a"), ab = parse("/ab"), b = parse("/b");
    ck_assert_int_eq(sonde_address_compare(&a, &a), 0);
    ck_assert_int_lt(sonde_address_compare(&a, &ab), 0);
    ck_assert_int_lt(sonde_address_compare(&ab, &b), 0);
    ck_assert_int_gt(sonde_address_compare(&b, &a), 0);
    struct sonde_address unnamed = a;
    unnamed.length = offsetof(struct sockaddr_un, sun_path);
    ck_assert_int_lt(sonde_address_compare(&unnamed, &a), 0);
    ck_assert_int_eq(sonde_address_compare(&unnamed, &unnamed), 0);
    /* The BSDs hand out the length that bind was given, and not every program
       counts the NUL; what is behind it does not matter either.  */
    struct sonde_address bare = ab;
    bare.length--;
    ck_assert_int_eq(sonde_address_compare(&bare, &ab), 0);
    ck_assert_int_eq(sonde_address_compare(&ab, &bare), 0);
    bare.length += 3;
    ck_assert_int_eq(sonde_address_compare(&bare, &ab), 0);
    ck_assert_int_gt(sonde_address_compare(&bare, &a), 0);
    /* An abstract name of Linux is all of its bytes.  */
    struct sonde_address abstract = ab, longer;
    size_t start = offsetof(struct sockaddr_un, sun_path);
    memset((char *)&abstract.storage + start, 0, 1);
    longer = abstract;
    longer.length++;
    ck_assert_int_lt(sonde_address_compare(&abstract, &longer), 0);
    ck_assert_int_lt(sonde_address_compare(&unnamed, &abstract), 0);
}
END_TEST

START_TEST(a_connection_has_two_ends)
{
    struct sonde_address loopback, server, client, peer;
    sonde_address_loopback(&loopback, AF_INET, 0);
    int listener = sonde_listen(&loopback, 1, 0, NULL);
    ck_assert_int_ge(listener, 0);
    errno = 33;
    ck_assert_int_eq(sonde_address_local(listener, &server), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_gt(sonde_address_port(&server), 0);
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(sonde_address_local(fd, &client), 0);
    ck_assert_int_eq(sonde_address_port(&client), 0);
    ck_assert_int_eq(connect(fd, (void *)&server.storage, server.length), 0);
    ck_assert_int_eq(sonde_address_local(fd, &client), 0);
    int accepted = sonde_accept(listener, &peer, 0);
    ck_assert_int_eq(sonde_address_compare(&peer, &client), 0);
    ck_assert_int_eq(sonde_address_peer(accepted, &peer), 0);
    ck_assert_int_eq(sonde_address_compare(&peer, &client), 0);
    ck_assert_int_eq(sonde_address_peer(fd, &peer), 0);
    ck_assert_int_eq(sonde_address_compare(&peer, &server), 0);
    close(accepted);
    close(fd);
    close(listener);
}
END_TEST

static void check_errors(int fd, int error)
{
    struct sonde_address address = {.length = 77};
    errno = 0;
    ck_assert_int_eq(sonde_address_local(fd, &address), -1);
    ck_assert_int_eq(errno, error);
    errno = 0;
    ck_assert_int_eq(sonde_address_peer(fd, &address), -1);
    ck_assert_int_eq(errno, error);
    errno = 0;
    ck_assert_int_eq(sonde_address_family(fd), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_uint_eq(address.length, 77);
}

START_TEST(what_is_no_socket_has_no_address)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    check_errors(ends[0], ENOTSOCK);
    close(ends[0]);
    close(ends[1]);
    check_errors(ends[0], EBADF);
}
END_TEST

static int shut_getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
    errno = EINVAL;
    return -1;
}

/* macOS says EINVAL of one that is shut down both ways, as a reset leaves it.
 */
START_TEST(a_connection_that_is_gone_has_no_peer)
{
    struct sonde_address peer = {.length = 77};
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    sonde__sys.getpeername = shut_getpeername;
    ck_assert_int_eq(sonde_address_peer(fd, &peer), -1);
    ck_assert_int_eq(errno, ENOTCONN);
    ck_assert_uint_eq(peer.length, 77);
    close(fd);
}
END_TEST

START_TEST(families_of_sockets)
{
    struct sonde_address peer;
    int in = sonde_socket(AF_INET, SOCK_STREAM, 0);
    int un = sonde_socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(sonde_address_family(in), AF_INET);
    ck_assert_int_eq(sonde_address_family(un), AF_UNIX);
    ck_assert_int_eq(sonde_address_peer(in, &peer), -1);
    ck_assert_int_eq(errno, ENOTCONN);
    close(in);
    close(un);
    /* Without IPv6 there is no such socket, and that is all to be said.  */
    int in6 = sonde_socket(AF_INET6, SOCK_STREAM, 0);
    if (in6 < 0) {
        ck_assert_int_eq(errno, EAFNOSUPPORT);
        return;
    }
    ck_assert_int_eq(sonde_address_family(in6), AF_INET6);
    close(in6);
}
END_TEST

/* Like a system whose addresses are longer than there is room for.  */
static int name_too_long(int fd, struct sockaddr *address, socklen_t *length)
{
    address->sa_family = AF_UNIX;
    *length = 300;
    return 0;
}

START_TEST(a_length_is_never_beyond_the_storage)
{
    struct sonde_address address;
    sonde__sys.getsockname = name_too_long;
    ck_assert_int_eq(sonde_address_local(0, &address), 0);
    ck_assert_uint_eq(address.length, sizeof address.storage);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, loopback_and_any_are_exact);
    tcase_add_test(tests, other_families_are_refused_and_leave_the_output);
    tcase_add_test(tests, a_path_fits_up_to_the_limit_and_is_never_cut);
    tcase_add_test(tests, an_abstract_name_begins_with_an_at);
    tcase_add_test(tests, a_port_is_set_and_read_back);
    tcase_add_test(tests, addresses_have_one_order);
    tcase_add_test(tests, flow_label_and_padding_do_not_count);
    tcase_add_test(tests, paths_compare_as_text);
    tcase_add_test(tests, a_connection_has_two_ends);
    tcase_add_test(tests, what_is_no_socket_has_no_address);
    tcase_add_test(tests, a_connection_that_is_gone_has_no_peer);
    tcase_add_test(tests, families_of_sockets);
    tcase_add_test(tests, a_length_is_never_beyond_the_storage);
}

int main(void)
{
    return unit_main("address", add);
}
