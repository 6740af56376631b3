/* compare.c - compare the findings of two hosts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/finding/compare.h"

/* Whether TEXT is in LIST, which ends with NULL.  */
static bool compare_has(const char *const *list, const char *text)
{
    while (*list && strcmp(*list, text))
        list++;
    return *list;
}

/* Whether FINDING is compared: has a value, and describes the behavior of the
   host.  Names ("host"), "volatile" findings, settings of the measurement
   ("with"), network namespaces and repeats, a choice of this program, do
   not.  */
static bool compare_counts(const struct finding *finding)
{
    static const char *const ids[] = {"volatile", "host", "with", NULL};
    static const char *const keys[] = {"scope", "initial", "initial-value",
                                       "repeats", NULL};
    const char *dot = strrchr(finding->key, '.');
    return finding->value && !compare_has(ids, finding->id) &&
           !compare_has(keys, dot ? dot + 1 : finding->key);
}

/* The value of the finding in FINDINGS with the id and key of FINDING, a text
   of FINDINGS; NULL if there is none that is compared (compare_counts).  */
static const char *other_value(const struct findings *findings,
                               const struct finding *finding)
{
    const struct finding *other =
        findings_get(findings, finding->id, finding->key);
    return other && compare_counts(other) ? other->value : NULL;
}

/* Write a line to OUT: id and key of FINDING, cut to 119 bytes, and the values
   HERE and THERE.  */
static void compare_put(FILE *out, const struct finding *finding,
                        const char *here, const char *there)
{
    char name[120];
    snprintf(name, sizeof name, "%s %s", finding->id, finding->key);
    fprintf(out, "%-38s here: %-14s there: %s\n", name, here, there);
}

void comparison_end(FILE *out, const struct comparison *comparison,
                    const char *how)
{
    fprintf(out, "%zu of %zu figures differ%s", comparison->different,
            comparison->different + comparison->same, how);
    if (comparison->here_only)
        fprintf(out, "; %zu only here", comparison->here_only);
    if (comparison->there_only)
        fprintf(out, "; %zu only there", comparison->there_only);
    putc('\n', out);
}

/* Write a line for each finding of FINDINGS that is compared (compare_counts)
   and that OTHER lacks, with "missing" as the value of OTHER; but not for the
   key tcp_abort_on_overflow.  IS_HERE: FINDINGS are HERE, OTHER is THERE;
   otherwise the reverse.  Returns the number of lines.  */
static size_t put_alone(FILE *out, const struct findings *findings,
                        const struct findings *other, bool is_here)
{
    size_t alone = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        /* Older profiles may lack tcp_abort_on_overflow.  */
        if (!compare_counts(finding) || other_value(other, finding) ||
            !strcmp(finding->key, "tcp_abort_on_overflow"))
            continue;
        alone++;
        compare_put(out, finding, is_here ? finding->value : "missing",
                    is_here ? "missing" : finding->value);
    }
    return alone;
}

struct comparison compare_findings_of(FILE *out, const struct findings *here,
                                      const struct findings *there)
{
    struct comparison comparison = {0};
    for (size_t i = 0; i < here->count; i++) {
        const struct finding *finding = &here->list[i];
        const char *other =
            compare_counts(finding) ? other_value(there, finding) : NULL;
        if (!other)
            continue;
        bool is_same = !strcmp(finding->value, other);
        comparison.same += is_same;
        comparison.different += !is_same;
        if (!is_same)
            compare_put(out, finding, finding->value, other);
    }
    comparison.here_only = put_alone(out, here, there, true);
    comparison.there_only = put_alone(out, there, here, false);
    comparison_end(out, &comparison, "");
    return comparison;
}
