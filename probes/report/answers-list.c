/* answers-list.c - the questions themselves
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/wrap.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/known.h"

enum { TEXT = 28 };

void answers_list(FILE *out, const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct question *question = catalogue->entries[i].question;
        if (!catalogue->entries[i].chosen)
            continue;
        pad(out, fprintf(out, "%s", question->id), TEXT);
        fprintf(out, "%s\n", question->text);
    }
}

/* Write TEXT, wrapped, beside LABEL; NULL is empty.  */
static void put_paragraph(FILE *out, const char *label, const char *text)
{
    int column = pad(out, fprintf(out, "%s", label), 14);
    wrap(out, text, column, 14, WIDTH);
    putc('\n', out);
}

static const char *const places[] = {
    [ON_LOOPBACK] = "over the loopback interface",
    [IN_PROGRAM] = "within this program; no packet is sent",
    [IN_NAMESPACE] = "in a private network namespace, with a simulated peer",
    [IN_BOTH] = "over loopback and, if possible, by a simulated peer",
};

void answers_explain(FILE *out, const struct question *question)
{
    const struct known *known = NULL;
    const char *label = "elsewhere";
    put_paragraph(out, "id", question->id);
    put_paragraph(out, "question", question->text);
    put_paragraph(out, "why", question->why);
    put_paragraph(out, "standards", question->standard);
    while ((known = known_next(question->id, known))) {
        char text[400];
        snprintf(text, sizeof text, "%s: %s [%s]", known->system, known->answer,
                 mark_name(known->mark));
        put_paragraph(out, label, text);
        label = "";
    }
    put_paragraph(out, "use", question->cope);
    put_paragraph(out, "method", places[question->where]);
}
