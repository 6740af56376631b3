/* catalogue.h - all questions there are, by id
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_CATALOGUE_H
#define PROBES_BEHAVIOUR_CATALOGUE_H 1

#include <stddef.h>

#include "probes/behaviour/question.h"

/* A question, and whether the question was chosen.  */
struct entry {
    const struct question *question;
    bool chosen;
};

/* All questions of this version, sorted by id.  */
struct catalogue {
    struct entry *entries;
    size_t count;
    bool all; /* were chosen */
};

/* Fill CATALOGUE with all questions, none of them chosen.  Returns 0, or -1
   with ENOMEM: then CATALOGUE cannot be used.  catalogue_free leaves an empty
   catalogue.  */
int catalogue_make(struct catalogue *catalogue);
void catalogue_free(struct catalogue *catalogue);

/* catalogue_has: whether any question matches PATTERN: an id, a pattern of the
   shell, or the beginning of ids up to a dot ("accept" is "accept.*").
   catalogue_choose: choose the matches, beside the questions chosen before, and
   return the number of matches.
   catalogue_choose_all: choose all questions and set ALL.  */
bool catalogue_has(const struct catalogue *catalogue, const char *pattern);
size_t catalogue_choose(struct catalogue *catalogue, const char *pattern);
void catalogue_choose_all(struct catalogue *catalogue);

/* Whether the question ID was chosen.  An id that this version lacks, as in
   another version's profile, is chosen after catalogue_choose_all only.  */
bool catalogue_wants(const struct catalogue *catalogue, const char *id);

/* The question ID, chosen or not; NULL if this version lacks ID.  */
const struct question *catalogue_find(const struct catalogue *catalogue,
                                      const char *id);

/* The title of the group of ID (the part before the first dot), such as "the
   accept queue"; NULL for an unknown group.  */
const char *group_title(const char *id);

/* Whether the ids A and B are in the same group.  */
bool same_group(const char *a, const char *b);

#endif /* PROBES_BEHAVIOUR_CATALOGUE_H */
