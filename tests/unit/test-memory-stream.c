/* test-memory-stream.c - base/memory-stream.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory-stream.h"
#include "tests/unit/unit.h"

START_TEST(text_is_whole)
{
    enum { LINES = 30000, WIDTH = 10 };
    char *text;
    size_t size;
    FILE *out = memory_stream_open(&text, &size);
    ck_assert_ptr_nonnull(out);
    for (int i = 0; i < LINES; i++)
        fprintf(out, "%9d\n", i);
    ck_assert_int_eq(memory_stream_close(out, &text), 0);
    ck_assert_uint_eq(size, LINES * WIDTH);
    ck_assert_uint_eq(strlen(text), size);
    for (int i = 0; i < LINES; i++)
        ck_assert_int_eq(atoi(text + (ptrdiff_t)i * WIDTH), i);
    free(text);
}
END_TEST

START_TEST(empty_text_is_a_text)
{
    char *text;
    size_t size = 1;
    FILE *out = memory_stream_open(&text, &size);
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(memory_stream_close(out, &text), 0);
    ck_assert_uint_eq(size, 0);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

/* What comes after a part that was lost is no text.  */
START_TEST(failure_stays)
{
    char *text;
    size_t size;
    struct memory_stream *memory = memory_stream_new(&text, &size);
    ck_assert_ptr_nonnull(memory);
    ck_assert(memory_stream_add(memory, "abc", 3));
    ck_assert_str_eq(text, "abc");
    errno = 0;
    ck_assert(!memory_stream_add(memory, "d", SIZE_MAX));
    ck_assert_int_eq(errno, ENOMEM);
    ck_assert(!memory_stream_add(memory, "e", 1));
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(size, 0);
    free(memory);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, text_is_whole);
    tcase_add_test(tests, empty_text_is_a_text);
    tcase_add_test(tests, failure_stays);
}

int main(void)
{
    return unit_main("memory-stream", add);
}
