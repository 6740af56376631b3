/* listeners-reduced.c - listeners by /proc/net, where sock_diag is missing
   SPDX-License-Identifier: GPL-3.0-or-later

   Not every stack that has /proc/net shows the length of an accept queue there:
   gVisor always shows 0.  So the length of a known queue is read first.  */

#include <config.h>

#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/listeners/listeners-all.h"

enum { KNOWN_QUEUE_MS = 1000 };

/* The listener to find, and the length of the queue, -1 before.  */
struct known_queue {
    struct sonde_address address;
    long queued;
};

/* A sonde_listener_each: if LISTENER is at the address of DATA, a struct
   known_queue, set QUEUED to the length of the queue, and return 1, which ends
   the list; otherwise return 0.  */
static int reduced_find_queue(const struct sonde_listener *listener, void *data)
{
    struct known_queue *known = data;
    if (sonde_address_compare(&listener->address, &known->address))
        return 0;
    known->queued = listener->queue.queued;
    return 1;
}

/* Whether /proc counts a waiting client in the queue length of its listener.
   Opens a listener of FAMILY and one client on the loopback interface, and
   closes both.  True only for a length of 1; false also after a failure.  */
static bool reduced_shows_client(int family)
{
    struct known_queue known = {.queued = -1};
    struct sonde_address loopback;
    sonde_address_loopback(&loopback, family, 0);
    int listener = sonde_listen(&loopback, 1, SONDE_CLOEXEC, NULL);
    if (listener < 0)
        return false;
    if (!sonde_address_local(listener, &known.address)) {
        int client =
            sonde_connect(&known.address, 1, KNOWN_QUEUE_MS, NULL, NULL);
        if (client >= 0) {
            sonde_listeners_proc(0, family, KNOWN_QUEUE_MS, reduced_find_queue,
                                 &known);
            close(client);
        }
    }
    close(listener);
    return known.queued == 1;
}

bool listeners_proc_has_queues(void)
{
    static int has_queues = -1;
    if (has_queues < 0)
        has_queues =
            reduced_shows_client(AF_INET) || reduced_shows_client(AF_INET6);
    return has_queues;
}

/* Append to TEXT, if a family of listeners was read by sock_diag, " for" and
   the families that were not.  */
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

void listeners_say_outside(struct sentence *text,
                           const struct listeners *listeners)
{
    const struct listeners *first = NULL;
    size_t outside = 0, without = 0, seen = 0;
    for (size_t i = 0; i < listeners->part_count; i++) {
        const struct listeners *part = &listeners->parts[i];
        seen += part->netns != NULL;
        outside += part->netns && part->pid;
        if (part->netns && !part->pid && part->reduced) {
            without++;
            first = first ? first : part;
        }
    }
    if (outside > 0) {
        say(text,
            "entering %zu of %zu network namespaces needs CAP_SYS_ADMIN: "
            "their lists are from /proc/PID/net",
            outside, seen);
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
    if (listeners->pid) {
        say(text,
            "entering the network namespace of process %ld needs "
            "CAP_SYS_ADMIN: the list is from /proc/%ld/net",
            (long)listeners->pid, (long)listeners->pid);
    } else {
        say(text, "sock_diag is not available");
        reduced_say_families(text, listeners);
        say(text, " (%s): %s list is from /proc/net",
            errno_name(listeners->reduced),
            listeners->direct & LISTENERS_ALL ? "this" : "the");
    }
    reduced_say_lacking(text, listeners);
}
