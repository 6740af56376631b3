/* prefix.h - write findings with a common prefix
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_PREFIX_H
#define PROBES_FINDING_PREFIX_H 1

#include "probes/finding/finding.h"

/* Findings with the same id and file.  Their keys begin with FAMILY and a dot,
   unless FAMILY is NULL; keys are cut to 63 bytes.  Write errors stay with OUT,
   for ferror.  */
struct prefix {
    FILE *out;
    const char *id, *family;
};

/* Write the finding KEY, with PREFIX, by finding_write: VALUE, known by HOW,
   STABLE or not, with REASON.  VALUE and REASON may be NULL.  */
void prefix_put(const struct prefix *prefix, const char *key, const char *value,
                enum how how, bool stable, const char *reason);

/* Write the stable finding KEY: VALUE, known by HOW, with REASON or NULL.  If
   VALUE is NULL, the finding is not testable, for REASON, and HOW is
   ignored.  */
void prefix_put_text(const struct prefix *prefix, const char *key,
                     const char *value, enum how how, const char *reason);

/* Write the stable finding KEY: FIGURE, known by HOW, without REASON; if FIGURE
   is negative, the finding is not testable, for REASON.  */
void prefix_put_figure(const struct prefix *prefix, const char *key,
                       long figure, enum how how, const char *reason);

/* Write the finding KEY as not testable, with the reason "WHAT: ERRNO", where
   ERRNO is the name of ERROR, an errno; the reason is cut to 63 bytes.  */
void prefix_put_failure(const struct prefix *prefix, const char *key,
                        const char *what, int error);

#endif /* PROBES_FINDING_PREFIX_H */
