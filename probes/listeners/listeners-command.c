/* listeners-command.c - a command that reads a network namespace
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/sentence.h"
#include "probes/listeners/listeners.h"
#include "probes/run/netns.h"

void listeners_say_command(struct sentence *text,
                           const struct listeners *listeners,
                           const struct listener_row *row)
{
    const struct listeners *part = row && row->part ? row->part : listeners;
    const struct netns *netns = part->netns;
    say(text, "listeners ");
    if (part->netns_name)
        say(text, "--netns %s ", part->netns_name);
    else if (netns && !netns->is_own && netns->pids[0])
        say(text, "--netns %ld ", (long)netns->pids[0]);
    else if (netns && !netns->is_own && netns->mount)
        say(text, "--netns %s ", netns->mount);
}
