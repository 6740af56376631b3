/* test-connect.c - lib/connect.c
   SPDX-License-Identifier: GPL-3.0-or-later

   What other hosts answer is played by functions put into sonde__sys.  A
   server that says nothing is one whose descriptor the played poll leaves
   out.  Everything goes over IPv4 loopback, which every host has, and UNIX
   sockets.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

enum { PATIENCE = 40000, LONG_DELAY = 30000 };

static struct sonde_connect_report report;

/* A listener on loopback, whose address becomes *ADDRESS.  */
static int start_server(struct sonde_address *address)
{
    ck_assert_int_eq(sonde_address_loopback(address, AF_INET, 0), 0);
    int fd = sonde_listen(address, 8, 0, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_address_local(fd, address), 0);
    return fd;
}

/* An address on loopback that nobody listens on, kept that way by the socket
   it is bound to.  */
static int reserve(struct sonde_address *address)
{
    int on = 1;
    ck_assert_int_eq(sonde_address_loopback(address, AF_INET, 0), 0);
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
                     0);
    ck_assert_int_eq(bind(fd, (void *)&address->storage, address->length), 0);
    ck_assert_int_eq(sonde_address_local(fd, address), 0);
    return fd;
}

/* Sockets made and closed by the library; a lookup closes in its own thread. */
static atomic_int made, closed;
static int (*real_socket)(int, int, int);
static int (*real_close)(int);
static int (*real_connect)(int, const struct sockaddr *, socklen_t);

static int counting_socket(int family, int type, int protocol)
{
    int fd = real_socket(family, type, protocol);
    made += fd >= 0;
    return fd;
}

static int counting_close(int fd)
{
    closed++;
    return real_close(fd);
}

static void setup(void)
{
    real_socket = sonde__sys.socket;
    real_close = sonde__sys.close;
    real_connect = sonde__sys.connect;
    sonde__sys.socket = counting_socket;
    sonde__sys.close = counting_close;
    made = closed = 0;
}

static void check_flags(unsigned flags)
{
    struct sonde_address address;
    struct sonde_connect_options options = {.flags = flags};
    int server = start_server(&address);
    errno = ERANGE;
    int fd = sonde_connect(&address, 1, PATIENCE, &options, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0,
                     (flags & SONDE_NONBLOCK) != 0);
    ck_assert_int_eq((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0,
                     (flags & SONDE_CLOEXEC) != 0);
    close(fd);
    close(server);
}

START_TEST(the_state_of_the_result_is_stated)
{
    check_flags(0);
    check_flags(SONDE_NONBLOCK);
    check_flags(SONDE_CLOEXEC);
    check_flags(SONDE_NONBLOCK | SONDE_CLOEXEC);
}
END_TEST

START_TEST(a_refusal_is_reported)
{
    struct sonde_address address;
    reserve(&address);
    made = closed = 0;
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, NULL, &report), -1);
    ck_assert_int_eq(errno, ECONNREFUSED);
    ck_assert_int_eq(report.status, SONDE_CONNECT_REFUSED);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_int_eq(report.attempts[0].error, ECONNREFUSED);
    ck_assert_int_eq(report.attempts[0].status, SONDE_CONNECT_REFUSED);
    ck_assert_int_eq(
        sonde_address_compare(&report.attempts[0].address, &address), 0);
    ck_assert_int_eq(made, closed);
}
END_TEST

START_TEST(after_a_refusal_the_next_begins_at_once)
{
    struct sonde_address list[2];
    struct sonde_connect_options options = {.delay = LONG_DELAY};
    reserve(&list[0]);
    start_server(&list[1]);
    made = closed = 0;
    int64_t start = sonde__sys.now();
    int fd = sonde_connect(list, 2, PATIENCE, &options, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_lt(sonde__since(start), LONG_DELAY);
    ck_assert_uint_eq(report.count, 2);
    ck_assert_int_eq(report.attempts[0].status, SONDE_CONNECT_REFUSED);
    ck_assert_int_eq(report.attempts[1].status, SONDE_CONNECT_CONNECTED);
    ck_assert_int_eq(report.status, SONDE_CONNECT_CONNECTED);
    ck_assert_int_eq(made, closed + 1);
}
END_TEST

/* Descriptors whose server says nothing.  */
static int silent[64];
static size_t silent_count;
static int silent_port;

static int port_of(const struct sockaddr *address, socklen_t length)
{
    struct sonde_address copy = {.length = length};
    memcpy(&copy.storage, address, length);
    return sonde_address_port(&copy);
}

static int silent_connect(int fd, const struct sockaddr *address,
                          socklen_t length)
{
    if (silent_port >= 0 && port_of(address, length) != silent_port)
        return real_connect(fd, address, length);
    silent[silent_count++] = fd;
    errno = EINPROGRESS;
    return -1;
}

static int deaf_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    struct pollfd heard[64];
    for (nfds_t i = 0; i < count; i++) {
        heard[i] = fds[i];
        for (size_t j = 0; j < silent_count; j++)
            if (silent[j] == fds[i].fd)
                heard[i].fd = -1;
    }
    int ready = poll(heard, count, milliseconds);
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = heard[i].revents;
    return ready;
}

static void silence(int port)
{
    silent_count = 0;
    silent_port = port;
    sonde__sys.connect = silent_connect;
    sonde__sys.poll = deaf_poll;
}

START_TEST(a_silent_address_loses_the_race)
{
    struct sonde_address list[2];
    struct sonde_connect_options options = {.delay = 20};
    start_server(&list[0]);
    start_server(&list[1]);
    silence(sonde_address_port(&list[0]));
    made = closed = 0;
    int fd = sonde_connect(list, 2, PATIENCE, &options, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(report.count, 2);
    ck_assert_int_eq(report.attempts[0].status, SONDE_CONNECT_ABANDONED);
    ck_assert_int_eq(report.attempts[0].error, ECANCELED);
    ck_assert_int_ge(report.attempts[0].milliseconds, 20);
    ck_assert_int_eq(report.attempts[1].status, SONDE_CONNECT_CONNECTED);
    ck_assert_int_eq(fcntl(silent[0], F_GETFD), -1);
    ck_assert_int_eq(made, closed + 1);
}
END_TEST

START_TEST(the_default_delay_is_250_ms)
{
    struct sonde_address list[2];
    start_server(&list[0]);
    start_server(&list[1]);
    silence(sonde_address_port(&list[0]));
    int fd = sonde_connect(list, 2, PATIENCE, NULL, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_ge(report.attempts[0].milliseconds, 250);
}
END_TEST

START_TEST(one_deadline_for_all)
{
    struct sonde_address list[3];
    struct sonde_connect_options options = {.delay = 10};
    for (size_t i = 0; i < 3; i++)
        start_server(&list[i]);
    silence(-1);
    made = closed = 0;
    int64_t start = sonde__sys.now();
    ck_assert_int_eq(sonde_connect(list, 3, 60, &options, &report), -1);
    ck_assert_int_ge(sonde__since(start), 60);
    ck_assert_int_eq(errno, ETIMEDOUT);
    ck_assert_int_eq(report.status, SONDE_CONNECT_TIMED_OUT);
    ck_assert_uint_ge(report.count, 1);
    for (size_t i = 0; i < report.count; i++)
        ck_assert_int_eq(report.attempts[i].error, ETIMEDOUT);
    ck_assert_int_eq(made, closed);
}
END_TEST

/* 0: one look at what connect says at once.  Negative: no deadline, not even
   for the poll that waits on a host where it takes longer.  */
START_TEST(no_time_and_all_the_time)
{
    struct sonde_address list[2];
    struct sonde_connect_options options = {.delay = 1};
    start_server(&list[0]);
    start_server(&list[1]);
    int fd = sonde_connect(list, 1, -1, NULL, &report);
    ck_assert_int_ge(fd, 0);
    close(fd);
    fd = sonde_connect(list, 1, 0, NULL, &report);
    ck_assert(fd >= 0 || errno == ETIMEDOUT);
    if (fd >= 0)
        close(fd);
    /* The second begins though there is no deadline to begin before.  */
    silence(sonde_address_port(&list[0]));
    made = closed = 0;
    fd = sonde_connect(list, 2, -1, &options, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(report.count, 2);
    ck_assert_int_eq(made, closed + 1);
    close(fd);
}
END_TEST

START_TEST(no_more_addresses_than_there_is_room_for)
{
    struct sonde_address list[SONDE_ATTEMPTS + 3];
    struct sonde_connect_options options = {.delay = 1};
    reserve(&list[0]);
    for (size_t i = 1; i < SONDE_ATTEMPTS + 3; i++)
        list[i] = list[0];
    made = closed = 0;
    ck_assert_int_eq(
        sonde_connect(list, SONDE_ATTEMPTS + 3, PATIENCE, &options, &report),
        -1);
    ck_assert_uint_eq(report.count, SONDE_ATTEMPTS);
    ck_assert_int_eq(made, SONDE_ATTEMPTS);
    ck_assert_int_eq(made, closed);
}
END_TEST

static int connects;

static int interrupted_connect(int fd, const struct sockaddr *address,
                               socklen_t length)
{
    connects++;
    real_connect(fd, address, length);
    errno = EINTR;
    return -1;
}

START_TEST(connect_is_called_once_though_interrupted)
{
    struct sonde_address address;
    start_server(&address);
    connects = 0;
    sonde__sys.connect = interrupted_connect;
    int fd = sonde_connect(&address, 1, PATIENCE, NULL, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connects, 1);
}
END_TEST

/* The errno that connect gives, by port.  */
static struct {
    int port, error;
} answers[4];

static int answering_connect(int fd, const struct sockaddr *address,
                             socklen_t length)
{
    for (size_t i = 0; i < 4; i++)
        if (answers[i].port == port_of(address, length)) {
            errno = answers[i].error;
            return -1;
        }
    errno = EDOM;
    return -1;
}

static int ready_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = POLLOUT;
    return (int)count;
}

/* NuttX: out of connections, ready all the same, SO_ERROR 0.  */
START_TEST(success_without_a_peer_is_none)
{
    struct sonde_address address;
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 7), 0);
    answers[0].port = 7;
    answers[0].error = EINPROGRESS;
    sonde__sys.connect = answering_connect;
    sonde__sys.poll = ready_poll;
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, NULL, &report), -1);
    ck_assert_int_eq(errno, ENOTCONN);
    ck_assert_int_eq(report.status, SONDE_CONNECT_RESET);
    ck_assert_int_eq(made, closed);
}
END_TEST

/* System V: getsockopt itself fails with the pending error.  */
START_TEST(a_pending_error_may_be_that_of_getsockopt)
{
    struct sonde_address address;
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 7), 0);
    answers[0].port = 7;
    answers[0].error = EINPROGRESS;
    sonde__sys.connect = answering_connect;
    sonde__sys.poll = ready_poll;
    unit_error = EHOSTUNREACH;
    sonde__sys.getsockopt = unit_failing_getsockopt;
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, NULL, &report), -1);
    ck_assert_int_eq(report.status, SONDE_CONNECT_HOST_UNREACHABLE);
}
END_TEST

static void check_best(int first, int second, int third, int best)
{
    struct sonde_address list[3];
    int errors[3] = {first, second, third};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(
            sonde_address_loopback(&list[i], AF_INET, (uint16_t)(i + 1)), 0);
        answers[i].port = i + 1;
        answers[i].error = errors[i];
    }
    sonde__sys.connect = answering_connect;
    ck_assert_int_eq(sonde_connect(list, 3, PATIENCE, NULL, &report), -1);
    ck_assert_int_eq(errno, best);
    ck_assert_int_eq(report.status, sonde_connect_status(best));
    ck_assert_uint_eq(report.count, 3);
}

START_TEST(the_most_telling_outcome_is_reported)
{
    check_best(ENETUNREACH, ECONNREFUSED, ETIMEDOUT, ECONNREFUSED);
    check_best(ENETUNREACH, EHOSTUNREACH, ENETUNREACH, EHOSTUNREACH);
    check_best(EAFNOSUPPORT, EMFILE, ENETUNREACH, EMFILE);
    check_best(EPERM, ETIMEDOUT, EDOM, ETIMEDOUT);
    check_best(EADDRNOTAVAIL, ECONNREFUSED, EDOM, ECONNREFUSED);
    check_best(EADDRNOTAVAIL, EMFILE, ENETUNREACH, EMFILE);
    check_best(ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT, EADDRNOTAVAIL);
    check_best(EAFNOSUPPORT, ENETUNREACH, ENETUNREACH, EAFNOSUPPORT);
}
END_TEST

static int own_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    return getpeername(fd, address, length);
}

static int lingers;

static int watching_setsockopt(int fd, int level, int name, const void *value,
                               socklen_t length)
{
    if (level == SOL_SOCKET && name == SO_LINGER)
        lingers++;
    return setsockopt(fd, level, name, value, length);
}

START_TEST(a_connection_to_itself_is_a_refusal)
{
    struct sonde_address address;
    start_server(&address);
    made = closed = lingers = 0;
    sonde__sys.getsockname = own_getsockname;
    sonde__sys.setsockopt = watching_setsockopt;
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, NULL, &report), -1);
    ck_assert_int_eq(errno, ECONNREFUSED);
    ck_assert_int_eq(lingers, 1);
    ck_assert_int_eq(made, closed);
}
END_TEST

/* The same without a play: TCP connects a port to itself.  A host that does
   not let a port be bound twice even so says that it is in use.  */
START_TEST(a_port_does_not_connect_to_itself)
{
    struct sonde_address address;
    struct sonde_connect_options options = {.source = &address};
    reserve(&address);
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, &options, &report),
                     -1);
    ck_assert(report.status == SONDE_CONNECT_REFUSED ||
              report.status == SONDE_CONNECT_PORT_IN_USE);
}
END_TEST

START_TEST(the_source_is_bound)
{
    struct sonde_address address, source, local;
    struct sonde_connect_options options = {.source = &source};
    start_server(&address);
    reserve(&source);
    int fd = sonde_connect(&address, 1, PATIENCE, &options, &report);
    if (fd < 0) { /* a host that does not let it be bound twice */
        ck_assert_int_eq(report.status, SONDE_CONNECT_PORT_IN_USE);
        return;
    }
    ck_assert_int_eq(sonde_address_local(fd, &local), 0);
    ck_assert_int_eq(sonde_address_compare(&local, &source), 0);
}
END_TEST

START_TEST(sources_that_cannot_be)
{
    struct sonde_address address, source;
    struct sonde_connect_options options = {.source = &source};
    start_server(&address);
    ck_assert_int_eq(sonde_address_parse(&source, "203.0.113.7", 0), 0);
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, &options, &report),
                     -1);
    ck_assert_int_eq(report.status, SONDE_CONNECT_SOURCE_NOT_LOCAL);
    source = address; /* where the server listens */
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, &options, &report),
                     -1);
    ck_assert_int_eq(report.status, SONDE_CONNECT_PORT_IN_USE);
    ck_assert_int_eq(sonde_address_loopback(&source, AF_INET6, 0), 0);
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, &options, &report),
                     -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
}
END_TEST

/* A UNIX listener in a directory of its own.  */
static char directory[] = "sonde-connect-XXXXXX";
static char path[sizeof directory + 8];

static int start_unix(struct sonde_address *address)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/s", directory);
    ck_assert_int_eq(sonde_address_unix(address, path), 0);
    int fd = sonde_listen(address, 1, 0, NULL);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void stop_unix(int fd)
{
    close(fd);
    unlink(path);
    rmdir(directory);
}

START_TEST(unix_paths_work)
{
    struct sonde_address address;
    int server = start_unix(&address);
    int fd = sonde_connect_name(path, NULL, PATIENCE, NULL, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(report.attempts[0].status, SONDE_CONNECT_CONNECTED);
    stop_unix(server);
    ck_assert_int_eq(sonde_connect_name(path, NULL, PATIENCE, NULL, &report),
                     -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(report.status, SONDE_CONNECT_REFUSED);
}
END_TEST

/* A client of UNIX datagrams must have a path, to be answered: when nobody is
   there the path must be free again for the next attempt.  */
START_TEST(the_path_of_a_source_is_free_again_after_a_failure)
{
    struct sonde_address address, source;
    char own[sizeof path + 1];
    struct sonde_connect_options options = {.type = SOCK_DGRAM,
                                            .source = &source};
    int server = start_unix(&address);
    snprintf(own, sizeof own, "%sc", path);
    ck_assert_int_eq(sonde_address_unix(&source, own), 0);
    close(server);
    unlink(path);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(
            sonde_connect(&address, 1, PATIENCE, &options, &report), -1);
        ck_assert_int_eq(errno, ENOENT);
        ck_assert_int_ne(access(own, F_OK), 0);
    }
    server = sonde_datagram_bind(&address, 0);
    int fd = sonde_connect(&address, 1, PATIENCE, &options, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(unlink(own), 0);
    close(fd);
    stop_unix(server);
}
END_TEST

static int full_times;

static int full_connect(int fd, const struct sockaddr *address,
                        socklen_t length)
{
    if (full_times-- > 0) {
        errno = EAGAIN;
        return -1;
    }
    return real_connect(fd, address, length);
}

START_TEST(a_full_unix_queue_is_tried_again)
{
    struct sonde_address address;
    int server = start_unix(&address);
    full_times = 3;
    made = closed = 0;
    sonde__sys.connect = full_connect;
    int fd = sonde_connect(&address, 1, PATIENCE, NULL, &report);
    stop_unix(server);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(made, 4);
    ck_assert_int_eq(closed, 3);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_int_ge(report.attempts[0].milliseconds, 1 + 2 + 4);
}
END_TEST

/* Linux says EAGAIN until the deadline; others say at once that it is
   refused.  */
START_TEST(a_unix_queue_that_stays_full)
{
    struct sonde_address address;
    int server = start_unix(&address);
    int fd = 0;
    for (int i = 0; i < 1024 && fd >= 0; i++)
        fd = sonde_connect(&address, 1, 40, NULL, &report);
    stop_unix(server);
    ck_assert_int_lt(fd, 0);
    ck_assert(report.status == SONDE_CONNECT_TIMED_OUT ||
              report.status == SONDE_CONNECT_REFUSED);
    if (report.status == SONDE_CONNECT_TIMED_OUT)
        ck_assert_int_ge(report.attempts[0].milliseconds, 39);
}
END_TEST

START_TEST(no_descriptors_left)
{
    struct sonde_address address;
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 7), 0);
    unit_error = EMFILE;
    sonde__sys.socket = unit_failing_socket;
    ck_assert_int_eq(sonde_connect(&address, 1, PATIENCE, NULL, &report), -1);
    ck_assert_int_eq(errno, EMFILE);
    ck_assert_int_eq(report.status, SONDE_CONNECT_RESOURCES);
}
END_TEST

START_TEST(by_name)
{
    struct sonde_address address;
    char service[8];
    start_server(&address);
    snprintf(service, sizeof service, "%d", sonde_address_port(&address));
    int fd = sonde_connect_name("127.0.0.1", service, PATIENCE, NULL, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(report.code, 0);
    /* NULL is loopback: whatever ::1 says, 127.0.0.1 answers.  */
    fd = sonde_connect_name(NULL, service, PATIENCE, NULL, &report);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_connect_name("", service, PATIENCE, NULL, &report),
                     -1);
    ck_assert_int_eq(report.status, SONDE_CONNECT_NAME_UNKNOWN);
    ck_assert_uint_eq(report.count, 0);
}
END_TEST

static int gate[2];

/* A name server that says nothing until the test is over.  */
static int late_getaddrinfo(const char *host, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **found)
{
    char byte;
    while (read(gate[0], &byte, 1) > 0)
        ;
    return EAI_AGAIN;
}

START_TEST(the_deadline_holds_for_the_lookup_too)
{
    ck_assert_int_eq(pipe(gate), 0);
    sonde__sys.getaddrinfo = late_getaddrinfo;
    ck_assert_int_eq(sonde_connect_name("host", "7", 30, NULL, &report), -1);
    ck_assert_int_eq(errno, ETIMEDOUT);
    ck_assert_int_eq(report.status, SONDE_CONNECT_NAME_NO_ANSWER);
    ck_assert_int_eq(report.code, EAI_AGAIN);
    ck_assert_int_ge(report.lookup_milliseconds, 29);
    close(gate[1]);
}
END_TEST

START_TEST(wrong_arguments)
{
    struct sonde_address address;
    struct sonde_connect_options flags = {.flags = 1U << 30};
    struct sonde_connect_options type = {.type = 12345};
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 7), 0);
    ck_assert_int_eq(sonde_connect(&address, 0, 0, NULL, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_connect(&address, 1, 0, &flags, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_connect(&address, 1, 0, &type, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    /* Before anybody is asked for a name.  */
    sonde__sys.getaddrinfo = NULL;
    ck_assert_int_eq(sonde_connect_name("host", "7", 0, &flags, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_connect_name("host", "7", 0, &type, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, the_state_of_the_result_is_stated);
    tcase_add_test(tests, a_refusal_is_reported);
    tcase_add_test(tests, after_a_refusal_the_next_begins_at_once);
    tcase_add_test(tests, a_silent_address_loses_the_race);
    tcase_add_test(tests, the_default_delay_is_250_ms);
    tcase_add_test(tests, one_deadline_for_all);
    tcase_add_test(tests, no_time_and_all_the_time);
    tcase_add_test(tests, no_more_addresses_than_there_is_room_for);
    tcase_add_test(tests, connect_is_called_once_though_interrupted);
    tcase_add_test(tests, success_without_a_peer_is_none);
    tcase_add_test(tests, a_pending_error_may_be_that_of_getsockopt);
    tcase_add_test(tests, the_most_telling_outcome_is_reported);
    tcase_add_test(tests, a_connection_to_itself_is_a_refusal);
    tcase_add_test(tests, a_port_does_not_connect_to_itself);
    tcase_add_test(tests, the_source_is_bound);
    tcase_add_test(tests, sources_that_cannot_be);
    tcase_add_test(tests, unix_paths_work);
    tcase_add_test(tests, the_path_of_a_source_is_free_again_after_a_failure);
    tcase_add_test(tests, a_full_unix_queue_is_tried_again);
    tcase_add_test(tests, a_unix_queue_that_stays_full);
    tcase_add_test(tests, no_descriptors_left);
    tcase_add_test(tests, by_name);
    tcase_add_test(tests, the_deadline_holds_for_the_lookup_too);
    tcase_add_test(tests, wrong_arguments);
}

int main(void)
{
    return unit_main("connect", add);
}
