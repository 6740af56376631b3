/* answers-diff.c - where two hosts differ
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/answers.h"
#include "probes/wrap.h"

static bool comparable(const struct finding *finding)
{
    return finding && finding->value && finding->stable;
}

static bool differs(const struct finding *a, const struct finding *b)
{
    return comparable(a) && comparable(b) && strcmp(a->value, b->value);
}

/* "id" or "id key", then the two values, side by side if they fit.  */
static void put_difference(FILE *out, const struct finding *a,
                           const struct finding *b, const char *left,
                           const char *right)
{
    char text[1400];
    bool answer = !strcmp(a->key, answer_key);
    int column =
        fprintf(out, "%s%s%s", a->id, answer ? "" : " ", answer ? "" : a->key);
    size_t length =
        strlen(a->value) + strlen(b->value) + strlen(left) + strlen(right) + 6;
    if (column < 30 && 30 + length <= WIDTH) {
        pad(out, column, 30);
        column = 30 + fprintf(out, "%s: %s", left, a->value);
        pad(out, column, 55);
        fprintf(out, "%s: %s\n", right, b->value);
        return;
    }
    putc('\n', out);
    snprintf(text, sizeof text, "    %s: %s", left, a->value);
    fputs("   ", out);
    wrap(out, text, 3, 8, WIDTH);
    snprintf(text, sizeof text, "    %s: %s", right, b->value);
    fputs("\n   ", out);
    wrap(out, text, 3, 8, WIDTH);
    putc('\n', out);
}

size_t answers_diff(FILE *out, const struct findings *here,
                    const struct findings *there, const char *left,
                    const char *right)
{
    const char *last = "";
    size_t compared = 0, different = 0, untold = 0;
    for (size_t i = 0; i < here->count; i++) {
        const struct finding *a = &here->list[i];
        if (!is_question(a->id))
            continue;
        const struct finding *b = findings_get(there, a->id, a->key);
        if (!strcmp(a->key, answer_key) && b) {
            bool both = comparable(a) && comparable(b);
            compared += both;
            untold += !both;
        }
        if (!differs(a, b))
            continue;
        put_difference(out, a, b, left, right);
        different += strcmp(a->id, last) != 0;
        last = a->id;
    }
    fprintf(out, "%zu of %zu answers differ", different, compared);
    if (untold)
        fprintf(out, "; %zu cannot be compared", untold);
    putc('\n', out);
    return different;
}

bool answers_common(const struct findings *a, const struct findings *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (is_question(a->list[i].id) &&
            findings_get(b, a->list[i].id, a->list[i].key))
            return true;
    return false;
}

/* The first finding of ID that differs, or NULL.  */
static const struct finding *first_difference(const struct findings *here,
                                              const struct findings *there,
                                              const char *id)
{
    struct slice slice = slice_of(here, id);
    for (size_t i = 0; i < slice.count; i++)
        if (differs(&slice.list[i], findings_get(there, id, slice.list[i].key)))
            return &slice.list[i];
    return NULL;
}

static bool put_test(FILE *out, size_t number, const char *id,
                     const struct findings *here, const struct findings *there)
{
    const struct finding *a = findings_get(here, id, answer_key);
    const struct finding *b = findings_get(there, id, answer_key);
    const struct finding *different = first_difference(here, there, id);
    fprintf(out, "%s %zu - %s", different ? "not ok" : "ok", number, id);
    if (different)
        fprintf(out, "\n# %s here: %s\n# %s there: %s\n", different->key,
                different->value, different->key,
                findings_text(there, id, different->key));
    else if (!comparable(a))
        fprintf(out, " # SKIP %s\n",
                a && a->reason ? a->reason : "not stable here");
    else if (!comparable(b))
        fputs(" # SKIP not told by the profile\n", out);
    else
        putc('\n', out);
    return !different;
}

size_t answers_tap(FILE *out, const struct catalogue *catalogue,
                   const struct findings *here, const struct findings *there)
{
    size_t number = 0, failed = 0;
    for (size_t i = 0; i < catalogue->count; i++)
        if (catalogue->entries[i].chosen)
            failed += !put_test(
                out, ++number, catalogue->entries[i].question->id, here, there);
    fprintf(out, "1..%zu\n", number);
    return failed;
}
