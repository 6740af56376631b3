/* known.h - what is known of systems that were not asked
   SPDX-License-Identifier: GPL-3.0-or-later

   Answers from reading a system's source, from its documents, or from running
   a test of another kind there.  They stand beside what is measured here and
   are never mixed with it.  */

#ifndef PROBES_BEHAVIOUR_KNOWN_H
#define PROBES_BEHAVIOUR_KNOWN_H 1

#include <stddef.h>

enum mark { MARK_SOURCE, MARK_DOCUMENTED, MARK_MEASURED };

struct known {
    const char *id, *system, *answer;
    enum mark mark;
};

/* The next row of ID after ROW (NULL: the first one), or NULL.  */
const struct known *known_next(const char *id, const struct known *row);

/* How many rows there are.  */
size_t known_count(void);

/* "source", "documented", "measured".  */
const char *mark_name(enum mark mark);

#endif /* PROBES_BEHAVIOUR_KNOWN_H */
