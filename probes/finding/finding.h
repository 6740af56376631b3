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

/* Returns the word of HOW, a value of enum how, in the plain form: "measured",
   "read", "computed", "constant" or "not-testable".  The text is constant.  */
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

/* Add a copy of FINDING and its strings, of which ID and KEY are not NULL.  An
   earlier finding with the same id and key also stays in the list.  The list is
   no longer sorted, and pointers to its findings become invalid; pointers to
   their strings stay valid.  Returns 0; or -1 with ENOMEM, and the list as
   before.  */
int findings_add(struct findings *findings, const struct finding *finding);

/* Sort FINDINGS by id, bytewise, then by key, part by part between dots: whole
   numbers by value and before words, words bytewise.  Pointers to findings of
   the list then point to others.  Cannot fail.  */
void findings_sort(struct findings *findings);

/* The second of the first two findings with the same id and key; NULL if there
   are none.  FINDINGS must be sorted.  */
const struct finding *findings_twice(const struct findings *findings);

/* The finding with ID and KEY in the list; NULL if there is none; if several,
   any of them.  Searches by halves in a sorted list, else one by one.  */
const struct finding *findings_get(const struct findings *findings,
                                   const char *id, const char *key);

/* findings_text: the value of the finding with ID and KEY, a text that the list
   owns; NULL if there is no such finding, or the finding has no value.
   findings_number: that value as a decimal number; OTHERWISE if findings_text
   is NULL, or if the value is no number or no long.  Changes errno.  */
const char *findings_text(const struct findings *findings, const char *id,
                          const char *key);
long findings_number(const struct findings *findings, const char *id,
                     const char *key, long otherwise);

/* In the plain form (see the head of this file), finding_write: write FINDING
   as one line; findings_write: write the header line, then all findings in the
   order of the list.  Write errors are left to ferror (OUT).  */
void finding_write(FILE *out, const struct finding *finding);
void findings_write(FILE *out, const struct findings *findings);

/* Add the finding in LINE, a line of the plain form, which is modified and may
   lack a newline.  Returns 0, also for the header line, which adds nothing; or
   -1 with EPROTO (not six columns, an empty id or key, an unknown HOW or
   STABLE) or ENOMEM, and adds nothing.  */
int findings_read_line(struct findings *findings, char *line);

/* Free the list and its strings; FINDINGS is the empty list then.  */
void findings_free(struct findings *findings);

#endif /* PROBES_FINDING_FINDING_H */
