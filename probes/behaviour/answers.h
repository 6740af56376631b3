/* answers.h - reports of the answers to the catalogue's questions
   SPDX-License-Identifier: GPL-3.0-or-later

   Reports are made from findings alone, so a saved profile can be reported as
   well.  Lists of findings must be sorted.  A question without an answer in the
   findings is left out.  Write errors stay with OUT, for ferror.  */

#ifndef PROBES_BEHAVIOUR_ANSWERS_H
#define PROBES_BEHAVIOUR_ANSWERS_H 1

#include "base/sentence.h"
#include "probes/behaviour/catalogue.h"
#include "probes/finding/finding.h"

/* The key of the finding that is the answer in one line.  */
extern const char answer_key[];

/* The COUNT adjacent findings of ID in FINDINGS, which must be sorted
   (findings_sort), until FINDINGS change; COUNT is 0 if there are none.  */
struct slice {
    const struct finding *list;
    size_t count;
};
struct slice slice_of(const struct findings *findings, const char *id);

/* Whether ID is the id of a question, perhaps of another version: any id but
   "host" and "volatile".  */
bool is_question(const char *id);

/* A walk over the chosen questions of CATALOGUE with an answer in FINDINGS.
   Initially all else is zero.  */
struct answer_walk {
    const struct catalogue *catalogue;
    const struct findings *findings;
    size_t next; /* index in CATALOGUE */
    const struct question *question;
    const struct finding *answer;
    bool is_group; /* QUESTION is the first of its group in this walk */
};

/* Go to the next question, and set QUESTION, ANSWER and IS_GROUP.  Returns
   false at the end; QUESTION and ANSWER are then of no use.  */
bool answers_next(struct answer_walk *walk);

/* Whether FINDING has neither a value nor a reason, such as a limit that was
   not reached.  */
bool finding_is_empty(const struct finding *finding);

/* The value of FINDING, or its reason, or "-".  */
const char *answer_value(const struct finding *finding);

/* How FINDING is known, in words: how_name, or "unstable" if repeats of the
   question gave different values of FINDING.  */
const char *answer_how(const struct finding *finding);

/* Whether FINDING, which may be NULL, has a value on which all repeats agreed;
   whether A and B have such values, and the values differ.  */
bool answers_comparable(const struct finding *finding);
bool answers_differ(const struct finding *a, const struct finding *b);

/* Write the answers of the chosen questions, grouped by the first part of the
   id, a line each, with how the answer is known, long values wrapped; the host
   stands beside the title of the first group.  FULL: instead a block for each
   question: the question in words, the answer, details, answers known of other
   systems, and the functions of libsonde to use.  */
void answers_text(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, bool full);

/* Write the answers of the chosen questions, with details, and the host, as a
   JSON object; the keys are described in sockprobe(1).  */
void answers_json(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings);

/* answers_list: write id and text of the chosen questions, a line each.
   answers_explain: write all texts of one QUESTION, the answers known of other
   systems, and the place of the measurement.  No answer is needed.  */
void answers_list(FILE *out, const struct catalogue *catalogue);
void answers_explain(FILE *out, const struct question *question);

/* The result of a comparison, counted in questions.  A finding is comparable if
   both sides have a stable value.  */
struct difference {
    size_t compared;     /* with a comparable finding */
    size_t different;    /* of these, with a differing finding */
    size_t findings;     /* differing findings */
    size_t incomparable; /* of both sides, without a comparable finding */
    size_t only_here, only_there; /* with findings of one side only */
};

/* Compare the chosen questions (catalogue_wants) of two hosts or profiles.
   Returns the numbers.  Nothing is written.  */
struct difference answers_compare(const struct catalogue *catalogue,
                                  const struct findings *here,
                                  const struct findings *there);

/* Append DIFFERENCE in words to TEXT, as in "2 of 80 answers differ, in 5
   findings; 1 cannot be compared; only here: 3".  Only the first part is always
   there: the findings are left out if as many as the answers, any other part if
   0.  LEFT and RIGHT name the sides and may be names of files.  */
void answers_count(struct sentence *text, const struct difference *difference,
                   const char *left, const char *right);

/* Write each differing finding of the chosen questions (catalogue_wants) with
   both values, on one line if there is room, then the counts (answers_count).
   LEFT names HERE, RIGHT THERE.  */
void answers_diff(FILE *out, const struct catalogue *catalogue,
                  const struct findings *here, const struct findings *there,
                  const char *left, const char *right);

/* Write the comparison as TAP (Test Anything Protocol), a test for each chosen
   question, also without an answer: "not ok" if any finding differs, with the
   values as comments; "ok" otherwise, with SKIP and a reason if the answers
   cannot be compared.  Questions of THERE that this version lacks are comments,
   if all questions were chosen.  The plan is the last line.  */
void answers_tap(FILE *out, const struct catalogue *catalogue,
                 const struct findings *here, const struct findings *there);

/* How often ANSWER, a text that the findings own, came (merge_rates): in RUNS
   repeats; the ends of the interval in millionths.  Missing figures are 0.  */
struct answer_rate {
    const char *answer;
    long runs, low_ppm, high_ppm;
};

/* Fill in RATE with the answer NUMBER, from 1, to the question ID, the most
   frequent first.  Returns false, with a NULL answer, if there are no more, or
   the question was not asked by --times.  */
bool answers_rate(const struct findings *findings, const char *id, int number,
                  struct answer_rate *rate);

/* Write each chosen question with an answer, and how often each of its answers
   came (nothing without --times).  The last line, always written, explains the
   interval.  */
void answers_rates(FILE *out, const struct catalogue *catalogue,
                   const struct findings *findings);

/* Write the answer to tcp.states, or its reason, or "not measured" without this
   finding; then the states of a TCP connection, step by step, as a picture in
   text, by the findings of tcp.states; last the states that were not seen, if
   any.  */
void answers_states(FILE *out, const struct findings *findings);

/* Write an HTML page: the host, links to the groups, and the chosen questions,
   each with the answer, details, the answers known of other systems and the
   texts of the catalogue.  At the end, chosen or not: a bar chart if findings
   of listen.queue have counts for IPv4; the states if tcp.states was asked.
   Differences from THERE, unless NULL, a profile of the name OTHER, are marked
   and counted.  */
void answers_html(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, const struct findings *there,
                  const char *other);

#endif /* PROBES_BEHAVIOUR_ANSWERS_H */
