/* report-require.c - the report on a required backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/report/report.h"
#include "probes/verdict/advice.h"

/* Whether the setting of CAP explains the truncated grant NEED; on some stacks
   the setting has no effect.  False if the value n of the setting is unknown,
   or not smaller than the backlog requested.  Otherwise true if the kernel
   reports n as the backlog in force; or without such a report, if the length of
   the queue fits a known rule: from n to 3n/2 + 1.  */
static bool setting_cuts(const struct requirement *need,
                         const struct cap_row *cap)
{
    if (!cap->setting || cap->value < 0 || cap->value >= need->asked)
        return false;
    if (need->effective >= 0)
        return need->effective == cap->value;
    return need->queued >= cap->value &&
           need->queued <= cap->value + cap->value / 2 + 1;
}

/* Whether the setting of CAP, if not readable, may explain the truncated grant
   NEED: only if the kernel reports a backlog in force.  False for a readable
   setting.  */
static bool setting_hides(const struct requirement *need,
                          const struct cap_row *cap)
{
    return cap->setting && cap->value < 0 && need->effective >= 0;
}

/* Whether the listener is deaf, with no connection queued, because the backlog
   requested is above 32767, and so is kern.ipc.somaxconn: macOS and DragonFly
   keep the backlog as a signed 16-bit number.  */
static bool is_deaf(const struct requirement *need, const struct cap_row *cap)
{
    return need->queued == 0 && need->asked > SHRT_MAX && cap->setting &&
           !strcmp(cap->setting, "kern.ipc.somaxconn") && cap->value > SHRT_MAX;
}

/* Append that the backlog is truncated: to the length of the queue, if measured
   and less than requested, or else to the backlog in force; the setting or
   constant that truncates, or the limit of the number (is_deaf), if known; and
   why the queue was not filled, if no length was measured.  */
static void say_cut(struct sentence *sentence, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    if (need->queued >= 0 && need->queued < need->asked)
        say(sentence, "requested %d, but %ld would be queued", need->asked,
            need->queued);
    else
        say(sentence, "requested %d, but %ld in force, as the kernel reports",
            need->asked, need->effective);
    if (setting_cuts(need, cap)) {
        say(sentence, ": cut by %s = %ld", cap->setting, cap->value);
        report_say_namespace(sentence, cap);
    } else if (setting_hides(need, cap)) {
        say(sentence, ": cut to %ld by %s, which is %s", need->effective,
            cap->setting,
            cap->value_reason ? cap->value_reason : "not readable");
    } else if (is_deaf(need, cap)) {
        say(sentence,
            ": a backlog above %d makes a listener deaf here, unless %s (now "
            "%ld) is lower; request no more",
            SHRT_MAX, cap->setting, cap->value);
    } else if (!cap->setting && cap->value >= 0 && cap->value < need->asked) {
        say(sentence,
            ": cut to %ld by a constant of the kernel that no setting raises",
            cap->value);
    } else if (need->effective >= 0) {
        say(sentence, ": cut to %ld by the kernel", need->effective);
    } else {
        say(sentence, ": cut by the kernel for no known reason");
    }
    if (need->queued < 0 && need->reason)
        report_not_filled(sentence, need->reason);
}

/* Append that the backlog is granted in full, by measurement, or by report with
   the reason why the queue was not filled; the cap if a readable setting allows
   the backlog; and that running servers may differ.  */
static void say_whole(struct sentence *sentence, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    say(sentence, "requested %d, granted in full", need->asked);
    if (need->measured) {
        say(sentence, ": %ld would be queued", need->queued);
    } else {
        say(sentence, ", as the kernel reports");
        report_not_filled(sentence, need->reason);
    }
    if (cap->setting && cap->value >= need->asked) {
        say(sentence, "; the cap is %s = %ld", cap->setting, cap->value);
        report_say_namespace(sentence, cap);
    }
    say(sentence, "; this holds for a new listener: for running servers see "
                  "listeners(1)");
}

/* Append the backlog requested by NEED; that the grant is unknown, with the
   family if IPv4 or IPv6; the reason, or "no figures" without a reason; and the
   backlog in force, if the kernel reports one.  */
static void say_unknown(struct sentence *sentence,
                        const struct requirement *need)
{
    say(sentence, "requested %d; the granted backlog%s is unknown: %s",
        need->asked,
        need->family && !strcmp(need->family, "inet6")  ? " over IPv6"
        : need->family && !strcmp(need->family, "inet") ? " over IPv4"
                                                        : "",
        need->reason ? need->reason : "no figures");
    if (need->effective >= 0)
        say(sentence, "; the kernel reports %ld in force", need->effective);
}

/* Write that FAMILY was not measured, for REASON: disabled, or if IS_DEAD
   enabled without working connections.  Nothing if REASON is NULL.  */
static void put_family(FILE *out, const char *family, const char *reason,
                       bool is_dead)
{
    struct sentence sentence = {""};
    if (!reason)
        return;
    say(&sentence, "%s %s (%s): not measured", family,
        is_dead
            ? "does not work on the loopback interface, though it is enabled"
            : "is disabled here",
        reason);
    put_sentence(out, NULL, &sentence);
}

/* Append the sentence on NEED of REPORT: truncated, in full, or unknown.  */
static void say_grant(struct sentence *sentence, const struct report *report)
{
    if (report->need.grant == GRANT_UNKNOWN)
        say_unknown(sentence, &report->need);
    else if (report->need.grant == GRANT_TRUNCATED)
        say_cut(sentence, report);
    else
        say_whole(sentence, report);
}

/* The smaller of the backlog in force and the connections queued: less than
   ASKED only if NEED is truncated.  One of both if the other is unknown; -1 if
   both are.  */
static long granted_of(const struct requirement *need)
{
    bool is_shorter = need->queued >= 0 && need->queued < need->effective;
    return need->effective < 0 || is_shorter ? need->queued : need->effective;
}

void report_check(struct check *check, const struct report *report)
{
    static const enum check_state states[] = {
        [GRANT_UNKNOWN] = CHECK_UNKNOWN,
        [GRANT_FULL] = CHECK_OK,
        [GRANT_TRUNCATED] = CHECK_CRITICAL,
    };
    const struct requirement *need = &report->need;
    char range[24];
    snprintf(range, sizeof range, "%d:", need->asked);
    struct check_ranges ranges = {.critical.text = range};
    check->state = states[need->grant];
    say_grant(&check->text, report);
    check_add_data(check, "granted", granted_of(need), "", &ranges, -1);
}

void report_require(FILE *out, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    struct sentence sentence = {""};
    say_grant(&sentence, report);
    put_sentence(out, NULL, &sentence);
    put_family(out, "IPv4", report->table.inet_absent, report->table.inet_dead);
    put_family(out, "IPv6", report->table.inet6_absent,
               report->table.inet6_dead);
    if (need->grant == GRANT_TRUNCATED &&
        (setting_cuts(need, cap) || setting_hides(need, cap)))
        advice_write(out, cap->setting, need->asked,
                     cap->initial && !strcmp(cap->initial, "yes"));
}
