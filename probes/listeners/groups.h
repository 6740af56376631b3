/* groups.h - TCP listeners that share an address by SO_REUSEPORT
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_GROUPS_H
#define PROBES_LISTENERS_GROUPS_H 1

#include "base/json.h"
#include "probes/listeners/listeners.h"

/* What a group keeps of a listener, also if listeners_select removes the row.
   OWNERS belong to the list.  */
struct listener_member {
    uint64_t inode;
    long queued; /* -1: unknown */
    int percent; /* as in the row */
    const struct sonde_owner *owners;
    size_t owner_count;
};

/* The listeners of one address, at least two.  MEMBERS belong to the list.  */
struct listener_group {
    struct listener_member *members; /* by inode: usually the oldest first */
    size_t count, full, empty;
    long handshakes; /* in progress, at all members; -1: unknown */
    long resent;     /* of these, whose SYN-ACK was retransmitted */
    bool noted;      /* by groups_note */
    bool explained;  /* by group_explain */
};

/* Set GROUP of all rows of LISTENERS, which are sorted by address and have
   owners: one for the TCP listeners of an address that share its connections by
   SO_REUSEPORT, which takes the same user, interface and IPV6_V6ONLY; NULL for
   a listener alone, and for all other sockets.  Groups are found on Linux only:
   other systems do not share connections so, or do not report the listeners.
   Returns 0, or -1 with ENOMEM, and all GROUPs are NULL.  listeners_free frees
   the groups.  */
int groups_find(struct listeners *listeners);

/* Whether members are full while others are not.  False for NULL.  */
bool group_is_stuck(const struct listener_group *group);

/* Append the owners of the full members to TEXT: of the first 8 by name, or by
   inode if not visible, and the number of further full members.  */
void group_say_full(struct sentence *text, const struct listener_group *group);

/* Write the sentence "group" on ROW, in short if the group was explained
   before; nothing for a listener alone.  Sets EXPLAINED of the group.  Returns
   whether ROW is the first of its group, or alone.  */
bool group_explain(FILE *out, const struct listener_row *row);

/* Append what to do about ROW, a full member of a group that is stuck: restart
   the process, which is named if ROW has a single owner, and what becomes of
   the queued clients then.  */
void group_say_advice(struct sentence *text, const struct listener_row *row);

/* Append, as advice for a member that is not full, which others are.  */
void group_say_others(struct sentence *text,
                      const struct listener_group *group);

/* Write a note on each group that is stuck and has a full member in LISTENERS,
   once: sets NOTED of the group.  */
void groups_note(FILE *out, const struct listeners *listeners);

/* Write the member "group" of ROW: an object with the numbers of members, of
   full and of empty queues, and of handshakes; null for a listener alone.  */
void group_json(struct json *json, const struct listener_row *row);

#endif /* PROBES_LISTENERS_GROUPS_H */
