/* test-catalogue.c - probes/behaviour/catalogue.c, known.c and wrap.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/wrap.h"
#include "probes/behaviour/catalogue.h"
#include "probes/behaviour/known.h"
#include "tests/unit/unit.h"

static struct catalogue catalogue;

static void set_up(void)
{
    ck_assert_int_eq(catalogue_make(&catalogue), 0);
}

static void tear_down(void)
{
    catalogue_free(&catalogue);
}

START_TEST(every_question_says_all_there_is_to_say)
{
    for (size_t i = 0; i < catalogue.count; i++) {
        const struct question *question = catalogue.entries[i].question;
        ck_assert_msg(question->text && *question->text, "%s: no .text",
                      question->id);
        ck_assert_msg(question->why && *question->why, "%s: no .why",
                      question->id);
        ck_assert_msg(question->standard && *question->standard,
                      "%s: no .standard", question->id);
        ck_assert_msg(question->cope && *question->cope, "%s: no .cope",
                      question->id);
        ck_assert_msg(question->probe != NULL, "%s: no .probe", question->id);
        ck_assert_msg(group_title(question->id) != NULL,
                      "%s: its group has no title in catalogue.c",
                      question->id);
        ck_assert_msg(strstr(question->standard, "POSIX") ||
                          strstr(question->standard, "RFC") ||
                          strstr(question->standard, "ISO C"),
                      "%s names no standard", question->id);
        /* In --list it stands behind the id.  */
        ck_assert_msg(strlen(question->id) < 26 &&
                          strlen(question->text) <= WIDTH - 28,
                      "%s is too long", question->id);
    }
}
END_TEST

START_TEST(ids_are_sorted_and_unique)
{
    for (size_t i = 1; i < catalogue.count; i++)
        ck_assert_str_lt(catalogue.entries[i - 1].question->id,
                         catalogue.entries[i].question->id);
}
END_TEST

START_TEST(ids_groups_and_patterns_choose)
{
    ck_assert_uint_eq(catalogue_choose(&catalogue, "accept.aborted"), 1);
    ck_assert_uint_eq(catalogue_choose(&catalogue, "accept.abort"), 0);
    ck_assert_uint_eq(catalogue_choose(&catalogue, "accept"),
                      catalogue_choose(&catalogue, "accept.*"));
    ck_assert_uint_eq(catalogue_choose(&catalogue, "*"), catalogue.count);
    ck_assert(catalogue_has(&catalogue, "signal.restart.[rw]*"));
    ck_assert(!catalogue_has(&catalogue, "acc"));
    ck_assert_ptr_nonnull(catalogue_find(&catalogue, "byteorder"));
    ck_assert_ptr_null(catalogue_find(&catalogue, "byteorde"));
    ck_assert(same_group("accept.aborted", "accept.flags"));
    ck_assert(!same_group("accept.aborted", "acc.flags"));
}
END_TEST

START_TEST(a_question_of_another_version_is_wanted_if_all_are)
{
    ck_assert(!catalogue_wants(&catalogue, "byteorder"));
    catalogue_choose(&catalogue, "byteorder");
    ck_assert(catalogue_wants(&catalogue, "byteorder"));
    ck_assert(!catalogue_wants(&catalogue, "accept.aborted"));
    ck_assert(!catalogue_wants(&catalogue, "some.day"));
    catalogue_choose_all(&catalogue);
    ck_assert(catalogue_wants(&catalogue, "accept.aborted"));
    ck_assert(catalogue_wants(&catalogue, "some.day"));
}
END_TEST

START_TEST(what_is_known_belongs_to_a_question)
{
    const struct known *known = known_next("accept.aborted", NULL);
    ck_assert_ptr_nonnull(known);
    /* The table is one; walk to its ends by id.  */
    size_t rows = 0;
    for (size_t i = 0; i < catalogue.count; i++) {
        const char *id = catalogue.entries[i].question->id;
        for (known = NULL; (known = known_next(id, known));)
            rows++;
    }
    size_t all = 0;
    for (known = NULL; (known = known_next(NULL, known));)
        all++;
    ck_assert_uint_eq(rows, all);
}
END_TEST

/* TEXT wrapped, as it comes out.  */
static const char *wrapped(const char *text, int column, int indent, int last)
{
    static char line[400];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    wrap(file, text, column, indent, last);
    rewind(file);
    size_t got = fread(line, 1, sizeof line - 1, file);
    line[got] = '\0';
    fclose(file);
    return line;
}

START_TEST(text_is_broken_between_words)
{
    ck_assert_str_eq(wrapped("one two three", 0, 2, 8), "one two\n  three");
    ck_assert_str_eq(wrapped("one", 5, 2, 8), "one");
    ck_assert_str_eq(wrapped("longerthanaline x", 0, 1, 8),
                     "longerthanaline\n x");
    ck_assert_str_eq(wrapped("", 0, 1, 8), "");
    ck_assert_str_eq(wrapped(NULL, 0, 1, 8), "");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_question_says_all_there_is_to_say);
    tcase_add_test(tests, ids_are_sorted_and_unique);
    tcase_add_test(tests, ids_groups_and_patterns_choose);
    tcase_add_test(tests, a_question_of_another_version_is_wanted_if_all_are);
    tcase_add_test(tests, what_is_known_belongs_to_a_question);
    tcase_add_test(tests, text_is_broken_between_words);
}

int main(void)
{
    return unit_main("catalogue", add);
}
