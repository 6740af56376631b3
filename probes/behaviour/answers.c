/* answers.c - helpers shared by all reports of answers
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/sorted.h"
#include "probes/behaviour/answers.h"

const char answer_key[] = "answer";

/* Compare the id of the finding A with the text B.  */
static int slice_compare(const void *a, const void *b)
{
    const struct finding *finding = a;
    return strcmp(finding->id, b);
}

/* A profile from elsewhere may have as many ids as lines: a search from its
   start for each id would be quadratic.  */
struct slice slice_of(const struct findings *findings, const char *id)
{
    size_t start = sorted_find(findings->list, findings->count,
                               sizeof *findings->list, id, slice_compare);
    size_t end = start;
    while (end < findings->count && !strcmp(findings->list[end].id, id))
        end++;
    return (struct slice){end > start ? &findings->list[start] : NULL,
                          end - start};
}

bool answers_next(struct answer_walk *walk)
{
    const struct question *last = walk->question;
    while (walk->next < walk->catalogue->count) {
        const struct entry *entry = &walk->catalogue->entries[walk->next++];
        walk->question = entry->question;
        walk->answer =
            findings_get(walk->findings, entry->question->id, answer_key);
        walk->is_group = !last || !same_group(last->id, entry->question->id);
        if (entry->chosen && walk->answer)
            return true;
    }
    return false;
}

bool finding_is_empty(const struct finding *finding)
{
    return !finding->value && !finding->reason;
}

bool is_question(const char *id)
{
    return strcmp(id, "host") && strcmp(id, "volatile");
}

const char *answer_value(const struct finding *finding)
{
    return finding->value    ? finding->value
           : finding->reason ? finding->reason
                             : "-";
}

const char *answer_how(const struct finding *finding)
{
    return finding->stable ? how_name(finding->how) : "unstable";
}

bool answers_comparable(const struct finding *finding)
{
    return finding && finding->value && finding->stable;
}

bool answers_differ(const struct finding *a, const struct finding *b)
{
    return answers_comparable(a) && answers_comparable(b) &&
           strcmp(a->value, b->value);
}
