/* profile.h - findings that were saved
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_PROFILE_H
#define PROBES_FINDING_PROFILE_H 1

#include "probes/finding/finding.h"

/* Whether the profile NAME is there: a file, or one that was installed.  */
bool profile_exists(const char *name);

/* Add the findings in the profile NAME to FINDINGS, and sort them.  Returns 0;
   or -1, with a sentence in PROBLEM of SIZE bytes.  */
int profile_read(struct findings *findings, const char *name, char *problem,
                 size_t size);

#endif /* PROBES_FINDING_PROFILE_H */
