/* test-datagram.c - lib/datagram.c and its leaf
   SPDX-License-Identifier: GPL-3.0-or-later

   Everything goes over IPv4 loopback and UNIX sockets.  What needs IPv6 is
   done where it can be had, and asserts the same as over IPv4.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

enum { PATIENCE = 20000, LONGEST = 65507 };

static char sent[SONDE_DATAGRAM_MAX], got[SONDE_DATAGRAM_MAX];
static struct sonde_connect_options udp = {.type = SOCK_DGRAM};

/* A server at the wildcard of FAMILY, -1 if the family is not to be had;
 *ADDRESS is where to reach it over loopback.  */
static int start_server(struct sonde_address *address, int family)
{
    struct sonde_address any;
    ck_assert_int_eq(sonde_address_any(&any, family, 0), 0);
    int fd = sonde_datagram_bind(&any, SONDE_CLOEXEC);
    if (fd < 0)
        return -1;
    ck_assert_int_eq(sonde_address_local(fd, &any), 0);
    ck_assert_int_eq(sonde_address_loopback(address, family,
                                            (uint16_t)sonde_address_port(&any)),
                     0);
    return fd;
}

static int start_client(const struct sonde_address *server)
{
    return sonde_connect(server, 1, PATIENCE, &udp, NULL);
}

static void fill(size_t size)
{
    for (size_t i = 0; i < size; i++)
        sent[i] = (char)(i * 7 + i / 251);
}

/* Send SIZE bytes to a server of FAMILY and back.  Returns whether there was
   a way to it.  */
static int go_round(int family, size_t size)
{
    struct sonde_address address;
    struct sonde_datagram ends;
    int server = start_server(&address, family);
    int client = server < 0 ? -1 : start_client(&address);
    if (client < 0) {
        ck_assert_int_ne(family, AF_INET);
        return 0;
    }
    fill(size);
    errno = ERANGE;
    ck_assert_int_eq(sonde_datagram_send(client, sent, size, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        (ssize_t)size);
    ck_assert_int_eq(memcmp(sent, got, size), 0);
    ck_assert_int_eq(sonde_datagram_reply(server, got, size, &ends), 0);
    memset(got, 0, sizeof got);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, PATIENCE),
                     (ssize_t)size);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(memcmp(sent, got, size), 0);
    ck_assert_ptr_null(sonde_datagram_check_source(&ends));
    ck_assert_int_eq(ends.group, 0);
    close(client);
    close(server);
    return 1;
}

/* As inetd makes it: bound to the wildcard, and nothing asked for.  */
START_TEST(an_adopted_socket_knows_where_to)
{
    struct sonde_address any, address;
    struct sonde_datagram ends;
    int server = sonde_socket(AF_INET, SOCK_DGRAM, SONDE_CLOEXEC);
    ck_assert_int_eq(sonde_address_any(&any, AF_INET, 0), 0);
    ck_assert_int_eq(bind(server, (const void *)&any.storage, any.length), 0);
    ck_assert_int_eq(sonde_datagram_prepare(server), 0);
    ck_assert_int_eq(sonde_address_local(server, &any), 0);
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET,
                                            (uint16_t)sonde_address_port(&any)),
                     0);
    int client = start_client(&address);
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_int_eq(sonde_address_compare(&ends.to, &address), 0);
    close(client);
    close(server);
}
END_TEST

START_TEST(only_datagram_sockets_are_adopted)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
    ck_assert_int_eq(sonde_datagram_prepare(fd), -1);
    ck_assert_int_eq(errno, EPROTOTYPE);
    close(fd);
    ck_assert_int_eq(sonde_datagram_prepare(fd), -1);
    ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(datagrams_go_round_whole)
{
    static const size_t sizes[] = {0, 1, 512, 9217, 42081, LONGEST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ck_assert(go_round(AF_INET, sizes[i]));
        go_round(AF_INET6, sizes[i]);
    }
}
END_TEST

START_TEST(more_than_the_longest_is_an_error)
{
    struct sonde_address address;
    start_server(&address, AF_INET);
    int client = start_client(&address);
    ck_assert_int_eq(sonde_datagram_send(client, sent, LONGEST + 1, PATIENCE),
                     -1);
    ck_assert_int_eq(errno, EMSGSIZE);
}
END_TEST

START_TEST(a_cut_datagram_is_an_error)
{
    struct sonde_address address;
    struct sonde_datagram ends;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    fill(100);
    ck_assert_int_eq(sonde_datagram_send(client, sent, 100, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, 99, PATIENCE, &ends), -1);
    ck_assert_int_eq(errno, EMSGSIZE);
    ck_assert_int_eq(sonde_datagram_reply(server, sent, 100, &ends), 0);
    ck_assert_int_eq(sonde_datagram_receive(client, got, 99, PATIENCE), -1);
    ck_assert_int_eq(errno, EMSGSIZE);
}
END_TEST

/* Its sender, who has no port, must not cover it.  */
START_TEST(a_cut_unix_datagram_is_the_same_error)
{
    struct sonde_datagram ends;
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    fill(100);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(sonde_datagram_send(pair[0], sent, 100, PATIENCE), 0);
    ck_assert_int_eq(sonde_datagram_receive(pair[1], got, 99, PATIENCE), -1);
    ck_assert_int_eq(errno, EMSGSIZE);
    ck_assert_int_eq(
        sonde_datagram_receive_from(pair[1], got, 99, PATIENCE, &ends), -1);
    ck_assert_int_eq(errno, EMSGSIZE);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(silence_ends_at_the_deadline)
{
    struct sonde_address address;
    struct sonde_datagram ends;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    int64_t start = sonde__sys.now();
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, 30), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_ge(sonde__since(start), 30);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, 0, &ends), -1);
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

static int last_timeout;

/* What is waited for is there when the wait is over.  */
static int noting_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    last_timeout = milliseconds;
    return poll(fds, count, milliseconds < 0 ? PATIENCE : milliseconds);
}

static ssize_t late_recvmsg(int fd, struct msghdr *message, int flags)
{
    static int late;
    if (late++ % 2 == 0) {
        errno = EAGAIN;
        return -1;
    }
    return recvmsg(fd, message, flags);
}

START_TEST(a_negative_time_is_no_deadline)
{
    struct sonde_address address;
    struct sonde_datagram ends;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    sonde__sys.poll = noting_poll;
    sonde__sys.recvmsg = late_recvmsg;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, -1), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, -1, &ends), 1);
    ck_assert_int_eq(last_timeout, -1);
    ck_assert_int_eq(sonde_datagram_reply(server, "y", 1, &ends), 0);
    last_timeout = 0;
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, -1), 1);
    ck_assert_int_eq(last_timeout, -1);
}
END_TEST

START_TEST(a_client_hears_that_nobody_is_there)
{
    struct sonde_address address;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    close(server);
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, PATIENCE),
                     -1);
    ck_assert_int_eq(sonde_connect_status(errno), SONDE_CONNECT_REFUSED);
}
END_TEST

START_TEST(an_unconnected_client_is_an_error)
{
    int fd = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(sonde_datagram_receive(fd, got, sizeof got, 0), -1);
    ck_assert_int_eq(errno, ENOTCONN);
    close(fd);
}
END_TEST

/* What a third one sent before the socket was connected waits in it.  */
START_TEST(foreign_datagrams_are_left_out)
{
    struct sonde_address server, client;
    struct sonde_datagram ends = {0};
    int serving = start_server(&server, AF_INET);
    int fd = start_server(&client, AF_INET);
    int other = start_client(&client);
    ck_assert_int_eq(sonde_datagram_send(other, "foreign", 7, PATIENCE), 0);
    ck_assert_int_eq(connect(fd, (const void *)&server.storage, server.length),
                     0);
    ck_assert_int_eq(sonde_datagram_receive(fd, got, sizeof got, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ends.from = client;
    ck_assert_int_eq(sonde_datagram_reply(serving, "right", 5, &ends), 0);
    ck_assert_int_eq(sonde_datagram_receive(fd, got, sizeof got, PATIENCE), 5);
    ck_assert_int_eq(memcmp(got, "right", 5), 0);
}
END_TEST

/* All of 127/8 is this host on Linux; others have 127.0.0.1 alone.  */
START_TEST(the_answer_leaves_from_where_it_was_asked)
{
    struct sonde_address address, second;
    struct sonde_datagram ends;
    int server = start_server(&address, AF_INET);
    ck_assert_int_eq(
        sonde_address_parse(&second, "127.0.0.2",
                            (uint16_t)sonde_address_port(&address)),
        0);
    int client = start_client(&second);
    if (client < 0 || sonde_datagram_send(client, "x", 1, PATIENCE)) {
        second = address;
        client = start_client(&second);
        ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    }
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_int_eq(sonde_address_compare(&ends.to, &second), 0);
    ck_assert_int_eq(sonde_datagram_reply(server, "y", 1, &ends), 0);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, PATIENCE),
                     1);
}
END_TEST

START_TEST(a_broadcast_is_not_to_be_answered)
{
    struct sonde_address address, broadcast;
    struct sonde_datagram ends;
    int on = 1;
    int server = start_server(&address, AF_INET);
    int client = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(
        setsockopt(client, SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
    ck_assert_int_eq(
        sonde_address_parse(&broadcast, "127.255.255.255",
                            (uint16_t)sonde_address_port(&address)),
        0);
    /* Loopback has broadcasts on Linux alone; elsewhere this address is no
       host's, or one like any other.  */
    if (sendto(client, "x", 1, 0, (const void *)&broadcast.storage,
               broadcast.length) != 1)
        return;
    ssize_t length =
        sonde_datagram_receive_from(server, got, sizeof got, 200, &ends);
    ck_assert_int_le(length, 1);
    if (length == 1) {
        ck_assert_int_eq(ends.group, 1);
        ck_assert_str_eq(sonde_datagram_check_source(&ends),
                         "it is broadcast or multicast");
    }
}
END_TEST

/* Of both families, as service managers make it by default.  -1: this host
   lacks IPv6, or has no such sockets.  */
static int start_mapped_server(struct sonde_address *address)
{
    struct sonde_address any;
    int off = 0;
    int fd = sonde_socket(AF_INET6, SOCK_DGRAM, SONDE_CLOEXEC);
    if (fd < 0)
        return -1;
    ck_assert_int_eq(sonde_address_any(&any, AF_INET6, 0), 0);
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) ||
        bind(fd, (const void *)&any.storage, any.length)) {
        close(fd);
        return -1;
    }
    ck_assert_int_eq(sonde_datagram_prepare(fd), 0);
    ck_assert_int_eq(sonde_address_local(fd, &any), 0);
    ck_assert_int_eq(sonde_address_loopback(address, AF_INET,
                                            (uint16_t)sonde_address_port(&any)),
                     0);
    return fd;
}

/* Linux alone has broadcasts on loopback, and further addresses: elsewhere the
   plain one is asked.  */
START_TEST(a_socket_of_both_families_is_like_one_of_ipv4)
{
    struct sonde_address address, second, broadcast;
    struct sonde_datagram ends;
    int on = 1;
    int server = start_mapped_server(&address);
    if (server < 0)
        return;
    uint16_t port = (uint16_t)sonde_address_port(&address);
    ck_assert_int_eq(sonde_address_parse(&second, "127.0.0.2", port), 0);
    int client = start_client(&second);
    if (client < 0 || sonde_datagram_send(client, "x", 1, PATIENCE))
        client = start_client(&address);
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    ck_assert_int_ge(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_ptr_null(sonde_datagram_check_source(&ends));
    ck_assert_int_eq(sonde_datagram_reply(server, "y", 1, &ends), 0);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, PATIENCE),
                     1);
    while (sonde_datagram_receive_from(server, got, sizeof got, 0, &ends) > 0)
        ;
    client = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(
        setsockopt(client, SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
    ck_assert_int_eq(sonde_address_parse(&broadcast, "127.255.255.255", port),
                     0);
    if (sendto(client, "x", 1, 0, (const void *)&broadcast.storage,
               broadcast.length) == 1 &&
        sonde_datagram_receive_from(server, got, sizeof got, 200, &ends) == 1)
        ck_assert_str_eq(sonde_datagram_check_source(&ends),
                         "it is broadcast or multicast");
}
END_TEST

static void check_refusal(const char *from, const char *to, int refused)
{
    struct sonde_datagram ends = {0};
    ck_assert_int_eq(sonde_address_parse(&ends.from, from, 0), 0);
    ck_assert_int_eq(sonde_address_parse(&ends.to, to, 0), 0);
    ck_assert_msg((sonde_datagram_check_source(&ends) != NULL) == refused,
                  "from %s to %s", from, to);
}

START_TEST(what_a_service_must_not_answer)
{
    struct sonde_datagram nobody = {0};
    check_refusal("192.0.2.1:1024", "192.0.2.2:7", 0);
    check_refusal("192.0.2.1:1023", "192.0.2.2:7", 1);
    check_refusal("192.0.2.1:7", "192.0.2.2:7", 1);
    check_refusal("192.0.2.1", "192.0.2.2:7", 1); /* port 0 */
    check_refusal("192.0.2.1:7007", "192.0.2.2:7007", 1);
    check_refusal("192.0.2.1:7007", "192.0.2.2:7008", 0);
    check_refusal("255.255.255.255:7007", "192.0.2.2:7", 1);
    check_refusal("224.0.0.1:7007", "192.0.2.2:7", 1);
    check_refusal("0.0.0.0:7007", "192.0.2.2:7", 1);
    check_refusal("192.0.2.1:7007", "255.255.255.255:7", 1);
    check_refusal("192.0.2.1:7007", "239.1.2.3:7", 1);
    check_refusal("[2001:db8::1]:7007", "[2001:db8::2]:7", 0);
    check_refusal("[2001:db8::1]:53", "[2001:db8::2]:7", 1);
    check_refusal("[2001:db8::1]:7007", "[ff02::1]:7", 1);
    check_refusal("[::]:7007", "[2001:db8::2]:7", 1);
    check_refusal("[::ffff:192.0.2.1]:7007", "[::ffff:192.0.2.2]:7", 0);
    check_refusal("[::ffff:0.0.0.0]:7007", "[::ffff:192.0.2.2]:7", 1);
    check_refusal("[::ffff:192.0.2.1]:7007", "[::ffff:255.255.255.255]:7", 1);
    check_refusal("[::ffff:192.0.2.1]:7007", "[::ffff:224.0.0.1]:7", 1);
    errno = 77;
    check_refusal("/run/client", "/run/server", 0);
    ck_assert_ptr_nonnull(sonde_datagram_check_source(&nobody));
    ck_assert_int_eq(errno, 77);
}
END_TEST

static int echoes;
static int echo_error;

static ssize_t echoing_recvmsg(int fd, struct msghdr *message, int flags)
{
    if (echoes > 0) {
        echoes--;
        errno = echo_error;
        return -1;
    }
    return recvmsg(fd, message, flags);
}

/* Errors of clients that are gone reach an unconnected socket on some hosts. */
START_TEST(a_server_does_not_hear_of_clients_that_are_gone)
{
    static const int errors[] = {ECONNREFUSED, ECONNRESET, EHOSTUNREACH,
                                 ENETUNREACH,  EINTR,      EMSGSIZE};
    struct sonde_address address;
    struct sonde_datagram ends;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    sonde__sys.recvmsg = echoing_recvmsg;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
        struct pollfd waited = {.fd = server, .events = POLLIN};
        ck_assert_int_eq(poll(&waited, 1, PATIENCE), 1);
        echoes = 5;
        echo_error = errors[i];
        ck_assert_int_eq(
            sonde_datagram_receive_from(server, got, sizeof got, 0, &ends), 1);
    }
    echoes = 1000;
    echo_error = ECONNREFUSED;
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        -1);
    ck_assert_int_eq(errno, ECONNREFUSED);
    ck_assert_int_eq(echoes, 1000 - 64);
    echo_error = EBADF;
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        -1);
    ck_assert_int_eq(errno, EBADF);
}
END_TEST

static ssize_t narrow_sendmsg(int fd, const struct msghdr *message, int flags)
{
    sonde__sys.sendmsg = sendmsg;
    errno = EMSGSIZE;
    return -1;
}

/* By ICMP Linux learns that a path is narrow, and says so once.  */
START_TEST(a_narrow_path_is_no_datagram_too_long)
{
    struct sonde_address address;
    struct sonde_datagram ends;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    sonde__sys.sendmsg = narrow_sendmsg;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_int_eq(sonde_datagram_reply(server, "yz", 2, &ends), 0);
    sonde__sys.recvmsg = echoing_recvmsg;
    struct pollfd waited = {.fd = client, .events = POLLIN};
    ck_assert_int_eq(poll(&waited, 1, PATIENCE), 1);
    echoes = 1;
    echo_error = EMSGSIZE;
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, 0), 2);
    close(client);
    close(server);
}
END_TEST

static int sends;

static ssize_t busy_sendmsg(int fd, const struct msghdr *message, int flags)
{
    static const int errors[] = {EINTR, EAGAIN, EINTR};
    if (sends < 3) {
        errno = errors[sends++];
        return -1;
    }
    return sendmsg(fd, message, flags);
}

START_TEST(sending_waits_for_room)
{
    struct sonde_address address;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    ck_assert_int_ge(server, 0);
    sonde__sys.sendmsg = busy_sendmsg;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    ck_assert_int_eq(sends, 3);
    sends = 1;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    /* An interrupted call has not seen that there is no room.  */
    sends = 2;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, 0), 0);
    ck_assert_int_eq(sends, 3);
}
END_TEST

/* What a socket of this host says that is shut down for writing, without a
   signal on Linux.  */
START_TEST(a_socket_shut_down_sends_nothing)
{
    struct sonde_address address;
    int server = start_server(&address, AF_INET);
    int client = start_client(&address);
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(shutdown(client, SHUT_WR), 0);
    ck_assert_int_eq(sonde_signal(SIGPIPE, SIG_DFL, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), -1);
    ck_assert_int_eq(errno, EPIPE);
}
END_TEST

static int quiet_flag, is_quiet;

/* A BSD: EPIPE comes with a signal, of datagrams too.  */
static ssize_t broken_sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (!is_quiet && !(quiet_flag && flags & quiet_flag))
        raise(SIGPIPE);
    errno = EPIPE;
    return -1;
}

static int set_nosigpipe(int fd)
{
    is_quiet = 1;
    return 0;
}

static int no_nosigpipe(int fd)
{
    errno = ENOPROTOOPT;
    return -1;
}

/* By the flag, by the option, by blocking the signal.  */
START_TEST(no_sigpipe_of_a_datagram)
{
    struct sonde_address address;
    struct sonde_datagram ends = {0};
    sigset_t set;
    int server = start_server(&address, AF_INET);
    ends.from = address;
    quiet_flag = _i == 0 ? 1 << 30 : 0;
    sonde__sys.send_nosigpipe = quiet_flag;
    sonde__sys.set_nosigpipe = _i == 1 ? set_nosigpipe : no_nosigpipe;
    sonde__sys.sendmsg = broken_sendmsg;
    ck_assert_int_eq(sonde_signal(SIGPIPE, SIG_DFL, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_datagram_send(server, "x", 1, PATIENCE), -1);
    ck_assert_int_eq(errno, EPIPE);
    ck_assert_int_eq(sonde_datagram_reply(server, "x", 1, &ends), -1);
    ck_assert_int_eq(errno, EPIPE);
    ck_assert_int_eq(sigpending(&set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
}
END_TEST

static size_t control_length;

static ssize_t looking_sendmsg(int fd, const struct msghdr *message, int flags)
{
    control_length = (size_t)message->msg_controllen;
    return sendmsg(fd, message, flags);
}

/* FreeBSD refuses a stated source on a socket that is bound to one.  */
START_TEST(the_source_is_stated_only_from_the_wildcard)
{
    struct sonde_address address;
    struct sonde_datagram ends;
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 0), 0);
    int server = sonde_datagram_bind(&address, 0);
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(sonde_address_local(server, &address), 0);
    int client = start_client(&address);
    sonde__sys.sendmsg = looking_sendmsg;
    control_length = 1;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_int_eq(sonde_address_compare(&ends.to, &address), 0);
    ck_assert_int_eq(ends.wildcard, 0);
    ck_assert_int_eq(sonde_datagram_reply(server, "y", 1, &ends), 0);
    ck_assert_uint_eq(control_length, 0);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, PATIENCE),
                     1);
}
END_TEST

/* Whether a datagram from the UNIX address FROM to TO is refused.  */
static int is_refused(const char *from, const char *to)
{
    struct sonde_datagram ends = {0};
    ck_assert_int_eq(sonde_address_unix(&ends.from, from), 0);
    ck_assert_int_eq(sonde_address_unix(&ends.to, to), 0);
    return sonde_datagram_check_source(&ends) != NULL;
}

/* The files in a folder of their own, which is where the process is then.  */
START_TEST(a_service_knows_its_own_file_by_any_path)
{
    char folder[] = "/tmp/sonde-own-XXXXXX", own[sizeof folder + 16];
    char other[sizeof folder + 16];
    struct sonde_address address;
    struct sonde_datagram same = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    snprintf(own, sizeof own, "%s/own", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    ck_assert_int_eq(sonde_address_unix(&address, own), 0);
    int server = sonde_datagram_bind(&address, 0);
    ck_assert_int_eq(sonde_address_unix(&address, other), 0);
    int client = sonde_datagram_bind(&address, 0);
    ck_assert_int_ge(server, 0);
    ck_assert_int_ge(client, 0);
    ck_assert_int_eq(symlink(".", "link") | symlink("own", "alias"), 0);
    ck_assert_int_eq(link("own", "hard"), 0);
    int result = is_refused("own", own) && is_refused("./link/own", own) &&
                 is_refused("alias", own) && is_refused("hard", own) &&
                 is_refused(own, "own") && is_refused("gone", "gone");
    int wrong = is_refused("other", own) || is_refused(other, own) ||
                is_refused("nothing", own) || is_refused("own", other) ||
                is_refused(folder, own);
    /* The file was replaced: it is another one's now.  */
    ck_assert_int_eq(rename("other", "own"), 0);
    int replaced = !is_refused("own", "hard") && is_refused("hard", "hard");
    unlink("own"), unlink("hard"), unlink("alias"), unlink("link");
    ck_assert_int_eq(chdir("/") | rmdir(folder), 0);
    ck_assert(result);
    ck_assert(!wrong);
    ck_assert(replaced);
    /* A name of Linux's own.  */
    same.from = address;
    memset((char *)&same.from.storage + offsetof(struct sockaddr_un, sun_path),
           0, 1);
    same.to = same.from;
    ck_assert_ptr_nonnull(sonde_datagram_check_source(&same));
}
END_TEST

START_TEST(unix_datagrams)
{
    char directory[] = "sonde-datagram-XXXXXX";
    char name[2][sizeof directory + 12];
    struct sonde_address address[2];
    struct sonde_datagram ends;
    struct sonde_connect_options options = udp;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    for (int i = 0; i < 2; i++) {
        snprintf(name[i], sizeof name[i], "%s/%d", directory, i);
        ck_assert_int_eq(sonde_address_unix(&address[i], name[i]), 0);
    }
    int server = sonde_datagram_bind(&address[0], 0);
    int nameless = start_client(&address[0]);
    options.source = &address[1];
    int client = sonde_connect(&address[0], 1, PATIENCE, &options, NULL);
    unlink(name[0]);
    unlink(name[1]);
    rmdir(directory);
    ck_assert_int_eq(sonde_datagram_send(nameless, "x", 1, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_ptr_nonnull(sonde_datagram_check_source(&ends));
    ck_assert_int_eq(sonde_datagram_send(client, "yy", 2, PATIENCE), 0);
    ck_assert_int_eq(
        sonde_datagram_receive_from(server, got, sizeof got, PATIENCE, &ends),
        2);
    ck_assert_ptr_null(sonde_datagram_check_source(&ends));
    ck_assert_int_eq(sonde_address_compare(&ends.from, &address[1]), 0);
}
END_TEST

/* Linux keeps them for a socket that is connected later.  */
START_TEST(foreign_unix_datagrams_are_left_out)
{
    char directory[] = "sonde-datagram-XXXXXX";
    char name[3][sizeof directory + 12];
    struct sonde_address address[3];
    int fds[3];
    ck_assert_ptr_nonnull(mkdtemp(directory));
    for (int i = 0; i < 3; i++) {
        snprintf(name[i], sizeof name[i], "%s/%d", directory, i);
        ck_assert_int_eq(sonde_address_unix(&address[i], name[i]), 0);
        fds[i] = sonde_datagram_bind(&address[i], 0);
        ck_assert_int_ge(fds[i], 0);
    }
    int server = fds[0], client = fds[1];
    int nameless = start_client(&address[1]), named = fds[2];
    ck_assert_int_eq(sonde_datagram_send(nameless, "foreign", 7, PATIENCE), 0);
    ck_assert_int_eq(
        connect(named, (const void *)&address[1].storage, address[1].length),
        0);
    ck_assert_int_eq(sonde_datagram_send(named, "foreign", 7, PATIENCE), 0);
    ck_assert_int_eq(
        connect(client, (const void *)&address[0].storage, address[0].length),
        0);
    ck_assert_int_eq(
        connect(server, (const void *)&address[1].storage, address[1].length),
        0);
    for (int i = 0; i < 3; i++)
        unlink(name[i]);
    rmdir(directory);
    ck_assert_int_eq(sonde_datagram_send(server, "own", 3, PATIENCE), 0);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, PATIENCE),
                     3);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* Send a byte on FD, and the descriptor PASSED with it.  */
static void pass(int fd, int passed)
{
    union {
        struct cmsghdr align;
        char bytes[64];
    } control = {0};
    struct iovec part = {.iov_base = sent, .iov_len = 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof passed);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(rights), &passed, sizeof passed);
    ck_assert_int_eq(sendmsg(fd, &message, 0), 1);
}

START_TEST(descriptors_passed_to_it_are_not_taken)
{
    struct sonde_datagram ends;
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    int before = unit_descriptors();
    pass(pair[0], pair[0]);
    pass(pair[0], pair[0]);
    ck_assert_int_eq(
        sonde_datagram_receive_from(pair[1], got, sizeof got, PATIENCE, &ends),
        1);
    ck_assert_int_eq(sonde_datagram_receive(pair[1], got, sizeof got, PATIENCE),
                     1);
    ck_assert_int_eq(unit_descriptors(), before);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

/* macOS: MSG_DONTWAIT is ignored on a blocking socket.  */
static ssize_t sendmsg_that_blocks(int fd, const struct msghdr *message,
                                   int flags)
{
    return sendmsg(fd, message, flags & ~sonde__dontwait);
}

static int dontwait_is_ignored(void)
{
    return 0;
}

START_TEST(a_deadline_holds_though_sendmsg_blocks)
{
    int pair[2], waiting = 0;
    sonde__sys.sendmsg = sendmsg_that_blocks;
    sonde__sys.honours_dontwait = dontwait_is_ignored;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    while (waiting < 100000 && !sonde_datagram_send(pair[0], "x", 1, 100))
        waiting++;
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_gt(waiting, 0);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, an_adopted_socket_knows_where_to);
    tcase_add_test(tests, only_datagram_sockets_are_adopted);
    tcase_add_test(tests, datagrams_go_round_whole);
    tcase_add_test(tests, more_than_the_longest_is_an_error);
    tcase_add_test(tests, a_cut_datagram_is_an_error);
    tcase_add_test(tests, a_cut_unix_datagram_is_the_same_error);
    tcase_add_test(tests, silence_ends_at_the_deadline);
    tcase_add_test(tests, a_negative_time_is_no_deadline);
    tcase_add_test(tests, a_client_hears_that_nobody_is_there);
    tcase_add_test(tests, an_unconnected_client_is_an_error);
    tcase_add_test(tests, foreign_datagrams_are_left_out);
    tcase_add_test(tests, the_answer_leaves_from_where_it_was_asked);
    tcase_add_test(tests, a_broadcast_is_not_to_be_answered);
    tcase_add_test(tests, a_socket_of_both_families_is_like_one_of_ipv4);
    tcase_add_test(tests, what_a_service_must_not_answer);
    tcase_add_test(tests, a_server_does_not_hear_of_clients_that_are_gone);
    tcase_add_test(tests, a_narrow_path_is_no_datagram_too_long);
    tcase_add_test(tests, sending_waits_for_room);
    tcase_add_test(tests, a_socket_shut_down_sends_nothing);
    tcase_add_loop_test(tests, no_sigpipe_of_a_datagram, 0, 3);
    tcase_add_test(tests, the_source_is_stated_only_from_the_wildcard);
    tcase_add_test(tests, a_service_knows_its_own_file_by_any_path);
    tcase_add_test(tests, unix_datagrams);
    tcase_add_test(tests, foreign_unix_datagrams_are_left_out);
    tcase_add_test(tests, descriptors_passed_to_it_are_not_taken);
    tcase_add_test(tests, a_deadline_holds_though_sendmsg_blocks);
}

int main(void)
{
    return unit_main("datagram", add);
}
