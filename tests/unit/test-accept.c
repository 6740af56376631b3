/* test-accept.c - lib/accept.c
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

static int listener, client;
static struct sonde_address client_address;
static struct sonde__calls real;

/* A listener that does not block, and a client that waits there.  */
static void set_up(void)
{
    struct sonde_address address;
    real = sonde__sys;
    sonde_address_loopback(&address, AF_INET, 0);
    listener = sonde_listen(&address, 3, SONDE_NONBLOCK, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    client = sonde_socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(client, (void *)&address.storage, address.length),
                     0);
    ck_assert_int_eq(sonde_address_local(client, &client_address), 0);
    /* The client may be connected a moment before the listener knows.  */
    struct pollfd waited = {.fd = listener, .events = POLLIN};
    ck_assert_int_eq(poll(&waited, 1, 20000), 1);
}

static void tear_down(void)
{
    close(client);
    close(listener);
}

/* ---- an accept4 that says what another system would -------------------- */

static int error_said, times_left, calls_of_accept4, calls_of_accept;

static int accept4_says(int fd, struct sockaddr *address, socklen_t *length,
                        unsigned flags)
{
    calls_of_accept4++;
    if (times_left > 0) {
        times_left--;
        errno = error_said;
        return -1;
    }
    return real.accept4(fd, address, length, flags);
}

static int accept_says(int fd, struct sockaddr *address, socklen_t *length)
{
    calls_of_accept++;
    return real.accept(fd, address, length);
}

static int accept_fails(int fd, struct sockaddr *address, socklen_t *length)
{
    errno = unit_error;
    return -1;
}

static int accept4_fails(int fd, struct sockaddr *address, socklen_t *length,
                         unsigned flags)
{
    errno = ENOSYS;
    return -1;
}

static void say(int error, int times)
{
    error_said = error;
    times_left = times;
    sonde__sys.accept4 = accept4_says;
    sonde__sys.accept = accept_says;
}

static int flags_of(int fd)
{
    int status = fcntl(fd, F_GETFL), descriptor = fcntl(fd, F_GETFD);
    ck_assert_int_ge(status, 0);
    ck_assert_int_ge(descriptor, 0);
    return (status & O_NONBLOCK ? (int)SONDE_NONBLOCK : 0) |
           (descriptor & FD_CLOEXEC ? (int)SONDE_CLOEXEC : 0);
}

/* ---- tests -------------------------------------------------------------- */

static const struct {
    int error;
    enum sonde_accept_class class;
} classes[] = {
    {EINTR, SONDE_ACCEPT_RETRY},
    {ECONNABORTED, SONDE_ACCEPT_RETRY},
    {EPROTO, SONDE_ACCEPT_RETRY},
    {ENOTCONN, SONDE_ACCEPT_RETRY},
    {ECONNRESET, SONDE_ACCEPT_RETRY},
    {ETIMEDOUT, SONDE_ACCEPT_RETRY},
    {ENETDOWN, SONDE_ACCEPT_RETRY},
    {ENOPROTOOPT, SONDE_ACCEPT_RETRY},
    {EHOSTUNREACH, SONDE_ACCEPT_RETRY},
    {ENETUNREACH, SONDE_ACCEPT_RETRY},
    {EPERM, SONDE_ACCEPT_RETRY},
    {EACCES, SONDE_ACCEPT_RETRY},
#ifdef EHOSTDOWN
    {EHOSTDOWN, SONDE_ACCEPT_RETRY},
#endif
#ifdef ENONET
    {ENONET, SONDE_ACCEPT_RETRY},
#endif
    {EAGAIN, SONDE_ACCEPT_WAIT},
    {EWOULDBLOCK, SONDE_ACCEPT_WAIT},
    {EMFILE, SONDE_ACCEPT_BACKOFF},
    {ENFILE, SONDE_ACCEPT_BACKOFF},
    {ENOBUFS, SONDE_ACCEPT_BACKOFF},
    {ENOMEM, SONDE_ACCEPT_BACKOFF},
#ifdef ENOSR
    {ENOSR, SONDE_ACCEPT_BACKOFF},
#endif
    {EBADF, SONDE_ACCEPT_FATAL},
    {ENOTSOCK, SONDE_ACCEPT_FATAL},
    {EINVAL, SONDE_ACCEPT_FATAL},
    {EFAULT, SONDE_ACCEPT_FATAL},
    {EOPNOTSUPP, SONDE_ACCEPT_FATAL},
    {ENOSYS, SONDE_ACCEPT_FATAL},
    {0, SONDE_ACCEPT_FATAL},
    {-1, SONDE_ACCEPT_FATAL},
    {99999, SONDE_ACCEPT_FATAL},
};

enum { CLASSES = sizeof classes / sizeof *classes };

START_TEST(every_errno_has_its_class)
{
    for (size_t i = 0; i < CLASSES; i++)
        ck_assert_msg(sonde_accept_class(classes[i].error) == classes[i].class,
                      "errno %d", classes[i].error);
}
END_TEST

/* Each errno, as accept4 would say it once; what makes accept4 itself suspect
   is for the tests of the fallback.  */
START_TEST(each_errno_is_treated_by_its_class)
{
    int error = classes[_i].error;
    if (error == ENOSYS || error == EPERM || error == EACCES || error == EINVAL)
        return;
    say(error, 1);
    errno = 33;
    int fd = sonde_accept(listener, NULL, 0);
    if (classes[_i].class == SONDE_ACCEPT_RETRY) {
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(errno, 33);
        ck_assert_int_eq(calls_of_accept4, 2);
        close(fd);
        return;
    }
    ck_assert_int_eq(fd, -1);
    ck_assert_int_eq(errno, error == EWOULDBLOCK ? EAGAIN : error);
    ck_assert_int_eq(calls_of_accept4, 1);
    ck_assert_int_eq(calls_of_accept, 0);
}
END_TEST

START_TEST(sixty_three_dead_connections_are_skipped)
{
    say(ECONNABORTED, 63);
    int fd = sonde_accept(listener, NULL, 0);
    ck_assert_int_ge(fd, 0);
    close(fd);
}
END_TEST

/* So "no client waits" is one thing, and "it goes on failing" another.  */
START_TEST(sixty_four_are_reported_by_their_own_errno)
{
    static const int errors[] = {ECONNABORTED, EPROTO, ECONNRESET, ENOTCONN,
                                 EINTR,        EACCES, EPERM};
    int error = errors[_i];
    say(error, 1000);
    unit_error = error;
    sonde__sys.accept = accept_fails;
    errno = 0;
    ck_assert_int_eq(sonde_accept(listener, NULL, 0), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_int_eq(calls_of_accept4, 64);
    ck_assert_int_eq(sonde_accept_class(errno), SONDE_ACCEPT_RETRY);
}
END_TEST

static int64_t played;

static int64_t now_played(void)
{
    return played += 5000000;
}

/* A listener that blocks may be interrupted any number of times.  */
START_TEST(signals_that_come_one_by_one_are_no_failure)
{
    say(EINTR, 1000);
    sonde__sys.now = now_played;
    int fd = sonde_accept(listener, NULL, 0);
    ck_assert_int_ge(fd, 0);
    close(fd);
}
END_TEST

START_TEST(nobody_waits)
{
    int fd = sonde_accept(listener, NULL, 0);
    struct sonde_address peer = {.length = 77};
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_accept(listener, &peer, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_eq(peer.length, 77);
    close(fd);
}
END_TEST

START_TEST(the_flags_are_as_stated)
{
    struct sonde_address peer;
    errno = 33;
    int fd = sonde_accept(listener, &peer, (unsigned)_i);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(flags_of(fd), _i);
    ck_assert_int_eq(sonde_address_compare(&peer, &client_address), 0);
    ck_assert_uint_eq(peer.length, client_address.length);
    close(fd);
}
END_TEST

/* As above, through plain accept, for each errno of an accept4 that does not
   work.  */
START_TEST(a_missing_accept4_is_made_up_for)
{
    static const int errors[] = {ENOSYS, EPERM, EACCES, EINVAL};
    struct sonde_address peer;
    int flags = _i % 4;
    say(errors[_i / 4], 1);
    errno = 33;
    int fd = sonde_accept(listener, &peer, (unsigned)flags);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(calls_of_accept, 1);
    ck_assert_int_eq(flags_of(fd), flags);
    ck_assert_int_eq(sonde_address_compare(&peer, &client_address), 0);
    close(fd);
}
END_TEST

/* Like BSD: the new socket has the state of the listener.  */
static int accept_inherits(int fd, struct sockaddr *address, socklen_t *length)
{
    int new = real.accept(fd, address, length);
    if (new >= 0 && fcntl(new, F_SETFL, fcntl(fd, F_GETFL)))
        abort();
    if (new >= 0 && fcntl(new, F_SETFD, FD_CLOEXEC))
        abort();
    return new;
}

START_TEST(what_is_inherited_is_cleared)
{
    say(ENOSYS, 1);
    sonde__sys.accept = accept_inherits;
    int fd = sonde_accept(listener, NULL, (unsigned)_i);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flags_of(fd), _i);
    close(fd);
}
END_TEST

/* Like macOS: success, for a connection that died.  */
static int length_zero(int fd, struct sockaddr *address, socklen_t *length,
                       unsigned flags)
{
    if (times_left-- > 0) {
        *length = 0;
        return dup(fd);
    }
    return real.accept4(fd, address, length, flags);
}

START_TEST(an_address_of_length_0_is_closed_and_passed_over)
{
    struct sonde_address peer;
    int before = unit_descriptors();
    times_left = 5;
    sonde__sys.accept4 = length_zero;
    errno = 33;
    int fd = sonde_accept(listener, &peer, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(unit_descriptors(), before + 1);
    ck_assert_int_eq(sonde_address_compare(&peer, &client_address), 0);
    close(fd);
    times_left = 1000;
    ck_assert_int_eq(sonde_accept(listener, &peer, 0), -1);
    ck_assert_int_eq(errno, ECONNABORTED);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

/* Like macOS over IPv4: the address is there, the peer is not.  */
static int names_the_dead(int fd, struct sockaddr *address, socklen_t *length)
{
    if (times_left-- <= 0)
        return real.accept(fd, address, length);
    struct sonde_address peer;
    sonde_address_loopback(&peer, AF_INET, 5000);
    memcpy(address, &peer.storage, peer.length);
    *length = peer.length;
    return dup(fd);
}

/* A listener has no peer: ENOTCONN by itself.  */
static int getpeername_says(int fd, struct sockaddr *address, socklen_t *length)
{
    int result = real.getpeername(fd, address, length);
    if (result && errno == ENOTCONN)
        errno = error_said;
    return result;
}

START_TEST(a_full_address_without_a_peer_is_closed_and_passed_over)
{
    static const int errors[] = {EINVAL, ENOTCONN};
    struct sonde_address peer;
    int before = unit_descriptors();
    say(ENOSYS, 1000);
    sonde__sys.accept4 = accept4_fails;
    sonde__sys.accept = names_the_dead;
    sonde__sys.getpeername = getpeername_says;
    error_said = errors[_i];
    times_left = 5;
    errno = 33;
    int fd = sonde_accept(listener, &peer, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(unit_descriptors(), before + 1);
    ck_assert_int_eq(sonde_address_compare(&peer, &client_address), 0);
    close(fd);
    times_left = 1000;
    ck_assert_int_eq(sonde_accept(listener, &peer, 0), -1);
    ck_assert_int_eq(errno, ECONNABORTED);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

/* POSIX leaves open what a client without a name is told as, and most clients
   of a UNIX socket have none.  */
static int accept4_nameless(int fd, struct sockaddr *address, socklen_t *length,
                            unsigned flags)
{
    int result = real.accept4(fd, address, length, flags);
    if (result < 0 && errno == ENOSYS)
        result = real.accept(fd, address, length);
    if (result >= 0)
        *length = 0;
    return result;
}

START_TEST(a_unix_client_may_have_no_address)
{
    char directory[] = "sonde-accept-XXXXXX", path[sizeof directory + 2];
    struct sonde_address address, peer;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/s", directory);
    ck_assert_int_eq(sonde_address_unix(&address, path), 0);
    int fd = sonde_listen(&address, 1, SONDE_NONBLOCK, NULL);
    ck_assert_int_ge(fd, 0);
    int visitor = sonde_connect(&address, 1, 20000, NULL, NULL);
    unlink(path);
    rmdir(directory);
    ck_assert_int_ge(visitor, 0);
    sonde__sys.accept4 = accept4_nameless;
    int accepted = sonde_accept(fd, &peer, SONDE_NONBLOCK);
    ck_assert_int_ge(accepted, 0);
    ck_assert_uint_eq(peer.length, 0);
    close(accepted);
    close(visitor);
    close(fd);
}
END_TEST

/* The BSDs tell the length of a UNIX address that was cut to fit.  */
static int accept4_long(int fd, struct sockaddr *address, socklen_t *length,
                        unsigned flags)
{
    int result = real.accept4(fd, address, length, flags);
    if (result < 0 && errno == ENOSYS)
        result = real.accept(fd, address, length);
    *length = 255;
    return result;
}

START_TEST(a_length_is_never_beyond_the_storage)
{
    struct sonde_address peer;
    sonde__sys.accept4 = accept4_long;
    int fd = sonde_accept(listener, &peer, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(peer.length, sizeof peer.storage);
    close(fd);
}
END_TEST

START_TEST(flags_that_cannot_be_set_close_the_descriptor)
{
    int before = unit_descriptors();
    say(ENOSYS, 1);
    unit_error = EDOM;
    sonde__sys.fcntl = unit_failing_fcntl;
    ck_assert_int_eq(sonde_accept(listener, NULL, SONDE_CLOEXEC), -1);
    ck_assert_int_eq(errno, EDOM);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

START_TEST(what_does_not_listen_is_told)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(sonde_accept(client, NULL, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_accept(ends[0], NULL, 0), -1);
    ck_assert_int_eq(errno, ENOTSOCK);
    close(ends[0]);
    close(ends[1]);
    ck_assert_int_eq(sonde_accept(ends[0], NULL, 0), -1);
    ck_assert_int_eq(errno, EBADF);
    int udp = sonde_socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(sonde_accept(udp, NULL, 0), -1);
    ck_assert_int_eq(errno, EOPNOTSUPP);
    close(udp);
}
END_TEST

START_TEST(an_unknown_flag_is_refused)
{
    say(0, 0);
    ck_assert_int_eq(sonde_accept(listener, NULL, SONDE_REUSEADDR), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_accept(listener, NULL, 1U << 31), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(calls_of_accept4, 0);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_errno_has_its_class);
    tcase_add_loop_test(tests, each_errno_is_treated_by_its_class, 0, CLASSES);
    tcase_add_test(tests, sixty_three_dead_connections_are_skipped);
    tcase_add_loop_test(tests, sixty_four_are_reported_by_their_own_errno, 0,
                        7);
    tcase_add_test(tests, signals_that_come_one_by_one_are_no_failure);
    tcase_add_test(tests, nobody_waits);
    tcase_add_loop_test(tests, the_flags_are_as_stated, 0, 4);
    tcase_add_loop_test(tests, a_missing_accept4_is_made_up_for, 0, 16);
    tcase_add_loop_test(tests, what_is_inherited_is_cleared, 0, 4);
    tcase_add_test(tests, an_address_of_length_0_is_closed_and_passed_over);
    tcase_add_loop_test(
        tests, a_full_address_without_a_peer_is_closed_and_passed_over, 0, 2);
    tcase_add_test(tests, a_unix_client_may_have_no_address);
    tcase_add_test(tests, a_length_is_never_beyond_the_storage);
    tcase_add_test(tests, flags_that_cannot_be_set_close_the_descriptor);
    tcase_add_test(tests, what_does_not_listen_is_told);
    tcase_add_test(tests, an_unknown_flag_is_refused);
}

int main(void)
{
    return unit_main("accept", add);
}
