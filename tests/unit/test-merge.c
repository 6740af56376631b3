/* test-merge.c - probes/behaviour/merge.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/behaviour/merge.h"
#include "tests/unit/unit.h"

static const struct question question = {.id = "group.topic"};

/* Make REPEAT one that is done, with the answer VALUE, or without an answer for
   REASON.  */
static void repeat_make(struct repeat *repeat, const char *value,
                        const char *reason, enum how how)
{
    struct finding finding = {.id = question.id,
                              .key = "answer",
                              .value = value,
                              .reason = reason,
                              .how = how,
                              .stable = true};
    *repeat = (struct repeat){.question = &question, .done = true};
    ck_assert_int_eq(findings_add(&repeat->findings, &finding), 0);
}

static enum how how_of(const struct findings *findings, const char *key)
{
    const struct finding *finding = findings_get(findings, question.id, key);
    ck_assert_msg(finding != NULL, "no finding %s", key);
    return finding->how;
}

START_TEST(a_rate_is_known_as_its_answer_is)
{
    struct repeat repeats[4];
    struct findings findings = {0};
    repeat_make(&repeats[0], "131 s", NULL, HOW_COMPUTED);
    repeat_make(&repeats[1], "131 s", NULL, HOW_COMPUTED);
    repeat_make(&repeats[2], NULL, "no namespace", HOW_NOT_TESTABLE);
    repeat_make(&repeats[3], "yes", NULL, HOW_MEASURED);
    ck_assert_int_eq(merge_rates(&findings, repeats, 4), 0);
    ck_assert_int_eq(how_of(&findings, "times"), HOW_MEASURED);
    ck_assert_str_eq(findings_text(&findings, question.id, "times.1.answer"),
                     "131 s");
    ck_assert_int_eq(how_of(&findings, "times.1.answer"), HOW_COMPUTED);
    ck_assert_int_eq(how_of(&findings, "times.1.runs"), HOW_MEASURED);
    ck_assert_int_eq(how_of(&findings, "times.1.low-ppm"), HOW_COMPUTED);
    ck_assert_int_eq(how_of(&findings, "times.1.high-ppm"), HOW_COMPUTED);
    ck_assert_str_eq(findings_text(&findings, question.id, "times.2.answer"),
                     "yes");
    ck_assert_int_eq(how_of(&findings, "times.2.answer"), HOW_MEASURED);
    ck_assert_str_eq(findings_text(&findings, question.id, "times.3.answer"),
                     "no answer: no namespace");
    ck_assert_int_eq(how_of(&findings, "times.3.answer"), HOW_MEASURED);
    findings_free(&findings);
    for (int i = 0; i < 4; i++)
        findings_free(&repeats[i].findings);
}
END_TEST

/* Repeats that differ are not stable, though the first has no room.  */
START_TEST(long_values_differ)
{
    static char value[700];
    struct repeat repeats[2];
    struct findings findings = {0};
    memset(value, 'a', sizeof value - 1);
    repeat_make(&repeats[0], value, NULL, HOW_MEASURED);
    repeat_make(&repeats[1], "b", NULL, HOW_MEASURED);
    ck_assert_int_eq(merge_repeats(&findings, repeats, 2), 0);
    const struct finding *answer =
        findings_get(&findings, question.id, "answer");
    ck_assert_ptr_nonnull(answer);
    ck_assert(!answer->stable);
    findings_free(&findings);
    for (int i = 0; i < 2; i++)
        findings_free(&repeats[i].findings);
}
END_TEST

/* A repeat without a value does not count.  */
START_TEST(repeats_with_a_value_are_counted)
{
    struct repeat repeats[3];
    struct findings findings = {0};
    repeat_make(&repeats[0], "yes", NULL, HOW_MEASURED);
    repeat_make(&repeats[1], NULL, "no namespace", HOW_NOT_TESTABLE);
    repeat_make(&repeats[2], "yes", NULL, HOW_MEASURED);
    ck_assert_int_eq(merge_repeats(&findings, repeats, 3), 0);
    const struct finding *answer =
        findings_get(&findings, question.id, "answer");
    ck_assert_ptr_nonnull(answer);
    ck_assert(answer->stable);
    ck_assert_int_eq(answer->repeats, 2);
    findings_free(&findings);
    for (int i = 0; i < 3; i++)
        findings_free(&repeats[i].findings);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, repeats_with_a_value_are_counted);
    tcase_add_test(tests, long_values_differ);
    tcase_add_test(tests, a_rate_is_known_as_its_answer_is);
}

int main(void)
{
    return unit_main("merge", add);
}
