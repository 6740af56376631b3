/* matrix-html.c - the answers of several systems as an HTML page
   SPDX-License-Identifier: GPL-3.0-or-later

   A row for each question.  Equal answers beside each other are one cell, and
   equal answers have the same colour, so that differences are seen at once; no
   meaning is in the colour alone.  On a narrow screen each question is a list
   of answers.  The filters are form fields that the style asks for, since a
   page has no script.  */

#include <config.h>

#include <string.h>

#include "base/sentence.h"
#include "probes/behaviour/answers.h"
#include "probes/report/html.h"
#include "probes/report/matrix.h"
#include "probes/report/report.h"

/* Values of a row with a colour of their own; further values share the last.
 */
enum { TINTS = 4 };

static const char style[] =
    ":root{--t1:#fff1d6;--t2:#dff0fb;--t3:#e8e4fa}\n"
    "@media(prefers-color-scheme:dark){:root{--t1:#43320f;--t2:#12344a;"
    "--t3:#322a55}}\n"
    "body{max-width:100rem}\n"
    "fieldset{border:1px solid var(--line);border-radius:6px;margin:1rem 0;"
    "padding:.25rem .75rem .5rem;min-width:0}\n"
    "fieldset label{display:inline-block;margin-right:.9rem}\n"
    "table{border-collapse:collapse;width:100%;font-size:.95em;table-layout:"
    "fixed}\n"
    "th,td{border:1px solid var(--line);padding:.3rem .4rem;text-align:left;"
    "vertical-align:top;font-weight:400;overflow-wrap:anywhere}\n"
    "thead th{background:var(--box);position:sticky;top:0}\n"
    "thead th b{font-weight:600;display:block}\n"
    "thead th:first-child{width:19%}\n"
    "tbody th .id{display:block;color:var(--mark)}\n"
    ".group th{background:var(--box);font-weight:600}\n"
    ".g1{background:var(--t1)}.g2{background:var(--t2)}"
    ".g3{background:var(--t3)}\n"
    ".none{color:var(--soft)}\n"
    ".more td{border-top:0;font-size:.9em;color:var(--soft)}\n"
    ".more p{margin:0 0 .15rem}.more b{color:var(--ink);font-weight:400}\n"
    "summary{cursor:pointer}\n"
    ".only{display:none}\n"
    "body:has(#differing:checked) .same{display:none}\n"
    "@media(max-width:48rem){thead{display:none}"
    "table,tbody,tr,th,td{display:block;width:auto}"
    "tbody th{border-bottom:0;background:var(--box)}"
    "td{border-top:0}tbody{margin-bottom:.75rem}"
    ".only{display:block;color:var(--soft);font-size:.85em}}\n"
    "@media print{fieldset,.skip{display:none}thead th{position:static}"
    "tbody{break-inside:avoid}body{font-size:11px;padding:0}}\n";

enum { GROUP_SIZE = 40 };

/* Write the group of ID, the part before the first dot, to TEXT, cut to
   GROUP_SIZE bytes.  Returns TEXT.  */
static const char *group_of(const char *id, char text[GROUP_SIZE])
{
    snprintf(text, GROUP_SIZE, "%.*s", (int)strcspn(id, "."), id);
    return text;
}

/* Write the filters: a radio button for all groups of questions and for each
   group, with the CSS rule that hides the other groups; and a checkbox that
   hides questions without a difference.  */
static void put_filters(FILE *out, const struct catalogue *catalogue)
{
    char group[GROUP_SIZE];
    const char *last = "";
    fputs("<form><fieldset><legend>Show</legend>\n"
          "<label><input type=\"radio\" name=\"group\" id=\"all\" checked> "
          "all groups</label>\n",
          out);
    for (size_t i = 0; i < catalogue->count; i++) {
        const char *id = catalogue->entries[i].question->id;
        if (*last && same_group(last, id))
            continue;
        last = id;
        fprintf(out,
                "<label><input type=\"radio\" name=\"group\" id=\"f-%s\"> "
                "%s</label>\n<style>body:has(#f-%s:checked) "
                "tbody:not(.q-%s){display:none}</style>\n",
                group_of(id, group), group, group, group);
    }
    fputs("<label><input type=\"checkbox\" id=\"differing\"> only questions "
          "on which the systems differ</label>\n</fieldset></form>\n",
          out);
}

/* Write the head of the table: the name and the host of each column.  */
static void put_columns(FILE *out, const struct matrix *matrix)
{
    struct sentence host = {""};
    fputs("<thead><tr><th scope=\"col\">question</th>\n", out);
    for (size_t i = 0; i < matrix->count; i++) {
        fputs("<th scope=\"col\">", out);
        html_put_element(out, "b", matrix->columns[i].name);
        report_say_host(&host, &matrix->columns[i].findings);
        html_put_element(out, "span class=\"how\"", host.text);
        fputs("</th>\n", out);
        host = (struct sentence){""};
    }
    fputs("</tr></thead>\n", out);
}

/* Whether the cells A and B, beside each other, are written as one: equal in
   value and HOW; and, if both have no value but a reason, equal in the
   reason.  */
static bool is_alike(const struct matrix_cell *a, const struct matrix_cell *b)
{
    return a->group == b->group && !strcmp(a->how, b->how) &&
           (a->value || !a->reason || !b->reason ||
            !strcmp(a->reason, b->reason));
}

/* Write CELL, SPAN columns wide: the value, or "no answer"; below it, unless
   the value is measured, the reason, or else how known.  SYSTEMS names the
   columns, for narrow screens.  */
static void put_cell(FILE *out, const struct matrix_cell *cell, size_t span,
                     const char *systems)
{
    int tint = cell->group < TINTS - 1 ? cell->group : TINTS - 1;
    if (cell->value)
        fprintf(out, "<td colspan=\"%zu\" class=\"g%d\">", span, tint);
    else
        fprintf(out, "<td colspan=\"%zu\" class=\"none\">", span);
    fputs("<span class=\"only\">", out);
    html_put_text(out, systems);
    fputs("</span>", out);
    html_put_text(out, cell->value ? cell->value : "no answer");
    if (!cell->value || strcmp(cell->how, "measured"))
        html_put_element(out, "div class=\"how\"",
                         cell->reason ? cell->reason : cell->how);
    fputs("</td>\n", out);
}

/* Write the COLUMNS cells of the columns at CELLS; alike neighbours as one.  */
static void put_cells(FILE *out, const struct matrix_cell *cells,
                      size_t columns)
{
    size_t next;
    for (size_t i = 0; i < columns; i = next) {
        struct sentence systems = {""};
        say(&systems, "%s", cells[i].system);
        for (next = i + 1; next < columns && is_alike(&cells[i], &cells[next]);
             next++)
            say(&systems, ", %s", cells[next].system);
        put_cell(out, &cells[i], next - i, systems.text);
    }
}

/* Write a paragraph for each different value among the cells from number
   COLUMNS up to COUNT, with the systems that have the value: the answers of
   known systems, which follow the cells of the columns; or with COLUMNS 0 all.
   Cells without a value are left out.  */
static void html_put_known(FILE *out, const struct matrix_cell *cells,
                           size_t columns, size_t count)
{
    for (size_t i = columns; i < count; i++) {
        bool is_first = cells[i].group >= 0;
        struct sentence systems = {""};
        for (size_t j = columns; j < i; j++)
            is_first &= cells[j].group != cells[i].group;
        if (!is_first)
            continue;
        matrix_say_systems(&systems, cells, i, count, cells[i].group);
        fputs("<p>", out);
        html_put_element(out, "b", cells[i].value);
        html_put_text(out, "- ");
        html_put_text(out, systems.text);
        fputs("</p>\n", out);
    }
}

/* Write, folded, the details of QUESTION on which columns differ, each with all
   its values and their systems; nothing if there are none.  */
static void html_put_details(FILE *out, const struct matrix *matrix,
                             const struct question *question)
{
    const char *key = matrix_next_detail(matrix, question, "");
    struct matrix_cell cells[MATRIX_CELLS];
    if (!key)
        return;
    fputs("<details><summary>details that differ</summary>\n", out);
    for (; key; key = matrix_next_detail(matrix, question, key)) {
        size_t count = matrix_cells(matrix, question, key, cells);
        html_put_element(out, "p class=\"id\"", key);
        html_put_known(out, cells, 0, count);
    }
    fputs("</details>\n", out);
}

/* Write QUESTION as a row with the cells of the columns (put_cells), marked for
   the filter if the columns do not differ; below, the answers of known systems
   and, folded, the details that differ.  */
static void html_put_question(FILE *out, const struct matrix *matrix,
                              const struct question *question)
{
    struct matrix_cell cells[MATRIX_CELLS];
    char group[GROUP_SIZE];
    size_t count = matrix_cells(matrix, question, answer_key, cells);
    bool has_more = count > matrix->count ||
                    matrix_next_detail(matrix, question, "") != NULL;
    fprintf(out, "<tbody id=\"%s\" class=\"q-%s%s\"><tr><th scope=\"row\"%s>",
            question->id, group_of(question->id, group),
            matrix_differs(cells, count) ? "" : " same",
            has_more ? " rowspan=\"2\"" : "");
    html_put_element(out, "span class=\"id\"", question->id);
    html_put_text(out, question->text);
    fputs("</th>\n", out);
    put_cells(out, cells, matrix->count);
    if (has_more) {
        fprintf(out, "</tr>\n<tr class=\"more\"><td colspan=\"%zu\">\n",
                matrix->count);
        html_put_known(out, cells, matrix->count, count);
        html_put_details(out, matrix, question);
        fputs("</td>", out);
    }
    fputs("</tr></tbody>\n", out);
}

/* Write the heading of the group of ID as a row.  */
static void html_put_group(FILE *out, const struct matrix *matrix,
                           const char *id)
{
    char group[GROUP_SIZE];
    fprintf(out, "<tbody class=\"q-%s group\"><tr><th colspan=\"%zu\">%s: ",
            group_of(id, group), matrix->count + 1, group);
    html_put_text(out, group_title(id));
    fputs("</th></tr></tbody>\n", out);
}

/* Write how many systems were asked how many questions, and of several systems
   in how many answers they differ.  */
static void matrix_html_put_counts(FILE *out, const struct matrix *matrix)
{
    struct matrix_counts counts = matrix_count(matrix);
    if (matrix->count == 1)
        fprintf(out, "1 system was asked %zu questions by sockprobe.",
                counts.questions);
    else
        fprintf(out,
                "%zu systems were asked %zu questions by sockprobe; they "
                "differ in %zu answer%s.",
                matrix->count, counts.questions, counts.differing,
                counts.differing == 1 ? "" : "s");
}

void matrix_html(FILE *out, const struct matrix *matrix)
{
    const struct catalogue *catalogue = matrix->catalogue;
    const char *last = "";
    html_begin(out, "How sockets behave, system by system", style);
    fputs("<h1>How sockets behave, system by system</h1>\n<p>", out);
    matrix_html_put_counts(out, matrix);
    fputs("  Equal answers beside each other are one cell.  Below each row are "
          "answers of other systems, with how each is known: from its source, "
          "from documents, or measured by a small test program.</p>\n",
          out);
    put_filters(out, catalogue);
    fputs("<table>\n", out);
    put_columns(out, matrix);
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct question *question = catalogue->entries[i].question;
        if (!*last || !same_group(last, question->id))
            html_put_group(out, matrix, question->id);
        last = question->id;
        html_put_question(out, matrix, question);
    }
    fputs("</table>\n", out);
    html_end(out);
}
