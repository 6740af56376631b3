/* finding.h - what a probe found out: a flat list, and its one plain form
   SPDX-License-Identifier: GPL-3.0-or-later

   The plain form is what a child writes to the runner, what --profile saves
   and what is read back: a header line, then one line for each finding, its
   six columns separated by tabs:

       id  key  value  how  stable  reason

   HOW is measured, read, computed, constant or not-testable; STABLE is yes or
   no; a VALUE or REASON that is not there is "-".  A tab or a newline in a text
   is written as '?'.

   All other bytes are kept as they were measured or read, control characters
   too, since JSON can carry them.  A profile may come from anybody: what shows
   a text of it masks it (base/mask.h); progs/output.h does so for reports.  */

#ifndef PROBES_FINDING_FINDING_H
#define PROBES_FINDING_FINDING_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum how {
    HOW_MEASURED,    /* the host did it, and we watched */
    HOW_READ,        /* the kernel, or a file, said so */
    HOW_COMPUTED,    /* by us, from figures that were read */
    HOW_CONSTANT,    /* known when this was compiled */
    HOW_NOT_TESTABLE /* the reason says why */
};

/* HOW in the plain form: "measured", ..., "not-testable".  */
const char *how_name(enum how how);

/* A missing value or reason is NULL.  In a list the strings stand in MEMORY,
   which is the list's.  */
struct finding {
    const char *id, *key, *value, *reason;
    enum how how;
    bool stable;
    char *memory;
};

/* All zero is the empty list.  */
struct findings {
    struct finding *list;
    size_t count, capacity;
    bool sorted;
};

/* Add a copy of FINDING.  Returns 0, or -1 with ENOMEM.  */
int findings_add(struct findings *findings, const struct finding *finding);

/* Sort by id, then by key, part by part as its dots cut it, numbers by value
   and before words: the order in which findings arrived is chance.  */
void findings_sort(struct findings *findings);

/* One whose id and key another has, too; NULL: there is none.  FINDINGS are
   sorted.  */
const struct finding *findings_twice(const struct findings *findings);

/* The finding ID, KEY; NULL if there is none.  Fast in a sorted list.  */
const struct finding *findings_get(const struct findings *findings,
                                   const char *id, const char *key);

/* Its value as text, or NULL; as a number, or OTHERWISE.  */
const char *findings_text(const struct findings *findings, const char *id,
                          const char *key);
long findings_number(const struct findings *findings, const char *id,
                     const char *key, long otherwise);

/* Write the header line; one finding; the header and all of them.  Write
   errors stay with OUT, for ferror.  */
void finding_write_header(FILE *out);
void finding_write(FILE *out, const struct finding *finding);
void findings_write(FILE *out, const struct findings *findings);

/* Add the finding in LINE, which is changed and need not end in a newline; a
   header line adds nothing.  Returns 0, or -1 with EPROTO (not such a line) or
   ENOMEM.  */
int findings_read_line(struct findings *findings, char *line);

void findings_free(struct findings *findings);

#endif /* PROBES_FINDING_FINDING_H */
