/* settings.h - measure as if settings were other ones
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "with", by the setting's name: the value it was given
   in the measurement's own network namespace, or why that could not be.  */

#ifndef PROBES_RUN_SETTINGS_H
#define PROBES_RUN_SETTINGS_H 1

#include <stddef.h>
#include <stdio.h>

#include "probes/finding/finding.h"

/* Whether each of the COUNT texts of SETTINGS is "NAME=VALUE" and names a
   setting of this host that a network namespace can have.  Returns 0; or -1
   with the sentence that says what is wrong in PROBLEM of SIZE bytes.  */
int settings_check(const char *const *settings, size_t count, char *problem,
                   size_t size);

/* Take the calling process into a network namespace of its own and put SETTINGS
   in force there, writing the findings to OUT unless it is NULL.  Returns 0, or
   -1; the finding without a value then says why.  */
int settings_apply(FILE *out, const char *const *settings, size_t count);

/* Why settings_apply failed, or NULL if FINDINGS do not say that it did.  */
const char *settings_failure(const struct findings *findings);

#endif /* PROBES_RUN_SETTINGS_H */
