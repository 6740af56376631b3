/* report-require.c - whether a program gets what it asks for, told
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/sentence.h"
#include "probes/remedy.h"
#include "probes/report.h"

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
}

void report_require(FILE *out, const struct report *report)
{
    const struct requirement *need = &report->need;
    const struct cap_row *cap = &report->table.cap;
    struct sentence sentence = {""};
    if (need->grant == GRANT_UNKNOWN)
        say(&sentence, "%d asked for; what is granted is not known: %s",
            need->asked, need->reason ? need->reason : "no figures");
    else if (need->grant == GRANT_CUT)
        say_cut(&sentence, report);
    else
        say_whole(&sentence, report);
    put_sentence(out, NULL, &sentence);
    if (need->grant == GRANT_CUT &&
        (setting_cuts(need, cap) || setting_hides(need, cap)))
        remedy_write(out, cap->setting, need->asked,
                     cap->initial && !strcmp(cap->initial, "yes"));
}
