/* test-line.c - lib/line.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

/* Milliseconds for what comes at once, but for a host that is busy.  */
enum { PATIENCE = 20000 };

static struct sonde__calls real;
static struct sonde_lines lines;
static int pair[2];
static char buffer[16];
static int reads;

static ssize_t recv_counted(int fd, void *into, size_t size, int flags)
{
    reads++;
    return real.recv(fd, into, size, flags);
}

static void setup(void)
{
    real = sonde__sys;
    reads = 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(sonde_lines_open(&lines, pair[0], buffer, sizeof buffer),
                     0);
    sonde__sys.recv = recv_counted;
}

static void teardown(void)
{
    sonde_lines_close(&lines);
    close(pair[0]);
    close(pair[1]);
}

static void send_bytes(const char *bytes, size_t size)
{
    ck_assert_int_eq(write(pair[1], bytes, size), (ssize_t)size);
}

static void send_text(const char *text)
{
    send_bytes(text, strlen(text));
}

static void expect(const char *bytes, size_t size)
{
    char *line = NULL;
    errno = 77;
    ck_assert_int_eq(sonde_line(&lines, &line, PATIENCE), (ssize_t)size);
    ck_assert_mem_eq(line, bytes, size);
    ck_assert_int_eq(errno, 77);
}

static void expect_text(const char *text)
{
    expect(text, strlen(text));
}

static void expect_error(int error, int timeout)
{
    char *line = NULL;
    ck_assert_int_eq(sonde_line(&lines, &line, timeout), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_ptr_null(line);
}

START_TEST(one_read_serves_all_lines_that_came)
{
    send_text("one\n\ntwo\nthree\n");
    expect_text("one\n");
    expect_text("\n");
    expect_text("two\n");
    expect_text("three\n");
    ck_assert_int_eq(reads, 1);
    expect_error(EAGAIN, 0);
}
END_TEST

START_TEST(a_nul_is_a_byte_like_others)
{
    send_bytes("a\0b\n\0\n", 6);
    expect("a\0b\n", 4);
    expect("\0\n", 2);
}
END_TEST

START_TEST(the_last_line_needs_no_newline)
{
    send_text("one\ntwo");
    expect_text("one\n");
    expect_error(EAGAIN, 0);
    close(pair[1]);
    expect_text("two");
    expect("", 0);
    expect("", 0);
}
END_TEST

START_TEST(a_part_waits_for_its_rest)
{
    send_text("first\nhalf a ");
    expect_text("first\n");
    expect_error(EAGAIN, 10);
    send_text("line\nnext\n");
    expect_text("half a line\n");
    expect_text("next\n");
}
END_TEST

START_TEST(a_line_may_fill_the_buffer)
{
    send_text("123456789012345\n123456789012345\n");
    expect_text("123456789012345\n");
    expect_text("123456789012345\n");
    ck_assert_int_eq(reads, 2);
}
END_TEST

/* Drop the rest of a line, as a program does.  Returns 0, or -1.  */
static int skip_line(int timeout)
{
    char *piece;
    ssize_t length;
    do
        length = sonde_line_partial(&lines, &piece, timeout);
    while (length > 0 && piece[length - 1] != '\n');
    return length < 0 ? -1 : 0;
}

START_TEST(a_line_too_long_is_said_and_can_be_skipped)
{
    send_text("1234567890123456\nshort\n12345678901234567890");
    expect_error(EMSGSIZE, PATIENCE);
    expect_error(EMSGSIZE, PATIENCE);
    ck_assert_int_eq(skip_line(PATIENCE), 0);
    expect_text("short\n");
    expect_error(EMSGSIZE, PATIENCE);
    ck_assert_int_eq(skip_line(10), -1);
    ck_assert_int_eq(errno, EAGAIN);
    send_text("90\nlast\n");
    ck_assert_int_eq(skip_line(PATIENCE), 0);
    expect_text("last\n");
    ck_assert_int_eq(sonde__sys.shutdown(pair[1], SHUT_WR), 0);
    ck_assert_int_eq(skip_line(PATIENCE), 0);
    expect("", 0);
}
END_TEST

/* Whether there is more is not known without room to read it.  */
START_TEST(an_end_without_a_newline_may_not_fill_the_buffer)
{
    char *piece;
    send_text("123456789012345");
    ck_assert_int_eq(sonde__sys.shutdown(pair[1], SHUT_WR), 0);
    expect_text("123456789012345");
    expect("", 0);
    teardown();
    sonde__sys = real;
    setup();
    send_text("1234567890123456");
    ck_assert_int_eq(sonde__sys.shutdown(pair[1], SHUT_WR), 0);
    expect_error(EMSGSIZE, PATIENCE);
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, PATIENCE), 16);
    expect("", 0);
}
END_TEST

START_TEST(a_line_too_long_can_be_had_in_pieces)
{
    char *piece;
    send_text("1234567890123456789\nnext\nend");
    expect_error(EMSGSIZE, PATIENCE);
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, PATIENCE), 16);
    ck_assert_mem_eq(piece, "1234567890123456", 16);
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, PATIENCE), 4);
    ck_assert_mem_eq(piece, "789\n", 4);
    expect_text("next\n");
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, PATIENCE), 3);
    ck_assert_mem_eq(piece, "end", 3);
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, 10), -1);
    ck_assert_int_eq(errno, EAGAIN);
    close(pair[1]);
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, PATIENCE), 0);
}
END_TEST

/* A host that gives one byte at a time.  */
static ssize_t recv_byte(int fd, void *into, size_t size, int flags)
{
    return real.recv(fd, into, size ? 1 : 0, flags);
}

START_TEST(bytes_that_trickle_in_are_lines_all_the_same)
{
    sonde__sys.recv = recv_byte;
    send_text("one\ntwo\n12345678901234567890\nthree");
    expect_text("one\n");
    expect_text("two\n");
    expect_error(EMSGSIZE, PATIENCE);
    ck_assert_int_eq(skip_line(PATIENCE), 0);
    close(pair[1]);
    expect_text("three");
    expect("", 0);
}
END_TEST

static ssize_t recv_reset(int fd, void *into, size_t size, int flags)
{
    errno = ECONNRESET;
    return -1;
}

START_TEST(what_came_before_an_error_is_still_there)
{
    char *piece;
    send_text("half");
    expect_error(EAGAIN, 0);
    sonde__sys.recv = recv_reset;
    expect_error(ECONNRESET, 0);
    ck_assert_int_eq(sonde_line_partial(&lines, &piece, PATIENCE), 4);
    ck_assert_mem_eq(piece, "half", 4);
}
END_TEST

/* A peer that sends as fast as it is read, and never a newline.  */
static ssize_t recv_flood(int fd, void *into, size_t size, int flags)
{
    reads++;
    memset(into, 'x', size);
    return (ssize_t)size;
}

START_TEST(a_flood_without_a_newline_keeps_no_call)
{
    char *line;
    sonde__sys.recv = recv_flood;
    for (int i = 1; i <= 64; i++) {
        ck_assert_int_eq(sonde_line_partial(&lines, &line, 0), 16);
        ck_assert_int_eq(reads, i);
    }
    ck_assert_int_eq(sonde_line(&lines, &line, 0), -1);
    ck_assert_int_eq(errno, EMSGSIZE);
    ck_assert_int_eq(reads, 65);
}
END_TEST

static int64_t late;

static int64_t now_late(void)
{
    return late;
}

/* Each byte takes a millisecond.  */
static ssize_t recv_slowly(int fd, void *into, size_t size, int flags)
{
    reads++;
    late += 1000000;
    *(char *)into = 'x';
    return 1;
}

START_TEST(a_slow_flood_ends_at_the_timeout)
{
    char *line;
    send_text("x"); /* ready */
    sonde__sys.now = now_late;
    sonde__sys.recv = recv_slowly;
    ck_assert_int_eq(sonde_line(&lines, &line, 5), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_lt(reads, 10);
}
END_TEST

/* A peer that has all of the lines there already.  */
static const char ready_line[] = "a line of sixty-four bytes, newline included,"
                                 " and no NUL there.\n";
enum { line_length = 64, line_count = 2000, recommended = 16384 };
static size_t sent;

static ssize_t recv_ready(int fd, void *into, size_t size, int flags)
{
    size_t left = (size_t)line_count * line_length - sent;
    char *bytes = into;
    reads++;
    if (size > left)
        size = left;
    for (size_t i = 0; i < size; i++)
        bytes[i] = ready_line[(sent + i) % line_length];
    sent += size;
    return (ssize_t)size;
}

START_TEST(there_is_one_read_for_a_buffer_full)
{
    struct sonde_lines many;
    char *line;
    int count = 0;
    ssize_t length;
    ck_assert_uint_eq(strlen(ready_line), line_length);
    sonde__sys.recv = recv_ready;
    ck_assert_int_eq(sonde_lines_open(&many, pair[0], NULL, recommended), 0);
    while ((length = sonde_line(&many, &line, -1)) > 0) {
        ck_assert_int_eq(length, line_length);
        ck_assert_mem_eq(line, ready_line, line_length);
        count++;
    }
    sonde_lines_close(&many);
    ck_assert_int_eq(length, 0);
    ck_assert_int_eq(count, line_count);
    /* Rounded up, and one that finds the end.  */
    int full = (line_count * line_length + recommended - 1) / recommended;
    ck_assert_int_eq(reads, full + 1);
}
END_TEST

START_TEST(the_buffer_may_be_ours)
{
    struct sonde_lines own;
    char *line;
    ck_assert_int_eq(sonde_lines_open(&own, pair[0], NULL, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_lines_open(&own, pair[0], NULL, 8), 0);
    send_text("line\n");
    ck_assert_int_eq(sonde_line(&own, &line, -1), 5);
    sonde_lines_close(&own);
    sonde_lines_close(&own);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, one_read_serves_all_lines_that_came);
    tcase_add_test(tests, a_nul_is_a_byte_like_others);
    tcase_add_test(tests, the_last_line_needs_no_newline);
    tcase_add_test(tests, a_part_waits_for_its_rest);
    tcase_add_test(tests, a_line_may_fill_the_buffer);
    tcase_add_test(tests, a_line_too_long_is_said_and_can_be_skipped);
    tcase_add_test(tests, an_end_without_a_newline_may_not_fill_the_buffer);
    tcase_add_test(tests, a_line_too_long_can_be_had_in_pieces);
    tcase_add_test(tests, bytes_that_trickle_in_are_lines_all_the_same);
    tcase_add_test(tests, what_came_before_an_error_is_still_there);
    tcase_add_test(tests, a_flood_without_a_newline_keeps_no_call);
    tcase_add_test(tests, a_slow_flood_ends_at_the_timeout);
    tcase_add_test(tests, there_is_one_read_for_a_buffer_full);
    tcase_add_test(tests, the_buffer_may_be_ours);
}

int main(void)
{
    return unit_main("line", add);
}
