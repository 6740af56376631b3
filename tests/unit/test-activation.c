/* test-activation.c - lib/activation.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;
static struct sonde_inherited found[4];
static struct sonde_address address;
static int listener;

static void setup(void)
{
    real = sonde__sys;
    memset(found, 0x55, sizeof found);
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 0), 0);
    listener = sonde_listen(&address, 4, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
}

static int connect_client(void)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (void *)&address.storage, address.length), 0);
    return fd;
}

/* macOS and OpenBSD: SO_ACCEPTCONN is not answered.  */
static int getsockopt_macos(int fd, int level, int name, void *value,
                            socklen_t *size)
{
    if (level == SOL_SOCKET && name == SO_ACCEPTCONN) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return real.getsockopt(fd, level, name, value, size);
}

/* OpenBSD: of a connection that was reset.  */
static int getsockname_openbsd(int fd, struct sockaddr *name, socklen_t *size)
{
    errno = ECONNRESET;
    return -1;
}

static void expect_role(int fd, enum sonde_role role, int family, int type)
{
    struct sonde_inherited one;
    errno = 77;
    ck_assert_int_eq(sonde_inherited(fd, &one), 0);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(one.fd, fd);
    ck_assert_int_eq(one.role, role);
    ck_assert_int_eq(one.family, family);
    ck_assert_int_eq(one.type, type);
    ck_assert_str_eq(one.name, "unknown");
}

/* _i is 1 for a host without SO_ACCEPTCONN.  */
START_TEST(each_kind_of_socket_is_known)
{
    int pair[2];
    if (_i == 1)
        sonde__sys.getsockopt = getsockopt_macos;
    expect_role(listener, SONDE_LISTENER, AF_INET, SOCK_STREAM);
    int client = connect_client();
    /* With a client waiting it is readable, and a listener still.  */
    struct pollfd waited = {.fd = listener, .events = POLLIN};
    ck_assert_int_eq(poll(&waited, 1, 20000), 1);
    expect_role(listener, SONDE_LISTENER, AF_INET, SOCK_STREAM);
    int server = sonde_accept(listener, NULL, 0);
    expect_role(server, SONDE_CONNECTION, AF_INET, SOCK_STREAM);
    close(client);
    expect_role(server, SONDE_CONNECTION, AF_INET, SOCK_STREAM);
    int datagram = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    expect_role(datagram, SONDE_DATAGRAM, AF_INET, SOCK_DGRAM);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    expect_role(pair[0], SONDE_CONNECTION, AF_UNIX, SOCK_STREAM);
}
END_TEST

START_TEST(a_connection_that_was_reset_is_no_listener)
{
    struct linger at_once = {1, 0};
    struct sonde_address peer;
    if (_i == 1)
        sonde__sys.getsockopt = getsockopt_macos;
    int client = connect_client();
    int server = sonde_accept(listener, NULL, 0);
    setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(client);
    struct pollfd waited = {.fd = server, .events = POLLIN};
    ck_assert_int_eq(poll(&waited, 1, 20000), 1);
    ck_assert_int_eq(sonde_address_peer(server, &peer), -1);
    expect_role(server, SONDE_CONNECTION, AF_INET, SOCK_STREAM);
    sonde__sys.getsockname = getsockname_openbsd;
    expect_role(server, SONDE_CONNECTION, AF_UNSPEC, SOCK_STREAM);
}
END_TEST

START_TEST(what_is_no_socket_is_refused)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(sonde_inherited(ends[0], found), -1);
    ck_assert_int_eq(errno, ENOTSOCK);
    close(ends[0]);
    ck_assert_int_eq(sonde_inherited(ends[0], found), -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(found[0].fd, 0x55555555);
}
END_TEST

static void set_environment(const char *pid, const char *fds, const char *names)
{
    char self[24];
    snprintf(self, sizeof self, "%ld", (long)getpid());
    setenv("LISTEN_PID", pid ? pid : self, 1);
    setenv("LISTEN_FDS", fds, 1);
    unsetenv("LISTEN_FDNAMES");
    if (names)
        setenv("LISTEN_FDNAMES", names, 1);
}

/* Descriptors 3 and 4 are the listener and a datagram socket.  Check may be
   using them, so this process must not report a failure through them: it tells
   by its exit.  */
static void pass_sockets(void)
{
    int datagram = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    int kept = fcntl(listener, F_DUPFD, 100);
    int also = fcntl(datagram, F_DUPFD, 100);
    if (dup2(kept, 3) != 3 || dup2(also, 4) != 4)
        _exit(99);
}

static void check(int condition, int line)
{
    if (!condition) {
        fprintf(stderr, "test-activation.c:%d\n", line);
        _exit(1);
    }
}

#define CHECK(condition) check(condition, __LINE__)

static int run(unsigned flags)
{
    errno = 77;
    return sonde_activation(found, 4, flags);
}

static void expect_refused(int error)
{
    CHECK(run(0) == -1);
    CHECK(errno == error);
    CHECK(found[0].fd == 0x55555555);
}

START_TEST(nothing_passed_is_no_error)
{
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    ck_assert_int_eq(run(SONDE_UNSETENV), 0);
    set_environment("1", "2", NULL);
    ck_assert_int_eq(run(SONDE_UNSETENV), 0);
    ck_assert_ptr_nonnull(getenv("LISTEN_FDS"));
    set_environment(NULL, "0", NULL);
    ck_assert_int_eq(run(0), 0);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(run(SONDE_UNSETENV), 0);
    ck_assert_ptr_null(getenv("LISTEN_FDS"));
    ck_assert_int_eq(run(1), -1);
    ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(what_was_passed_is_found)
{
    pass_sockets();
    set_environment(NULL, "2", "web:");
    CHECK(run(0) == 2);
    CHECK(errno == 77);
    CHECK(found[0].fd == 3 && found[0].role == SONDE_LISTENER);
    CHECK(found[0].family == AF_INET && found[0].type == SOCK_STREAM);
    CHECK(strcmp(found[0].name, "web") == 0);
    CHECK(found[1].fd == 4 && found[1].role == SONDE_DATAGRAM);
    CHECK(strcmp(found[1].name, "") == 0);
    CHECK(fcntl(3, F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(4, F_GETFD) & FD_CLOEXEC);
    CHECK(found[2].fd == 0x55555555);
    set_environment(NULL, "2", NULL);
    CHECK(run(SONDE_UNSETENV) == 2);
    CHECK(strcmp(found[1].name, "unknown") == 0);
    CHECK(!getenv("LISTEN_PID") && !getenv("LISTEN_FDS"));
    CHECK(run(0) == 0);
    _exit(0);
}
END_TEST

START_TEST(malformed_variables_are_refused)
{
    static const char *const numbers[] = {
        "",          " 1",  "1 ", "+1",
        "-1",        "0x1", "1,", "99999999999999999999",
        "2147483645"};
    char long_name[400];
    pass_sockets();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        set_environment(NULL, numbers[i], NULL);
        expect_refused(EINVAL);
        set_environment(numbers[i], "1", NULL);
        if (i < 8)
            expect_refused(EINVAL);
    }
    set_environment(NULL, "5", NULL);
    expect_refused(ENOSPC);
    set_environment(NULL, "2", "one");
    expect_refused(EINVAL);
    set_environment(NULL, "2", "one:two:three");
    expect_refused(EINVAL);
    memset(long_name, 'n', sizeof long_name);
    long_name[256] = '\0';
    set_environment(NULL, "1", long_name);
    expect_refused(EINVAL);
    long_name[255] = '\0';
    set_environment(NULL, "1", long_name);
    CHECK(run(0) == 1);
    CHECK(strcmp(found[0].name, long_name) == 0);
    _exit(0);
}
END_TEST

/* The others are found all the same.  */
START_TEST(descriptors_that_are_not_sockets_are_named)
{
    int ends[2];
    pass_sockets();
    CHECK(pipe(ends) == 0);
    CHECK(dup2(ends[0], 4) == 4);
    set_environment(NULL, "2", "web:fifo");
    CHECK(run(0) == 2);
    CHECK(errno == 77);
    CHECK(found[0].role == SONDE_LISTENER && found[0].error == 0);
    CHECK(found[1].fd == 4 && found[1].role == SONDE_UNUSABLE);
    CHECK(found[1].error == ENOTSOCK);
    CHECK(strcmp(found[1].name, "fifo") == 0);
    CHECK(fcntl(4, F_GETFD) & FD_CLOEXEC);
    close(4);
    setenv("LISTEN_PIDFDID", "1", 1);
    CHECK(run(SONDE_UNSETENV) == 2);
    CHECK(found[1].role == SONDE_UNUSABLE && found[1].error == EBADF);
    CHECK(!getenv("LISTEN_FDS") && !getenv("LISTEN_FDNAMES"));
    CHECK(!getenv("LISTEN_PIDFDID"));
    _exit(0);
}
END_TEST

/* Bound or not: a server would read nothing from it, and take that for the end
   of a client.  */
START_TEST(a_stream_that_neither_listens_nor_is_connected_is_refused)
{
    for (int is_unix = 0; is_unix < 2; is_unix++) {
        int fd = sonde_socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
        ck_assert_int_eq(sonde_inherited(fd, found), -1);
        ck_assert_int_eq(errno, ENOTCONN);
        close(fd);
    }
    sonde_address_set_port(&address, 0);
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (void *)&address.storage, address.length), 0);
    ck_assert_int_eq(sonde_inherited(fd, found), -1);
    ck_assert_int_eq(errno, ENOTCONN);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, each_kind_of_socket_is_known, 0, 2);
    tcase_add_loop_test(tests, a_connection_that_was_reset_is_no_listener, 0,
                        2);
    tcase_add_test(tests, what_is_no_socket_is_refused);
    tcase_add_test(tests, nothing_passed_is_no_error);
    tcase_add_exit_test(tests, what_was_passed_is_found, 0);
    tcase_add_exit_test(tests, malformed_variables_are_refused, 0);
    tcase_add_exit_test(tests, descriptors_that_are_not_sockets_are_named, 0);
    tcase_add_test(tests,
                   a_stream_that_neither_listens_nor_is_connected_is_refused);
}

int main(void)
{
    return unit_main("activation", add);
}
