/* listeners-all-text.c - the listeners of every network namespace as text
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/mask.h"
#include "base/names.h"
#include "probes/listeners/listeners-all.h"

enum { NAMED_NAMESPACES = 12 }; /* max namespaces without listeners in a note */

/* Append the first process of NETNS, which must have one, as "name[number]",
   with the name masked (mask_text).  */
static void netns_say_name(struct sentence *text, const struct netns *netns)
{
    char name[sizeof netns->name];
    snprintf(name, sizeof name, "%s", netns->name);
    mask_text(name);
    say(text, "%s[%ld]", name, (long)netns->pids[0]);
}

/* Append what PART, which has NETNS, is, as in "net:[4026532177], this network
   namespace, MOUNT, docker 0123456789ab: nginx[4242] and 2 more processes;
   ListenOverflows 3".  Left out: "this network namespace" if another, the mount
   and the place if there is none, and ListenOverflows if 0 or unknown.  Without
   a process: "no process" after the colon.  */
static void part_say_head(struct sentence *text, const struct listeners *part)
{
    const struct netns *netns = part->netns;
    char id[NETNS_ID];
    netns_print_id(netns, id);
    say(text, "%s", id);
    if (netns->is_own)
        say(text, ", this network namespace");
    if (netns->mount)
        say(text, ", %s", netns->mount);
    if (*netns->place)
        say(text, ", %s", netns->place);
    if (netns->processes == 0) {
        say(text, ": no process");
    } else {
        say(text, ": ");
        netns_say_name(text, netns);
        if (netns->processes > 1)
            say(text, " and %ld more process%s", netns->processes - 1,
                netns->processes == 2 ? "" : "es");
    }
    if (part->totals.overflows > 0)
        say(text, "; ListenOverflows %lld", (long long)part->totals.overflows);
}

/* Write the head of PART, then its tables, or with EXPLAIN all details.  */
static void part_put(FILE *out, const struct listeners *part, bool explain)
{
    struct sentence head = {""};
    part_say_head(&head, part);
    put_sentence(out, NULL, &head);
    if (explain)
        listeners_explain(out, part);
    else
        listeners_put_tables(out, part);
}

/* Whether PART was read, and has no rows; false if it has ended.  */
static bool part_is_empty(const struct listeners *part)
{
    return part->netns && !part->unread && part->count == 0;
}

/* Write how many network namespaces of LISTENERS could not be read, and the
   first with its errno; nothing if all were read.  Namespaces that have ended
   do not count.  */
static void parts_put_unread(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    const struct listeners *first = NULL;
    size_t unread = 0;
    for (size_t i = 0; i < listeners->part_count; i++) {
        const struct listeners *part = &listeners->parts[i];
        if (!part->netns || !part->unread)
            continue;
        unread++;
        first = first ? first : part;
    }
    if (!first)
        return;
    say(&note, "%zu network namespace%s could not be read: ", unread,
        unread == 1 ? "" : "s");
    listeners_say_place(&note, first);
    say(&note, " (%s)%s", errno_name(first->unread),
        unread > 1 ? " and others" : "");
    put_sentence(out, NULL, &note);
}

/* Write which network namespaces of LISTENERS have no rows, without those that
   have ended or could not be read: NAMED_NAMESPACES of them by place and first
   process, the rest as a number.  Nothing if there are none.  */
static void parts_put_empty(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    size_t empty = 0;
    for (size_t i = 0; i < listeners->part_count; i++)
        empty += part_is_empty(&listeners->parts[i]);
    if (empty == 0)
        return;
    say(&note, "nothing%s listens in %zu %snetwork namespace%s: ",
        listeners_kind(listeners), empty, listeners->count ? "more " : "",
        empty == 1 ? "" : "s");
    size_t named = 0;
    for (size_t i = 0; i < listeners->part_count && named < NAMED_NAMESPACES;
         i++) {
        const struct listeners *part = &listeners->parts[i];
        if (!part_is_empty(part))
            continue;
        say(&note, "%s", named++ ? ", " : "");
        listeners_say_place(&note, part);
        if (part->netns->pids[0]) {
            say(&note, " ");
            netns_say_name(&note, part->netns);
        }
    }
    if (empty > named)
        say(&note, " and %zu more", empty - named);
    put_sentence(out, NULL, &note);
}

void listeners_all_text(FILE *out, const struct listeners *listeners,
                        bool explain)
{
    struct sentence note = {""};
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        /* A part is written in the place of its first row.  */
        if (row->local != row->part->rows[0].local)
            continue;
        part_put(out, row->part, explain);
        putc('\n', out);
    }
    if (!explain) {
        parts_put_empty(out, listeners);
        parts_put_unread(out, listeners);
        listeners_put_notes(out, listeners);
    }
    if (!listeners_all_seen(listeners, &note))
        put_sentence(out, NULL, &note);
}
