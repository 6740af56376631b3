/* missing.h - findings for planned rows without figures
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_MISSING_H
#define PROBES_QUEUE_MISSING_H 1

#include "probes/finding/finding.h"
#include "probes/queue/plan.h"

/* Add to FINDINGS a finding for each row of PLAN without figures, with the
   reason: that of its family, or else TROUBLE.  Sorts FINDINGS first.  Returns
   0, or -1 with ENOMEM.  */
int missing_add(struct findings *findings, const struct queue_plan *plan,
                const char *trouble);

#endif /* PROBES_QUEUE_MISSING_H */
