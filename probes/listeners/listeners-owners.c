/* listeners-owners.c - the owners of a listener, in words
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/listeners/listeners.h"

/* Columns of the owners in a sentence, which has room for more parts.  */
enum { OWNERS_ROOM = 1000 };

/* Append OWNER to TEXT as "name[pid]"; bytes of the name that are not printable
   ASCII become '?'.  */
static void say_owner(struct sentence *text, const struct sonde_owner *owner)
{
    char name[sizeof owner->name];
    size_t length = 0;
    for (const char *c = owner->name; *c && length < sizeof name - 1; c++)
        name[length++] = *c < ' ' || *c > '~' ? '?' : *c;
    name[length] = '\0';
    say(text, "%s[%ld]", name, (long)owner->pid);
}

void listeners_say_owners(struct sentence *text, const struct listener_row *row,
                          size_t room)
{
    for (size_t i = 0; i < row->owner_count; i++) {
        struct sentence one = {""}, more = {""};
        size_t left = row->owner_count - i - 1;
        say_owner(&one, &row->owners[i]);
        if (left > 0)
            say(&more, " +%zu", left);
        if (i > 0 &&
            strlen(text->text) + 1 + strlen(one.text) + strlen(more.text) >
                room) {
            say(text, " +%zu", left + 1);
            return;
        }
        say(text, "%s%s", i > 0 ? " " : "", one.text);
    }
}

/* Why a process in STATE, of sonde_owner_state, cannot accept: a constant
   phrase for T, t and D.  NULL for all others, also for Z and for -1.  */
static const char *owner_state_words(int state)
{
    switch (state) {
    case 'T':
        return "stopped by a signal (SIGSTOP, SIGTSTP)";
    case 't':
        return "stopped by a debugger";
    case 'D':
        return "in an uninterruptible wait (D), as for a disk or NFS";
    default:
        return NULL;
    }
}

const char *listeners_owner_halted(const struct listener_row *row)
{
    const char *words = NULL;
    for (size_t i = 0; i < row->owner_count; i++) {
        const char *one =
            owner_state_words(sonde_owner_state(row->owners[i].pid));
        if (!one)
            return NULL;
        words = !words || !strcmp(words, one)
                    ? one
                    : "stopped, or in an uninterruptible wait (D)";
    }
    return words;
}

/* The process number of the first owner of ROW that is stopped by a signal; or
   0.  */
static pid_t owners_stopped(const struct listener_row *row)
{
    for (size_t i = 0; i < row->owner_count; i++)
        if (sonde_owner_state(row->owners[i].pid) == 'T')
            return row->owners[i].pid;
    return 0;
}

bool listeners_say_halted(struct sentence *text, const struct listener_row *row,
                          const char *call)
{
    const char *halted = listeners_owner_halted(row);
    struct sentence owners = {""};
    if (!halted)
        return false;
    listeners_say_owners(&owners, row, 60);
    say(text, "no process can %s: %s %s %s", call, owners.text,
        row->owner_count == 1 ? "is" : "are", halted);
    pid_t stopped = owners_stopped(row);
    if (stopped)
        say(text, ". kill -CONT %ld resumes it", (long)stopped);
    return true;
}

/* Append the owners of ROW that cannot accept, the first 8, and why.  */
static void owners_say_halted(struct sentence *text,
                              const struct listener_row *row)
{
    size_t named = 0;
    for (size_t i = 0; i < row->owner_count && named < 8; i++) {
        const char *words =
            owner_state_words(sonde_owner_state(row->owners[i].pid));
        if (!words)
            continue;
        say(text, "; ");
        say_owner(text, &row->owners[i]);
        say(text, " is %s", words);
        named++;
    }
}

void listeners_put_owners(FILE *out, const struct listeners *listeners,
                          const struct listener_row *row)
{
    struct sentence text = {""};
    listeners_say_owners(&text, row, OWNERS_ROOM);
    if (row->owner_count > 1)
        say(&text, ", which share the socket");
    if (row->owner_count == 0 && listeners->hidden < 0)
        say(&text, "unknown here (%s)", listeners_why_hidden(listeners));
    else if (row->owner_count == 0) {
        say(&text, "no visible process; perhaps ");
        listeners_say_unseen(&text, listeners);
        say(&text, ", or the socket was closed meanwhile");
    }
    owners_say_halted(&text, row);
    if (row->listener.uid >= 0)
        say(&text, "; created by user %ld", row->listener.uid);
    put_sentence(out, "owner", &text);
}
