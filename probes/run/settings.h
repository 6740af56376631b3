/* settings.h - measure with other settings
   SPDX-License-Identifier: GPL-3.0-or-later

   Findings, under the id "with", by the setting's name: the value set in the
   new network namespace, or why setting it failed.  */

#ifndef PROBES_RUN_SETTINGS_H
#define PROBES_RUN_SETTINGS_H 1

#include <stddef.h>
#include <stdio.h>

#include "probes/finding/finding.h"

/* Check the COUNT texts of SETTINGS, before namespace_enter.  Each must be
   "NAME=VALUE", where NAME is a setting of this host that can belong to a
   network namespace, and no other text may give NAME another value; whether the
   kernel takes VALUE is not checked.  Returns 0; or -1 at the first error, with
   a sentence in PROBLEM of SIZE bytes (truncated).  */
int settings_check(const char *const *settings, size_t count, char *problem,
                   size_t size);

/* Move the calling process, of one thread, which cannot return, into a new
   network namespace and apply the COUNT texts of SETTINGS there, which
   settings_check accepted; equal texts are applied once.  Unless OUT is NULL,
   write the findings to OUT, also the finding "namespace", "own".  Returns 0;
   or -1 at the first failure: the finding "namespace" or of the setting then
   has no value, but the reason.  Earlier settings then stay in force.  */
int settings_apply(FILE *out, const char *const *settings, size_t count);

/* Why settings_apply failed, by FINDINGS, which own the text, or "no reason
   given"; NULL if settings_apply did not fail or was not called.  */
const char *settings_failure(const struct findings *findings);

#endif /* PROBES_RUN_SETTINGS_H */
