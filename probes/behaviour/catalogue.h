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

/* All questions, sorted by id.  */
struct catalogue {
    struct entry *entries;
    size_t count;
    bool all; /* were chosen */
};

/* Returns 0, or -1 with ENOMEM.  */
int catalogue_make(struct catalogue *catalogue);
void catalogue_free(struct catalogue *catalogue);

/* Choose the questions that match PATTERN, an id or a pattern of the shell;
   "accept" alone means "accept.*". Returns the number of matches;
   catalogue_has: whether there are any.  */
bool catalogue_has(const struct catalogue *catalogue, const char *pattern);
size_t catalogue_choose(struct catalogue *catalogue, const char *pattern);
void catalogue_choose_all(struct catalogue *catalogue);

/* Whether the question ID was chosen. An id that is not in this version, as a
   profile may have, is chosen if all questions are.  */
bool catalogue_wants(const struct catalogue *catalogue, const char *id);

/* The question ID, or NULL.  */
const struct question *catalogue_find(const struct catalogue *catalogue,
                                      const char *id);

/* The title of the group of ID (the part before its first dot), or NULL.  */
const char *group_title(const char *id);

/* Whether the ids A and B are in the same group.  */
bool same_group(const char *a, const char *b);

#endif /* PROBES_BEHAVIOUR_CATALOGUE_H */
