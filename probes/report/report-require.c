/* report-require.c - whether a program gets what it asks for, told
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/report/report.h"
#include "probes/verdict/advice.h"

/* To which namespace the setting belongs, and whether the host has another
   one.  */
static void say_scope(struct sentence *sentence, const struct cap_row *cap)
{
    if (!cap->scope && cap->setting && !strncmp(cap->setting, "net.", 4))
        say(sentence, " (network namespace unknown)");
    if (!cap->scope || !strcmp(cap->scope, "host"))
        return;
    if (!strcmp(cap->scope, "own")) {
        say(sentence, ", in a network namespace of the measurement's own");
        return;
    }
    say(sentence, ", which belongs to this network namespace");
    if (!cap->initial)
        say(sentence, " (the host's may differ)");
    else if (!strcmp(cap->initial, "yes"))
        say(sentence, ", the host's first (containers have their own)");
    else if (cap->initial_value >= 0)
        say(sentence, " (the host's is %ld)", cap->initial_value);
    else
        say(sentence, " (the host's is another one, not readable from here)");
}

/* Whether the setting explains what was cut: the kernel says that it is what is
   in force; or where it says nothing, the queue is as long as any rule makes of
   it, from n to 3n/2 + 1.  There are stacks where the setting is for show.  */
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

/* Whether it is what cuts, by the kernel's word, though nobody can read it.  */
static bool setting_hides(const struct requirement *need,
                          const struct cap_row *cap)
{
    return cap->setting && cap->value < 0 && need->effective >= 0;
}

/* macOS and DragonFly keep the backlog in 16 bits, with a sign, and their
   setting has no bound.  */
static bool is_deaf(const struct requirement *need, const struct cap_row *cap)
{
    return need->queued == 0 && need->asked > SHRT_MAX && cap->setting &&
           !strcmp(cap->setting, "kern.ipc.somaxconn") && cap->value > SHRT_MAX;
}

static void say_cut(struct sentence *sentence, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    if (need->queued >= 0)
        say(sentence, "%d asked for, %ld would be queued", need->asked,
            need->queued);
    else
        say(sentence, "%d asked for, %ld in force, as the kernel says",
            need->asked, need->effective);
    if (setting_cuts(need, cap)) {
        say(sentence, ": cut by %s = %ld", cap->setting, cap->value);
        say_scope(sentence, cap);
    } else if (setting_hides(need, cap)) {
        say(sentence, ": cut to %ld by %s, which is %s", need->effective,
            cap->setting,
            cap->value_reason ? cap->value_reason : "not to be read");
    } else if (is_deaf(need, cap)) {
        say(sentence,
            ": a backlog above %d makes a listener deaf here, unless %s, which "
            "is %ld, is lower than that; ask for no more",
            SHRT_MAX, cap->setting, cap->value);
    } else if (!cap->setting && cap->value >= 0 && cap->value < need->asked) {
        say(sentence,
            ": cut to %ld by the kernel, in which it is a constant that no "
            "setting raises",
            cap->value);
    } else if (need->effective >= 0) {
        say(sentence, ": cut to %ld by the kernel", need->effective);
    } else {
        say(sentence, ": cut by the kernel, which names no reason");
    }
    if (need->queued < 0 && need->reason)
        report_not_filled(sentence, need->reason);
}

static void say_whole(struct sentence *sentence, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    say(sentence, "%d asked for and granted", need->asked);
    if (need->measured) {
        say(sentence, ": %ld would be queued", need->queued);
    } else {
        say(sentence, ", as the kernel says");
        report_not_filled(sentence, need->reason);
    }
    if (cap->setting && cap->value >= need->asked) {
        say(sentence, "; the cap is %s = %ld", cap->setting, cap->value);
        say_scope(sentence, cap);
    }
    say(sentence, "; this is what a new listener gets: what others have, "
                  "listeners(1) tells");
}

static void say_unknown(struct sentence *sentence,
                        const struct requirement *need)
{
    say(sentence, "%d asked for; what is granted%s is not known: %s",
        need->asked,
        need->family && !strcmp(need->family, "inet6")  ? " over IPv6"
        : need->family && !strcmp(need->family, "inet") ? " over IPv4"
                                                        : "",
        need->reason ? need->reason : "no figures");
    if (need->effective >= 0)
        say(sentence, "; the kernel says that %ld is in force",
            need->effective);
}

/* A family in which nothing was measured.  */
static void put_family(FILE *out, const char *family, const char *reason,
                       bool is_dead)
{
    struct sentence sentence = {""};
    if (!reason)
        return;
    say(&sentence, "%s %s (%s): nothing was measured over it", family,
        is_dead ? "does not work on this host's loopback, though it is there"
                : "is off here",
        reason);
    put_sentence(out, NULL, &sentence);
}

void report_require(FILE *out, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    struct sentence sentence = {""};
    if (need->grant == GRANT_UNKNOWN)
        say_unknown(&sentence, need);
    else if (need->grant == GRANT_CUT)
        say_cut(&sentence, report);
    else
        say_whole(&sentence, report);
    put_sentence(out, NULL, &sentence);
    put_family(out, "IPv4", report->table.inet_absent, report->table.inet_dead);
    put_family(out, "IPv6", report->table.inet6_absent,
               report->table.inet6_dead);
    if (need->grant == GRANT_CUT &&
        (setting_cuts(need, cap) || setting_hides(need, cap)))
        advice_write(out, cap->setting, need->asked,
                     cap->initial && !strcmp(cap->initial, "yes"));
}
