/* answers-text.c - questions and answers, for people
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/wrap.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/known.h"
#include "probes/report/report.h"

/* Where the columns begin.  */
enum { VALUE = 28, DETAIL = 26, HOW = 68 };

/* Write the value of FINDING, or else its reason, or "-", from COLUMN on,
   wrapped before column 68, with further lines at COLUMN; the text HOW from
   column 68 on in the first line; and a newline.  A longer first word is not
   split.  COLUMN is below 67.  */
static void answer_put_value(FILE *out, const struct finding *finding,
                             int column, const char *how)
{
    const char *text = answer_value(finding);
    size_t length = strlen(text), room = (size_t)(HOW - column - 1);
    size_t cut = length;
    if (length > room)
        for (cut = room; cut > 0 && text[cut] != ' '; cut--)
            continue;
    if (cut == 0)
        cut = strcspn(text, " ");
    fprintf(out, "%.*s", (int)cut, text);
    pad(out, column + (int)cut, HOW);
    fputs(how, out);
    if (text[cut]) {
        fprintf(out, "\n%*s", column, "");
        wrap(out, text + cut + strspn(text + cut, " "), column, column,
             HOW - 1);
    }
    putc('\n', out);
}

/* Write ANSWER: id, value, or else the reason or "-", and how the value is
   known.  A long value continues on further lines.  */
static void put_short(FILE *out, const struct finding *answer)
{
    int column = fprintf(out, "  %s", answer->id);
    column = pad(out, column, VALUE);
    answer_put_value(out, answer, column, answer_how(answer));
}

/* Write the findings in SLICE, of one question: key, value, or else the reason,
   and how known.  The answer and empty findings are left out.  */
static void put_details(FILE *out, struct slice slice)
{
    for (size_t i = 0; i < slice.count; i++) {
        const struct finding *finding = &slice.list[i];
        if (!strcmp(finding->key, answer_key) || finding_is_empty(finding))
            continue;
        int column = pad(out, fprintf(out, "  %s", finding->key), DETAIL);
        answer_put_value(out, finding, column, answer_how(finding));
    }
}

/* Write the answers to the question ID of systems that were not measured here,
   each as "SYSTEM: ANSWER [MARK]" from COLUMN on, with further lines at INDENT,
   and a newline.  LABEL stands before the first.  Nothing if none are known. */
static void put_elsewhere(FILE *out, const char *id, const char *label,
                          int column, int indent)
{
    const struct known *known = NULL;
    while ((known = known_next(id, known))) {
        char text[400];
        snprintf(text, sizeof text, "%s: %s [%s]", known->system, known->answer,
                 mark_name(known->mark));
        wrap_labelled(out, label, column, indent, text);
        label = "";
    }
}

/* Write, after an empty line, QUESTION in words, ANSWER, the details in SLICE,
   other systems, and what to use; not why and the standards.  A stable,
   measured answer is shown with the number of its repeats, if known, instead of
   answer_how.  */
static void put_full(FILE *out, const struct question *question,
                     const struct finding *answer, struct slice slice)
{
    char how[40];
    putc('\n', out);
    wrap_labelled(out, question->id, DETAIL, DETAIL, question->text);
    fputs("  answer", out);
    if (answer->how == HOW_MEASURED && answer->stable && answer->repeats > 0)
        snprintf(how, sizeof how, "measured %dx", answer->repeats);
    else
        snprintf(how, sizeof how, "%s", answer_how(answer));
    answer_put_value(out, answer, pad(out, 8, DETAIL), how);
    put_details(out, slice);
    put_elsewhere(out, question->id, "  elsewhere", DETAIL, DETAIL + 2);
    wrap_labelled(out, "  use", DETAIL, DETAIL, question->cope);
}

/* Write the heading of the group of ID.  If FIRST, the host stands at the right
   end of the line; otherwise an empty line precedes.  */
static void put_group(FILE *out, const struct findings *findings,
                      const char *id, bool first)
{
    const char *title = group_title(id);
    int column = fprintf(out, "%s%.*s: %s", first ? "" : "\n",
                         (int)strcspn(id, "."), id, title ? title : "");
    if (first) {
        struct sentence host = {""};
        report_say_host(&host, findings);
        pad(out, column, WIDTH - (int)strlen(host.text));
        fputs(host.text, out);
    }
    putc('\n', out);
}

void answers_text(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, bool full)
{
    struct answer_walk walk = {.catalogue = catalogue, .findings = findings};
    for (bool first = true; answers_next(&walk); first = false) {
        if (walk.is_group)
            put_group(out, findings, walk.question->id, first);
        if (full)
            put_full(out, walk.question, walk.answer,
                     slice_of(findings, walk.question->id));
        else
            put_short(out, walk.answer);
    }
}

/* ---- questions ---------------------------------------------------------- */

void answers_list(FILE *out, const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct question *question = catalogue->entries[i].question;
        if (!catalogue->entries[i].chosen)
            continue;
        pad(out, fprintf(out, "%s", question->id), VALUE);
        fprintf(out, "%s\n", question->text);
    }
}

static const char *const places[] = {
    [ON_LOOPBACK] = "over the loopback interface",
    [IN_PROGRAM] = "within this program; no packet is sent",
    [IN_NAMESPACE] = "in a private network namespace, with a simulated peer",
    [IN_BOTH] = "over loopback and, if possible, by a simulated peer",
};

void answers_explain(FILE *out, const struct question *question)
{
    enum { TEXT = 14 };
    wrap_labelled(out, "id", TEXT, TEXT, question->id);
    wrap_labelled(out, "question", TEXT, TEXT, question->text);
    wrap_labelled(out, "why", TEXT, TEXT, question->why);
    wrap_labelled(out, "standards", TEXT, TEXT, question->standard);
    put_elsewhere(out, question->id, "elsewhere", TEXT, TEXT);
    wrap_labelled(out, "use", TEXT, TEXT, question->cope);
    wrap_labelled(out, "method", TEXT, TEXT, places[question->where]);
}
