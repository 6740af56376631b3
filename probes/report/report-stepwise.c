/* report-stepwise.c - the report on --again and --overflow
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/sentence.h"
#include "probes/queue/listen-again.h"
#include "probes/report/report.h"

static const char again_id[] = "listen.again";
static const char overflow_id[] = "listen.overflow";

/* The findings ID of FAMILY, in FINDINGS.  */
struct stepwise_view {
    const struct findings *findings;
    const char *id, *family;
};

/* The finding FAMILY.KEY of VIEW; or NULL.  */
static const struct finding *view_get(const struct stepwise_view *view,
                                      const char *key)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.%s", view->family, key);
    return findings_get(view->findings, view->id, whole);
}

/* The value of the finding FAMILY.KEY of VIEW; NULL if unknown.  */
static const char *view_text(const struct stepwise_view *view, const char *key)
{
    const struct finding *finding = view_get(view, key);
    return finding ? finding->value : NULL;
}

/* The value of the finding FAMILY.KEY of VIEW; "-" if unknown.  */
static const char *view_shown(const struct stepwise_view *view, const char *key)
{
    const char *text = view_text(view, key);
    return text ? text : "-";
}

/* The value of the finding FAMILY.KEY of VIEW as a number; -1 if unknown.  */
static long view_number(const struct stepwise_view *view, const char *key)
{
    const struct finding *finding = view_get(view, key);
    return finding ? findings_number(view->findings, view->id, finding->key, -1)
                   : -1;
}

/* The volatile figure KEY of --overflow for VIEW's family; -1 if unknown.  */
static long view_volatile(const struct stepwise_view *view, const char *key)
{
    char whole[64];
    snprintf(whole, sizeof whole, "overflow.%s.%s", view->family, key);
    return findings_number(view->findings, "volatile", whole, -1);
}

/* A member of a family's JSON object, and the key of the finding.  */
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

/* The reason, perhaps NULL, of the first finding without a value among the
   COUNT MEMBERS of VIEW's family; NULL if there is none.  Members without a
   finding are skipped.  */
static const char *view_reason(const struct stepwise_view *view,
                               const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = view_get(view, members[i].key);
        if (finding && !finding->value)
            return finding->reason;
    }
    return NULL;
}

/* ---- text --------------------------------------------------------------- */

/* Append " (ERROR)", the value of the finding KEY of VIEW: the error of a
   second listen.  Nothing if the value is "none" or unknown.  */
static void say_error(struct sentence *sentence,
                      const struct stepwise_view *view, const char *key)
{
    const char *error = view_text(view, key);
    if (error && strcmp(error, "none") != 0)
        say(sentence, " (%s)", error);
}

/* Append the result of --again for VIEW's family, or only the reason if
   "grow.before" was not measured.  Other missing figures are "-", and the first
   reason follows.  */
static void say_again(struct sentence *sentence,
                      const struct stepwise_view *view)
{
    const char *reason = view_reason(view, again, AGAIN);
    if (!view_text(view, "grow.before")) {
        say(sentence, "not measured: %s", reason ? reason : "-");
        return;
    }
    say(sentence, "listen (fd, %d), then %d: %s queued, then %s", AGAIN_SMALL,
        AGAIN_LARGE, view_shown(view, "grow.before"),
        view_shown(view, "grow.after"));
    say_error(sentence, view, "grow.error");
    say(sentence, "; %d, then %d: %s queued, %s kept, then %s", AGAIN_LARGE,
        AGAIN_MIN, view_shown(view, "shrink.before"),
        view_shown(view, "shrink.kept"), view_shown(view, "shrink.after"));
    say_error(sentence, view, "shrink.error");
    if (reason)
        say(sentence, "; the rest not measured: %s", reason);
}

/* The result NEXT of the next client as the rest of a sentence, a constant;
   NULL for an errno by name.  */
static const char *overflow_words(const char *next)
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

/* Append whether the next client connects once accept has made room, and after
   how many seconds, with one decimal, or if that is unknown "as soon as";
   nothing if not measured.  */
static void say_enters(struct sentence *sentence,
                       const struct stepwise_view *view)
{
    const char *enters = view_text(view, "enters");
    long ms = view_volatile(view, "enters-ms");
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

/* Append the fate of data sent before accept, or why unknown, and the number of
   bytes that fit, if known; nothing without a finding "data".  */
static void say_data(struct sentence *sentence,
                     const struct stepwise_view *view)
{
    const struct finding *data = view_get(view, "data");
    long bytes = view_volatile(view, "data-bytes");
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

/* Append the result of --overflow for the family of VIEW, or why there is none:
   the next client, also with a blocking connect and after an accept,
   connections complete at the client only, and early data.  */
static void say_overflow(struct sentence *sentence,
                         const struct stepwise_view *view)
{
    const struct finding *next = view_get(view, "next");
    const char *blocking = view_text(view, "blocking");
    long connected = view_number(view, "connected");
    long accepted = view_number(view, "accepted");
    if (!next || !next->value) {
        say(sentence, "not tested: %s",
            next && next->reason ? next->reason : "not measured");
        return;
    }
    const char *seen = overflow_words(next->value);
    if (connected < 0)
        say(sentence, "the next client ");
    else
        say(sentence, "client %ld ", connected + 1);
    if (seen)
        say(sentence, "%s", seen);
    else
        say(sentence, "gets %s if non-blocking", next->value);
    if (blocking && !strcmp(blocking, "waits"))
        say(sentence, ", waits if blocking");
    else if (blocking)
        say(sentence, ", and %s if blocking", blocking);
    say_enters(sentence, view);
    if (accepted >= 0 && accepted < connected)
        say(sentence,
            "; %ld earlier connections are complete at the client only",
            connected - accepted);
    say_data(sentence, view);
}

/* Write the family's name and a sentence by SAY_FAMILY for each family with a
   finding KEY of ID; the first beside LABEL, all others indented alike.  */
static void put_families(FILE *out, const char *label,
                         const struct findings *findings, const char *id,
                         const char *key,
                         void (*say_family)(struct sentence *,
                                            const struct stepwise_view *))
{
    for (size_t i = 0; i < REPORT_FAMILIES; i++) {
        const struct stepwise_view view = {findings, id, report_families[i].id};
        struct sentence sentence = {""};
        if (!view_get(&view, key))
            continue;
        say(&sentence, "%s: ", report_families[i].name);
        say_family(&sentence, &view);
        put_sentence(out, label, &sentence);
        label = "";
    }
}

void report_stepwise_text(FILE *out, const struct findings *findings)
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

/* ---- JSON --------------------------------------------------------------- */

/* Write the array NAME with an object for each family that has a finding, with
   the id ID, of the first of the COUNT MEMBERS: the family, all members (null
   if unknown), and the reason of the first member without a value
   (view_reason).  */
static void put_objects(struct json *json, const char *name,
                        const struct findings *findings, const char *id,
                        const struct member *members, size_t count)
{
    json_array(json, name);
    for (size_t i = 0; i < REPORT_FAMILIES; i++) {
        const struct stepwise_view view = {findings, id, report_families[i].id};
        if (!view_get(&view, members[0].key))
            continue;
        json_line(json, NULL);
        json_text(json, "family", view.family);
        for (size_t k = 0; k < count; k++) {
            if (members[k].is_number)
                json_count(json, members[k].name,
                           view_number(&view, members[k].key));
            else
                json_text(json, members[k].name,
                          view_text(&view, members[k].key));
        }
        json_text(json, "reason", view_reason(&view, members, count));
        json_object_end(json);
    }
    json_array_end(json);
}

void report_stepwise_json(struct json *json, const struct findings *findings)
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
