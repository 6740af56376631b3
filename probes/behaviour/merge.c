/* merge.c - one answer from several repeats
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/interval.h"
#include "probes/behaviour/merge.h"

/* The finding KEY of REPEAT, or NULL.  A question that reported KEY and was
   then skipped has two: the one without a value is returned.  */
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

/* For qsort of strings: by strcmp.  */
static int merge_compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sort the COUNT TEXTS, and write the distinct texts among them as "A or B or
   C" to JOINED, cut to SIZE bytes with the NUL.  Returns the number of distinct
   texts.  */
static size_t merge_join(const char **texts, size_t count, char *joined,
                         size_t size)
{
    size_t different = 0, used = 0;
    qsort(texts, count, sizeof *texts, merge_compare_texts);
    *joined = '\0';
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !strcmp(texts[i], texts[i - 1]))
            continue;
        int wrote = used < size ? snprintf(joined + used, size - used, "%s%s",
                                           different ? " or " : "", texts[i])
                                : 0;
        used += wrote > 0 ? (size_t)wrote : 0;
        different++;
    }
    return different;
}

/* Add one finding of KEY, merged from those of the COUNT REPEATS that have KEY
   and did not fail; none if there is no such repeat.  At most 16 values are
   used.  Values that differ are joined, and the finding is not stable; its
   member "repeats" is the number of values; all else is of the first repeat
   with a value, or of the first without.  Returns 0, or -1 with ENOMEM.  */
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
    merged.repeats = (int)found;
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

/* ---- rates -------------------------------------------------------------- */

void repeat_reduce(struct repeat *repeat)
{
    struct findings kept = {0};
    const struct finding *answer = merge_find(repeat, "answer");
    if (answer && findings_add(&kept, answer))
        snprintf(repeat->trouble.text, sizeof repeat->trouble.text,
                 "out of memory");
    findings_free(&repeat->findings);
    repeat->findings = kept;
}

/* An answer, or the REASON for none, and in how many repeats it came.  */
struct rate {
    const struct finding *answer; /* NULL: the repeat failed, or has none */
    const char *text;
    bool is_reason;
    size_t runs;
};

/* For qsort: answers before reasons, then by text.  */
static int rate_compare_texts(const void *a, const void *b)
{
    const struct rate *x = a, *y = b;
    int order = (int)x->is_reason - (int)y->is_reason;
    return order ? order : strcmp(x->text, y->text);
}

/* For qsort: the most frequent first, then by rate_compare_texts.  */
static int rate_compare_runs(const void *a, const void *b)
{
    const struct rate *x = a, *y = b;
    return x->runs != y->runs ? (x->runs < y->runs ? 1 : -1)
                              : rate_compare_texts(a, b);
}

/* Fill in RATES, which has room for COUNT, one for each of the COUNT REPEATS
   that is done: its answer, or the reason for none, with RUNS of 1.  Returns
   the number of rates.  */
static size_t rates_collect(struct rate *rates, const struct repeat *repeats,
                            size_t count)
{
    size_t done = 0;
    for (size_t i = 0; i < count; i++) {
        if (!repeats[i].done)
            continue;
        const char *trouble = repeats[i].trouble.text;
        const struct finding *answer =
            *trouble ? NULL : merge_find(&repeats[i], "answer");
        struct rate rate = {.answer = answer, .runs = 1};
        rate.is_reason = !answer || !answer->value;
        rate.text = !rate.is_reason            ? answer->value
                    : answer && answer->reason ? answer->reason
                    : *trouble                 ? trouble
                                               : "none from the probe";
        rates[done++] = rate;
    }
    return done;
}

/* Sort the COUNT RATES, at least one, by text, join equal ones, and sort by
   runs.  Returns the number of different rates.  */
static size_t rates_join(struct rate *rates, size_t count)
{
    size_t last = 0;
    qsort(rates, count, sizeof *rates, rate_compare_texts);
    for (size_t i = 1; i < count; i++)
        if (rate_compare_texts(&rates[last], &rates[i]) == 0)
            rates[last].runs++;
        else
            rates[++last] = rates[i];
    qsort(rates, last + 1, sizeof *rates, rate_compare_runs);
    return last + 1;
}

/* Add the finding "times.NUMBER.KEY", or KEY for a NUMBER of 0, of the question
   ID, with VALUE, known by HOW, as stable.  Returns 0, or -1 with ENOMEM.  */
static int rate_add(struct findings *findings, const char *id, size_t number,
                    const char *key, const char *value, enum how how)
{
    char name[40];
    snprintf(name, sizeof name, "times.%zu.%s", number, key);
    struct finding finding = {.id = id,
                              .key = number ? name : key,
                              .value = value,
                              .how = how,
                              .stable = true};
    return findings_add(findings, &finding);
}

/* Add the four findings "times.NUMBER.*" of RATE, of the question ID: "answer",
   or "no answer: REASON", cut at 599 bytes; "runs"; and "low-ppm" and
   "high-ppm", the interval of the share of TOTAL, the number of all runs, in
   millionths.  An answer keeps the HOW of its finding; a reason is
   HOW_MEASURED.  Returns 0, or not 0 with ENOMEM, and perhaps a part added.  */
static int rate_add_all(struct findings *findings, const char *id,
                        size_t number, const struct rate *rate, size_t total)
{
    char text[600], runs[24], low[24], high[24];
    enum how how = rate->is_reason ? HOW_MEASURED : rate->answer->how;
    struct interval interval = interval_of((long)rate->runs, (long)total);
    snprintf(text, sizeof text, "%s%s", rate->is_reason ? "no answer: " : "",
             rate->text);
    snprintf(runs, sizeof runs, "%zu", rate->runs);
    snprintf(low, sizeof low, "%.0f", interval.low * 1e6);
    snprintf(high, sizeof high, "%.0f", interval.high * 1e6);
    return rate_add(findings, id, number, "answer", text, how) ||
           rate_add(findings, id, number, "runs", runs, HOW_MEASURED) ||
           rate_add(findings, id, number, "low-ppm", low, HOW_COMPUTED) ||
           rate_add(findings, id, number, "high-ppm", high, HOW_COMPUTED);
}

/* Add the findings of the question ID from RATES, the KINDS different results,
   at least 1, of COUNT runs, as sorted by rates_join.  "answer": the finding of
   the most frequent answer, with up to RATES_MAX answers joined in the value;
   if there is no answer, no value, and the most frequent reason; stable if
   KINDS is 1.  "times": COUNT.  "times.NUMBER.*": the first RATES_MAX of RATES,
   reasons included.  Returns 0, or -1 with ENOMEM, and perhaps a part added. */
static int rates_add(struct findings *findings, const char *id,
                     const struct rate *rates, size_t kinds, size_t count)
{
    const char *values[RATES_MAX];
    char joined[600], times[24];
    size_t found = 0;
    struct finding answer = {.id = id,
                             .key = "answer",
                             .reason = rates->text,
                             .how = HOW_NOT_TESTABLE,
                             .stable = true};
    for (size_t i = 0; i < kinds && found < RATES_MAX; i++)
        if (!rates[i].is_reason)
            values[found++] = rates[i].text;
    for (size_t i = kinds; i-- > 0;)
        if (!rates[i].is_reason)
            answer = *rates[i].answer;
    if (found > 1) {
        merge_join(values, found, joined, sizeof joined);
        answer.value = joined;
    }
    answer.stable = kinds == 1;
    snprintf(times, sizeof times, "%zu", count);
    int failed = findings_add(findings, &answer) ||
                 rate_add(findings, id, 0, "times", times, HOW_MEASURED);
    for (size_t i = 0; i < kinds && i < RATES_MAX && !failed; i++)
        failed = rate_add_all(findings, id, i + 1, &rates[i], count);
    return failed ? -1 : 0;
}

int merge_rates(struct findings *findings, const struct repeat *repeats,
                size_t count)
{
    struct rate *rates = calloc(count + 1, sizeof *rates);
    if (!rates)
        return -1;
    size_t done = rates_collect(rates, repeats, count);
    int failed = done > 0 && rates_add(findings, repeats->question->id, rates,
                                       rates_join(rates, done), done);
    free(rates);
    return failed ? -1 : 0;
}
