/* answers-diff.c - where two hosts differ
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/wrap.h"
#include "probes/behaviour/answers.h"

/* Bytes for a side's name and for a value, together the size of the text in
   put_side.  */
enum { SIDE_MAX = 4096, VALUE_MAX = 4200 };

/* Write a newline, then "SIDE: VALUE", cut to SIDE_MAX + VALUE_MAX - 1 bytes
   and wrapped to WIDTH columns: the first line is indented by 4, further lines
   by 8.  No newline follows.  VALUE is not NULL.  */
static void put_side(FILE *out, const char *side, const char *value)
{
    char text[SIDE_MAX + VALUE_MAX];
    snprintf(text, sizeof text, "%s: %s", side, value);
    fputs("\n    ", out);
    wrap(out, text, 4, 8, WIDTH);
}

/* Write "ID", for an answer, or "ID KEY", then "LEFT: VALUE" of A and "RIGHT:
   VALUE" of B, on the same line if there is room in WIDTH columns; otherwise
   each on a line of its own (put_side).  A newline follows.  A and B, with the
   same id and key, have values.  */
static void put_difference(FILE *out, const struct finding *a,
                           const struct finding *b, const char *left,
                           const char *right)
{
    enum { FIRST = 30, SECOND = 55 }; /* where the values stand */
    bool answer = !strcmp(a->key, answer_key);
    int column =
        fprintf(out, "%s%s%s", a->id, answer ? "" : " ", answer ? "" : a->key);
    size_t middle = FIRST + strlen(left) + 2 + strlen(a->value) + 2;
    middle = middle < SECOND ? SECOND : middle;
    if (column < FIRST &&
        middle + strlen(right) + 2 + strlen(b->value) <= WIDTH) {
        pad(out, column, FIRST);
        column = FIRST + fprintf(out, "%s: %s", left, a->value);
        pad(out, column, (int)middle);
        fprintf(out, "%s: %s\n", right, b->value);
        return;
    }
    put_side(out, left, a->value);
    put_side(out, right, b->value);
    putc('\n', out);
}

/* Count the question ID, which both sides have, in DIFFERENCE: as compared if
   any finding of HERE is comparable with that of THERE, otherwise as
   incomparable; as different, too, if any finding differs.  FINDINGS grows by
   the number of differing findings.  */
static void count_question(struct difference *difference,
                           const struct findings *here,
                           const struct findings *there, const char *id)
{
    struct slice slice = slice_of(here, id);
    size_t both = 0, different = 0;
    for (size_t i = 0; i < slice.count; i++) {
        const struct finding *a = &slice.list[i];
        const struct finding *b = findings_get(there, id, a->key);
        both += answers_comparable(a) && answers_comparable(b);
        different += answers_differ(a, b);
    }
    difference->compared += both > 0;
    difference->incomparable += both == 0;
    difference->different += different > 0;
    difference->findings += different;
}

/* The next id of a chosen question (catalogue_wants: perhaps of another
   version) in sorted FINDINGS, from index *I on, each id once; NULL at the end.
   *I moves behind the first finding of the result.  */
static const char *next_id(const struct catalogue *catalogue,
                           const struct findings *findings, size_t *i)
{
    for (; *i < findings->count; ++*i) {
        const char *id = findings->list[*i].id;
        bool again = *i > 0 && !strcmp(id, findings->list[*i - 1].id);
        if (!again && is_question(id) && catalogue_wants(catalogue, id)) {
            ++*i;
            return id;
        }
    }
    return NULL;
}

struct difference answers_compare(const struct catalogue *catalogue,
                                  const struct findings *here,
                                  const struct findings *there)
{
    struct difference difference = {0};
    const char *id;
    for (size_t i = 0; (id = next_id(catalogue, here, &i));)
        if (slice_of(there, id).count > 0)
            count_question(&difference, here, there, id);
        else
            difference.only_here++;
    for (size_t i = 0; (id = next_id(catalogue, there, &i));)
        difference.only_there += slice_of(here, id).count == 0;
    return difference;
}

void answers_count(struct sentence *text, const struct difference *difference,
                   const char *left, const char *right)
{
    say(text, "%zu of %zu answers differ", difference->different,
        difference->compared);
    if (difference->findings > difference->different)
        say(text, ", in %zu findings", difference->findings);
    if (difference->incomparable)
        say(text, "; %zu cannot be compared", difference->incomparable);
    if (difference->only_here)
        say(text, "; only %s: %zu", left, difference->only_here);
    if (difference->only_there)
        say(text, "; only %s: %zu", right, difference->only_there);
}

void answers_diff(FILE *out, const struct catalogue *catalogue,
                  const struct findings *here, const struct findings *there,
                  const char *left, const char *right)
{
    struct difference difference = answers_compare(catalogue, here, there);
    struct sentence text = {""};
    for (size_t i = 0; i < here->count; i++) {
        const struct finding *a = &here->list[i];
        const struct finding *b = findings_get(there, a->id, a->key);
        if (is_question(a->id) && catalogue_wants(catalogue, a->id) &&
            answers_differ(a, b))
            put_difference(out, a, b, left, right);
    }
    answers_count(&text, &difference, left, right);
    wrap(out, text.text, 0, 2, WIDTH);
    putc('\n', out);
}

/* ---- as tests ------------------------------------------------------------ */

/* Write the question ID as TAP test NUMBER, "not ok", with all differing
   findings as comments, two lines each: "# KEY here: VALUE", "# KEY there:
   VALUE".  Returns true; or false, without output, if no finding differs
   between HERE and THERE.  */
static bool put_failed(FILE *out, size_t number, const char *id,
                       const struct findings *here,
                       const struct findings *there)
{
    struct slice slice = slice_of(here, id);
    bool any = false;
    for (size_t i = 0; i < slice.count; i++) {
        const struct finding *a = &slice.list[i];
        const struct finding *b = findings_get(there, id, a->key);
        if (!answers_differ(a, b))
            continue;
        if (!any)
            fprintf(out, "not ok %zu - %s\n", number, id);
        any = true;
        fprintf(out, "# %s here: %s\n# %s there: %s\n", a->key, a->value,
                b->key, b->value);
    }
    return any;
}

/* Write the question ID as TAP test NUMBER: "not ok" with the differing
   findings (put_failed); otherwise "ok", marked "SKIP" with the reason if the
   answer of a side is missing or not stable: the reason of HERE, or if HERE has
   a stable answer, of THERE.  */
static void put_test(FILE *out, size_t number, const char *id,
                     const struct findings *here, const struct findings *there)
{
    const struct finding *a = findings_get(here, id, answer_key);
    const struct finding *b = findings_get(there, id, answer_key);
    if (put_failed(out, number, id, here, there))
        return;
    fprintf(out, "ok %zu - %s", number, id);
    if (!answers_comparable(a))
        fprintf(out, " # SKIP %s",
                a && a->reason                ? a->reason
                : a && a->value && !a->stable ? "not stable here"
                                              : "no answer here");
    else if (!answers_comparable(b))
        fprintf(out, " # SKIP %s%s",
                b && b->reason                ? "in the profile: "
                : b && b->value && !b->stable ? "not stable in the profile"
                                              : "no answer in the profile",
                b && b->reason ? b->reason : "");
    putc('\n', out);
}

/* Write the questions of THERE that this version lacks as comments, if all
   questions were chosen; otherwise nothing (catalogue_wants).  */
static void put_unknown(FILE *out, const struct catalogue *catalogue,
                        const struct findings *there)
{
    const char *id;
    for (size_t i = 0; (id = next_id(catalogue, there, &i));)
        if (!catalogue_find(catalogue, id))
            fprintf(out, "# %s: only in the profile\n", id);
}

void answers_tap(FILE *out, const struct catalogue *catalogue,
                 const struct findings *here, const struct findings *there)
{
    size_t number = 0;
    for (size_t i = 0; i < catalogue->count; i++)
        if (catalogue->entries[i].chosen)
            put_test(out, ++number, catalogue->entries[i].question->id, here,
                     there);
    put_unknown(out, catalogue, there);
    fprintf(out, "1..%zu\n", number);
}
