/* known.h - answers of systems that were not measured here
   SPDX-License-Identifier: GPL-3.0-or-later

   Answers from a system's source, from its documents, or from another test
   program that ran there. Reports print these answers beside the measured
   answers and never mix the two.  */

#ifndef PROBES_BEHAVIOUR_KNOWN_H
#define PROBES_BEHAVIOUR_KNOWN_H 1

#include <stddef.h>

enum mark { MARK_SOURCE, MARK_DOCUMENTED, MARK_MEASURED };

struct known {
    const char *id, *system, *answer;
    enum mark mark;
};

/* The next row of ID after ROW (NULL: the first row), or NULL.  */
const struct known *known_next(const char *id, const struct known *row);

/* How many rows there are.  */
size_t known_count(void);

/* "source", "documented", "measured".  */
const char *mark_name(enum mark mark);

#endif /* PROBES_BEHAVIOUR_KNOWN_H */
