/* missing.h - findings for planned rows without figures
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_MISSING_H
#define PROBES_QUEUE_MISSING_H 1

#include "probes/finding/finding.h"
#include "probes/queue/plan.h"

/* Add to FINDINGS a finding "listen.queue", "FAMILY.N.accepted", not testable,
   for each family and backlog of PLAN without such a finding.  The reason is
   that of "FAMILY.available", or else TROUBLE.  Sorts FINDINGS first; FINDINGS
   are no longer sorted if a finding was added.  Returns 0; or -1 with ENOMEM,
   and perhaps a part added.  */
int missing_add(struct findings *findings, const struct queue_plan *plan,
                const char *trouble);

#endif /* PROBES_QUEUE_MISSING_H */
