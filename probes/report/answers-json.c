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

static void answers_json_put_finding(struct json *json,
                                     const struct finding *finding)
{
    json_text(json, "value", finding->value);
    json_text(json, "how", how_name(finding->how));
    json_bool(json, "stable", finding->stable);
    json_text(json, "reason", finding->reason);
}

static void put_answer(struct json *json, const struct question *question,
                       const struct finding *answer, struct slice slice)
{
    json_object(json, NULL);
    json_text(json, "id", question->id);
    answers_json_put_finding(json, answer);
    json_text(json, "question", question->text);
    json_array(json, "details");
    for (size_t i = 0; i < slice.count; i++) {
        if (!strcmp(slice.list[i].key, answer_key))
            continue;
        json_line(json, NULL);
        json_text(json, "key", slice.list[i].key);
        answers_json_put_finding(json, &slice.list[i]);
        json_object_end(json);
    }
    json_array_end(json);
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
        put_answer(&json, walk.question, walk.answer,
                   slice_of(findings, walk.question->id));
    json_array_end(&json);
    host_json(&json, findings);
    json_object_end(&json);
}
