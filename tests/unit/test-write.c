/* test-write.c - base/write.c: all of it, or the reason
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/write.h"
#include "tests/unit/unit.h"

enum { SIZE = 1000000 };

/* A child that reads PIPE to its end: it ends with 0 if the bytes were those of
   make_bytes.  */
static pid_t start_reader(const int pipe[2], const char *bytes)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child > 0)
        return child;
    char got[777];
    size_t count = 0;
    ssize_t size;
    close(pipe[1]);
    while ((size = read(pipe[0], got, sizeof got)) > 0) {
        if (count + (size_t)size > SIZE ||
            memcmp(got, bytes + count, (size_t)size))
            _exit(1);
        count += (size_t)size;
    }
    _exit(count != SIZE);
}

static char *make_bytes(void)
{
    char *bytes = malloc(SIZE);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i % 251);
    return bytes;
}

/* _i: whether the descriptor is non-blocking.  */
START_TEST(more_than_a_pipe_holds_is_written)
{
    int ends[2], status;
    char *bytes = make_bytes();
    ck_assert_int_eq(pipe(ends), 0);
    if (_i)
        ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    pid_t reader = start_reader(ends, bytes);
    close(ends[0]);
    errno = ENOTDIR;
    ck_assert_int_eq(write_all(ends[1], bytes, SIZE), 0);
    ck_assert_int_eq(errno, ENOTDIR);
    close(ends[1]);
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert_int_eq(status, 0);
    free(bytes);
}
END_TEST

START_TEST(a_reader_that_has_gone)
{
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    ck_assert_int_eq(write_all(ends[1], "x", 1), -1);
    ck_assert(write_has_no_reader(errno));
    close(ends[1]);
}
END_TEST

/* It goes while the writer waits.  */
START_TEST(a_reader_that_goes)
{
    int ends[2];
    char *bytes = make_bytes();
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    pid_t reader = fork();
    ck_assert_int_ge(reader, 0);
    if (reader == 0) {
        char first[100];
        close(ends[1]);
        _exit(read(ends[0], first, sizeof first) < 0);
    }
    close(ends[0]);
    ck_assert_int_eq(write_all(ends[1], bytes, SIZE), -1);
    ck_assert(write_has_no_reader(errno));
    ck_assert_int_eq(waitpid(reader, NULL, 0), reader);
    close(ends[1]);
    free(bytes);
}
END_TEST

START_TEST(other_errors_are_the_callers)
{
    ck_assert_int_eq(write_all(-1, "x", 1), -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert(!write_has_no_reader(EBADF));
    ck_assert(!write_has_no_reader(ENOSPC));
    ck_assert_int_eq(write_all(-1, "", 0), 0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, more_than_a_pipe_holds_is_written, 0, 2);
    tcase_add_test(tests, a_reader_that_has_gone);
    tcase_add_test(tests, a_reader_that_goes);
    tcase_add_test(tests, other_errors_are_the_callers);
}

int main(void)
{
    return unit_main("write", add);
}
