/* test-verify.c - clients/verify.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "clients/verify.h"
#include "tests/unit/unit.h"

static struct verify verify;

static void setup(void)
{
    ck_assert_int_eq(verify_open(&verify, 8), 0);
}

static void teardown(void)
{
    verify_close(&verify);
}

/* Put TEXT in, as far as it has room in one piece; how much that was.  */
static size_t put(const char *text)
{
    size_t size;
    void *space = verify_space(&verify, &size);
    if (size > strlen(text))
        size = strlen(text);
    memcpy(space, text, size);
    verify.filled += size;
    return size;
}

static size_t send_piece(size_t most)
{
    size_t size;
    verify_unsent(&verify, &size);
    if (size > most)
        size = most;
    verify.sent += size;
    return size;
}

static enum verify_answer check(const char *text, size_t *good)
{
    return verify_check(&verify, text, strlen(text), good);
}

START_TEST(test_same)
{
    size_t good;
    ck_assert_uint_eq(put("hello"), 5);
    ck_assert_uint_eq(send_piece(8), 5);
    ck_assert_int_eq(check("he", &good), VERIFY_SAME);
    ck_assert_uint_eq(good, 2);
    ck_assert_int_eq(check("llo", &good), VERIFY_SAME);
    ck_assert_uint_eq(verify.echoed, 5);
}
END_TEST

START_TEST(test_full)
{
    size_t size, good;
    ck_assert_uint_eq(put("12345678"), 8);
    verify_space(&verify, &size);
    ck_assert_uint_eq(size, 0);
    send_piece(8);
    verify_space(&verify, &size);
    ck_assert_uint_eq(size, 0);
    ck_assert_int_eq(check("123", &good), VERIFY_SAME);
    verify_space(&verify, &size);
    ck_assert_uint_eq(size, 3);
}
END_TEST

/* Round the ring many times, in pieces that never fit it.  */
START_TEST(test_round)
{
    size_t good;
    for (int i = 0; i < 1000; i++) {
        ck_assert_uint_gt(put("abcde"), 0);
        while (send_piece(2) > 0) {
        }
        while (verify.echoed < verify.sent) {
            unsigned char due = verify.bytes[verify.echoed % verify.size];
            ck_assert_int_eq(verify_check(&verify, &due, 1, &good),
                             VERIFY_SAME);
        }
    }
    ck_assert_uint_gt(verify.echoed, 1000);
}
END_TEST

START_TEST(test_across_the_end)
{
    size_t good;
    put("123456");
    send_piece(8);
    ck_assert_int_eq(check("123456", &good), VERIFY_SAME);
    ck_assert_uint_eq(put("abcd"), 2);
    ck_assert_uint_eq(put("cd"), 2);
    ck_assert_uint_eq(send_piece(8), 2);
    ck_assert_uint_eq(send_piece(8), 2);
    ck_assert_int_eq(check("abcX", &good), VERIFY_DIFFERENT);
    ck_assert_uint_eq(good, 3);
    ck_assert_uint_eq(verify.echoed, 9);
    ck_assert_int_eq(verify.expected, 'd');
    ck_assert_int_eq(verify.received, 'X');
}
END_TEST

START_TEST(test_first_byte_different)
{
    size_t good;
    put("1");
    send_piece(1);
    ck_assert_int_eq(check("2", &good), VERIFY_DIFFERENT);
    ck_assert_uint_eq(good, 0);
    ck_assert_uint_eq(verify.echoed, 0);
}
END_TEST

/* What is in the ring and not yet sent cannot come back.  */
START_TEST(test_extra)
{
    size_t good;
    put("1234");
    send_piece(2);
    ck_assert_int_eq(check("123", &good), VERIFY_EXTRA);
    ck_assert_uint_eq(good, 2);
    ck_assert_int_eq(verify.received, '3');
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_same);
    tcase_add_test(tests, test_full);
    tcase_add_test(tests, test_round);
    tcase_add_test(tests, test_across_the_end);
    tcase_add_test(tests, test_first_byte_different);
    tcase_add_test(tests, test_extra);
}

int main(void)
{
    return unit_main("verify", add);
}
