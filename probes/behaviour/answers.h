/* answers.h - answers to the questions of the catalogue, told
   SPDX-License-Identifier: GPL-3.0-or-later

   Made from findings alone, so that a saved profile can be told as well.  Write
   errors stay with OUT, for ferror.  The plain form is findings_write.  */

#ifndef PROBES_BEHAVIOUR_ANSWERS_H
#define PROBES_BEHAVIOUR_ANSWERS_H 1

#include "probes/behaviour/catalogue.h"
#include "probes/finding/finding.h"

/* The key of the finding that answers a question in one line.  */
extern const char answer_key[];

/* The findings of one id: LIST[0] to LIST[COUNT - 1].  */
struct slice {
    const struct finding *list;
    size_t count;
};

/* Those of ID in FINDINGS, which are sorted.  */
struct slice slice_of(const struct findings *findings, const char *id);

/* Whether ID is a question's, not "host" or "volatile".  */
bool is_question(const char *id);

/* Whether it has neither a value nor a reason, as the limit has that nothing
   ran into.  */
bool says_nothing(const struct finding *finding);

/* All chosen, a line each; or each in FULL: details, what is known elsewhere,
   what to use.  */
void answers_text(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, bool full);

/* For programs; the keys are described in sockprobe(1).  */
void answers_json(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings);

/* The questions, without asking: a line each; or all there is to say.  */
void answers_list(FILE *out, const struct catalogue *catalogue);
void answers_explain(FILE *out, const struct question *question);

/* How two compare, by questions: those of which both tell something, and those
   of them that have findings, so many in all, which differ; those that both
   have, but of which nothing can be compared, since either could not tell or
   was not stable; those that one has alone.  */
struct difference {
    size_t compared, different, findings, untold, only_here, only_there;
};

/* Compare the questions that CATALOGUE wants.  The lists are sorted.  */
struct difference answers_compare(const struct catalogue *catalogue,
                                  const struct findings *here,
                                  const struct findings *there);

/* DIFFERENCE in words: "2 of 80 answers differ"; LEFT and RIGHT are the names
   of here and there, which may be those of files.  */
enum { COUNT_TEXT = 2 * 4096 + 400 };
void answers_count(char text[COUNT_TEXT], const struct difference *difference,
                   const char *left, const char *right);

/* The same, with a line for each finding that differs and the count in the
   last.  */
void answers_diff(FILE *out, const struct catalogue *catalogue,
                  const struct findings *here, const struct findings *there,
                  const char *left, const char *right);

/* The same as TAP, a test for each question chosen.  */
void answers_tap(FILE *out, const struct catalogue *catalogue,
                 const struct findings *here, const struct findings *there);

/* The states of a connection, as a picture in text.  */
void answers_states(FILE *out, const struct findings *findings);

/* A page by itself; THERE, if not NULL, is what to compare with, by the name
   of OTHER.  */
void answers_html(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, const struct findings *there,
                  const char *other);

#endif /* PROBES_BEHAVIOUR_ANSWERS_H */
