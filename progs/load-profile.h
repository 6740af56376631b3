/* load-profile.h - a load run as a profile, and what differs between two runs
   SPDX-License-Identifier: GPL-3.0-or-later

   The form of probes/finding/profile.h, with "sonde-load" in the first line.
   Ids and keys are public: "plan" has the settings of the run; "result",
   "latency", "connect" and "errors" have the figures of the JSON report, by the
   same keys; "host" and "volatile" are those of all profiles.  A figure that
   the run has not is missing.  */

#ifndef PROGS_LOAD_PROFILE_H
#define PROGS_LOAD_PROFILE_H 1

#include <stdio.h>

#include "load/load.h"
#include "probes/finding/compare.h"
#include "probes/finding/finding.h"

/* Add the findings of REPORT and of this host to FINDINGS, and sort FINDINGS;
   in each case the caller frees them.  Returns 0; or -1 with ENOMEM or the
   errno of uname, and only a part may be added.  */
int load_profile_make(struct findings *findings,
                      const struct load_report *report);

/* Write FINDINGS in the form that load_profile_read reads.  */
void load_profile_write(FILE *out, const struct findings *findings);

/* Add the findings of the load profile NAME, a file, to FINDINGS, as
   profile_read_form, and sort FINDINGS; in each case the caller frees them.
   Returns 0; or -1 with a sentence in PROBLEM of SIZE bytes, also if a figure
   that load_profile_compare compares is no number.  */
int load_profile_read(struct findings *findings, const char *name,
                      char *problem, size_t size);

/* Compare HERE and THERE, both of load_profile_read or load_profile_make: the
   settings except peer and duration, the rate, errors, and the 50th, 90th and
   99th percentile of latencies; if HERE is a run of connections also the rate
   and the times of connect.  Write the differences beyond TOLERANCE percent,
   and what is on one side only, to OUT, one a line, and last a line with the
   numbers, as figures_compare does.  Returns the numbers.  */
struct comparison load_profile_compare(FILE *out, const struct findings *here,
                                       const struct findings *there,
                                       long tolerance);

#endif /* PROGS_LOAD_PROFILE_H */
