/* prefix.h - where the findings of a measurement go, step by step
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_FINDING_PREFIX_H
#define PROBES_FINDING_PREFIX_H 1

#include "probes/finding/finding.h"

/* They have the same id, and their keys begin with FAMILY and a dot, unless
   that is NULL.  */
struct prefix {
    FILE *out;
    const char *id, *family;
};

/* Write the finding KEY, that does not vary: VALUE, known by HOW, and what
   there is to say of it, or NULL; where VALUE is NULL it is not testable, for
   REASON.  */
void prefix_put_text(const struct prefix *prefix, const char *key,
                     const char *value, enum how how, const char *reason);

/* The same of a FIGURE, which if it is less than 0 is not testable, for
   REASON.  */
void prefix_put_figure(const struct prefix *prefix, const char *key,
                       long figure, enum how how, const char *reason);

/* It is not testable: WHAT failed with ERROR.  */
void prefix_put_failure(const struct prefix *prefix, const char *key,
                        const char *what, int error);

#endif /* PROBES_FINDING_PREFIX_H */
