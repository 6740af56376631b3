/* matrix-json.c - the answers of several systems, for programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/json.h"
#include "probes/behaviour/answers.h"
#include "probes/finding/host.h"
#include "probes/report/matrix.h"

/* Raised when a key is removed or changes its meaning, not for new keys.  */
enum { SCHEMA_VERSION = 1 };

/* Write the array "cells", an object for each cell of KEY (matrix_cells), the
   answer or a detail of QUESTION.  */
static void json_put_cells(struct json *json, const struct matrix *matrix,
                           const struct question *question, const char *key)
{
    struct matrix_cell cells[MATRIX_CELLS];
    size_t count = matrix_cells(matrix, question, key, cells);
    json_array(json, "cells");
    for (size_t i = 0; i < count; i++) {
        json_line(json, NULL);
        json_text(json, "system", cells[i].system);
        json_bool(json, "profile", !cells[i].is_known);
        json_text(json, "value", cells[i].value);
        json_text(json, "how", cells[i].how);
        json_text(json, "reason", cells[i].reason);
        json_object_end(json);
    }
    json_array_end(json);
}

/* Write QUESTION as an object: id, text, whether columns differ in the answer,
   the cells of the answer, and the details on which columns differ.  */
static void json_put_question(struct json *json, const struct matrix *matrix,
                              const struct question *question)
{
    struct matrix_cell cells[MATRIX_CELLS];
    const char *key = "";
    json_object(json, NULL);
    json_text(json, "id", question->id);
    json_text(json, "question", question->text);
    json_bool(json, "differs",
              matrix_differs(
                  cells, matrix_cells(matrix, question, answer_key, cells)));
    json_put_cells(json, matrix, question, answer_key);
    json_array(json, "details");
    while ((key = matrix_next_detail(matrix, question, key))) {
        json_object(json, NULL);
        json_text(json, "key", key);
        json_put_cells(json, matrix, question, key);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

void matrix_json(FILE *out, const struct matrix *matrix)
{
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_number(&json, "schema_version", SCHEMA_VERSION);
    json_array(&json, "systems");
    for (size_t i = 0; i < matrix->count; i++) {
        const struct findings *findings = &matrix->columns[i].findings;
        json_line(&json, NULL);
        json_text(&json, "name", matrix->columns[i].name);
        json_text(&json, "system", findings_text(findings, "host", "system"));
        json_text(&json, "release", findings_text(findings, "host", "release"));
        json_text(&json, "machine", findings_text(findings, "host", "machine"));
        json_object_end(&json);
    }
    json_array_end(&json);
    json_array(&json, "questions");
    for (size_t i = 0; i < matrix->catalogue->count; i++)
        json_put_question(&json, matrix,
                          matrix->catalogue->entries[i].question);
    json_array_end(&json);
    json_object_end(&json);
}
