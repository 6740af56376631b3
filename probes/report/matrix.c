/* matrix.c - the answers of several systems, compared; and as text
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/sentence.h"
#include "base/wrap.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/known.h"
#include "probes/report/matrix.h"

/* Set GROUP of the COUNT CELLS: equal values have the same number, counted from
   0; -1 without a value.  */
static void matrix_number(struct matrix_cell *cells, size_t count)
{
    int groups = 0;
    for (size_t i = 0; i < count; i++) {
        cells[i].group = -1;
        for (size_t j = 0; j < i && cells[i].value; j++)
            if (cells[j].value && !strcmp(cells[i].value, cells[j].value))
                cells[i].group = cells[j].group;
        if (cells[i].value && cells[i].group < 0)
            cells[i].group = groups++;
    }
}

size_t matrix_cells(const struct matrix *matrix,
                    const struct question *question, const char *key,
                    struct matrix_cell cells[MATRIX_CELLS])
{
    size_t count = 0;
    const struct known *known = NULL;
    for (; count < matrix->count && count < MATRIX_COLUMNS; count++) {
        const struct matrix_column *column = &matrix->columns[count];
        const struct finding *finding =
            findings_get(&column->findings, question->id, key);
        cells[count] = (struct matrix_cell){
            .system = column->name,
            .value = finding ? finding->value : NULL,
            .reason = finding ? finding->reason : NULL,
            .how = finding ? answer_how(finding) : "not in the profile"};
    }
    while (!strcmp(key, answer_key) && count < MATRIX_CELLS &&
           (known = known_next(question->id, known)))
        cells[count++] = (struct matrix_cell){.system = known->system,
                                              .value = known->answer,
                                              .how = mark_name(known->mark),
                                              .is_known = true};
    matrix_number(cells, count);
    return count;
}

bool matrix_differs(const struct matrix_cell *cells, size_t count)
{
    int group = -1;
    for (size_t i = 0; i < count; i++) {
        if (cells[i].is_known || cells[i].group < 0 ||
            !strcmp(cells[i].how, "unstable"))
            continue;
        if (group >= 0 && cells[i].group != group)
            return true;
        group = cells[i].group;
    }
    return false;
}

void matrix_say_systems(struct sentence *text, const struct matrix_cell *cells,
                        size_t first, size_t count, int group)
{
    const struct matrix_cell *last = NULL;
    for (size_t i = first; i < count; i++) {
        if (cells[i].group != group)
            continue;
        /* A comma would extend how a known system is known to others.  */
        say(text, "%s%s",
            !last                                 ? ""
            : last->is_known || cells[i].is_known ? "; "
                                                  : ", ",
            cells[i].system);
        if (cells[i].is_known || strcmp(cells[i].how, "measured"))
            say(text, " (%s)", cells[i].how);
        last = &cells[i];
    }
}

struct matrix_counts matrix_count(const struct matrix *matrix)
{
    struct matrix_counts counts = {0, 0};
    struct matrix_cell cells[MATRIX_CELLS];
    for (size_t i = 0; i < matrix->catalogue->count; i++) {
        size_t count = matrix_cells(
            matrix, matrix->catalogue->entries[i].question, answer_key, cells);
        counts.questions++;
        counts.differing += matrix_differs(cells, count);
    }
    return counts;
}

/* The smallest key of QUESTION above LAST, by strcmp, in any column; NULL if
   none.  The key "answer" counts, too.  */
static const char *next_key(const struct matrix *matrix,
                            const struct question *question, const char *last)
{
    const char *next = NULL;
    for (size_t i = 0; i < matrix->count; i++) {
        struct slice slice =
            slice_of(&matrix->columns[i].findings, question->id);
        for (size_t j = 0; j < slice.count; j++) {
            const char *key = slice.list[j].key;
            if (strcmp(key, last) > 0 && (!next || strcmp(key, next) < 0))
                next = key;
        }
    }
    return next;
}

const char *matrix_next_detail(const struct matrix *matrix,
                               const struct question *question,
                               const char *last)
{
    struct matrix_cell cells[MATRIX_CELLS];
    while ((last = next_key(matrix, question, last)))
        if (strcmp(last, answer_key) &&
            matrix_differs(cells, matrix_cells(matrix, question, last, cells)))
            return last;
    return NULL;
}

/* Write each value of KEY once, indented by INDENT, with its systems on the
   next line, indented by 4 more; both are wrapped.  Cells without a value are
   left out.  */
static void matrix_put_values(FILE *out, const struct matrix *matrix,
                              const struct question *question, const char *key,
                              int indent)
{
    struct matrix_cell cells[MATRIX_CELLS];
    size_t count = matrix_cells(matrix, question, key, cells);
    struct sentence systems = {""};
    for (size_t i = 0; i < count; i++) {
        bool is_first = cells[i].group >= 0;
        for (size_t j = 0; j < i; j++)
            is_first &= cells[j].group != cells[i].group;
        if (!is_first)
            continue;
        fprintf(out, "%*s", indent, "");
        wrap(out, cells[i].value, indent, indent + 2, WIDTH);
        matrix_say_systems(&systems, cells, i, count, cells[i].group);
        fprintf(out, "\n%*s", indent + 4, "");
        wrap(out, systems.text, indent + 4, indent + 4, WIDTH);
        putc('\n', out);
        systems = (struct sentence){""};
    }
}

/* Write QUESTION with its answers, and each detail on which columns differ.  */
static void matrix_put_question(FILE *out, const struct matrix *matrix,
                                const struct question *question)
{
    const char *key = "";
    wrap_labelled(out, question->id, 0, 4, question->text);
    matrix_put_values(out, matrix, question, answer_key, 4);
    while ((key = matrix_next_detail(matrix, question, key))) {
        fprintf(out, "    %s:\n", key);
        matrix_put_values(out, matrix, question, key, 6);
    }
}

void matrix_text(FILE *out, const struct matrix *matrix)
{
    const struct catalogue *catalogue = matrix->catalogue;
    struct matrix_counts counts = matrix_count(matrix);
    struct sentence head = {""};
    if (matrix->count == 1)
        say(&head, "1 system, %zu questions.", counts.questions);
    else
        say(&head,
            "%zu systems, %zu questions; the systems differ in %zu answer%s.",
            matrix->count, counts.questions, counts.differing,
            counts.differing == 1 ? "" : "s");
    put_sentence(out, NULL, &head);
    for (size_t i = 0; i < catalogue->count; i++) {
        putc('\n', out);
        matrix_put_question(out, matrix, catalogue->entries[i].question);
    }
}
