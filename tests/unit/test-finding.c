/* test-finding.c - probes/finding/finding.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/finding/finding.h"
#include "tests/unit/unit.h"

static struct findings findings;

static void tear_down(void)
{
    findings_free(&findings);
}

/* Whatever WRITE puts out, as text; to be freed.  */
static char *written(void (*write)(FILE *, const void *), const void *data)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    write(out, data);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static void write_one(FILE *out, const void *finding)
{
    finding_write(out, finding);
}

static void write_all(FILE *out, const void *list)
{
    findings_write(out, list);
}

static int read_line(const char *text)
{
    char line[400];
    ck_assert_uint_lt(strlen(text), sizeof line);
    strcpy(line, text);
    return findings_read_line(&findings, line);
}

static void add_key(const char *id, const char *key, const char *value)
{
    struct finding finding = {.id = id, .key = key, .value = value};
    ck_assert_int_eq(findings_add(&findings, &finding), 0);
}

static const char header[] = "id\tkey\tvalue\thow\tstable\treason";

static const struct {
    struct finding finding;
    const char *line;
} plain[] = {
    {{"a.b", "c.1.d", "15", NULL, HOW_MEASURED, true, 0, NULL},
     "a.b\tc.1.d\t15\tmeasured\tyes\t-\n"},
    {{"a", "b", "14..15", "it varies", HOW_READ, false, 0, NULL},
     "a\tb\t14..15\tread\tno\tit varies\n"},
    {{"a", "b", NULL, "bind: EPERM", HOW_NOT_TESTABLE, true, 0, NULL},
     "a\tb\t-\tnot-testable\tyes\tbind: EPERM\n"},
    {{"a", "b", "131 s", NULL, HOW_COMPUTED, true, 0, NULL},
     "a\tb\t131 s\tcomputed\tyes\t-\n"},
    {{"a", "b", "", NULL, HOW_CONSTANT, true, 0, NULL},
     "a\tb\t\tconstant\tyes\t-\n"},
    {{"a", "b", "na\303\257ve", NULL, HOW_CONSTANT, true, 0, NULL},
     "a\tb\tna\303\257ve\tconstant\tyes\t-\n"},
};

enum { PLAIN = sizeof plain / sizeof *plain };

static void check_text(const char *text, const char *expected)
{
    ck_assert_int_eq(text == NULL, expected == NULL);
    if (expected)
        ck_assert_str_eq(text, expected);
}

START_TEST(the_plain_form_reads_back)
{
    const struct finding *expected = &plain[_i].finding;
    char *text = written(write_one, expected);
    ck_assert_str_eq(text, plain[_i].line);
    ck_assert_int_eq(read_line(text), 0);
    free(text);
    ck_assert_uint_eq(findings.count, 1);
    const struct finding *found = &findings.list[0];
    ck_assert_str_eq(found->id, expected->id);
    ck_assert_str_eq(found->key, expected->key);
    check_text(found->value, expected->value);
    check_text(found->reason, expected->reason);
    ck_assert_int_eq(found->how, expected->how);
    ck_assert_int_eq(found->stable, expected->stable);
}
END_TEST

START_TEST(a_list_is_written_under_its_header)
{
    char expected[400];
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(findings_add(&findings, &plain[i].finding), 0);
    char *text = written(write_all, &findings);
    snprintf(expected, sizeof expected, "%s\n%s%s", header, plain[0].line,
             plain[1].line);
    ck_assert_str_eq(text, expected);
    free(text);
}
END_TEST

START_TEST(a_header_line_adds_nothing)
{
    char line[100];
    ck_assert_int_eq(read_line(header), 0);
    snprintf(line, sizeof line, "%s\n", header);
    ck_assert_int_eq(read_line(line), 0);
    ck_assert_uint_eq(findings.count, 0);
    snprintf(line, sizeof line, "%ss\n", header);
    ck_assert_int_eq(read_line(line), -1);
}
END_TEST

START_TEST(a_line_needs_no_newline)
{
    ck_assert_int_eq(read_line("a\tb\tc\tread\tyes\td"), 0);
    ck_assert_str_eq(findings.list[0].reason, "d");
}
END_TEST

START_TEST(bad_lines_are_rejected)
{
    static const char *const lines[] = {
        "",
        "\n",
        "garbage",
        "a\tb\tc\tread\tyes",
        "a\tb\tc\tread\tyes\td\te",
        "a\tb\tc\tread\tyes\td\t",
        "\tb\tc\tread\tyes\td",
        "a\t\tc\tread\tyes\td",
        "a\tb\tc\tguessed\tyes\td",
        "a\tb\tc\t\tyes\td",
        "a\tb\tc\tREAD\tyes\td",
        "a\tb\tc\tread\tmaybe\td",
        "a\tb\tc\tread\t\td",
        "a b c read yes d",
        "\t\t\t\t\t",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        errno = 0;
        ck_assert_msg(read_line(lines[i]) == -1, "%s", lines[i]);
        ck_assert_int_eq(errno, EPROTO);
    }
    ck_assert_uint_eq(findings.count, 0);
}
END_TEST

START_TEST(what_ends_a_column_does_not_pass)
{
    struct finding finding = {
        .id = "i\td",
        .key = "k\ney",
        .value = "\x1b[1m\x7f",
        .reason = "r\re\001",
    };
    static const char line[] =
        "i?d\tk?ey\t\x1b[1m\x7f\tmeasured\tno\tr\re\001\n";
    char *text = written(write_one, &finding);
    ck_assert_str_eq(text, line);
    free(text);
    ck_assert_int_eq(findings_add(&findings, &finding), 0);
    ck_assert_str_eq(findings.list[0].value, finding.value);
    text = written(write_one, &findings.list[0]);
    ck_assert_str_eq(text, line);
    free(text);
}
END_TEST

/* As they must come, whatever their order before.  */
static const char *const sorted[][2] = {
    {"a", "z"},          {"b", "inet"},       {"b", "inet.-2.x"},
    {"b", "inet.-1.x"},  {"b", "inet.0.x"},   {"b", "inet.2"},
    {"b", "inet.2.a"},   {"b", "inet.2.b"},   {"b", "inet.10.a"},
    {"b", "inet.128.a"}, {"b", "inet.1a"},    {"b", "inet.available"},
    {"b", "inet6.1.x"},  {"b.c", "inet.0.x"}, {"c", "10"},
};

enum { SORTED = sizeof sorted / sizeof *sorted };

START_TEST(the_order_does_not_depend_on_arrival)
{
    /* Steps that visit each place once, since 15 is 3 times 5.  */
    static const size_t steps[] = {1, 2, 4, 7, 8, 11, 13, 14};
    size_t step = steps[_i % 8], start = (size_t)_i / 8;
    for (size_t i = 0; i < SORTED; i++) {
        size_t at = (start + i * step) % SORTED;
        add_key(sorted[at][0], sorted[at][1], NULL);
    }
    findings_sort(&findings);
    for (size_t i = 0; i < SORTED; i++) {
        ck_assert_str_eq(findings.list[i].id, sorted[i][0]);
        ck_assert_str_eq(findings.list[i].key, sorted[i][1]);
        ck_assert_ptr_eq(findings_get(&findings, sorted[i][0], sorted[i][1]),
                         &findings.list[i]);
    }
}
END_TEST

/* Numbers beyond what a long holds are numbers; what is written otherwise is
   another key.  */
START_TEST(no_two_keys_are_one)
{
    static const char *const keys[] = {"-100000000000000000000",
                                       "-99999999999999999999",
                                       "-1",
                                       "0",
                                       "7",
                                       "99999999999999999998",
                                       "99999999999999999999",
                                       " 7",
                                       "+7",
                                       "-",
                                       "-0",
                                       "007"};
    enum { KEYS = sizeof keys / sizeof *keys };
    for (size_t i = KEYS; i-- > 0;)
        add_key("x", keys[i], keys[i]);
    findings_sort(&findings);
    ck_assert_ptr_null(findings_twice(&findings));
    for (size_t i = 0; i < KEYS; i++) {
        ck_assert_str_eq(findings.list[i].key, keys[i]);
        ck_assert_str_eq(findings_text(&findings, "x", keys[i]), keys[i]);
    }
    add_key("x", "7", "again");
    findings_sort(&findings);
    ck_assert_str_eq(findings_twice(&findings)->key, "7");
}
END_TEST

START_TEST(a_finding_is_found_sorted_or_not)
{
    ck_assert_ptr_null(findings_get(&findings, "a", "b"));
    findings_sort(&findings);
    ck_assert_ptr_null(findings_get(&findings, "a", "b"));
    for (int i = 200; i > 0; i--) {
        char key[20], value[20];
        snprintf(key, sizeof key, "n.%d", i);
        snprintf(value, sizeof value, "%d", i * i);
        add_key("x", key, value);
    }
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_int_eq(findings_number(&findings, "x", "n.1", -1), 1);
        ck_assert_int_eq(findings_number(&findings, "x", "n.200", -1), 40000);
        ck_assert_str_eq(findings_text(&findings, "x", "n.17"), "289");
        ck_assert_ptr_null(findings_get(&findings, "x", "n.201"));
        ck_assert_ptr_null(findings_get(&findings, "x", "n"));
        ck_assert_ptr_null(findings_get(&findings, "y", "n.1"));
        findings_sort(&findings);
    }
    /* One more makes the list unsorted, and is found all the same.  */
    add_key("a", "late", "1");
    ck_assert_str_eq(findings_text(&findings, "a", "late"), "1");
}
END_TEST

START_TEST(a_number_is_a_whole_value)
{
    static const struct {
        const char *value;
        long number;
    } values[] = {
        {"0", 0},
        {"15", 15},
        {"-7", -7},
        {"14..15", 77},
        {"15 ", 77},
        {"", 77},
        {"silence", 77},
        {NULL, 77},
        {"1.5", 77},
        {"0x5", 77},
        {"99999999999999999999", 77},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        add_key("x", "n", values[i].value);
        ck_assert_int_eq(findings_number(&findings, "x", "n", 77),
                         values[i].number);
        findings_free(&findings);
    }
    ck_assert_int_eq(findings_number(&findings, "x", "n", 77), 77);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_loop_test(tests, the_plain_form_reads_back, 0, PLAIN);
    tcase_add_test(tests, a_list_is_written_under_its_header);
    tcase_add_test(tests, a_header_line_adds_nothing);
    tcase_add_test(tests, a_line_needs_no_newline);
    tcase_add_test(tests, bad_lines_are_rejected);
    tcase_add_test(tests, what_ends_a_column_does_not_pass);
    tcase_add_loop_test(tests, the_order_does_not_depend_on_arrival, 0,
                        8 * SORTED);
    tcase_add_test(tests, no_two_keys_are_one);
    tcase_add_test(tests, a_finding_is_found_sorted_or_not);
    tcase_add_test(tests, a_number_is_a_whole_value);
}

int main(void)
{
    return unit_main("finding", add);
}
