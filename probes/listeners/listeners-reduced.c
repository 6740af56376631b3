/* listeners-reduced.c - why a list is from /proc/net, in words
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/names.h"
#include "probes/listeners/listeners-all.h"

/* Append to TEXT, if a family of listeners was read by sock_diag, " for" and
   the requested families that were not; otherwise nothing.  Datagram sockets do
   not count.  */
static void reduced_say_families(struct sentence *text,
                                 const struct listeners *listeners)
{
    const char *separator = " for ";
    if (!(listeners->direct & LISTENERS_ALL))
        return;
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        if (!(LISTENERS_ALL & listeners->wanted & ~listeners->direct & 1U << i))
            continue;
        say(text, "%s%s", separator, listeners_family_words(i));
        separator = " and ";
    }
}

/* Append to TEXT, after the words that name a list from /proc/net, what the
   list lacks, by HAS_QUEUES.  */
static void reduced_say_lacking(struct sentence *text,
                                const struct listeners *listeners)
{
    say(text, ", without backlogs, drops%s and %s; names there are inexact",
        listeners->parts ? " of TCP" : "",
        listeners->has_queues ? "the queues of UNIX sockets" : "queues");
}

int listeners_enter_error(int error)
{
    return error == EACCES ? EPERM : error;
}

/* Append to TEXT that WHAT, network namespaces, could not be entered for the
   reason of LISTENERS (ENTER_ERROR), and ": ".  */
static void reduced_say_entering(struct sentence *text, const char *what,
                                 const struct listeners *listeners)
{
    if (listeners->enter_error == EPERM)
        say(text, "entering %s needs CAP_SYS_ADMIN: ", what);
    else
        say(text, "%s cannot be entered (%s): ", what,
            errno_name(listeners->enter_error));
}

void listeners_say_outside(struct sentence *text,
                           const struct listeners *listeners)
{
    const struct listeners *first = NULL, *first_outside = NULL;
    struct sentence what = {""};
    size_t outside = 0, without = 0, seen = 0;
    for (size_t i = 0; i < listeners->part_count; i++) {
        const struct listeners *part = &listeners->parts[i];
        seen += part->netns != NULL;
        if (part->netns && part->pid) {
            outside++;
            first_outside = first_outside ? first_outside : part;
        }
        if (part->netns && !part->pid && part->reduced) {
            without++;
            first = first ? first : part;
        }
    }
    if (first_outside) {
        say(&what, "%zu of %zu network namespaces", outside, seen);
        reduced_say_entering(text, what.text, first_outside);
        say(text, "their lists are from /proc/PID/net");
        reduced_say_lacking(text, listeners);
    }
    if (first) {
        say(text, "%ssock_diag is not available", outside > 0 ? ". " : "");
        reduced_say_families(text, first);
        say(text,
            " (%s): %s of %zu of %zu network namespaces are from /proc/net",
            errno_name(first->reduced),
            first->direct & LISTENERS_ALL ? "these lists" : "the lists",
            without, seen);
        reduced_say_lacking(text, listeners);
    }
}

void listeners_say_reduced(struct sentence *text,
                           const struct listeners *listeners)
{
    if (listeners->parts) {
        listeners_say_outside(text, listeners);
        return;
    }
    struct sentence what = {""};
    if (listeners->pid) {
        say(&what, "the network namespace of process %ld",
            (long)listeners->pid);
        reduced_say_entering(text, what.text, listeners);
        say(text, "the list is from /proc/%ld/net", (long)listeners->pid);
    } else {
        say(text, "sock_diag is not available");
        reduced_say_families(text, listeners);
        say(text, " (%s): %s list is from /proc/net",
            errno_name(listeners->reduced),
            listeners->direct & LISTENERS_ALL ? "this" : "the");
    }
    reduced_say_lacking(text, listeners);
}
