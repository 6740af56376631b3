/* merge.c - one answer from several repeats
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/behaviour/merge.h"

/* The finding KEY of the question, or NULL.  A child process of the question
   may have skipped what the question itself reported: the skip takes
   precedence. */
static const struct finding *merge_find(const struct repeat *repeat,
                                        const char *key)
{
    const char *id = repeat->question->id;
    const struct findings *findings = &repeat->findings;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].how == HOW_NOT_TESTABLE &&
            !strcmp(findings->list[i].key, key) &&
            !strcmp(findings->list[i].id, id))
            return &findings->list[i];
    return findings_get(findings, id, key);
}

bool repeat_lacks_resources(const struct repeat *repeat)
{
    static const char *const resources[] = {
        "EADDRINUSE", "EADDRNOTAVAIL", "EAGAIN", "EMFILE",
        "ENFILE",     "ENOBUFS",       "ENOMEM", REASON_STARVED};
    const struct finding *answer = merge_find(repeat, "answer");
    if (!answer || answer->value || !answer->reason)
        return false;
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++)
        if (strstr(answer->reason, resources[i]))
            return true;
    return false;
}

static int merge_compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sort TEXTS, and write the distinct texts among them as "A or B" to JOINED,
   cut to SIZE bytes.  Returns the number of distinct texts, without the texts
   that were cut off entirely.  */
static size_t merge_join(const char **texts, size_t count, char *joined,
                         size_t size)
{
    size_t different = 0, used = 0;
    qsort(texts, count, sizeof *texts, merge_compare_texts);
    *joined = '\0';
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !strcmp(texts[i], texts[i - 1]))
            continue;
        int wrote = snprintf(joined + used, size - used, "%s%s",
                             different ? " or " : "", texts[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
        different++;
        if (used >= size)
            break;
    }
    return different;
}

/* Add one finding of KEY, merged from all repeats that have KEY; none if no
   repeat has KEY.  Returns 0, or -1 with ENOMEM.  */
static int merge_key(struct findings *findings, const char *key,
                     const struct repeat *repeats, size_t count)
{
    const struct finding *first = NULL;
    const char *values[16];
    char joined[600];
    size_t found = 0;
    for (size_t i = 0; i < count && found < 16; i++) {
        const struct finding *finding =
            *repeats[i].trouble.text ? NULL : merge_find(&repeats[i], key);
        if (!finding)
            continue;
        if (!first || (!first->value && finding->value))
            first = finding;
        if (finding->value)
            values[found++] = finding->value;
    }
    if (!first)
        return 0;
    struct finding merged = *first;
    if (found > 0 && merge_join(values, found, joined, sizeof joined) > 1) {
        merged.value = joined;
        merged.stable = false;
    }
    return findings_add(findings, &merged);
}

int merge_repeats(struct findings *findings, const struct repeat *repeats,
                  size_t count)
{
    const char *id = repeats->question->id;
    struct finding none = {
        .id = id,
        .key = "answer",
        .reason = "no answer from the probe",
        .how = HOW_NOT_TESTABLE,
        .stable = true,
    };
    for (size_t i = 0; i < count; i++) {
        const struct findings *list = &repeats[i].findings;
        bool failed = *repeats[i].trouble.text;
        if (failed)
            none.reason = repeats[i].trouble.text;
        for (size_t k = 0; !failed && k < list->count; k++) {
            const char *key = list->list[k].key;
            if (!strcmp(list->list[k].id, id) &&
                !findings_get(findings, id, key) &&
                merge_key(findings, key, repeats, count))
                return -1;
        }
    }
    return findings_get(findings, id, none.key) ? 0
                                                : findings_add(findings, &none);
}
