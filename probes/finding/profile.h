/* profile.h - findings in a file
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_PROFILE_H
#define PROBES_FINDING_PROFILE_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "probes/finding/finding.h"

/* The version of the form, ids, keys and values of a profile, raised when the
   same behaviour is written in another way, not for new ids and keys.  */
enum { PROFILE_VERSION = 1 };

/* Write the version line, "sonde-profile", a tab and PROFILE_VERSION, then
   FINDINGS by findings_write.  Write errors stay with OUT, for ferror.  */
void profile_write(FILE *out, const struct findings *findings);

/* Whether a profile NAME can be opened: the file NAME; or if there is none and
   NAME has no slash, a file in "profiles" in the working directory or among the
   installed profiles.  The contents are not checked.  */
bool profile_exists(const char *name);

/* Add the findings in the profile NAME, found as by profile_exists, to
   FINDINGS, and sort FINDINGS.  A version line of PROFILE_VERSION must precede
   the first finding; lines that begin with '#' are comments.  Returns 0; or -1,
   with a sentence in PROBLEM of SIZE bytes (truncated): for a file that cannot
   be read, a malformed or long line, no findings, or two findings with the same
   id and key.  The caller frees FINDINGS in each case.  */
int profile_read(struct findings *findings, const char *name, char *problem,
                 size_t size);

#endif /* PROBES_FINDING_PROFILE_H */
