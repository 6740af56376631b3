/* test-queue.c - lib/queue-linux.c and its siblings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde_address loopback;
static struct sonde__calls real;

static void set_up(void)
{
    real = sonde__sys;
    sonde_address_loopback(&loopback, AF_INET, 0);
}

static void check_error(int fd, int error)
{
    struct sonde_queue queue = {.backlog = 77};
    int before = unit_descriptors();
    errno = 0;
    ck_assert_int_eq(sonde_queue(fd, &queue), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_int_eq(queue.backlog, 77);
    ck_assert_int_eq(unit_descriptors(), before);
}

START_TEST(what_is_no_socket_has_no_queue)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    check_error(ends[0], ENOTSOCK);
    close(ends[0]);
    close(ends[1]);
    check_error(ends[0], EBADF);
}
END_TEST

/* A socket that never listens: nothing is known.  */
START_TEST(other_kinds_of_sockets_say_nothing)
{
    int udp = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    check_error(udp, ENOTSUP);
    close(udp);
}
END_TEST

/* A UNIX listener, with one client; in a folder of its own.  */
static int open_unix(int backlog, int *client)
{
    char directory[] = "/tmp/test-queue-XXXXXX", path[64];
    struct sonde_address address;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    ck_assert_int_eq(sonde_address_unix(&address, path), 0);
    int fd = sonde_listen(&address, backlog, 0, NULL);
    ck_assert_int_ge(fd, 0);
    *client = sonde_socket(AF_UNIX, SOCK_STREAM, 0);
    const void *storage = &address.storage;
    ck_assert_int_eq(connect(*client, storage, address.length), 0);
    unlink(path);
    rmdir(directory);
    return fd;
}

/* Not every system tells.  */
START_TEST(a_unix_listener)
{
    int client;
    struct sonde_queue queue = {.backlog = 77};
    int fd = open_unix(5, &client);
    if (sonde_queue(fd, &queue)) {
        ck_assert_int_eq(errno, ENOTSUP);
        ck_assert_int_eq(queue.backlog, 77);
    } else {
        ck_assert_int_eq(queue.backlog, 5);
        ck_assert_int_eq(queue.queued, 1);
        ck_assert_int_eq(queue.incomplete, -1);
    }
    close(client);
    close(fd);
}
END_TEST

#ifdef TEST_QUEUE_LINUX

enum { CLIENTS = 3 };

/* More drops than a long of 32 bits holds.  */
static int many_drops(int fd, int level, int name, void *value,
                      socklen_t *length)
{
    int result = real.getsockopt(fd, level, name, value, length);
#ifdef SO_MEMINFO
    if (!result && level == SOL_SOCKET && name == SO_MEMINFO)
        memset(value, 0xff, *length);
#endif
    return result;
}

START_TEST(many_drops_are_not_an_unknown_number)
{
    struct sonde_queue queue;
    int listener = sonde_listen(&loopback, 7, 0, NULL);
    ck_assert_int_eq(sonde_queue(listener, &queue), 0);
    int is_known = queue.drops >= 0;
    sonde__sys.getsockopt = many_drops;
    ck_assert_int_eq(sonde_queue(listener, &queue), 0);
    if (is_known)
        ck_assert_int_gt(queue.drops, INT32_MAX - 1);
    close(listener);
}
END_TEST

/* Read the queue of LISTENER once COUNT clients wait there: who is connected
   may be so a moment before the listener knows.  */
static void read_queue(int listener, int count, struct sonde_queue *queue)
{
    int64_t end = sonde_deadline(20000);
    do
        ck_assert_int_eq(sonde_queue(listener, queue), 0);
    while (queue->queued < count && sonde_deadline_left(end) > 0);
    ck_assert_int_eq(queue->queued, count);
}

START_TEST(the_queue_grows_with_each_connection)
{
    struct sonde_address address;
    struct sonde_queue queue;
    int clients[CLIENTS];
    int listener = sonde_listen(&loopback, 7, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    for (int i = 0; i <= CLIENTS; i++) {
        errno = 33;
        read_queue(listener, i, &queue);
        ck_assert_int_eq(errno, 33);
        ck_assert_int_eq(queue.backlog, sonde_backlog(7));
        ck_assert_int_eq(queue.incomplete, -1);
        ck_assert(queue.drops == 0 || queue.drops == -1);
        if (i == CLIENTS)
            break;
        clients[i] = sonde_socket(AF_INET, SOCK_STREAM, 0);
        ck_assert_int_eq(
            connect(clients[i], (void *)&address.storage, address.length), 0);
    }
    close(sonde_accept(listener, NULL, 0));
    ck_assert_int_eq(sonde_queue(listener, &queue), 0);
    ck_assert_int_eq(queue.queued, CLIENTS - 1);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    close(listener);
}
END_TEST

START_TEST(what_does_not_listen_is_told)
{
    struct sonde_address address;
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    check_error(fd, EINVAL);
    int listener = sonde_listen(&loopback, 7, 0, NULL);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    ck_assert_int_eq(connect(fd, (void *)&address.storage, address.length), 0);
    check_error(fd, EINVAL);
    close(listener);
    close(fd);
}
END_TEST

START_TEST(a_limit_of_0_is_believed_of_a_kernel_that_says_others)
{
    struct sonde_queue queue;
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (void *)&loopback.storage, loopback.length), 0);
    ck_assert_int_eq(listen(fd, 0), 0);
    int before = unit_descriptors();
    errno = 33;
    ck_assert_int_eq(sonde_queue(fd, &queue), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(queue.backlog, 0);
    ck_assert_int_eq(queue.queued, 0);
    ck_assert_int_eq(unit_descriptors(), before);
    close(fd);
}
END_TEST

/* The state of TCP_INFO is its first byte; all that follows stays 0.  */
static int pretends(int fd, int level, int name, void *value, socklen_t *length)
{
    int result = real.getsockopt(fd, level, name, value, length);
    if (!result && level == IPPROTO_TCP)
        memset((char *)value + 1, 0, *length - 1);
    return result;
}

START_TEST(a_stack_that_only_pretends_is_found_out)
{
    struct sonde_queue queue = {.backlog = 77};
    int fd = sonde_listen(&loopback, 7, 0, NULL);
    sonde__sys.getsockopt = pretends;
    check_error(fd, ENOTSUP);
    close(fd);
    fd = sonde_listen(&loopback, 7, 0, &queue);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(queue.backlog, -1);
    close(fd);
}
END_TEST

START_TEST(a_system_without_the_option_says_nothing)
{
    int fd = sonde_listen(&loopback, 7, 0, NULL);
    unit_error = ENOPROTOOPT;
    sonde__sys.getsockopt = unit_failing_getsockopt;
    check_error(fd, ENOTSUP);
    close(fd);
}
END_TEST

/* Out of descriptors: the truth cannot be had, which is not "nothing said". */
START_TEST(a_doubt_that_cannot_be_settled_is_no_answer)
{
    int fd = sonde_listen(&loopback, 7, 0, NULL);
    sonde__sys.getsockopt = pretends;
    unit_error = EMFILE;
    sonde__sys.socket = unit_failing_socket;
    check_error(fd, EMFILE);
    close(fd);
}
END_TEST

/* Where netlink is, it tells; a backlog that was cut as well.  */
START_TEST(a_unix_listener_is_found_in_the_list)
{
    int client, fd = open_unix(INT_MAX, &client);
    struct sonde_queue queue = {.backlog = -1};
    struct sonde_backlog_cap cap;
    int netlink = socket(AF_NETLINK, SOCK_RAW, 4 /* NETLINK_SOCK_DIAG */);
    if (netlink >= 0 && !sonde_backlog_cap(&cap)) {
        ck_assert_int_eq(sonde_queue(fd, &queue), 0);
        ck_assert_int_eq(queue.backlog, cap.value);
    }
    close(netlink);
    unit_error = EMFILE;
    sonde__sys.socket = unit_failing_socket;
    check_error(fd, EMFILE);
    sonde__sys = real;
    int mute = sonde_socket(AF_UNIX, SOCK_STREAM, 0);
    check_error(mute, EINVAL);
    close(mute);
    close(client);
    close(fd);
}
END_TEST

static void add_leaf(TCase *tests)
{
    tcase_add_test(tests, a_unix_listener_is_found_in_the_list);
    tcase_add_test(tests, the_queue_grows_with_each_connection);
    tcase_add_test(tests, many_drops_are_not_an_unknown_number);
    tcase_add_test(tests, what_does_not_listen_is_told);
    tcase_add_test(tests,
                   a_limit_of_0_is_believed_of_a_kernel_that_says_others);
    tcase_add_test(tests, a_stack_that_only_pretends_is_found_out);
    tcase_add_test(tests, a_system_without_the_option_says_nothing);
    tcase_add_test(tests, a_doubt_that_cannot_be_settled_is_no_answer);
}

#else

START_TEST(a_listener_says_something_or_nothing)
{
    struct sonde_queue queue = {.backlog = 77};
    int fd = sonde_listen(&loopback, 7, 0, NULL);
    ck_assert_int_ge(fd, 0);
    if (sonde_queue(fd, &queue))
        ck_assert_int_eq(errno, ENOTSUP);
    else
        ck_assert_int_ge(queue.backlog, 7);
    close(fd);
}
END_TEST

static void add_leaf(TCase *tests)
{
    tcase_add_test(tests, a_listener_says_something_or_nothing);
}

#endif

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, what_is_no_socket_has_no_queue);
    tcase_add_test(tests, other_kinds_of_sockets_say_nothing);
    tcase_add_test(tests, a_unix_listener);
    add_leaf(tests);
}

int main(void)
{
    return unit_main("queue", add);
}
