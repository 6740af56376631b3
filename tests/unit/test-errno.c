/* test-errno.c - what a contract names, and this host does not say by itself
   SPDX-License-Identifier: GPL-3.0-or-later

   Each call of the table fails with each errno in turn, and it must come
   through as it is, with nothing left open.  What a topic makes of an errno,
   if it does not pass it on, is in that topic's own test.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/poller.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;
static struct sonde_address loopback;
static int called;

static void set_up(void)
{
    real = sonde__sys;
    called = 0;
    sonde_address_loopback(&loopback, AF_INET, 0);
}

static ssize_t give_error(void)
{
    errno = unit_error;
    return -1;
}

static int bind_fails(int fd, const struct sockaddr *address, socklen_t length)
{
    return (int)give_error();
}

static int accept_fails(int fd, struct sockaddr *address, socklen_t *length)
{
    return (int)give_error();
}

static int accept4_fails(int fd, struct sockaddr *address, socklen_t *length,
                         unsigned flags)
{
    return accept_fails(fd, address, length);
}

static int pipe_fails(int ends[2])
{
    return (int)give_error();
}

static ssize_t recv_fails(int fd, void *buffer, size_t size, int flags)
{
    return give_error();
}

static ssize_t send_fails(int fd, const void *buffer, size_t size, int flags)
{
    return give_error();
}

static ssize_t recvmsg_fails(int fd, struct msghdr *message, int flags)
{
    return give_error();
}

static ssize_t sendmsg_fails(int fd, const struct msghdr *message, int flags)
{
    return give_error();
}

/* CALL gives -1 and unit_error, and leaves no descriptor open.  */
#define COMES_THROUGH(call)                                                    \
    do {                                                                       \
        int before = unit_descriptors();                                       \
        errno = 0;                                                             \
        ck_assert_int_eq(call, -1);                                            \
        ck_assert_int_eq(errno, unit_error);                                   \
        ck_assert_int_eq(unit_descriptors(), before);                          \
    } while (0)

START_TEST(no_socket_to_be_had)
{
    static const int errors[] = {EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE, ENFILE,
                                 ENOBUFS,      ENOMEM,          EACCES, EPERM};
    struct sonde_reserve spare = {-1};
    sonde__sys.socket = unit_failing_socket;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        COMES_THROUGH(sonde_socket(AF_INET, SOCK_STREAM, 0));
        COMES_THROUGH(sonde_listen(&loopback, 1, 0, NULL));
        COMES_THROUGH(sonde_datagram_bind(&loopback, 0));
        COMES_THROUGH(sonde_reserve_open(&spare));
        COMES_THROUGH(sonde_connect(&loopback, 1, -1, NULL, NULL));
        ck_assert_int_eq(spare.fd, -1);
    }
}
END_TEST

START_TEST(no_address_to_be_had)
{
    static const int errors[] = {EADDRINUSE, EADDRNOTAVAIL, EACCES};
    struct sonde_address six;
    sonde__sys.bind = bind_fails;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        COMES_THROUGH(sonde_listen(&loopback, 1, 0, NULL));
        COMES_THROUGH(sonde_datagram_bind(&loopback, 0));
    }
    sonde__sys.bind = real.bind;
    sonde__sys.setsockopt = unit_failing_setsockopt;
    sonde_address_loopback(&six, AF_INET6, 0);
    unit_error = EINVAL;
    errno = 0;
    ck_assert_int_eq(sonde_datagram_bind(&six, 0), -1);
    /* EAFNOSUPPORT: a host without IPv6 does not get that far.  */
    ck_assert(errno == EOPNOTSUPP || errno == EAFNOSUPPORT);
}
END_TEST

START_TEST(no_pipe_to_be_had)
{
    static const int errors[] = {EMFILE, ENFILE};
    struct sonde_target target = {"name", "80", AF_UNSPEC, SOCK_STREAM};
    struct sonde_address list[2];
    sonde__sys.pipe = pipe_fails;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        COMES_THROUGH(sonde_selfpipe_open());
        COMES_THROUGH(sonde_resolve(&target, -1, list, 2, NULL));
        COMES_THROUGH(sonde_connect_name("name", "80", -1, NULL, NULL));
    }
}
END_TEST

START_TEST(a_path_too_long_to_be_one)
{
    char path[1000];
    struct sonde_target target = {path, NULL, AF_UNSPEC, SOCK_STREAM};
    struct sonde_address list[2];
    memset(path, '/', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    unit_error = ENAMETOOLONG;
    COMES_THROUGH(sonde_resolve(&target, -1, list, 2, NULL));
    COMES_THROUGH(sonde_address_unix(list, path));
    COMES_THROUGH(sonde_address_parse(list, path, 0));
}
END_TEST

START_TEST(a_connection_that_is_lost)
{
    static const int errors[] = {ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETDOWN,
                                 ENOTCONN,   EPIPE,     ENOBUFS,      EIO};
    static const int times[] = {0, 60000, -1};
    int pair[2];
    char buffer[4], *line;
    size_t done;
    struct sonde_lines lines;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(write(pair[1], "x", 1), 1); /* so that it is readable */
    sonde_lines_open(&lines, pair[0], buffer, sizeof buffer);
    sonde__sys.recv = recv_fails;
    sonde__sys.send = send_fails;
    for (size_t i = 0; i < 3 * sizeof errors / sizeof *errors; i++) {
        int timeout = times[i % 3];
        unit_error = errors[i / 3];
        COMES_THROUGH(sonde_read(pair[0], buffer, 1, timeout));
        COMES_THROUGH(sonde_read_all(pair[0], buffer, 1, timeout, &done));
        COMES_THROUGH(sonde_line(&lines, &line, timeout));
        COMES_THROUGH(sonde_line_partial(&lines, &line, timeout));
        COMES_THROUGH(sonde_write(pair[0], buffer, 1, timeout));
        COMES_THROUGH(sonde_write_all(pair[0], buffer, 1, timeout, &done));
        ck_assert_uint_eq(done, 0);
    }
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(a_datagram_that_is_not_sent_or_received)
{
    static const int errors[] = {ENOBUFS,      EMSGSIZE,     EHOSTUNREACH,
                                 ECONNREFUSED, EDESTADDRREQ, ENOTCONN};
    struct sonde_datagram ends = {.from = loopback, .to = loopback};
    struct sonde_connect_options options = {.type = SOCK_DGRAM};
    char byte;
    int server = sonde_datagram_bind(&loopback, 0);
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(sonde_address_local(server, &loopback), 0);
    int client = sonde_connect(&loopback, 1, -1, &options, NULL);
    ck_assert_int_ge(client, 0);
    sonde__sys.sendmsg = sendmsg_fails;
    sonde__sys.recvmsg = recvmsg_fails;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        COMES_THROUGH(sonde_datagram_send(client, "x", 1, -1));
        COMES_THROUGH(sonde_datagram_reply(server, "x", 1, &ends));
        if (unit_error != EMSGSIZE) /* of no datagram: repeated */
            COMES_THROUGH(sonde_datagram_receive(client, &byte, 1, -1));
    }
    unit_error = EAGAIN;
    COMES_THROUGH(sonde_datagram_reply(server, "x", 1, &ends));
    COMES_THROUGH(sonde_datagram_send(client, "x", 1, 0));
    COMES_THROUGH(sonde_datagram_receive(client, &byte, 1, 0));
    COMES_THROUGH(sonde_datagram_receive_from(server, &byte, 1, 0, &ends));
    close(client);
    close(server);
}
END_TEST

/* With a client there, and no descriptor for it.  */
START_TEST(a_client_that_cannot_be_turned_away)
{
    static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL};
    struct sonde_reserve spare;
    int listener = sonde_listen(&loopback, 4, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &loopback), 0);
    int client = sonde_connect(&loopback, 1, -1, NULL, NULL);
    ck_assert_int_ge(client, 0);
    struct pollfd waited = {.fd = listener, .events = POLLIN};
    ck_assert_int_eq(poll(&waited, 1, 5000), 1);
    ck_assert_int_eq(sonde_reserve_open(&spare), 0);
    sonde__sys.accept = accept_fails;
    sonde__sys.accept4 = accept4_fails;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        COMES_THROUGH(sonde_reserve_shed(&spare, listener));
        ck_assert_int_ge(spare.fd, 0);
    }
    sonde_reserve_close(&spare);
    close(client);
    close(listener);
}
END_TEST

static int getsockopt_raw(int fd, int level, int name, void *value,
                          socklen_t *length)
{
    if (level != SOL_SOCKET || name != SO_TYPE)
        return real.getsockopt(fd, level, name, value, length);
    int raw = SOCK_RAW;
    memcpy(value, &raw, sizeof raw);
    return 0;
}

START_TEST(a_raw_socket_is_nothing_to_a_server)
{
    struct sonde_inherited found;
    int fd = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    sonde__sys.getsockopt = getsockopt_raw;
    unit_error = EPROTOTYPE;
    COMES_THROUGH(sonde_inherited(fd, &found));
    close(fd);
}
END_TEST

/* Whoever calls connect again after EINTR is told EALREADY, and EISCONN once
   it is connected; so does this host here, which must not be asked again.  */
static int connect_interrupted(int fd, const struct sockaddr *address,
                               socklen_t length)
{
    if (called++ == 0) {
        real.connect(fd, address, length);
        errno = EINTR;
    } else {
        errno = called == 2 ? EALREADY : EISCONN;
    }
    return -1;
}

START_TEST(after_eintr_nobody_hears_of_eisconn)
{
    struct sonde_connect_report report;
    int listener = sonde_listen(&loopback, 4, 0, NULL);
    ck_assert_int_eq(sonde_address_local(listener, &loopback), 0);
    sonde__sys.connect = connect_interrupted;
    errno = 77;
    int client = sonde_connect(&loopback, 1, 5000, NULL, &report);
    ck_assert_int_ge(client, 0);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(called, 1);
    ck_assert_int_eq(report.status, SONDE_CONNECT_CONNECTED);
    close(client);
    close(listener);
}
END_TEST

START_TEST(unreachable_has_many_names)
{
    ck_assert_int_eq(sonde_connect_status(EHOSTUNREACH),
                     SONDE_CONNECT_HOST_UNREACHABLE);
#ifdef EHOSTDOWN
    ck_assert_int_eq(sonde_connect_status(EHOSTDOWN),
                     SONDE_CONNECT_HOST_UNREACHABLE);
#endif
#ifdef ENONET
    ck_assert_int_eq(sonde_connect_status(ENONET),
                     SONDE_CONNECT_HOST_UNREACHABLE);
#endif
    ck_assert_int_eq(sonde_connect_status(EPROTONOSUPPORT),
                     SONDE_CONNECT_NETWORK_UNREACHABLE);
}
END_TEST

/* The calls of epoll and kqueue are not in the table: here it is the host that
   is out of descriptors.  A poller by poll needs none.  */
START_TEST(a_poller_without_a_descriptor)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    struct sonde_poller *best = sonde_poller_open(SONDE_POLLER_BEST);
    int by_poll = best->way == &sonde__poller_poll;
    sonde_poller_close(best);
    limit.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    errno = 0;
    best = sonde_poller_open(SONDE_POLLER_BEST);
    int error = errno;
    struct sonde_poller *poll = sonde_poller_open(SONDE_POLLER_POLL);
    limit.rlim_cur = before;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_ptr_nonnull(poll);
    ck_assert(by_poll ? best != NULL : best == NULL && error == EMFILE);
    sonde_poller_close(best);
    sonde_poller_close(poll);
}
END_TEST

static int is_epoll(const struct sonde_poller *poller)
{
#ifdef HAVE_EPOLL
    return poller->way == &sonde__poller_epoll;
#else
    return 0;
#endif
}

START_TEST(a_file_is_always_ready_or_refused)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (int kind = SONDE_POLLER_BEST; kind <= SONDE_POLLER_POLL; kind++) {
        struct sonde_poller *poller =
            sonde_poller_open((enum sonde_poller_kind)kind);
        ck_assert_ptr_nonnull(poller);
        int result =
            sonde_poller_add(poller, fileno(file), SONDE_READABLE, NULL);
        if (is_epoll(poller))
            ck_assert(result == -1 && errno == EPERM);
        else
            ck_assert_int_eq(result, 0);
        sonde_poller_close(poller);
    }
    fclose(file);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, no_socket_to_be_had);
    tcase_add_test(tests, no_address_to_be_had);
    tcase_add_test(tests, no_pipe_to_be_had);
    tcase_add_test(tests, a_path_too_long_to_be_one);
    tcase_add_test(tests, a_connection_that_is_lost);
    tcase_add_test(tests, a_datagram_that_is_not_sent_or_received);
    tcase_add_test(tests, a_client_that_cannot_be_turned_away);
    tcase_add_test(tests, a_raw_socket_is_nothing_to_a_server);
    tcase_add_test(tests, after_eintr_nobody_hears_of_eisconn);
    tcase_add_test(tests, unreachable_has_many_names);
    tcase_add_test(tests, a_poller_without_a_descriptor);
    tcase_add_test(tests, a_file_is_always_ready_or_refused);
}

int main(void)
{
    return unit_main("errno", add);
}
