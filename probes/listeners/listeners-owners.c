/* listeners-owners.c - the owners of a listener, in words
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/listeners/listeners.h"

/* Append OWNER to TEXT as "name[pid]"; bytes of the name that are not printable
   ASCII become '?'.  */
static void say_owner(struct sentence *text, const struct sonde_owner *owner)
{
    for (const char *c = owner->name; *c; c++)
        say(text, "%c", *c < ' ' || *c > '~' ? '?' : *c);
    say(text, "[%ld]", (long)owner->pid);
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

void listeners_put_owners(FILE *out, const struct listeners *listeners,
                          const struct listener_row *row)
{
    struct sentence text = {""};
    listeners_say_owners(&text, row, SIZE_MAX);
    if (row->owner_count > 1)
        say(&text, ", which share the socket");
    if (row->owner_count == 0 && listeners->hidden < 0)
        say(&text, "unknown here (%s)", listeners_why_hidden(listeners));
    else if (row->owner_count == 0) {
        say(&text, "%s", listeners->hidden > 0 ? "" : "no visible process: ");
        listeners_say_unseen(&text, listeners);
    }
    if (row->listener.uid >= 0)
        say(&text, "; created by user %ld", row->listener.uid);
    put_sentence(out, "owner", &text);
}
