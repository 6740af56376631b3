/* host.h - identification of the host
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings under the id "host": system, release, machine, scope (the network
   namespace; "own" if made for the measurement; "host" on a system without
   namespaces; not testable if not readable).  Findings under "volatile", which
   may differ between two runs: time, host-name, process-id, elapsed-ms.  */

#ifndef PROBES_FINDING_HOST_H
#define PROBES_FINDING_HOST_H 1

#include "base/json.h"
#include "probes/finding/finding.h"

/* Add the findings "host" and "volatile", as above, to FINDINGS.  ELAPSED is
   the duration of the run in milliseconds.  The scope is "own" if FINDINGS have
   the finding "with", "namespace" of settings_apply already.  The finding
   "time", in UTC as "2026-08-01T12:00:00Z", is omitted if the clock is beyond
   all dates.  Returns 0; or -1 with ENOMEM or the errno of uname, and perhaps a
   part added.  FINDINGS are not sorted.  */
int host_add(struct findings *findings, long elapsed);

/* The value of the host's finding KEY, which FINDINGS own; "-" if missing.  */
const char *host_text(const struct findings *findings, const char *key);

/* Write the volatile findings of FINDINGS as an object "volatile", with the
   members time, host_name, process_id and elapsed_ms; a member without a
   finding is null.  */
void host_json(struct json *json, const struct findings *findings);

#endif /* PROBES_FINDING_HOST_H */
