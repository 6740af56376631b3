/* test-socket.c - lib/socket.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static struct sonde__calls real;

static void set_up(void)
{
    real = sonde__sys;
}

static void check_flags(int fd, int flags)
{
    ck_assert_int_eq((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0,
                     (flags & (int)SONDE_NONBLOCK) != 0);
    ck_assert_int_eq((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0,
                     (flags & (int)SONDE_CLOEXEC) != 0);
}

START_TEST(the_flags_are_as_stated)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
    for (int i = 0; i < 2; i++) {
        errno = 33;
        int fd = sonde_socket(AF_INET, types[i], (unsigned)_i);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(errno, 33);
        check_flags(fd, _i);
        close(fd);
    }
}
END_TEST

START_TEST(flags_are_set_and_cleared_later)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, (unsigned)(_i / 4));
    ck_assert_int_eq(sonde__set_flags(fd, (unsigned)(_i % 4)), 0);
    check_flags(fd, _i % 4);
    close(fd);
    ck_assert_int_eq(sonde__set_flags(fd, 0), -1);
    ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(an_unknown_flag_is_refused)
{
    int before = unit_descriptors();
    for (unsigned flag = 4; flag != 0; flag <<= 1) {
        errno = 0;
        ck_assert_int_eq(sonde_socket(AF_INET, SOCK_STREAM, flag), -1);
        ck_assert_int_eq(errno, EINVAL);
    }
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

/* Like a kernel older than its headers: just the plain types.  */
static int error_said, calls_of_socket;
static int old_socket(int family, int type, int protocol)
{
    calls_of_socket++;
    if (type != SOCK_STREAM && type != SOCK_DGRAM) {
        errno = error_said;
        return -1;
    }
    return real.socket(family, type, protocol);
}

START_TEST(an_old_kernel_is_made_up_for)
{
    static const int errors[] = {EINVAL, EPROTOTYPE};
    sonde__sys.socket = old_socket;
    error_said = errors[_i / 4];
    errno = 33;
    int fd = sonde_socket(AF_INET, SOCK_STREAM, (unsigned)(_i % 4));
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(errno, 33);
    check_flags(fd, _i % 4);
    close(fd);
}
END_TEST

START_TEST(flags_that_cannot_be_set_close_the_descriptor)
{
    int before = unit_descriptors();
    sonde__sys.socket = old_socket;
    unit_error = EDOM;
    sonde__sys.fcntl = unit_failing_fcntl;
    error_said = EINVAL;
    ck_assert_int_eq(sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC), -1);
    ck_assert_int_eq(errno, EDOM);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

static int socket_says(int family, int type, int protocol)
{
    calls_of_socket++;
    errno = error_said;
    return -1;
}

START_TEST(an_errno_comes_through)
{
    static const int errors[] = {EMFILE,       ENFILE, ENOBUFS,
                                 ENOMEM,       EACCES, EPERM,
                                 EAFNOSUPPORT, EINVAL, EPROTOTYPE};
    sonde__sys.socket = socket_says;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        error_said = errors[i];
        calls_of_socket = 0;
        errno = 0;
        ck_assert_int_eq(sonde_socket(AF_INET, SOCK_STREAM, SONDE_NONBLOCK),
                         -1);
        ck_assert_int_eq(errno, errors[i]);
        ck_assert_int_le(calls_of_socket, 2);
    }
}
END_TEST

START_TEST(no_such_family_or_type)
{
    ck_assert_int_eq(sonde_socket(999, SOCK_STREAM, SONDE_CLOEXEC), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_int_eq(sonde_socket(AF_INET, 0, SONDE_CLOEXEC), -1);
    ck_assert_int_ne(errno, 0);
}
END_TEST

/* close() may say EINTR or EIO; the descriptor is gone, and errno is kept.  */
static int close_says(int fd)
{
    real.close(fd);
    errno = EINTR;
    calls_of_socket++;
    return -1;
}

START_TEST(close_keeps_errno_and_is_called_once)
{
    int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
    sonde__sys.close = close_says;
    errno = 33;
    sonde__close(fd);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(calls_of_socket, 1);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_loop_test(tests, the_flags_are_as_stated, 0, 4);
    tcase_add_loop_test(tests, flags_are_set_and_cleared_later, 0, 16);
    tcase_add_test(tests, an_unknown_flag_is_refused);
    tcase_add_loop_test(tests, an_old_kernel_is_made_up_for, 0, 8);
    tcase_add_test(tests, flags_that_cannot_be_set_close_the_descriptor);
    tcase_add_test(tests, an_errno_comes_through);
    tcase_add_test(tests, no_such_family_or_type);
    tcase_add_test(tests, close_keeps_errno_and_is_called_once);
}

int main(void)
{
    return unit_main("socket", add);
}
