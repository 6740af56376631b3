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

/* What a profile is of.  Its first line is WORD, a tab and VERSION.  */
struct profile_form {
    const char *word;
    int version;
    bool is_installed; /* profiles are installed, and found by name */
};

/* Of hosts: "sonde-profile" and PROFILE_VERSION; installed.  */
extern const struct profile_form profile_host;

/* Write the version line of FORM, then FINDINGS by findings_write;
   profile_write does so in the form profile_host.  Write errors stay with OUT,
   for ferror.  */
void profile_write_form(FILE *out, const struct profile_form *form,
                        const struct findings *findings);
void profile_write(FILE *out, const struct findings *findings);

/* Whether a profile of a host, NAME, can be opened for reading: the file NAME;
   or if that does not exist and NAME has no slash, the file NAME in "profiles"
   in the working directory, or else among the installed profiles.  The contents
   are not checked: a directory passes.  Changes errno.  */
bool profile_exists(const char *name);

/* Add the findings in the profile NAME, found as by profile_exists, to
   FINDINGS, empty before, and sort FINDINGS.  A version line of PROFILE_VERSION
   must precede the first finding; lines that begin with '#' are comments.
   Returns 0; or -1, with a sentence in PROBLEM of SIZE bytes (truncated): for a
   file that cannot be opened or read, no version line or another version, a
   malformed or long line, too many lines, no findings, two findings with the
   same id and key, or want of memory.  The findings of earlier lines are then
   in FINDINGS.  The caller frees FINDINGS in each case.

   profile_read_form: the same for a profile of FORM; unless profiles of FORM
   are installed, only the file NAME is tried.  */
int profile_read(struct findings *findings, const char *name, char *problem,
                 size_t size);
int profile_read_form(struct findings *findings,
                      const struct profile_form *form, const char *name,
                      char *problem, size_t size);

#endif /* PROBES_FINDING_PROFILE_H */
