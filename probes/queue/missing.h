/* missing.h - findings for what was planned and is not there
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_MISSING_H
#define PROBES_QUEUE_MISSING_H 1

#include "probes/finding/finding.h"
#include "probes/queue/plan.h"

/* Give each row of PLAN without figures a finding that says why: that its
   family is not there, or else TROUBLE.  Sorts FINDINGS first.  Returns 0, or
   -1 with ENOMEM.  */
int missing_add(struct findings *findings, const struct queue_plan *plan,
                const char *trouble);

#endif /* PROBES_QUEUE_MISSING_H */
