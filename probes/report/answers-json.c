/* answers-json.c - answers, for programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/json.h"
#include "probes/behaviour/answers.h"
#include "probes/finding/host.h"
#include "probes/report/report.h"

/* Raised when a key is removed or changes its meaning, not for new keys.  */
enum { SCHEMA_VERSION = 1 };

/* Write the members "value", "how", "stable" and "reason" of FINDING.  */
static void answers_json_put_finding(struct json *json,
                                     const struct finding *finding)
{
    json_text(json, "value", finding->value);
    json_text(json, "how", how_name(finding->how));
    json_bool(json, "stable", finding->stable);
    json_text(json, "reason", finding->reason);
}

/* Write the members "times", the number of repeats, and "rates", an array with
   an object for each answer, of the question ID; null and [] without
   --times.  */
static void put_rates_json(struct json *json, const struct findings *findings,
                           const char *id)
{
    struct answer_rate rate;
    json_count(json, "times", findings_number(findings, id, "times", -1));
    json_array(json, "rates");
    for (int i = 1; answers_rate(findings, id, i, &rate); i++) {
        json_line(json, NULL);
        json_text(json, "answer", rate.answer);
        json_number(json, "runs", rate.runs);
        json_number(json, "low_ppm", rate.low_ppm);
        json_number(json, "high_ppm", rate.high_ppm);
        json_object_end(json);
    }
    json_array_end(json);
}

/* Write QUESTION as an object, with ANSWER, the details and the rates.
   Findings whose keys begin with "times", those of --times, are no details.  */
static void put_answer(struct json *json, const struct question *question,
                       const struct finding *answer,
                       const struct findings *findings)
{
    struct slice slice = slice_of(findings, question->id);
    json_object(json, NULL);
    json_text(json, "id", question->id);
    answers_json_put_finding(json, answer);
    json_text(json, "question", question->text);
    json_array(json, "details");
    for (size_t i = 0; i < slice.count; i++) {
        const char *key = slice.list[i].key;
        if (!strcmp(key, answer_key) || !strncmp(key, "times", 5))
            continue;
        json_line(json, NULL);
        json_text(json, "key", key);
        answers_json_put_finding(json, &slice.list[i]);
        json_object_end(json);
    }
    json_array_end(json);
    put_rates_json(json, findings, question->id);
    json_object_end(json);
}

void answers_json(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings)
{
    struct json json = {.out = out};
    struct answer_walk walk = {.catalogue = catalogue, .findings = findings};
    json_object(&json, NULL);
    json_number(&json, "schema_version", SCHEMA_VERSION);
    report_json_host(&json, findings);
    json_array(&json, "answers");
    while (answers_next(&walk))
        put_answer(&json, walk.question, walk.answer, findings);
    json_array_end(&json);
    host_json(&json, findings);
    json_object_end(&json);
}
