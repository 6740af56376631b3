/* test-json.c - probes/json.c, compared to the byte
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tests/unit/unit.h"

/* Check that WRITE puts out EXPECTED.  */
static void check(void (*write)(struct json *), const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    struct json json = {.out = out};
    write(&json);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(text, expected);
    free(text);
}

static void nothing(struct json *json)
{
    json_object(json, NULL);
    json_object_end(json);
}

static void empty_ones(struct json *json)
{
    json_array(json, NULL);
    json_array(json, NULL);
    json_array_end(json);
    json_object(json, NULL);
    json_object_end(json);
    json_line(json, NULL);
    json_object_end(json);
    json_array_end(json);
}

static void every_value(struct json *json)
{
    json_object(json, NULL);
    json_text(json, "text", "a");
    json_text(json, "no-text", NULL);
    json_number(json, "number", 5);
    json_number(json, "negative", -5);
    json_number(json, "zero", 0);
    json_count(json, "count", 5);
    json_count(json, "no-count", -1);
    json_count(json, "count-0", 0);
    json_bool(json, "yes", true);
    json_bool(json, "no", false);
    json_object_end(json);
}

static void nested(struct json *json)
{
    json_object(json, NULL);
    json_array(json, "list");
    json_number(json, NULL, 1);
    json_array(json, NULL);
    json_number(json, NULL, 2);
    json_array_end(json);
    json_object(json, NULL);
    json_number(json, "a", 3);
    json_object_end(json);
    json_array_end(json);
    json_text(json, "after", "x");
    json_object_end(json);
}

static void flat(struct json *json)
{
    json_object(json, NULL);
    json_array(json, "rows");
    for (int i = 0; i < 2; i++) {
        json_line(json, NULL);
        json_number(json, "n", i);
        json_array(json, "in");
        json_number(json, NULL, 1);
        json_number(json, NULL, 2);
        json_array_end(json);
        json_line(json, "deep");
        json_bool(json, "x", true);
        json_object_end(json);
        json_object_end(json);
    }
    json_array_end(json);
    json_line(json, "last");
    json_object_end(json);
    json_object(json, "open");
    json_number(json, "n", 1);
    json_object_end(json);
    json_object_end(json);
}

static void flat_at_the_top(struct json *json)
{
    json_line(json, NULL);
    json_number(json, "a", 1);
    json_number(json, "b", 2);
    json_object_end(json);
}

START_TEST(structures)
{
    check(nothing, "{}\n");
    check(empty_ones, "[\n  [],\n  {},\n  {}\n]\n");
    check(every_value, "{\n"
                       "  \"text\": \"a\",\n"
                       "  \"no-text\": null,\n"
                       "  \"number\": 5,\n"
                       "  \"negative\": -5,\n"
                       "  \"zero\": 0,\n"
                       "  \"count\": 5,\n"
                       "  \"no-count\": null,\n"
                       "  \"count-0\": 0,\n"
                       "  \"yes\": true,\n"
                       "  \"no\": false\n"
                       "}\n");
    check(nested, "{\n"
                  "  \"list\": [\n"
                  "    1,\n"
                  "    [\n"
                  "      2\n"
                  "    ],\n"
                  "    {\n"
                  "      \"a\": 3\n"
                  "    }\n"
                  "  ],\n"
                  "  \"after\": \"x\"\n"
                  "}\n");
}
END_TEST

START_TEST(flat_lines)
{
    check(flat, "{\n"
                "  \"rows\": [\n"
                "    {\"n\": 0, \"in\": [1, 2], \"deep\": {\"x\": true}},\n"
                "    {\"n\": 1, \"in\": [1, 2], \"deep\": {\"x\": true}}\n"
                "  ],\n"
                "  \"last\": {},\n"
                "  \"open\": {\n"
                "    \"n\": 1\n"
                "  }\n"
                "}\n");
    check(flat_at_the_top, "{\"a\": 1, \"b\": 2}\n");
}
END_TEST

#define BAD "\\ufffd"

static const struct {
    const char *text, *written;
} texts[] = {
    {"", ""},
    {"plain / text", "plain / text"},
    {"\"", "\\\""},
    {"\\", "\\\\"},
    {"a\"b\\c", "a\\\"b\\\\c"},
    {"\n\t\r", "\\u000a\\u0009\\u000d"},
    {"\001\037 \177", "\\u0001\\u001f \\u007f"},
    {"\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0"},
    {"\xe2\x80\xa7\xe2\x80\xa8", "\xe2\x80\xa7\\u2028"},
    {"\xe2\x80\xae\xe2\x80\xaf", "\\u202e\xe2\x80\xaf"},
    {"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
    {"na\xc3\xafve", "na\xc3\xafve"},
    {"\xdf\xbf", "\xdf\xbf"},
    {"\xe0\xa0\x80", "\xe0\xa0\x80"},
    {"\xe2\x82\xac", "\xe2\x82\xac"},
    {"\xed\x9f\xbf", "\xed\x9f\xbf"},
    {"\xef\xbf\xbf", "\xef\xbf\xbf"},
    {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    /* not UTF-8: alone, cut short, overlong, a surrogate, too large */
    {"\x80", BAD},
    {"\xff", BAD},
    {"a\xc3", "a" BAD},
    {"\xc3z", BAD "z"},
    {"\xc3\"", BAD "\\\""},
    {"\xe2\x82", BAD BAD},
    {"\xe2\x82z", BAD BAD "z"},
    {"\xf0\x90\x80", BAD BAD BAD},
    {"\xc0\x80", BAD BAD},
    {"\xc1\xbf", BAD BAD},
    {"\xe0\x9f\xbf", BAD BAD BAD},
    {"\xed\xa0\x80", BAD BAD BAD},
    {"\xf0\x8f\xbf\xbf", BAD BAD BAD BAD},
    {"\xf4\x90\x80\x80", BAD BAD BAD BAD},
    {"\xf5\x80\x80\x80", BAD BAD BAD BAD},
};

static const char *value, *key;

static void one_text(struct json *json)
{
    json_line(json, NULL);
    json_text(json, key, value);
    json_object_end(json);
}

START_TEST(texts_and_keys_are_escaped)
{
    char expected[200];
    value = texts[_i].text;
    key = "k";
    snprintf(expected, sizeof expected, "{\"k\": \"%s\"}\n", texts[_i].written);
    check(one_text, expected);
    key = texts[_i].text;
    value = "v";
    snprintf(expected, sizeof expected, "{\"%s\": \"v\"}\n", texts[_i].written);
    check(one_text, expected);
}
END_TEST

static void extreme_numbers(struct json *json)
{
    json_line(json, NULL);
    json_number(json, "least", INT64_MIN);
    json_number(json, "most", INT64_MAX);
    json_count(json, "none", INT64_MIN);
    json_object_end(json);
}

START_TEST(numbers_are_whole)
{
    char expected[200];
    snprintf(expected, sizeof expected,
             "{\"least\": %" PRId64 ", \"most\": %" PRId64
             ", \"none\": null}\n",
             INT64_MIN, INT64_MAX);
    check(extreme_numbers, expected);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, structures);
    tcase_add_test(tests, flat_lines);
    tcase_add_loop_test(tests, texts_and_keys_are_escaped, 0,
                        sizeof texts / sizeof *texts);
    tcase_add_test(tests, numbers_are_whole);
}

int main(void)
{
    return unit_main("json", add);
}
