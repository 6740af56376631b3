/* host.h - which host this is
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings under the id "host": system, release, machine, scope (the network
   namespace, "own" if the measurement had one to itself, or "host" on a system
   without such; not testable if it could not be read); and under
   "volatile", which alone may differ between two runs: time, host-name,
   process-id, elapsed-ms.  */

#ifndef PROBES_FINDING_HOST_H
#define PROBES_FINDING_HOST_H 1

#include "base/json.h"
#include "probes/finding/finding.h"

/* Add them to FINDINGS; ELAPSED is how long the run took, in milliseconds.
   Returns 0, or -1 with ENOMEM.  */
int host_add(struct findings *findings, long elapsed);

/* What FINDINGS say of the host as KEY; "-" if nothing, for a profile may lack
   it.  */
const char *host_text(const struct findings *findings, const char *key);

/* Write what is volatile of FINDINGS as an object of that name.  */
void host_json(struct json *json, const struct findings *findings);

#endif /* PROBES_FINDING_HOST_H */
