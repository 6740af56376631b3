/* missing.c - findings for planned rows without figures
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>

#include "probes/queue/missing.h"

/* Add to MISSING a finding "FAMILY.N.accepted", not testable, for each backlog
   N of PLAN without that finding in FINDINGS.  The reason is that of
   "FAMILY.available" in FINDINGS, or else REASON.  Returns 0; or -1 with
   ENOMEM, and perhaps a part added.  */
static int list_family(struct findings *missing,
                       const struct findings *findings,
                       const struct queue_plan *plan, const char *family,
                       const char *reason)
{
    char key[64];
    snprintf(key, sizeof key, "%s.available", family);
    const struct finding *available =
        findings_get(findings, "listen.queue", key);
    if (available && available->reason)
        reason = available->reason;
    for (size_t i = 0; i < plan->count; i++) {
        snprintf(key, sizeof key, "%s.%d.accepted", family, plan->backlogs[i]);
        struct finding finding = {
            .id = "listen.queue",
            .key = key,
            .reason = reason,
            .how = HOW_NOT_TESTABLE,
            .stable = true,
        };
        if (!findings_get(findings, "listen.queue", key) &&
            findings_add(missing, &finding))
            return -1;
    }
    return 0;
}

int missing_add(struct findings *findings, const struct queue_plan *plan,
                const char *trouble)
{
    const struct {
        bool wanted;
        const char *name;
    } families[] = {
        {plan->inet, "inet"}, {plan->inet6, "inet6"}, {plan->local, "unix"}};
    struct findings missing = {0};
    int failed = 0;
    findings_sort(findings);
    for (size_t i = 0; i < sizeof families / sizeof *families && !failed; i++)
        if (families[i].wanted)
            failed = list_family(&missing, findings, plan, families[i].name,
                                 trouble);
    for (size_t i = 0; i < missing.count && !failed; i++)
        failed = findings_add(findings, &missing.list[i]);
    findings_free(&missing);
    return failed;
}
