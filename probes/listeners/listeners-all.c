/* listeners-all.c - the listeners of every network namespace
   SPDX-License-Identifier: GPL-3.0-or-later

   Rows of all namespaces are in one list, so that an operand, a check and the
   owners, which take a pass over all processes, need no further code.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "probes/listeners/listeners-all.h"

/* ---- reading ------------------------------------------------------------- */

/* Remove and free all rows of PART.  */
static void part_forget(struct listeners *part)
{
    for (size_t i = 0; i < part->count; i++)
        listeners_free_row(&part->rows[i]);
    free(part->rows);
    part->rows = NULL;
    part->count = 0;
}

/* Read the rows of FAMILIES into PART, within TIMEOUT milliseconds, and then
   the figures: from inside the namespace, which the caller has entered, or by
   /proc if PID of PART is set.  Returns as listeners_read_rows: 0; or -1 with
   errno, and rows may stay.  The figures are read after -1, too: a counter that
   is not read would seem to be 0.  */
static int part_read_here(struct listeners *part, unsigned families,
                          int timeout)
{
    int result = listeners_read_rows(part, families, timeout);
    int error = errno;
    listeners_read_figures(part);
    errno = error;
    return result;
}

/* Read PART, of NETNS, by the /proc files of a process there, within TIMEOUT
   milliseconds, and set PID of PART.  ENTER_ERROR must be set.  The process may
   end, and its number may be given to another process: the files are of the
   namespace if the process is in it before and after.  If not, the rows are
   removed, and the next process is read, NETNS_PROCESSES times at most. Returns
   0; or -1 with the errno of part_read_here, and rows may stay; or -1 with
   ESRCH, without rows, if no process is left.  */
static int part_read_outside(struct listeners *part, const struct netns *netns,
                             unsigned families, int timeout)
{
    int64_t deadline = sonde_deadline(timeout);
    for (int i = 0; i < NETNS_PROCESSES; i++) {
        part->pid = netns_process(netns);
        if (!part->pid)
            break;
        int result =
            part_read_here(part, families, sonde_deadline_left(deadline));
        int error = errno;
        if (netns_process(netns) == part->pid) {
            errno = error;
            return result;
        }
        part_forget(part);
        memset(part->errors, 0, sizeof part->errors);
    }
    errno = ESRCH;
    return -1;
}

/* Read PART, all zero but for NETNS and DATAGRAMS_OPTIONAL, within TIMEOUT
   milliseconds: inside its namespace, which this process enters and leaves
   again (netns_enter), or by /proc if the namespace cannot be entered; then
   ENTER_ERROR is set.  Returns 0; or -1 with errno, ESRCH if the namespace has
   ended, and rows read before the failure stay.  */
static int part_read(struct listeners *part, const struct netns_list *list,
                     unsigned families, int timeout)
{
    if (part->netns->is_own)
        return part_read_here(part, families, timeout);
    if (netns_enter(list, part->netns)) {
        part->enter_error = listeners_enter_error(errno);
        return part_read_outside(part, part->netns, families, timeout);
    }
    int result = part_read_here(part, families, timeout);
    int error = errno;
    netns_leave(list);
    errno = error;
    return result;
}

/* Move the rows of PART, with PART as their part, to ALL, which has room.  */
static void part_take_rows(struct listeners *all, struct listeners *part)
{
    for (size_t i = 0; i < part->count; i++) {
        all->rows[all->count] = part->rows[i];
        all->rows[all->count++].part = part;
    }
    free(part->rows);
    part->rows = NULL;
    part->count = 0;
}

/* A + B; -1, unknown, if one is negative.  */
static int64_t all_sum(int64_t a, int64_t b)
{
    return a < 0 || b < 0 ? -1 : a + b;
}

/* Add the counters of PART, which has NETNS, to those of ALL; a sum with an
   unknown counter is -1.  ERRORS, REDUCED and DATAGRAMS_REDUCED of ALL, if 0,
   become those of PART; HAS_QUEUES and DATAGRAMS_COUNTED are true if true for
   one part.  The cap, the limits and IS_LINUX are taken from PART only if PART
   is the own namespace of this process.  */
static void part_add_figures(struct listeners *all,
                             const struct listeners *part)
{
    struct sonde_listen_totals *sum = &all->totals;
    const struct sonde_listen_totals *one = &part->totals;
    sum->overflows = all_sum(sum->overflows, one->overflows);
    sum->drops = all_sum(sum->drops, one->drops);
    sum->deferred = all_sum(sum->deferred, one->deferred);
    sum->resets = all_sum(sum->resets, one->resets);
    sum->cookies_sent = all_sum(sum->cookies_sent, one->cookies_sent);
    sum->cookies_received =
        all_sum(sum->cookies_received, one->cookies_received);
    sum->cookies_failed = all_sum(sum->cookies_failed, one->cookies_failed);
    sum->full_cookies = all_sum(sum->full_cookies, one->full_cookies);
    sum->full_drops = all_sum(sum->full_drops, one->full_drops);
    for (int i = 0; i < 2; i++) {
        struct sonde_datagram_totals *udp = &all->datagrams[i];
        const struct sonde_datagram_totals *lost = &part->datagrams[i];
        udp->errors = all_sum(udp->errors, lost->errors);
        udp->full = all_sum(udp->full, lost->full);
        udp->memory = all_sum(udp->memory, lost->memory);
        udp->checksum = all_sum(udp->checksum, lost->checksum);
    }
    for (int i = 0; i < LISTENERS_FAMILIES; i++)
        if (all->errors[i] == 0)
            all->errors[i] = part->errors[i];
    if (all->reduced == 0)
        all->reduced = part->reduced;
    if (all->datagrams_reduced == 0)
        all->datagrams_reduced = part->datagrams_reduced;
    all->has_queues |= part->has_queues;
    all->datagrams_counted |= part->datagrams_counted;
    all->dropping = (int)all_sum(all->dropping, part->dropping);
    if (part->netns->is_own) {
        all->cap = part->cap;
        all->limits = part->limits;
        all->is_linux = part->is_linux;
    }
}

/* Read all parts of ALL until DEADLINE, this process's namespace first: what
   /proc shows is found out there.  A part that has ended gets no NETNS; any
   other part that fails keeps ERRORS, without rows, and the errno in UNREAD.
   Adds the number of rows to *ROWS.  Returns 0 if a part was read, otherwise -1
   with the first errno.  A lack of memory ends the reading: -1 with ENOMEM.  */
static int parts_read(struct listeners *all, const struct netns_list *list,
                      unsigned families, int64_t deadline, size_t *rows)
{
    int error = 0, done = 0;
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < all->part_count; i++) {
            struct listeners *part = &all->parts[i];
            if (list->list[i].is_own != own)
                continue;
            part->netns = &list->list[i];
            part->datagrams_optional = all->datagrams_optional;
            if (!part_read(part, list, families,
                           sonde_deadline_left(deadline))) {
                *rows += part->count;
                done++;
                continue;
            }
            if (errno == ENOMEM)
                return -1;
            part_forget(part);
            error = error ? error : errno;
            part->unread = errno;
            if (errno == ESRCH)
                part->netns = NULL;
        }
    errno = error;
    return done > 0 ? 0 : -1;
}

/* Copy HIDDEN, HIDDEN_ERROR and COMPLETE, on owners, to each part of ALL.  */
static void parts_set_owners(struct listeners *all)
{
    for (size_t i = 0; i < all->part_count; i++) {
        all->parts[i].hidden = all->hidden;
        all->parts[i].hidden_error = all->hidden_error;
        all->parts[i].complete = all->complete;
    }
}

int listeners_read_all(struct listeners *listeners,
                       const struct netns_list *list, unsigned families,
                       int timeout, int owners_timeout)
{
    size_t rows = 0;
    listeners->wanted = families;
    listeners->some = (families & LISTENERS_ALL) != LISTENERS_ALL;
    listeners->everywhere = list;
    listeners->parts = calloc(list->count + 1, sizeof *listeners->parts);
    listeners->part_count = listeners->parts ? list->count : 0;
    if (!listeners->parts ||
        parts_read(listeners, list, families, sonde_deadline(timeout), &rows))
        return -1;
    listeners->rows = malloc((rows + 1) * sizeof *listeners->rows);
    if (!listeners->rows)
        return -1;
    for (size_t i = 0; i < listeners->part_count; i++) {
        if (!listeners->parts[i].netns)
            continue;
        part_add_figures(listeners, &listeners->parts[i]);
        part_take_rows(listeners, &listeners->parts[i]);
    }
    if (listeners_read_owners(listeners, owners_timeout))
        return -1;
    parts_set_owners(listeners);
    return listeners_order_rows(listeners);
}

/* ---- grouping ------------------------------------------------------------ */

int listeners_group(struct listeners *listeners)
{
    struct listener_row *next = malloc((listeners->count + 1) * sizeof *next);
    if (!next)
        return -1;
    listeners->grouped = next;
    for (size_t i = 0; i < listeners->count; i++)
        listeners->parts[listeners->rows[i].part - listeners->parts].count++;
    for (size_t i = 0; i < listeners->part_count; i++) {
        struct listeners *part = &listeners->parts[i];
        part->rows = next;
        next += part->count;
        part->count = 0;
    }
    for (size_t i = 0; i < listeners->count; i++) {
        struct listeners *part =
            &listeners->parts[listeners->rows[i].part - listeners->parts];
        part->rows[part->count++] = listeners->rows[i];
    }
    return 0;
}

/* ---- what was not seen --------------------------------------------------- */

bool listeners_all_seen(const struct listeners *listeners, struct sentence *why)
{
    const struct netns_list *list = listeners->everywhere;
    const char *separator = "";
    if (list->mount_count > 0) {
        say(why,
            "%zu network namespace%s kept by a mount (%s%s) may be one%s of "
            "those seen, or not seen: only root may compare, with "
            "CAP_SYS_ADMIN",
            list->mount_count,
            list->mount_count == 1 ? " that is" : "s that are", list->mounts[0],
            list->mount_count > 1 ? ", ..." : "",
            list->mount_count == 1 ? "" : "s");
        separator = "; ";
    }
    if (list->hidden > 0) {
        say(why, "%sthe network namespace%s of %ld process%s cannot be read",
            separator, list->hidden == 1 ? "" : "s", list->hidden,
            list->hidden == 1 ? "" : "es");
        separator = "; ";
    }
    if (!list->complete) {
        say(why,
            "%s/proc may hide processes (hidepid), and so network "
            "namespaces",
            separator);
        separator = "; ";
    }
    return !*separator;
}

void listeners_say_place(struct sentence *text, const struct listeners *part)
{
    char id[NETNS_ID];
    netns_print_id(part->netns, id);
    say(text, "%s", *part->netns->place ? part->netns->place : id);
}

/* ---- JSON ---------------------------------------------------------------- */

/* Write the member "process", the first process of NETNS, or null.  */
static void part_put_process(struct json *json, const struct netns *netns)
{
    if (!netns->pids[0]) {
        json_text(json, "process", NULL);
        return;
    }
    json_object(json, "process");
    json_number(json, "pid", netns->pids[0]);
    json_text(json, "name", netns->name);
    json_object_end(json);
}

/* Write PART, which has NETNS, as an object of "namespaces": the names, whether
   the namespace is that of this process, the number of processes and the first
   process, the errno REDUCED by name, the cap and the counters, without the
   listeners.  An unknown value is null; REDUCED 0 is null, too.  */
static void part_put_json(struct json *json, const struct listeners *part)
{
    const struct netns *netns = part->netns;
    const struct sonde_listen_totals *totals = &part->totals;
    char id[NETNS_ID];
    netns_print_id(netns, id);
    json_line(json, NULL);
    json_text(json, "id", id);
    json_bool(json, "own", netns->is_own);
    json_text(json, "unit", *netns->place ? netns->place : NULL);
    json_text(json, "mount", netns->mount);
    json_count(json, "processes", netns->processes);
    part_put_process(json, netns);
    json_text(json, "reduced",
              part->reduced ? errno_name(part->reduced) : NULL);
    json_count(json, "cap", *part->cap.setting ? part->cap.value : -1);
    json_count(json, "overflows", totals->overflows);
    json_count(json, "drops", totals->drops);
    json_count(json, "deferred", totals->deferred);
    json_count(json, "resets", totals->resets);
    json_count(json, "udp_full", part->datagrams[0].full);
    json_count(json, "udp6_full", part->datagrams[1].full);
    json_object_end(json);
}

/* Write the member "namespaces_unseen", an object: the mounts and the number of
   processes whose namespace LIST may lack, and whether /proc may hide
   processes.  */
static void unseen_put_json(struct json *json, const struct netns_list *list)
{
    json_object(json, "namespaces_unseen");
    json_array(json, "mounts");
    for (size_t i = 0; i < list->mount_count; i++)
        json_text(json, NULL, list->mounts[i]);
    json_array_end(json);
    json_number(json, "processes", list->hidden);
    json_bool(json, "hidepid", !list->complete);
    json_object_end(json);
}

void listeners_all_json(struct json *json, const struct listeners *listeners)
{
    if (!listeners->parts) {
        json_text(json, "namespaces", NULL);
        json_text(json, "namespaces_unseen", NULL);
        return;
    }
    json_array(json, "namespaces");
    for (size_t i = 0; i < listeners->part_count; i++)
        if (listeners->parts[i].netns)
            part_put_json(json, &listeners->parts[i]);
    json_array_end(json);
    unseen_put_json(json, listeners->everywhere);
}
