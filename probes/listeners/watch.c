/* watch.c - listeners over time
   SPDX-License-Identifier: GPL-3.0-or-later

   A listener is looked up by address and cookie: a few microseconds, for any
   number of sockets.  Lists find what is new.  Where a look-up does not
   find a listener that is in the list, lists take the place of look-ups.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/monotonic.h"
#include "probes/listeners/watch.h"

enum {
    MS = 1000000,
    LOOK_NS = MS,
    GAP_LOOKS = 10, /* intervals that a look counts for at most */
    GAP_ALL_NS = 1000 * MS,
    LIST_NS = 1000 * MS, /* between lists, to find new listeners */
    ABSENT_NS = 10 * MS, /* the same while an address has no listener */
    LIST_TIMEOUT = 1000, /* milliseconds, for one family */
    MISSING_MAX = 2,     /* a list may leave out a listener once */
    HIDDEN_LOOKS = 3,    /* look-ups that fail though the list has it */
    ROWS_MAX = 1 << 16,
    /* Looks left out in a row: a costly search is made up for later, since a
       listener must not be out of sight.  2 rows cost less than 3 percent of
       the interval.  */
    HOLD_LOOKS = 2,
    HOLD_ROWS = 2,
    CPU_LOOKS = 8, /* looks between two readings of the CPU time */
    FAMILY_KINDS = 3
};

/* The aim is 3 percent of a CPU, with what the line of each second costs.  */
static const double cpu_share = 0.025;

/* The time of the clock ID in nanoseconds; 0 if the clock cannot be read.  */
static int64_t clock_ns(clockid_t id)
{
    struct timespec time = {0};
    clock_gettime(id, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* The max nanoseconds that a look counts for (occupancy.h): longer with many
   rows, since looks are rarer then; GAP_ALL_NS, a second, at most, and always
   with ALL.  */
static int64_t watch_gap_max(const struct watch *watch)
{
    int64_t held = watch->pace.hold_max + 1;
    int64_t gap = (held > GAP_LOOKS ? held : GAP_LOOKS) * LOOK_NS;
    return watch->all || gap > GAP_ALL_NS ? GAP_ALL_NS : gap;
}

/* ---- rows, by cookie ---------------------------------------------------- */

/* The slot of COOKIE in the hash table; or if no row has COOKIE, the free slot
   to put the row in.  The table must have a free slot (watch_grow).  */
static size_t *watch_slot(const struct watch *watch, uint64_t cookie)
{
    size_t mask = watch->slot_count - 1;
    size_t i = (size_t)(cookie * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
    while (watch->slots[i] &&
           watch->rows[watch->slots[i] - 1].listener.cookie != cookie)
        i = (i + 1) & mask;
    return &watch->slots[i];
}

/* The row of the listener with COOKIE; NULL if there is none.  */
static struct watch_row *watch_find(const struct watch *watch, uint64_t cookie)
{
    size_t found = watch->slot_count ? *watch_slot(watch, cookie) : 0;
    return found ? &watch->rows[found - 1] : NULL;
}

/* Make room for another row, its slot and its place in BY_LOCAL.  Rows and
   slots may move.  Returns 0; or -1 with ENOMEM: the rows may have moved, but
   all stay valid.  */
static int watch_grow(struct watch *watch)
{
    if (2 * watch->count < watch->slot_count)
        return 0;
    size_t room = watch->slot_count ? 2 * watch->slot_count : 16;
    struct watch_row *rows =
        realloc(watch->rows, room / 2 * sizeof *watch->rows);
    if (!rows)
        return -1;
    watch->rows = rows;
    const struct watch_row **by_local =
        realloc(watch->by_local, room / 2 * sizeof *by_local);
    if (!by_local)
        return -1;
    watch->by_local = by_local;
    size_t *slots = calloc(room, sizeof *slots);
    if (!slots)
        return -1;
    free(watch->slots);
    watch->slots = slots;
    watch->slot_count = room;
    for (size_t i = 0; i < watch->count; i++)
        *watch_slot(watch, rows[i].listener.cookie) = i + 1;
    return 0;
}

/* Add a row for LISTENER, found now and without a row for its cookie, with
   copies of LOCAL, the address as printed, and of OWNERS, which may be NULL.
   Rows may move.  Returns the row, or NULL with ENOMEM.  */
static struct watch_row *watch_add(struct watch *watch,
                                   const struct sonde_listener *listener,
                                   const char *local, const char *owners)
{
    if (watch_grow(watch))
        return NULL;
    struct watch_row row = {.listener = *listener,
                            .local = strdup(local),
                            .owners = owners ? strdup(owners) : NULL,
                            .since = watch->now - watch->start,
                            .until = -1,
                            .list = watch->lists};
    row.listener.peer = NULL;
    if (!row.local || (owners && !row.owners)) {
        free(row.local);
        free(row.owners);
        errno = ENOMEM;
        return NULL;
    }
    *watch_slot(watch, listener->cookie) = watch->count + 1;
    watch->rows[watch->count] = row;
    return &watch->rows[watch->count++];
}

/* ---- looks -------------------------------------------------------------- */

/* Add the figures in the listener of ROW, read just now, to the occupancy of
   ROW, and note the time of a new peak.  ROW is no longer missing.  */
static void watch_take_look(struct watch *watch, struct watch_row *row)
{
    const struct sonde_listener *listener = &row->listener;
    const struct occupancy_look look = {
        watch->now - watch->start, listener->queue.queued, listener->capacity,
        listener->queue.drops};
    occupancy_add(&row->occupancy, &look, watch_gap_max(watch));
    if (row->occupancy.peak.at == look.at)
        row->peak_realtime = clock_ns(CLOCK_REALTIME);
    row->missing = 0;
}

/* ROW is gone: set UNTIL to now; the last look counts until then.  */
static void watch_lose(struct watch *watch, struct watch_row *row)
{
    row->until = watch->now - watch->start;
    occupancy_stop(&row->occupancy, row->until, watch_gap_max(watch));
}

/* Whether a row, gone or not, has the address, type and interface of LISTENER;
   then *LOCAL is the text of the address, which belongs to the row.  */
static bool watch_is_wanted(const struct watch *watch,
                            const struct sonde_listener *listener,
                            const char **local)
{
    for (size_t i = 0; i < watch->count; i++) {
        const struct sonde_listener *row = &watch->rows[i].listener;
        if (row->type != listener->type || row->ifindex != listener->ifindex ||
            sonde_address_compare(&row->address, &listener->address))
            continue;
        *local = watch->rows[i].local;
        return true;
    }
    return false;
}

/* LISTENER is new: add a row with the first look, if all listeners are watched
   or if a row has the same address, type and interface.  Beyond ROWS_MAX only
   count LISTENER, in LOST_NOW.  Returns 0, also if LISTENER is not added for
   these reasons; or -1 with ENOMEM.  */
static int watch_meet(struct watch *watch,
                      const struct sonde_listener *listener)
{
    const char *local = NULL;
    char *printed = NULL;
    if (!watch_is_wanted(watch, listener, &local)) {
        if (!watch->all)
            return 0;
        local = printed = listeners_print_local(listener);
        if (!local)
            return -1;
    }
    struct watch_row *row = NULL;
    if (watch->count >= ROWS_MAX)
        watch->lost_now++;
    else
        row = watch_add(watch, listener, local, NULL);
    free(printed);
    if (!row)
        return watch->count >= ROWS_MAX ? 0 : -1;
    watch_take_look(watch, row);
    return 0;
}

/* A sonde_listener_each: the list being read has LISTENER; DATA is the watch.
   A new listener is passed to watch_meet, unless connected.  Of a known
   listener, LIST is set; if ALL, or if the row is hidden, this is a look, but
   not if the row is gone, or in the list for the second time.  Returns 0, or -1
   with ENOMEM.  */
static int watch_take_listed(const struct sonde_listener *listener, void *data)
{
    struct watch *watch = data;
    struct watch_row *row = watch_find(watch, listener->cookie);
    if (!row)
        return listener->peer ? 0 : watch_meet(watch, listener);
    if (row->list == watch->lists)
        return 0; /* twice in one list */
    row->list = watch->lists;
    if (row->until >= 0 || !(watch->all || row->is_hidden))
        return 0;
    row->listener.queue = listener->queue;
    row->listener.capacity = listener->capacity;
    watch_take_look(watch, row);
    return 0;
}

/* The bit of the family and type of ROW: LISTENERS_INET, LISTENERS_UDP, ...  */
static unsigned watch_family(const struct watch_row *row)
{
    int family = row->listener.address.storage.ss_family;
    unsigned bit = family == AF_INET    ? LISTENERS_INET
                   : family == AF_INET6 ? LISTENERS_INET6
                                        : LISTENERS_UNIX;
    return row->listener.type == SOCK_DGRAM ? bit << FAMILY_KINDS : bit;
}

/* After a list of FAMILIES, as bits: a row that the list lacks is counted as
   missing once more, and gone if missing MISSING_MAX times in a row, from
   look-ups or lists.  Unless ALL, a row that the list has, but HIDDEN_LOOKS
   look-ups in a row missed, is hidden from now on.  Rows of other families
   stay.  */
static void watch_check_missing(struct watch *watch, unsigned families)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct watch_row *row = &watch->rows[i];
        if (row->until >= 0 || !(families & watch_family(row)))
            continue;
        if (row->list == watch->lists)
            row->is_hidden |= !watch->all && row->missing >= HIDDEN_LOOKS;
        else if (++row->missing >= MISSING_MAX)
            watch_lose(watch, row);
    }
}

/* Read the lists of the watched families, LIST_TIMEOUT each: add what is new,
   find what is gone.  Failures are counted, in FAILURES; no row of a family
   that failed is taken for gone.  Updates LOST_ROWS.  Returns 0, or -1 with
   ENOMEM.  */
static int watch_list(struct watch *watch)
{
    static const int families[FAMILY_KINDS] = {AF_INET, AF_INET6, AF_UNIX};
    unsigned read = 0;
    watch->lists++;
    watch->lost_now = 0;
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        if (!(watch->families & 1U << i))
            continue;
        int result = (i < FAMILY_KINDS ? sonde_listeners
                                       : sonde_datagram_sockets)(
            families[i % FAMILY_KINDS], LIST_TIMEOUT, watch_take_listed, watch);
        if (!result) {
            read |= 1U << i;
        } else if (errno == ECANCELED) {
            errno = ENOMEM;
            return -1;
        } else {
            watch->failures++;
            watch->error = errno;
        }
    }
    watch_check_missing(watch, read);
    if (watch->lost_now > watch->lost_rows)
        watch->lost_rows = watch->lost_now;
    return 0;
}

/* Look up each row that is neither gone nor hidden; a row found has a look.  A
   row not found is counted in its MISSING; other failures are counted in
   FAILURES, with ERROR.  Returns whether a list is needed: a row is missing, or
   hidden.  */
static bool watch_look_up(struct watch *watch)
{
    bool needed = false;
    for (size_t i = 0; i < watch->count; i++) {
        struct watch_row *row = &watch->rows[i];
        if (row->until >= 0)
            continue;
        if (row->is_hidden) {
            needed = true;
        } else if (!sonde_watch_read(watch->handle, &row->listener)) {
            watch_take_look(watch, row);
        } else if (errno == ENOENT) {
            row->missing++;
            needed = true;
        } else {
            watch->failures++;
            watch->error = errno;
        }
    }
    return needed;
}

/* Whether the rows of some address and type of socket are all gone: a service
   restarts its TCP listener beside its UDP socket.  */
static bool watch_has_absent(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        const struct watch_row *row = &watch->rows[i];
        bool is_absent = row->until >= 0;
        for (size_t k = 0; k < watch->count && is_absent; k++)
            is_absent = watch->rows[k].until >= 0 ||
                        watch->rows[k].listener.type != row->listener.type ||
                        strcmp(watch->rows[k].local, row->local) != 0;
        if (is_absent)
            return true;
    }
    return false;
}

int watch_look(struct watch *watch)
{
    int64_t now = monotonic_now();
    if (watch->looks > 0 && now - watch->now > watch->longest_gap)
        watch->longest_gap = now - watch->now;
    watch->now = now;
    watch->looks++;
    bool is_list = watch->all || watch_look_up(watch) || now >= watch->list_at;
    if (is_list && watch_list(watch))
        return -1;
    if (is_list)
        watch->list_at =
            now +
            (!watch->all && watch_has_absent(watch) ? ABSENT_NS : LIST_NS);
    /* The CPU time costs a system call.  */
    if (is_list || watch->looks % CPU_LOOKS == 0)
        watch->cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    watch->pace.hold_max =
        watch->all ? 0 : HOLD_LOOKS + (int64_t)watch->count / HOLD_ROWS;
    pace_next(&watch->pace, monotonic_now(), watch->cpu);
    return 0;
}

/* RcvbufErrors of UDP, of both families together; -1 if unknown.  If the
   counters of IPv6 cannot be read, as on a host without IPv6, those of IPv4
   alone.  */
static int64_t watch_udp_full(void)
{
    struct sonde_datagram_totals inet, inet6;
    if (sonde_datagram_totals(AF_INET, &inet))
        return -1;
    if (sonde_datagram_totals(AF_INET6, &inet6))
        inet6.full = 0;
    return inet.full < 0 || inet6.full < 0 ? -1 : inet.full + inet6.full;
}

/* ---- the whole ---------------------------------------------------------- */

int watch_begin(struct watch *watch, const struct listeners *listeners,
                unsigned families, bool all)
{
    *watch = (struct watch){.all = all,
                            .families = all ? families & listeners->direct : 0};
    if (!listeners->direct) {
        errno = listeners->reduced ? listeners->reduced
                                   : listeners->datagrams_reduced;
        return -1;
    }
    if (sonde_watch_open(&watch->handle))
        return -1;
    watch->start = watch->now = monotonic_now();
    watch->realtime = clock_ns(CLOCK_REALTIME);
    watch->list_at = watch->start + LIST_NS;
    watch->cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    watch->pace = (struct pace){.interval = LOOK_NS,
                                .share = cpu_share,
                                .next = watch->start,
                                .window = watch->start,
                                .window_cpu = watch->cpu};
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        struct sentence owners = {""};
        if (row->peer || row->listener.cookie == 0 ||
            watch_find(watch, row->listener.cookie))
            continue;
        if (row->owner_count > 0)
            listeners_say_owners(&owners, row, 60);
        struct watch_row *added =
            watch_add(watch, &row->listener, row->local,
                      row->owner_count > 0 ? owners.text : NULL);
        if (!added)
            return -1;
        watch->families |= watch_family(added);
    }
    if (watch->count == 0 && !all) {
        errno = ENOTSUP; /* connected UDP sockets alone, or from /proc */
        return -1;
    }
    watch->before = listeners_no_totals;
    sonde_listen_totals(&watch->before);
    watch->after = watch->before;
    watch->udp_before = watch->udp_after = watch_udp_full();
    return 0;
}

void watch_read_totals(struct watch *watch)
{
    if (sonde_listen_totals(&watch->after))
        watch->after = listeners_no_totals;
    watch->udp_after = watch_udp_full();
}

void watch_next_second(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        occupancy_next_second(&watch->rows[i].occupancy);
}

void watch_end(struct watch *watch)
{
    watch->now = monotonic_now();
    for (size_t i = 0; i < watch->count; i++)
        if (watch->rows[i].until < 0)
            occupancy_stop(&watch->rows[i].occupancy, watch->now - watch->start,
                           watch_gap_max(watch));
    watch_read_totals(watch);
}

void watch_free(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        free(watch->rows[i].local);
        free(watch->rows[i].owners);
    }
    free(watch->rows);
    free(watch->by_local);
    free(watch->slots);
    sonde_watch_close(watch->handle);
    *watch = (struct watch){0};
}

double watch_seconds(const struct watch *watch)
{
    return (double)(watch->now - watch->start) / 1e9;
}

int64_t watch_clock_step(const struct watch *watch)
{
    int64_t step = clock_ns(CLOCK_REALTIME) - watch->realtime -
                   (monotonic_now() - watch->start);
    return (step < 0 ? -step : step) < 1000 * (int64_t)MS ? 0 : step / MS;
}

const struct watch_row *watch_fullest(const struct watch *watch)
{
    const struct watch_row *fullest = NULL;
    int max = -1;
    for (size_t i = 0; i < watch->count; i++) {
        const struct occupancy_look *second = &watch->rows[i].occupancy.second;
        int percent = second->capacity > 0
                          ? occupancy_percent(second->queued, second->capacity)
                          : -1;
        if (percent > max) {
            max = percent;
            fullest = &watch->rows[i];
        }
    }
    return fullest;
}
