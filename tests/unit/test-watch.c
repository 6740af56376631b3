/* test-watch.c - lib/watch-linux.c, or watch-none.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde_watch *watch;
static struct sonde_listener found;
static struct sonde__calls kept;

/* A test ends early where there is no such look-up.  */
static int setup_watch(void)
{
    if (!sonde_watch_open(&watch))
        return 1;
    ck_assert(errno == ENOTSUP || errno == EPERM || errno == EACCES);
    ck_assert_ptr_null(watch);
    return 0;
}

static void setup(void)
{
    kept = sonde__sys;
}

static void teardown(void)
{
    sonde__sys = kept;
    sonde_watch_close(watch);
    watch = NULL;
}

/* Keep the listener at the address of DATA.  */
static int find(const struct sonde_listener *listener, void *data)
{
    if (sonde_address_compare(&listener->address, data))
        return 0;
    found = *listener;
    return 1;
}

/* Listen on a port of FAMILY, and set FOUND; -1 without the family.  */
static int make_listener(int family)
{
    struct sonde_address address;
    sonde_address_loopback(&address, family, 0);
    int fd = sonde_listen(&address, 5, 0, NULL);
    if (fd < 0)
        return -1;
    ck_assert_int_eq(sonde_address_local(fd, &address), 0);
    found = (struct sonde_listener){.type = 0};
    sonde_listeners(family, 1000, find, &address);
    ck_assert_uint_ne(found.cookie, 0);
    return fd;
}

/* The queue is read, until the listener is closed.  */
START_TEST(test_queue)
{
    static const int families[] = {AF_INET, AF_INET6};
    if (!setup_watch())
        return;
    for (int i = 0; i < 2; i++) {
        int fd = make_listener(families[i]);
        if (fd < 0)
            continue;
        const struct sonde_address *address = &found.address;
        int client = sonde_socket(families[i], SOCK_STREAM, 0);
        ck_assert_int_eq(sonde_watch_read(watch, &found), 0);
        ck_assert_int_eq(found.queue.queued, 0);
        ck_assert_int_eq(
            connect(client, (const void *)&address->storage, address->length),
            0);
        ck_assert_int_eq(sonde_watch_read(watch, &found), 0);
        ck_assert_int_eq(found.queue.queued, 1);
        ck_assert_int_eq(found.capacity, found.queue.backlog + 1);
        close(client);
        close(fd);
        ck_assert_int_eq(sonde_watch_read(watch, &found), -1);
        ck_assert_int_eq(errno, ENOENT);
    }
}
END_TEST

/* Another listener at the same address is not the one that is watched.  */
START_TEST(test_successor)
{
    if (!setup_watch())
        return;
    int fd = make_listener(AF_INET);
    struct sonde_address address = found.address;
    struct sonde_listener former = found;
    close(fd);
    fd = sonde_listen(&address, 5, SONDE_REUSEADDR, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_watch_read(watch, &former), -1);
    ck_assert_int_eq(errno, ENOENT);
    close(fd);
}
END_TEST

#ifdef SO_REUSEPORT
static struct sonde_listener members[2];
static size_t member_count;

/* Keep the sockets at the address of DATA.  */
static int find_members(const struct sonde_listener *socket, void *data)
{
    if (!sonde_address_compare(&socket->address, data) && member_count < 2)
        members[member_count++] = *socket;
    return 0;
}

/* Each of two UDP sockets at one address is read, and then none is.  */
START_TEST(test_datagram_group)
{
    int fds[2], on = 1;
    struct sonde_address address;
    if (!setup_watch())
        return;
    sonde_address_loopback(&address, AF_INET, 0);
    for (int i = 0; i < 2; i++) {
        fds[i] = sonde_socket(AF_INET, SOCK_DGRAM, 0);
        ck_assert_int_eq(
            setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
        ck_assert_int_eq(
            bind(fds[i], (const void *)&address.storage, address.length), 0);
        ck_assert_int_eq(sonde_address_local(fds[i], &address), 0);
    }
    member_count = 0;
    if (sonde_datagram_sockets(AF_INET, 1000, find_members, &address))
        member_count = 0; /* a kernel without udp_diag */
    for (size_t i = 0; i < member_count; i++)
        ck_assert_int_eq(sonde_watch_read(watch, &members[i]), 0);
    close(fds[0]);
    close(fds[1]);
    for (size_t i = 0; i < member_count; i++) {
        ck_assert_int_eq(sonde_watch_read(watch, &members[i]), -1);
        ck_assert_int_eq(errno, ENOENT);
    }
}
END_TEST

/* Another UDP socket at the same address is not the one that is watched.  */
START_TEST(test_datagram_successor)
{
    struct sonde_address address;
    if (!setup_watch())
        return;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = sonde_datagram_bind(&address, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_address_local(fd, &address), 0);
    member_count = 0;
    sonde_datagram_sockets(AF_INET, 1000, find_members, &address);
    close(fd);
    fd = sonde_datagram_bind(&address, 0);
    ck_assert_int_ge(fd, 0);
    if (member_count > 0 && members[0].cookie) {
        ck_assert_int_eq(sonde_watch_read(watch, &members[0]), -1);
        ck_assert_int_eq(errno, ENOENT);
    }
    close(fd);
}
END_TEST
#endif

START_TEST(test_wrong)
{
    if (!setup_watch())
        return;
    struct sonde_listener listener = {.type = SOCK_STREAM};
    listener.address.storage.ss_family = AF_UNSPEC;
    ck_assert_int_eq(sonde_watch_read(watch, &listener), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    sonde_address_loopback(&listener.address, AF_INET, 80);
    ck_assert_int_eq(sonde_watch_read(watch, &listener), -1);
    ck_assert_int_eq(errno, EINVAL);
    sonde_address_unix(&listener.address, "/x");
    listener.cookie = 1;
    ck_assert_int_eq(sonde_watch_read(watch, &listener), -1);
    ck_assert_int_eq(errno, EINVAL);
}
END_TEST

static ssize_t recv_fails(int fd, void *buffer, size_t size, int flags)
{
    (void)fd;
    (void)buffer;
    (void)size;
    (void)flags;
    errno = ENOBUFS;
    return -1;
}

static int socket_fails(int family, int type, int protocol)
{
    (void)family;
    (void)type;
    (void)protocol;
    errno = EMFILE;
    return -1;
}

START_TEST(test_failures)
{
    if (!setup_watch())
        return;
    int fd = make_listener(AF_INET);
    sonde__sys.recv = recv_fails;
    ck_assert_int_eq(sonde_watch_read(watch, &found), -1);
    ck_assert_int_eq(errno, ENOBUFS);
    sonde__sys = kept;
    /* The answer that was not received belongs to an earlier request.  */
    ck_assert_int_eq(sonde_watch_read(watch, &found), 0);
    struct sonde_watch *other;
    sonde__sys.socket = socket_fails;
    ck_assert_int_eq(sonde_watch_open(&other), -1);
    ck_assert_int_eq(errno, EMFILE);
    ck_assert_ptr_null(other);
    close(fd);
}
END_TEST

static int connect_fails(int fd, const struct sockaddr *name, socklen_t length)
{
    (void)fd;
    (void)name;
    (void)length;
    errno = unit_error;
    return -1;
}

/* A kernel without this family of netlink has no watch.  */
START_TEST(test_connect)
{
    static const int errors[][2] = {
        {EAFNOSUPPORT, ENOTSUP}, {EPROTONOSUPPORT, ENOTSUP}, {ENOMEM, ENOMEM}};
    if (!setup_watch())
        return;
    int before = unit_descriptors();
    sonde__sys.connect = connect_fails;
    for (int i = 0; i < 3; i++) {
        struct sonde_watch *other = watch;
        unit_error = errors[i][0];
        FAILS(errors[i][1], sonde_watch_open(&other));
        ck_assert_ptr_null(other);
    }
    ck_assert_int_eq(unit_descriptors(), before);
    sonde_watch_close(NULL);
}
END_TEST

static int sends_failed;

/* Fails once with unit_error; then as the system.  */
static ssize_t send_fails_once(int fd, const void *bytes, size_t size,
                               int flags)
{
    errno = unit_error;
    return sends_failed++ ? kept.send(fd, bytes, size, flags) : -1;
}

START_TEST(test_send)
{
    static const int errors[][2] = {{EOPNOTSUPP, ENOTSUP}, {EPERM, EPERM}};
    if (!setup_watch())
        return;
    int fd = make_listener(AF_INET);
    sonde__sys.send = send_fails_once;
    for (int i = 0; i < 2; i++) {
        sends_failed = 0;
        unit_error = errors[i][0];
        FAILS(errors[i][1], sonde_watch_read(watch, &found));
        ck_assert_int_eq(sends_failed, 1);
    }
    /* Without room the request is sent again.  */
    sends_failed = 0;
    unit_error = EAGAIN;
    ck_assert_int_eq(sonde_watch_read(watch, &found), 0);
    ck_assert_int_eq(sends_failed, 2);
    close(fd);
}
END_TEST

static int replies;

/* A message of another request, of which only the header is there.  */
static ssize_t recv_stale(int fd, void *buffer, size_t size, int flags)
{
    (void)fd;
    (void)flags;
    const uint32_t header[] = {20, 3, UINT32_MAX, 0, 0};
    ck_assert_uint_ge(size, sizeof header);
    memcpy(buffer, header, sizeof header);
    replies++;
    return sizeof header;
}

/* With MSG_TRUNC the length is that of the whole message.  */
static ssize_t recv_long(int fd, void *buffer, size_t size, int flags)
{
    (void)fd;
    (void)buffer;
    ck_assert_int_ne(flags & MSG_TRUNC, 0);
    return (ssize_t)size + 1;
}

/* The system's answer, and the beginning of a message.  */
static ssize_t recv_cut(int fd, void *buffer, size_t size, int flags)
{
    ssize_t length = kept.recv(fd, buffer, size, flags);
    if (length < 0 || (size_t)length + 4 > size)
        return length;
    memset((char *)buffer + length, 0, 4);
    return length + 4;
}

START_TEST(test_malformed_answer)
{
    if (!setup_watch())
        return;
    int fd = make_listener(AF_INET);
    sonde__sys.recv = recv_cut;
    found.capacity = 777;
    FAILS(EPROTO, sonde_watch_read(watch, &found));
    ck_assert_int_eq(found.capacity, 777);
    close(fd);
}
END_TEST

START_TEST(test_foreign_answers)
{
    if (!setup_watch())
        return;
    int fd = make_listener(AF_INET);
    sonde__sys.recv = recv_stale;
    FAILS(EPROTO, sonde_watch_read(watch, &found));
    ck_assert_int_eq(replies, 64);
    sonde__sys.recv = recv_long;
    FAILS(EPROTO, sonde_watch_read(watch, &found));
    sonde__sys = kept;
    ck_assert_int_eq(sonde_watch_read(watch, &found), 0);
    close(fd);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_queue);
    tcase_add_test(tests, test_successor);
#ifdef SO_REUSEPORT
    tcase_add_test(tests, test_datagram_group);
    tcase_add_test(tests, test_datagram_successor);
#endif
    tcase_add_test(tests, test_wrong);
    tcase_add_test(tests, test_failures);
    tcase_add_test(tests, test_connect);
    tcase_add_test(tests, test_send);
    tcase_add_test(tests, test_foreign_answers);
    tcase_add_test(tests, test_malformed_answer);
}

int main(void)
{
    return unit_main("watch", add);
}
