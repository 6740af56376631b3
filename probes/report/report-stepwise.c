/* report-stepwise.c - what was asked step by step, told
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/sentence.h"
#include "probes/queue/listen-again.h"
#include "probes/report/report-stepwise.h"
#include "probes/report/report.h"

static const char again_id[] = "listen.again";
static const char overflow_id[] = "listen.overflow";

/* The finding ID, FAMILY.KEY.  */
static const struct finding *
report_stepwise_get(const struct findings *findings, const char *id,
                    const char *family, const char *key)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.%s", family, key);
    return findings_get(findings, id, whole);
}

static const char *text_of(const struct findings *findings, const char *id,
                           const char *family, const char *key)
{
    const struct finding *finding =
        report_stepwise_get(findings, id, family, key);
    return finding ? finding->value : NULL;
}

/* A figure that is not known is "-".  */
static const char *report_stepwise_shown(const struct findings *findings,
                                         const char *id, const char *family,
                                         const char *key)
{
    const char *text = text_of(findings, id, family, key);
    return text ? text : "-";
}

static long report_stepwise_number_of(const struct findings *findings,
                                      const char *id, const char *family,
                                      const char *key)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.%s", family, key);
    return findings_number(findings, id, whole, -1);
}

/* The members of a family's object: a key of ours for one of the findings. */
struct member {
    const char *name, *key;
    bool is_number;
};

static const struct member again[] = {
    {"grow_before", "grow.before", true},
    {"grow_after", "grow.after", true},
    {"grow_error", "grow.error", false},
    {"shrink_before", "shrink.before", true},
    {"shrink_kept", "shrink.kept", true},
    {"shrink_after", "shrink.after", true},
    {"shrink_error", "shrink.error", false},
};

enum { AGAIN = sizeof again / sizeof *again };

/* Why the first of the COUNT MEMBERS that was asked for and has no value has
   none; NULL if all have.  */
static const char *report_stepwise_reason_of(const struct findings *findings,
                                             const char *id, const char *family,
                                             const struct member *members,
                                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding =
            report_stepwise_get(findings, id, family, members[i].key);
        if (finding && !finding->value)
            return finding->reason;
    }
    return NULL;
}

/* ---- for people --------------------------------------------------------- */

/* That the second listen, whose errno is KEY, did not work.  */
static void say_error(struct sentence *sentence,
                      const struct findings *findings, const char *family,
                      const char *key)
{
    const char *error = text_of(findings, again_id, family, key);
    if (error && strcmp(error, "none") != 0)
        say(sentence, " (%s)", error);
}

static void say_again(struct sentence *sentence,
                      const struct findings *findings, const char *family)
{
    const char *reason =
        report_stepwise_reason_of(findings, again_id, family, again, AGAIN);
    if (!text_of(findings, again_id, family, "grow.before")) {
        say(sentence, "not measured: %s", reason ? reason : "-");
        return;
    }
    say(sentence, "listen (fd, %d), then %d: %s queued, then %s", AGAIN_SMALL,
        AGAIN_LARGE,
        report_stepwise_shown(findings, again_id, family, "grow.before"),
        report_stepwise_shown(findings, again_id, family, "grow.after"));
    say_error(sentence, findings, family, "grow.error");
    say(sentence, "; %d, then %d: %s queued, %s kept, then %s", AGAIN_LARGE,
        AGAIN_MIN,
        report_stepwise_shown(findings, again_id, family, "shrink.before"),
        report_stepwise_shown(findings, again_id, family, "shrink.kept"),
        report_stepwise_shown(findings, again_id, family, "shrink.after"));
    say_error(sentence, findings, family, "shrink.error");
    if (reason)
        say(sentence, "; the rest not measured: %s", reason);
}

/* What the client outside sees, as the rest of a sentence.  */
static const char *report_stepwise_seen(const char *next)
{
    static const struct {
        const char *next, *words;
    } words[] = {
        {"silence", "gets no SYN-ACK"},
        {"refused", "is refused (ECONNREFUSED)"},
        {"reset", "is reset before it is connected (ECONNRESET)"},
        {"reset after connect", "is connected, then reset (ECONNRESET)"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(next, words[i].next))
            return words[i].words;
    return NULL;
}

/* How long TCP took to try again, in whole seconds: as it is meant to be.  */
static void say_enters(struct sentence *sentence,
                       const struct findings *findings, const char *family)
{
    char key[64];
    const char *enters = text_of(findings, overflow_id, family, "enters");
    snprintf(key, sizeof key, "overflow.%s.enters-ms", family);
    long ms = findings_number(findings, "volatile", key, -1);
    if (!enters)
        return;
    if (!strcmp(enters, "no"))
        say(sentence, ", and does not connect after an accept");
    else if (ms < 0)
        say(sentence, ", and connects as soon as accept makes room");
    else
        say(sentence, ", and connects %ld.%ld s after accept makes room",
            ms / 1000, ms % 1000 / 100);
}

static void say_data(struct sentence *sentence, const struct findings *findings,
                     const char *family)
{
    char key[64];
    const struct finding *data =
        report_stepwise_get(findings, overflow_id, family, "data");
    snprintf(key, sizeof key, "overflow.%s.data-bytes", family);
    long bytes = findings_number(findings, "volatile", key, -1);
    if (!data)
        return;
    if (data->value)
        say(sentence, "; data sent before accept is %s", data->value);
    else
        say(sentence, "; data sent before accept not measured (%s)",
            data->reason ? data->reason : "-");
    if (bytes >= 0)
        say(sentence, " (%ld bytes fit)", bytes);
}

static void say_overflow(struct sentence *sentence,
                         const struct findings *findings, const char *family)
{
    const char *next = text_of(findings, overflow_id, family, "next");
    const char *blocking = text_of(findings, overflow_id, family, "blocking");
    long connected =
        report_stepwise_number_of(findings, overflow_id, family, "connected");
    long accepted =
        report_stepwise_number_of(findings, overflow_id, family, "accepted");
    if (!next) {
        const struct finding *why =
            report_stepwise_get(findings, overflow_id, family, "next");
        say(sentence, "not tested: %s",
            why && why->reason ? why->reason : "not measured");
        return;
    }
    if (report_stepwise_seen(next))
        say(sentence, "client %ld %s", connected + 1,
            report_stepwise_seen(next));
    else
        say(sentence, "client %ld gets %s if non-blocking", connected + 1,
            next);
    if (blocking && !strcmp(blocking, "waits"))
        say(sentence, ", waits if blocking");
    else if (blocking)
        say(sentence, ", and %s if blocking", blocking);
    say_enters(sentence, findings, family);
    if (accepted >= 0 && accepted < connected)
        say(sentence,
            "; %ld earlier connections are complete at the client only",
            connected - accepted);
    say_data(sentence, findings, family);
}

/* One sentence of each family that has a finding KEY of ID.  */
static void
put_families(FILE *out, const char *label, const struct findings *findings,
             const char *id, const char *key,
             void (*probe_report)(struct sentence *, const struct findings *,
                                  const char *))
{
    for (size_t i = 0; i < REPORT_FAMILIES; i++) {
        struct sentence sentence = {""};
        if (!report_stepwise_get(findings, id, report_families[i].id, key))
            continue;
        say(&sentence, "%s: ", report_families[i].name);
        probe_report(&sentence, findings, report_families[i].id);
        put_sentence(out, label, &sentence);
        label = "";
    }
}

void report_more_text(FILE *out, const struct findings *findings)
{
    long abort_on =
        findings_number(findings, overflow_id, "tcp_abort_on_overflow", -1);
    put_families(out, "again", findings, again_id, "grow.before", say_again);
    put_families(out, "overflow", findings, overflow_id, "next", say_overflow);
    if (abort_on > 0) {
        struct sentence sentence = {""};
        say(&sentence,
            "tcp_abort_on_overflow is %ld: affects only a client whose last "
            "ACK arrives at a full queue",
            abort_on);
        put_sentence(out, "", &sentence);
    }
}

/* ---- for programs ------------------------------------------------------- */

static void put_objects(struct json *json, const char *name,
                        const struct findings *findings, const char *id,
                        const struct member *members, size_t count)
{
    json_array(json, name);
    for (size_t i = 0; i < REPORT_FAMILIES; i++) {
        const char *family = report_families[i].id;
        if (!report_stepwise_get(findings, id, family, members[0].key))
            continue;
        json_line(json, NULL);
        json_text(json, "family", family);
        for (size_t k = 0; k < count; k++) {
            if (members[k].is_number)
                json_count(json, members[k].name,
                           report_stepwise_number_of(findings, id, family,
                                                     members[k].key));
            else
                json_text(json, members[k].name,
                          text_of(findings, id, family, members[k].key));
        }
        json_text(
            json, "reason",
            report_stepwise_reason_of(findings, id, family, members, count));
        json_object_end(json);
    }
    json_array_end(json);
}

void report_more_json(struct json *json, const struct findings *findings)
{
    static const struct member overflow[] = {
        {"next_client", "next", false},
        {"connected", "connected", true},
        {"accepted", "accepted", true},
        {"connect_completes", "enters", false},
        {"blocking_connect", "blocking", false},
        {"early_data", "data", false},
    };
    put_objects(json, "again", findings, again_id, again, AGAIN);
    put_objects(json, "overflow", findings, overflow_id, overflow,
                sizeof overflow / sizeof *overflow);
    json_count(
        json, "tcp_abort_on_overflow",
        findings_number(findings, overflow_id, "tcp_abort_on_overflow", -1));
}
