/* known.h - answers of systems that were not measured here
   SPDX-License-Identifier: GPL-3.0-or-later

   Reports print these answers beside the measured ones, never mixed.  */

#ifndef PROBES_BEHAVIOUR_KNOWN_H
#define PROBES_BEHAVIOUR_KNOWN_H 1

/* How an answer is known: from the system's source, from documents, or from a
   test program that ran on the system.  */
enum mark { MARK_SOURCE, MARK_DOCUMENTED, MARK_MEASURED };

/* A row: the answer of SYSTEM (name and versions) to the question ID.  */
struct known {
    enum mark mark;
    const char *id, *system, *answer;
};

/* The next row of the question ID (NULL: of any question) after ROW (NULL: the
   first such row).  Returns NULL if there are no more rows.  */
const struct known *known_next(const char *id, const struct known *row);

/* MARK in words: "source", "documented" or "measured".  */
const char *mark_name(enum mark mark);

#endif /* PROBES_BEHAVIOUR_KNOWN_H */
