/* listeners-all.h - the listeners of every network namespace
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_LISTENERS_ALL_H
#define PROBES_LISTENERS_LISTENERS_ALL_H 1

#include "base/json.h"
#include "probes/listeners/listeners.h"
#include "probes/run/netns.h"

/* As listeners_read, for the network namespaces of LIST, which must outlive
   LISTENERS: PARTS has the figures of each.  The process must have one thread,
   which enters each namespace and returns.  The counters of LISTENERS are the
   sums, -1 if one is unknown, and the cap and the limits those of this
   process's namespace.  A namespace that this process cannot enter is read by
   /proc.  A namespace that ended meanwhile has a part without NETNS; a part
   that could not be read has UNREAD.  Returns 0, or -1 with the errno of the
   first family if nothing could be read, or with ENOMEM.  */
int listeners_read_all(struct listeners *listeners,
                       const struct netns_list *list, unsigned families,
                       int timeout, int owners_timeout);

/* Copy the rows of LISTENERS, which is by listeners_read_all, in their order
   into PARTS, each row to the part of its network namespace.  The copies are in
   GROUPED, and share the texts with the rows, which stay.  Returns 0, or -1
   with ENOMEM.  Call once, after listeners_select.  */
int listeners_group(struct listeners *listeners);

/* Whether every network namespace that may exist was seen; if not, how many
   were not, or perhaps not, and why is appended to *WHY.  LISTENERS is by
   listeners_read_all.  */
bool listeners_all_seen(const struct listeners *listeners,
                        struct sentence *why);

/* Append to TEXT how many namespaces could not be entered, for how many
   sock_diag is missing, and which figures of these namespaces are unknown;
   nothing if all namespaces are known by sock_diag.  */
void listeners_say_outside(struct sentence *text,
                           const struct listeners *listeners);

/* Append to TEXT the container or unit of PART, which has NETNS, or without
   these the text of netns_print_id.  */
void listeners_say_place(struct sentence *text, const struct listeners *part);

/* Write the tables of listeners_text, or with EXPLAIN the report of
   listeners_explain, below a head for each namespace with rows, the one with
   the fullest queue first.  Then, without EXPLAIN, which namespaces have no
   listeners, which could not be read, and the notes of listeners_text, once for
   all.  Last, which namespaces were not seen, if any.  LISTENERS must be
   grouped (listeners_group).  */
void listeners_all_text(FILE *out, const struct listeners *listeners,
                        bool explain);

/* Write the members "namespaces", without those that have ended, and
   "namespaces_unseen"; without PARTS both are null.  */
void listeners_all_json(struct json *json, const struct listeners *listeners);

#endif /* PROBES_LISTENERS_LISTENERS_ALL_H */
