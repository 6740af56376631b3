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

/* The listeners of one address, at least two: FULL have a percentage of 100,
   EMPTY have an empty queue.  MEMBERS belong to the list.  */
struct listener_group {
    struct listener_member *members; /* by inode: usually the oldest first */
    size_t count, full, empty;
    long handshakes; /* in progress, at all members; -1: unknown */
    long resent;     /* of these, whose SYN-ACK was retransmitted */
    bool noted;      /* by groups_note */
    bool explained;  /* by group_explain */
};

/* Find the groups of LISTENERS, and set GROUP of all rows: the group of the TCP
   listeners of an address that share its connections by SO_REUSEPORT, which
   takes the same user, interface and IPV6_V6ONLY; NULL for a listener alone,
   and for all other sockets.  The rows must be sorted by address and have
   PERCENT and OWNERS; IS_LINUX must be set; no groups may exist yet.  Groups
   are found on Linux only: other systems do not share connections so, or do not
   report the listeners.  Returns 0; or -1 with ENOMEM, and all GROUPs are NULL.
   listeners_free frees the groups.  */
int groups_find(struct listeners *listeners);

/* Whether some members of GROUP are full while others are not.  False for
   NULL.  */
bool group_is_stuck(const struct listener_group *group);

/* Append the owners of the full members to TEXT, separated by ", ": of the
   first 8 by name, or by inode if no owner is visible, and the number of
   further full members.  */
void group_say_full(struct sentence *text, const struct listener_group *group);

/* Write the sentence "group" on ROW, in short if the group was explained
   before; nothing for a listener alone.  Sets EXPLAINED of the group.  Returns
   true if ROW is alone, or the first of the group to be explained.  */
bool group_explain(FILE *out, const struct listener_row *row);

/* Append what to do about ROW, a full member of a group that is stuck: restart
   the process, which is named if ROW has a single visible owner; what happens
   to the queued clients then; and how many other members need the same.  */
void group_say_advice(struct sentence *text, const struct listener_row *row);

/* Append, as advice for a member of GROUP that is not full, that nothing is to
   be done with this member, and which members are full.  GROUP must be
   stuck.  */
void group_say_others(struct sentence *text,
                      const struct listener_group *group);

/* Write a note on each group that is stuck, has a full member in LISTENERS, and
   is not NOTED yet; sets NOTED of the group.  */
void groups_note(FILE *out, const struct listeners *listeners);

/* Write the member "group" of ROW: an object with the numbers of members, of
   full and of empty queues, of handshakes ("incomplete") and of those with a
   retransmitted SYN-ACK ("resent"), null if unknown, and whether the group is
   stuck; null for a listener alone.  */
void group_json(struct json *json, const struct listener_row *row);

#endif /* PROBES_LISTENERS_GROUPS_H */
