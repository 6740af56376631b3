/* test-listen.c - lib/listen.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;
static struct sonde_address loopback;

static void set_up(void)
{
    real = sonde__sys;
    sonde_address_loopback(&loopback, AF_INET, 0);
}

static int get_option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    ck_assert_int_eq(getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

/* ---- calls that say what another system would --------------------------- */

static int bind_says(int fd, const struct sockaddr *address, socklen_t length)
{
    errno = unit_error;
    return -1;
}

static int bind_succeeds(int fd, const struct sockaddr *address,
                         socklen_t length)
{
    return 0;
}

static int listen_says(int fd, int backlog)
{
    errno = unit_error;
    return -1;
}

/* Takes V6ONLY, and does not do it.  */
static int setsockopt_pretends(int fd, int level, int name, const void *value,
                               socklen_t length)
{
    if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY)
        return 0;
    return real.setsockopt(fd, level, name, value, length);
}

static int v6only_is_off(int fd, int level, int name, void *value,
                         socklen_t *length)
{
    if (level != IPPROTO_IPV6 || name != IPV6_V6ONLY)
        return real.getsockopt(fd, level, name, value, length);
    *(int *)value = 0;
    *length = sizeof(int);
    return 0;
}

static int backlog_seen;
static int listen_notes(int fd, int backlog)
{
    backlog_seen = backlog;
    return real.listen(fd, backlog);
}

/* An IPv6 socket even where there is no IPv6: the kernel's other family will
   do for calls that are all made up.  */
static int socket_of_any_kind(int family, int type, int protocol)
{
    return real.socket(AF_INET, type, protocol);
}

/* ---- tests -------------------------------------------------------------- */

START_TEST(the_queue_is_read_back)
{
    struct sonde_queue queue = {77, 77, 77, 77};
    errno = 33;
    int fd = sonde_listen(&loopback, 5, 0, &queue);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(get_option(fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
    struct sonde_queue again = {-1, -1, -1, -1};
    int error = sonde_queue(fd, &again) ? errno : 0;
    ck_assert(error == 0 || error == ENOTSUP);
    ck_assert_int_eq(queue.backlog, again.backlog);
    ck_assert_int_eq(queue.queued, again.queued);
    ck_assert_int_eq(queue.drops, again.drops);
    ck_assert(error != 0 || queue.backlog >= 5);
    close(fd);
}
END_TEST

START_TEST(what_is_wanted_goes_through_backlog)
{
    static const int wanted[] = {-1, 0, 1, 5, 4096};
    sonde__sys.listen = listen_notes;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int fd = sonde_listen(&loopback, wanted[i], 0, NULL);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(backlog_seen, sonde_backlog(wanted[i]));
        close(fd);
    }
}
END_TEST

START_TEST(a_unix_listener_says_its_queue_or_nothing)
{
    char directory[] = "/tmp/test-listen-XXXXXX", path[64];
    struct sonde_address address;
    struct sonde_queue queue = {77, 77, 77, 77};
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    ck_assert_int_eq(sonde_address_unix(&address, path), 0);
    /* SO_REUSEADDR means nothing there, and is an error on some systems.  */
    sonde__sys.setsockopt = unit_failing_setsockopt;
    int fd = sonde_listen(&address, 5, SONDE_REUSEADDR, &queue);
    int second = sonde_listen(&address, 5, SONDE_REUSEADDR, NULL);
    int error = errno;
    unlink(path);
    rmdir(directory);
    ck_assert_int_ge(fd, 0);
    /* Linux tells by its list of listeners, FreeBSD by options.  */
    ck_assert(queue.backlog == 5 || queue.backlog == -1);
    ck_assert_int_eq(queue.queued, queue.backlog == 5 ? 0 : -1);
    ck_assert(queue.incomplete <= 0);
    ck_assert_int_eq(queue.drops, -1);
    ck_assert_int_eq(second, -1);
    ck_assert_int_eq(error, EADDRINUSE);
    close(fd);
}
END_TEST

/* The file of a UNIX socket does not outlive a listener that never was.  */
START_TEST(a_path_is_removed_if_listen_fails)
{
    char directory[] = "/tmp/test-listen-XXXXXX", path[64];
    struct sonde_address address;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    ck_assert_int_eq(sonde_address_unix(&address, path), 0);
    sonde__sys.listen = listen_says;
    unit_error = EDOM;
    int fd = sonde_listen(&address, 5, 0, NULL);
    int error = errno;
    int is_there = access(path, F_OK) == 0;
    sonde__sys.listen = real.listen;
    /* One that is not ours, since bind fails, stays.  */
    int live = sonde_listen(&address, 5, 0, NULL);
    int second = sonde_listen(&address, 5, 0, NULL);
    int stays = access(path, F_OK) == 0;
    unlink(path);
    rmdir(directory);
    ck_assert_int_eq(fd, -1);
    ck_assert_int_eq(error, EDOM);
    ck_assert(!is_there);
    ck_assert_int_ge(live, 0);
    ck_assert_int_eq(second, -1);
    ck_assert(stays);
    close(live);
    /* No path at all: nothing to remove.  */
    sonde__sys.listen = listen_says;
    sonde__sys.bind = bind_succeeds;
    memset((char *)&address.storage + offsetof(struct sockaddr_un, sun_path), 0,
           1);
    ck_assert_int_eq(sonde_listen(&address, 5, 0, NULL), -1);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

START_TEST(the_flags_are_as_stated)
{
    int fd = sonde_listen(&loopback, 1, (unsigned)_i, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0,
                     (_i & (int)SONDE_NONBLOCK) != 0);
    ck_assert_int_eq((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0,
                     (_i & (int)SONDE_CLOEXEC) != 0);
    ck_assert_int_eq(get_option(fd, SOL_SOCKET, SO_REUSEADDR) != 0,
                     (_i & (int)SONDE_REUSEADDR) != 0);
    close(fd);
}
END_TEST

START_TEST(an_unknown_flag_is_refused)
{
    int before = unit_descriptors();
    for (unsigned flag = 2 * SONDE_REUSEADDR; flag != 0; flag <<= 1) {
        errno = 0;
        ck_assert_int_eq(sonde_listen(&loopback, 1, flag, NULL), -1);
        ck_assert_int_eq(errno, EINVAL);
    }
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

START_TEST(a_live_listener_keeps_its_port)
{
    static const unsigned flags[] = {0, SONDE_REUSEADDR};
    for (int i = 0; i < 4; i++) {
        struct sonde_address address;
        struct sonde_queue queue = {.backlog = 77};
        int fd = sonde_listen(&loopback, 1, flags[i % 2], NULL);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(sonde_address_local(fd, &address), 0);
        int before = unit_descriptors();
        errno = 0;
        ck_assert_int_eq(sonde_listen(&address, 1, flags[i / 2], &queue), -1);
        ck_assert_int_eq(errno, EADDRINUSE);
        ck_assert_int_eq(queue.backlog, 77);
        ck_assert_int_eq(unit_descriptors(), before);
        close(fd);
    }
}
END_TEST

START_TEST(an_address_that_is_not_here)
{
    struct sonde_address address;
    int before = unit_descriptors();
    /* TEST-NET-1: nobody's.  */
    ck_assert_int_eq(sonde_address_parse(&address, "192.0.2.1", 0), 0);
    ck_assert_int_eq(sonde_listen(&address, 1, 0, NULL), -1);
    ck_assert_int_eq(errno, EADDRNOTAVAIL);
    ck_assert_int_eq(unit_descriptors(), before);
    ck_assert_int_eq(sonde_listen(&(struct sonde_address){0}, 1, 0, NULL), -1);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

static void check_refused(const struct sonde_address *address, unsigned flags,
                          int error)
{
    struct sonde_queue queue = {.backlog = 77};
    int before = unit_descriptors();
    errno = 0;
    ck_assert_int_eq(sonde_listen(address, 1, flags, &queue), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_int_eq(queue.backlog, 77);
    ck_assert_int_eq(unit_descriptors(), before);
}

START_TEST(every_failing_call_closes_the_descriptor)
{
    static const int errors[] = {EADDRINUSE, EACCES, ENOBUFS, EDOM};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        sonde__sys.bind = bind_says;
        check_refused(&loopback, 0, unit_error);
        sonde__sys.bind = real.bind;
        sonde__sys.listen = listen_says;
        check_refused(&loopback, 0, unit_error);
        sonde__sys.listen = real.listen;
        sonde__sys.setsockopt = unit_failing_setsockopt;
        check_refused(&loopback, SONDE_REUSEADDR, unit_error);
        sonde__sys.setsockopt = real.setsockopt;
    }
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
    struct sonde_address loopback6;
    sonde_address_loopback(&loopback6, AF_INET6, 0);
    sonde__sys.setsockopt = setsockopt_openbsd;
    int fd = sonde_listen(&loopback6, 1, 0, NULL);
    if (fd < 0)
        ck_assert(errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
}
END_TEST

START_TEST(without_v6only_there_is_no_listener)
{
    static const struct {
        int error, told;
    } errors[] = {
        {ENOPROTOOPT, EOPNOTSUPP},
        {EINVAL, EOPNOTSUPP},
        {ENOMEM, ENOMEM},
    };
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET6, 0);
    sonde__sys.socket = socket_of_any_kind;
    sonde__sys.setsockopt = unit_failing_setsockopt;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i].error;
        check_refused(&address, 0, errors[i].told);
    }
    sonde__sys.setsockopt = setsockopt_pretends;
    sonde__sys.getsockopt = v6only_is_off;
    check_refused(&address, 0, EOPNOTSUPP);
}
END_TEST

START_TEST(an_ipv6_listener_is_for_ipv6_alone)
{
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET6, 0);
    int fd = sonde_listen(&address, 1, 0, NULL);
    if (fd < 0) {
        /* A host without IPv6: that is told.  */
        ck_assert(errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
        return;
    }
    ck_assert_int_eq(get_option(fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    close(fd);
    /* Set by ourselves, not found: the default differs.  */
    sonde__sys.setsockopt = setsockopt_pretends;
    check_refused(&address, 0, EOPNOTSUPP);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, the_queue_is_read_back);
    tcase_add_test(tests, what_is_wanted_goes_through_backlog);
    tcase_add_test(tests, a_unix_listener_says_its_queue_or_nothing);
    tcase_add_test(tests, a_path_is_removed_if_listen_fails);
    tcase_add_loop_test(tests, the_flags_are_as_stated, 0, 8);
    tcase_add_test(tests, an_unknown_flag_is_refused);
    tcase_add_test(tests, a_live_listener_keeps_its_port);
    tcase_add_test(tests, an_address_that_is_not_here);
    tcase_add_test(tests, every_failing_call_closes_the_descriptor);
    tcase_add_test(tests, v6only_is_never_cleared);
    tcase_add_test(tests, without_v6only_there_is_no_listener);
    tcase_add_test(tests, an_ipv6_listener_is_for_ipv6_alone);
}

int main(void)
{
    return unit_main("listen", add);
}
