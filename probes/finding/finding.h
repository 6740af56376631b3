/* finding.h - the results of a probe: a flat list, and its plain text form
   SPDX-License-Identifier: GPL-3.0-or-later

   A child writes the plain form to the runner, and --profile saves it: a header
   line, then one line for each finding, with six columns separated by tabs:

       id  key  value  how  stable  reason

   HOW is measured, read, computed, constant or not-testable; STABLE is yes or
   no; a missing VALUE or REASON is "-".  A tab or a newline in a text is
   written as '?'; all other bytes are kept, control characters included.  A
   profile may come from an untrusted source: a program that shows its texts
   masks them (base/mask.h), as progs/output.h does for reports.  */

#ifndef PROBES_FINDING_FINDING_H
#define PROBES_FINDING_FINDING_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum how {
    HOW_MEASURED,    /* observed behavior of the host */
    HOW_READ,        /* reported by the kernel, or read from a file */
    HOW_COMPUTED,    /* from figures that were read, some measured */
    HOW_CONSTANT,    /* known at compile time */
    HOW_NOT_TESTABLE /* for the reason given */
};

/* HOW in the plain form, by its constant: "not-testable" for HOW_NOT_TESTABLE.
 */
const char *how_name(enum how how);

/* A missing value or reason is NULL.  */
struct finding {
    const char *id, *key, *value, *reason;
    enum how how;
    bool stable;  /* false if repeated tests gave different values */
    int repeats;  /* the tests that gave a value; 0: unknown, as in a profile */
    char *memory; /* the strings, owned by the list */
};

/* All zero is the empty list.  */
struct findings {
    struct finding *list;
    size_t count, capacity;
    bool sorted; /* no finding was added since findings_sort */
};

/* Add a copy of FINDING and its strings; a finding with the same id and key
   stays.  The list is no longer sorted, and pointers to its findings become
   invalid.  Returns 0; or -1 with ENOMEM, and the list as before.  */
int findings_add(struct findings *findings, const struct finding *finding);

/* Sort by id, then by key: by its parts between dots, numbers by value and
   before words.  Pointers to findings of the list then point to others.  */
void findings_sort(struct findings *findings);

/* The second of the first two findings with the same id and key; NULL if there
   are none.  FINDINGS must be sorted.  */
const struct finding *findings_twice(const struct findings *findings);

/* The finding ID, KEY, in the list; NULL if there is none.  Fast in a sorted
   list.  Of several, any.  */
const struct finding *findings_get(const struct findings *findings,
                                   const char *id, const char *key);

/* The value of a finding, as text, which the list owns, or as a decimal number.
   NULL and OTHERWISE stand for no such finding and a finding without a value;
   OTHERWISE also for a value that is no long.  */
const char *findings_text(const struct findings *findings, const char *id,
                          const char *key);
long findings_number(const struct findings *findings, const char *id,
                     const char *key, long otherwise);

/* Write one finding; the header line and all findings.  Write errors are left
   to ferror (OUT).  */
void finding_write(FILE *out, const struct finding *finding);
void findings_write(FILE *out, const struct findings *findings);

/* Add the finding in LINE, which is modified and may lack a newline; a header
   line adds nothing.  Returns 0; or -1 with EPROTO (not six columns, an empty
   id or key, an unknown HOW or STABLE) or ENOMEM, and adds nothing.  */
int findings_read_line(struct findings *findings, char *line);

/* Free the list and its strings; FINDINGS is the empty list then.  */
void findings_free(struct findings *findings);

#endif /* PROBES_FINDING_FINDING_H */
