/* groups.c - TCP listeners that share an address by SO_REUSEPORT
   SPDX-License-Identifier: GPL-3.0-or-later

   Linux lets two TCP sockets listen at the same address only if both have
   SO_REUSEPORT and the same user.  The kernel does not report the option, but
   the rows of one address are the proof.  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/listeners/groups.h"

/* The maximum number of members named in a sentence.  */
enum { NAMED_MAX = 8 };

/* Whether X and Y, TCP rows of one network namespace with the same LOCAL, are
   in one group: the kernel's conditions (inet_reuseport_add_sock), the same
   user, interface and IPV6_V6ONLY.  */
static bool group_has_both(const struct listener_row *x,
                           const struct listener_row *y)
{
    return x->listener.uid == y->listener.uid &&
           x->listener.ifindex == y->listener.ifindex &&
           x->listener.v6only == y->listener.v6only;
}

/* Whether ROW can be in a group: a TCP listener.  */
static bool group_is_possible(const struct listener_row *row)
{
    int family = row->listener.address.storage.ss_family;
    return row->listener.type == SOCK_STREAM &&
           (family == AF_INET || family == AF_INET6);
}

/* Append ROW to the array MEMBERS of GROUP, which must have room, and count ROW
   in COUNT; with a percentage of 100 also in FULL, with an empty queue in
   EMPTY.  Sets GROUP of ROW.  */
static void group_add(struct listener_group *group, struct listener_row *row)
{
    group->members[group->count++] = (struct listener_member){
        .inode = row->listener.inode,
        .queued = row->listener.queue.queued,
        .percent = row->percent,
        .owners = row->owners,
        .owner_count = row->owner_count,
    };
    group->full += row->percent == 100;
    group->empty += row->listener.queue.queued == 0;
    row->group = group;
}

/* Make *GROUP of ROWS[0], which has no group, and of those of the COUNT ROWS,
   TCP rows of one address, that have no group and belong with ROWS[0]
   (group_has_both).  MEMBERS, with room for COUNT, becomes the array of the
   group; the numbers of handshakes become -1.  Sets GROUP of each member, of
   ROWS[0] even if alone.  Returns the number of members: 1 if ROWS[0] is
   alone.  */
static size_t group_make(struct listener_group *group,
                         struct listener_member *members,
                         struct listener_row *rows, size_t count)
{
    *group = (struct listener_group){
        .members = members, .handshakes = -1, .resent = -1};
    for (size_t i = 0; i < count; i++)
        if (!rows[i].group && group_has_both(&rows[0], &rows[i]))
            group_add(group, &rows[i]);
    return group->count;
}

/* The length of the run of TCP rows at the beginning of ROWS with the network
   namespace and LOCAL of ROWS[0], which is of TCP.  COUNT, at least 1, is the
   number of rows.  */
static size_t group_run(const struct listener_row *rows, size_t count)
{
    size_t run = 1;
    while (run < count && rows[run].part == rows[0].part &&
           !strcmp(rows[run].local, rows[0].local) &&
           group_is_possible(&rows[run]))
        run++;
    return run;
}

int groups_find(struct listeners *listeners)
{
    size_t used = 0, run;
    for (size_t i = 0; i < listeners->count; i++)
        listeners->rows[i].group = NULL;
    if (!listeners->is_linux || listeners->count == 0)
        return 0;
    listeners->groups = calloc(listeners->count, sizeof *listeners->groups);
    listeners->members = calloc(listeners->count, sizeof *listeners->members);
    if (!listeners->groups || !listeners->members)
        return -1;
    for (size_t i = 0; i < listeners->count; i += run) {
        struct listener_row *rows = &listeners->rows[i];
        run =
            group_is_possible(rows) ? group_run(rows, listeners->count - i) : 1;
        for (size_t k = 0; run > 1 && k < run; k++) {
            struct listener_group *group =
                &listeners->groups[listeners->group_count];
            if (rows[k].group)
                continue;
            used +=
                group_make(group, listeners->members + used, &rows[k], run - k);
            if (group->count > 1)
                listeners->group_count++;
            else
                rows[k].group = NULL, used--;
        }
    }
    return 0;
}

bool group_is_stuck(const struct listener_group *group)
{
    return group && group->full > 0 && group->full < group->count;
}

/* Append the owners of MEMBER, cut to about 40 columns, or the inode if no
   owner is visible.  */
static void group_say_member(struct sentence *text,
                             const struct listener_member *member)
{
    struct listener_row row = {.owners = member->owners,
                               .owner_count = member->owner_count};
    struct sentence owners = {""};
    listeners_say_owners(&owners, &row, 40);
    if (*owners.text)
        say(text, "%s", owners.text);
    else
        say(text, "socket %llu, owner not visible",
            (unsigned long long)member->inode);
}

void group_say_full(struct sentence *text, const struct listener_group *group)
{
    size_t named = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (group->members[i].percent != 100)
            continue;
        if (named == NAMED_MAX) {
            say(text, " and %zu more", group->full - named);
            return;
        }
        say(text, "%s", named++ > 0 ? ", " : "");
        group_say_member(text, &group->members[i]);
    }
}

/* Append the lengths of the first NAMED_MAX queues of GROUP; with more members,
   also how many queues of all are empty.  Nothing if the first length is
   unknown: then all are.  */
static void group_say_queues(struct sentence *text,
                             const struct listener_group *group)
{
    size_t shown = group->count < NAMED_MAX ? group->count : NAMED_MAX;
    if (group->members[0].queued < 0)
        return;
    say(text, "; queued: ");
    for (size_t i = 0; i < shown; i++)
        say(text, "%s%ld", i > 0 ? ", " : "", group->members[i].queued);
    if (shown < group->count)
        say(text, ", ... (%zu of %zu %s empty)", group->empty, group->count,
            group->empty == 1 ? "is" : "are");
}

/* Append the number of sockets in GROUP, their queues, and how clients are
   assigned to sockets; if GROUP is stuck, also which sockets are full, and how
   many new clients hang.  */
static void group_say_all(struct sentence *text,
                          const struct listener_group *group)
{
    say(text,
        "one of %zu sockets at this address (SO_REUSEPORT, as by nginx's "
        "reuseport or gunicorn's --reuse-port)",
        group->count);
    group_say_queues(text, group);
    say(text,
        ". A hash of addresses and ports assigns each client to one of them, "
        "1 of %zu on average, full or not, unless the program set another "
        "rule (BPF, SO_INCOMING_CPU)",
        group->count);
    if (!group_is_stuck(group))
        return;
    say(text, ". Full: ");
    group_say_full(text, group);
    say(text,
        ", while the others have room: about %zu of %zu new clients hang%s. A "
        "client that tries again, from another port, may reach another socket",
        group->full, group->count, group->full == 1 ? "s" : "");
}

bool group_explain(FILE *out, const struct listener_row *row)
{
    struct listener_group *group = row->group;
    struct sentence text = {""};
    bool is_first = !group || !group->explained;
    if (!group)
        return true;
    if (!is_first)
        say(&text, "the same, of %zu sockets", group->count);
    else
        group_say_all(&text, group);
    group->explained = true;
    put_sentence(out, "group", &text);
    return is_first;
}

void group_say_others(struct sentence *text, const struct listener_group *group)
{
    say(text,
        "nothing with this socket, but of its group %zu of %zu sockets "
        "%s full: ",
        group->full, group->count, group->full == 1 ? "is" : "are");
    group_say_full(text, group);
}

void group_say_advice(struct sentence *text, const struct listener_row *row)
{
    const struct listener_group *group = row->group;
    say(text, "one socket of the group is full while others have room, so its "
              "process no longer accepts: restart ");
    if (row->owner_count == 1)
        group_say_member(text, &(struct listener_member){.owners = row->owners,
                                                         .owner_count = 1});
    else if (row->owner_count == 0)
        say(text, "the process that has it (the owner line says why it is not "
                  "visible)");
    else
        say(text,
            "the one that accepts from this socket of the %zu that have it "
            "open (nginx's workers have all sockets of the group open, each "
            "accepts from its own)",
            row->owner_count);
    say(text,
        ". A larger backlog would only make more clients wait. When the last "
        "process closes the socket, its %ld queued clients are reset, unless "
        "net.ipv4.tcp_migrate_req is 1 (Linux 5.14): then the others get "
        "them. This setting does nothing while the socket is open",
        row->listener.queue.queued);
    if (group->full > 1)
        say(text, ". The same for the %zu other full ones", group->full - 1);
}

void groups_note(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (!group_is_stuck(row->group) || row->percent != 100 ||
            row->group->noted)
            continue;
        row->group->noted = true;
        say(&note,
            "%s: %zu of %zu sockets of this address %s full: ", row->local,
            row->group->full, row->group->count,
            row->group->full == 1 ? "is" : "are");
        group_say_full(&note, row->group);
        say(&note,
            "; the others have room: about %zu of %zu new clients hang%s; \"",
            row->group->full, row->group->count,
            row->group->full == 1 ? "s" : "");
        listeners_say_command(&note, listeners, row);
        say(&note, "%d\" explains", sonde_address_port(&row->listener.address));
        put_sentence(out, NULL, &note);
    }
}

void group_json(struct json *json, const struct listener_row *row)
{
    const struct listener_group *group = row->group;
    if (!group) {
        json_text(json, "group", NULL);
        return;
    }
    json_object(json, "group");
    json_number(json, "members", (int64_t)group->count);
    json_number(json, "full", (int64_t)group->full);
    json_number(json, "empty", (int64_t)group->empty);
    json_bool(json, "stuck", group_is_stuck(group));
    json_count(json, "incomplete", group->handshakes);
    json_count(json, "resent", group->resent);
    json_object_end(json);
}
