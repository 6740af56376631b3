/* answers.h - reports of the answers to the catalogue's questions
   SPDX-License-Identifier: GPL-3.0-or-later

   Reports are made from findings alone, so a saved profile can be reported as
   well. Write errors stay with OUT, for ferror. The plain form is written by
   findings_write.  */

#ifndef PROBES_BEHAVIOUR_ANSWERS_H
#define PROBES_BEHAVIOUR_ANSWERS_H 1

#include "probes/behaviour/catalogue.h"
#include "probes/finding/finding.h"

/* The key of the finding that is the answer in one line.  */
extern const char answer_key[];

/* The findings of one id: LIST[0] to LIST[COUNT - 1].  */
struct slice {
    const struct finding *list;
    size_t count;
};

/* The findings of ID in FINDINGS, which are sorted.  */
struct slice slice_of(const struct findings *findings, const char *id);

/* Whether ID is a question's, not "host" or "volatile".  */
bool is_question(const char *id);

/* Whether FINDING has neither a value nor a reason, such as a limit that was
   not reached.  */
bool finding_is_empty(const struct finding *finding);

/* The value of FINDING, or its reason, or "-".  */
const char *answer_value(const struct finding *finding);

/* How FINDING is known, in words: how_name, or "unstable".  */
const char *answer_how(const struct finding *finding);

/* Whether FINDING, which may be NULL, has a stable value; whether both have
   stable values, and these differ.  */
bool answers_comparable(const struct finding *finding);
bool answers_differ(const struct finding *a, const struct finding *b);

/* All chosen questions, a line each; or, in FULL, each with details, answers of
   other systems and what to use.  */
void answers_text(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, bool full);

/* For programs; the keys are described in sockprobe(1).  */
void answers_json(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings);

/* The chosen questions, a line each; one question with its explanation.  */
void answers_list(FILE *out, const struct catalogue *catalogue);
void answers_explain(FILE *out, const struct question *question);

/* Comparison by questions. COMPARED: both sides have a comparable finding.
   DIFFERENT: questions with FINDINGS differing findings in all. INCOMPARABLE:
   both sides have the question, but no finding with a stable value on both.
   ONLY_HERE, ONLY_THERE: questions of one side.  */
struct difference {
    size_t compared, different, findings, incomparable, only_here, only_there;
};

/* Compare the chosen questions of CATALOGUE. The lists are sorted.  */
struct difference answers_compare(const struct catalogue *catalogue,
                                  const struct findings *here,
                                  const struct findings *there);

/* DIFFERENCE in words: "2 of 80 answers differ"; LEFT and RIGHT name the sides
   and may be names of files.  */
enum { COUNT_TEXT = 2 * 4096 + 400 };
void answers_count(char text[COUNT_TEXT], const struct difference *difference,
                   const char *left, const char *right);

/* A line for each differing finding, then the count.  */
void answers_diff(FILE *out, const struct catalogue *catalogue,
                  const struct findings *here, const struct findings *there,
                  const char *left, const char *right);

/* The same as TAP, a test for each question chosen.  */
void answers_tap(FILE *out, const struct catalogue *catalogue,
                 const struct findings *here, const struct findings *there);

/* The states of a connection, as a picture in text.  */
void answers_states(FILE *out, const struct findings *findings);

/* An HTML page; THERE, if not NULL, is the profile to compare with, and OTHER
   its name.  */
void answers_html(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, const struct findings *there,
                  const char *other);

#endif /* PROBES_BEHAVIOUR_ANSWERS_H */
