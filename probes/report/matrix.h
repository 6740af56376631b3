/* matrix.h - the answers of several systems, question by question
   SPDX-License-Identifier: GPL-3.0-or-later

   The columns are profiles, or this host; the table of known answers
   (probes/behaviour/known.h) adds cells.  Write errors are left to ferror
   (OUT).  */

#ifndef PROBES_REPORT_MATRIX_H
#define PROBES_REPORT_MATRIX_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "probes/behaviour/catalogue.h"
#include "probes/finding/finding.h"

/* A column: the sorted findings of the system NAME.  */
struct matrix_column {
    const char *name;
    struct findings findings;
};

struct matrix {
    const struct catalogue *catalogue;
    const struct matrix_column *columns;
    size_t count;
};

/* The answer of SYSTEM to a question.  VALUE is NULL if there is none, for the
   REASON, which may be NULL.  */
struct matrix_cell {
    const char *system, *value, *reason;
    const char *how; /* "measured", "source", "unstable" ...; never NULL */
    int group;       /* cells of equal values have the same number, counted from
                        0 in the order of the cells; -1 without a value */
    bool is_known;   /* from the table of known answers */
};

/* The maximum of columns, and of cells of a question.  */
enum { MATRIX_COLUMNS = 64, MATRIX_CELLS = 128 };

/* Write to CELLS the cells of KEY ("answer", or a detail) of QUESTION: those of
   the columns in their order, at most MATRIX_COLUMNS; then, for the answer,
   those of known systems; together at most MATRIX_CELLS.  Returns the number of
   cells; columns without the finding have a cell without a value, with HOW "not
   in the profile".  The texts are not copied.  */
size_t matrix_cells(const struct matrix *matrix,
                    const struct question *question, const char *key,
                    struct matrix_cell cells[MATRIX_CELLS]);

/* Whether two columns among the COUNT cells have values that differ, and on
   which all repeats agreed.  Cells of known systems are ignored.  */
bool matrix_differs(const struct matrix_cell *cells, size_t count);

/* Append the systems of GROUP among the COUNT CELLS, from the index FIRST on,
   with how each is known, unless measured by sockprobe: "linux-6.18,
   linux-5.10; FreeBSD (source)".  A semicolon separates a known system from its
   neighbours.  */
struct sentence;
void matrix_say_systems(struct sentence *text, const struct matrix_cell *cells,
                        size_t first, size_t count, int group);

/* QUESTIONS: all of the catalogue, with or without an answer; DIFFERING: those
   on whose answer columns differ (matrix_differs).  */
struct matrix_counts {
    size_t questions, differing;
};
struct matrix_counts matrix_count(const struct matrix *matrix);

/* The next key after LAST ("" or a key), by strcmp, of a detail of QUESTION, in
   any column, on which two columns differ (matrix_differs); NULL at the end.
   The findings own the key.  */
const char *matrix_next_detail(const struct matrix *matrix,
                               const struct question *question,
                               const char *last);

/* Write each question of the catalogue, chosen or not, with its answers and the
   details on which columns differ (matrix_differs).
   matrix_text: in 80 columns, first a line with the counts; each value once,
   with its systems, columns and known ones alike; cells without a value are
   left out.
   matrix_html: a page; for each answer a cell of each column, also without a
   value, and below, each value of known systems once.
   matrix_json: an object; first the systems of the columns, then for each
   answer or detail a cell of each column and known system, also without a
   value.  */
void matrix_text(FILE *out, const struct matrix *matrix);
void matrix_json(FILE *out, const struct matrix *matrix);
void matrix_html(FILE *out, const struct matrix *matrix);

#endif /* PROBES_REPORT_MATRIX_H */
