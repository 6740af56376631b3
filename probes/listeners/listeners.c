/* listeners.c - the listeners of this host and their processes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/monotonic.h"
#include "base/names.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/groups.h"
#include "probes/listeners/occupancy.h"

const struct sonde_listen_totals listeners_no_totals = {-1, -1, -1, -1, -1,
                                                        -1, -1, -1, -1};

static const struct {
    int family;
    bool is_datagram;
    const char *words;
} families[LISTENERS_FAMILIES] = {
    {AF_INET, false, "TCP over IPv4 listeners"},
    {AF_INET6, false, "TCP over IPv6 listeners"},
    {AF_UNIX, false, "UNIX listeners"},
    {AF_INET, true, "UDP over IPv4 sockets"},
    {AF_INET6, true, "UDP over IPv6 sockets"},
    {AF_UNIX, true, "UNIX datagram sockets"},
};

const char *listeners_family(int index)
{
    return family_key(families[index].family);
}

const char *listeners_family_words(int index)
{
    return families[index].words;
}

/* The index of LISTENER's family; any other family has the last index.  */
static int family_index(const struct sonde_listener *listener)
{
    int index = 0;
    while (index < LISTENERS_FAMILIES - 1 &&
           (families[index].family != listener->address.storage.ss_family ||
            families[index].is_datagram != listener_is_datagram(listener)))
        index++;
    return index;
}

bool listener_is_unix(const struct sonde_listener *listener)
{
    return listener->address.storage.ss_family == AF_UNIX;
}

const char *listeners_kind(const struct listeners *listeners)
{
    return listeners->some ? " of this kind" : "";
}

/* ---- names -------------------------------------------------------------- */

/* Write to TEXT, of SIZE bytes, the address of LISTENER, TCP or UDP, with the
   interface to which LISTENER is confined: "0.0.0.0%eth0:80", like an IPv6
   address with scope.  The interface is written by number if the name is
   unknown.  */
static void listeners_print_inet(const struct sonde_listener *listener,
                                 char *text, size_t size)
{
    char name[IF_NAMESIZE + 1];
    struct sonde_address address = listener->address;
    int port = sonde_address_port(&address);
    if (listener->ifindex != 0 && address.storage.ss_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, &address.storage, sizeof in6);
        in6.sin6_scope_id = listener->ifindex;
        memcpy(&address.storage, &in6, sizeof in6);
    }
    if (listener->ifindex == 0 || address.storage.ss_family == AF_INET6) {
        sonde_address_print(&address, text, size);
        return;
    }
    if (!if_indextoname(listener->ifindex, name))
        snprintf(name, sizeof name, "%u", listener->ifindex);
    sonde_address_set_port(&address, 0);
    sonde_address_print(&address, text, size);
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%%%s:%d", name, port);
}

/* Write to TEXT, cut to SIZE bytes with the NUL, the path or name of a UNIX
   LISTENER, as sonde_address_print with two exceptions.  The first NUL of an
   abstract name is written as "@".  An "@" at the beginning of a path is
   written as "\100".  SONDE_ADDRESS_TEXT bytes are enough.  */
static void listeners_print_unix(const struct sonde_listener *listener,
                                 char *text, size_t size)
{
    char plain[SONDE_ADDRESS_TEXT];
    sonde_address_print(&listener->address, plain, sizeof plain);
    if (!strncmp(plain, "\\000", 4))
        snprintf(text, size, "@%s", plain + 4);
    else if (plain[0] == '@')
        snprintf(text, size, "\\100%s", plain + 1);
    else
        snprintf(text, size, "%s", plain);
}

/* Copy PLAIN to TEXT, cut to SIZE bytes with the NUL, SIZE at least 1, with
   blanks, backslashes and bytes that are not printable ASCII as "\ooo": the
   name of an interface may contain any byte but blanks, slashes and colons.  */
static void print_visibly(const char *plain, char *text, size_t size)
{
    size_t used = 0;
    for (*text = '\0'; *plain && used < size; plain++) {
        if (*plain > ' ' && *plain <= '~' && *plain != '\\') {
            text[used++] = *plain;
            text[used < size ? used : size - 1] = '\0';
            continue;
        }
        used += (size_t)snprintf(text + used, size - used, "\\%03o",
                                 (unsigned char)*plain);
    }
}

char *listeners_print_local(const struct sonde_listener *listener)
{
    char text[SONDE_ADDRESS_TEXT + IF_NAMESIZE + 8] = "";
    char visible[sizeof text];
    if (listener_is_unix(listener)) {
        listeners_print_unix(listener, text, sizeof text);
        return strdup(text);
    }
    listeners_print_inet(listener, text, sizeof text);
    print_visibly(text, visible, sizeof visible);
    return strdup(visible);
}

/* PEER, not NULL, in printable ASCII, to be freed by the caller; NULL with
   ENOMEM.  */
static char *print_peer(const struct sonde_address *peer)
{
    char text[SONDE_ADDRESS_TEXT] = "", visible[sizeof text];
    sonde_address_print(peer, text, sizeof text);
    print_visibly(text, visible, sizeof visible);
    return strdup(visible);
}

/* ---- reading ------------------------------------------------------------ */

/* Make room in LIST, with COUNT elements of SIZE bytes, for a further element:
   the room doubles whenever COUNT is a power of two.  LIST is NULL, or this
   function was called before each element was added.  Returns the list, perhaps
   moved; or NULL with ENOMEM, and LIST is unchanged.  */
static void *listeners_grow(void *list, size_t count, size_t size)
{
    bool is_full = (count & (count - 1)) == 0;
    return is_full ? realloc(list, (count ? 2 * count : 1) * size) : list;
}

/* How full the queue of LISTENER is, in percent of the capacity: 0 to 100, with
   a capacity of 0 always 100; -1 if unknown.  */
static int percent_of(const struct sonde_listener *listener)
{
    return occupancy_percent(listener->queue.queued, listener->capacity);
}

void listeners_free_row(struct listener_row *row)
{
    free(row->local);
    free(row->peer);
}

/* A sonde_listener_each: append a row for LISTENER to DATA, a struct listeners.
   Returns 0; or -1 without memory, which ends the list with ECANCELED.  */
static int listeners_add_row(const struct sonde_listener *listener, void *data)
{
    struct listeners *listeners = data;
    struct listener_row row = {.listener = *listener,
                               .local = listeners_print_local(listener),
                               .percent = percent_of(listener)};
    if (listener->peer)
        row.peer = print_peer(listener->peer);
    row.listener.peer = NULL;
    struct listener_row *rows =
        listeners_grow(listeners->rows, listeners->count, sizeof row);
    if (rows)
        listeners->rows = rows;
    if (!rows || !row.local || (listener->peer && !row.peer)) {
        listeners_free_row(&row);
        return -1;
    }
    listeners->rows[listeners->count++] = row;
    return 0;
}

/* A sonde_owner_each: append OWNER to DATA, a struct listeners.  Returns 0; or
   -1 without memory, which ends the list with ECANCELED.  */
static int add_owner(const struct sonde_owner *owner, void *data)
{
    struct listeners *listeners = data;
    struct sonde_owner *owners = listeners_grow(
        listeners->owners, listeners->owner_count, sizeof *owner);
    if (!owners)
        return -1;
    listeners->owners = owners;
    owners[listeners->owner_count++] = *owner;
    return 0;
}

/* Compare A and B as for qsort, in ascending order.  */
static int listeners_order(long a, long b)
{
    return (a > b) - (a < b);
}

/* Compare two rows, for qsort, by inode.  */
static int by_socket(const void *a, const void *b)
{
    const struct listener_row *x = a, *y = b;
    uint64_t left = x->listener.inode, right = y->listener.inode;
    return (left > right) - (left < right);
}

/* Compare two rows, for qsort: by family, network namespace, address, text,
   connected sockets last, then inode, usually the oldest first, then index.  */
static int by_address(const void *a, const void *b)
{
    const struct listener_row *x = a, *y = b;
    int result =
        listeners_order(family_index(&x->listener), family_index(&y->listener));
    if (!result)
        result = (x->part > y->part) - (x->part < y->part);
    if (!result)
        result =
            sonde_address_compare(&x->listener.address, &y->listener.address);
    if (!result)
        result = strcmp(x->local, y->local);
    if (!result)
        result = listeners_order(x->peer != NULL, y->peer != NULL);
    if (!result)
        result = by_socket(a, b);
    return result ? result : listeners_order(x->index, y->index);
}

/* Compare two rows, for qsort: by percent, the largest first; then datagram
   sockets, whose queues are in bytes, after listeners; then two datagram
   sockets by drops, the most first; then by the length of the queue, the
   largest first; then by address.  */
static int by_fullness(const void *a, const void *b)
{
    const struct listener_row *x = a, *y = b;
    int result = listeners_order(y->percent, x->percent);
    if (!result)
        result = listeners_order(listener_is_datagram(&x->listener),
                                 listener_is_datagram(&y->listener));
    if (!result && listener_is_datagram(&x->listener))
        result =
            listeners_order(y->listener.queue.drops, x->listener.queue.drops);
    if (!result)
        result =
            listeners_order(y->listener.queue.queued, x->listener.queue.queued);
    return result ? result : by_address(a, b);
}

/* Compare two owners, for qsort: by socket, then by process number.  */
static int by_process(const void *a, const void *b)
{
    const struct sonde_owner *x = a, *y = b;
    if (x->inode != y->inode)
        return x->inode > y->inode ? 1 : -1;
    return listeners_order(x->pid, y->pid);
}

/* Sort the rows of LISTENERS by COMPARE, as for qsort.  */
static void listeners_sort(struct listeners *listeners,
                           int (*compare)(const void *, const void *))
{
    if (listeners->count > 0)
        qsort(listeners->rows, listeners->count, sizeof *listeners->rows,
              compare);
}

void listeners_sort_by_address(struct listeners *listeners)
{
    listeners_sort(listeners, by_address);
}

/* Sort the rows by inode, and remove and free repetitions, since a list that
   the kernel reports in pieces may contain a socket twice.  Rows with inode 0,
   unknown, all stay.  */
static void drop_twins(struct listeners *listeners)
{
    size_t kept = 0;
    listeners_sort(listeners, by_socket);
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        if (kept > 0 && row->listener.inode != 0 &&
            !by_socket(row, &listeners->rows[kept - 1]))
            listeners_free_row(row);
        else
            listeners->rows[kept++] = *row;
    }
    listeners->count = kept;
}

/* Sort the rows by address, and number from 0 the rows with the same LOCAL
   (INDEX, which must be 0 before), in each network namespace, listeners apart
   from datagram sockets.  */
static void number_rows(struct listeners *listeners)
{
    listeners_sort_by_address(listeners);
    for (size_t i = 1; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        if (row->part == row[-1].part && !strcmp(row->local, row[-1].local) &&
            listener_is_datagram(&row->listener) ==
                listener_is_datagram(&row[-1].listener))
            row->index = row[-1].index + 1;
    }
}

/* Sort the owners, remove repetitions, and set OWNERS and OWNER_COUNT of each
   row.  The rows must be sorted by inode, and have an OWNER_COUNT of 0.  */
static void deal_owners(struct listeners *listeners)
{
    size_t kept = 0, next = 0;
    struct sonde_owner *owners = listeners->owners;
    if (listeners->owner_count > 0)
        qsort(owners, listeners->owner_count, sizeof *owners, by_process);
    for (size_t i = 0; i < listeners->owner_count; i++)
        if (kept == 0 || by_process(&owners[i], &owners[kept - 1]) != 0)
            owners[kept++] = owners[i];
    listeners->owner_count = kept;
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        while (next < kept && owners[next].inode < row->listener.inode)
            next++;
        row->owners = owners ? owners + next : NULL;
        while (next < kept && owners[next].inode == row->listener.inode)
            next++, row->owner_count++;
    }
}

int listeners_read_owners(struct listeners *listeners, int timeout)
{
    drop_twins(listeners);
    size_t size = listeners->count * sizeof(uint64_t);
    uint64_t *sockets = malloc(size ? size : 1);
    if (!sockets)
        return -1;
    for (size_t i = 0; i < listeners->count; i++)
        sockets[i] = listeners->rows[i].listener.inode;
    listeners->hidden =
        sonde_owners(sockets, listeners->count, timeout, add_owner, listeners);
    listeners->hidden_error = listeners->hidden < 0 ? errno : 0;
    listeners->complete = sonde_owners_complete();
    free(sockets);
    if (listeners->hidden_error == ECANCELED) {
        errno = ENOMEM;
        return -1;
    }
    deal_owners(listeners);
    return 0;
}

/* Set IS_LINUX, TOTALS, CAP and the figures of datagrams_read_host, of this
   process's network namespace, or with PID of the namespace of that process:
   then the cap, which is no file of a process, stays unknown.  Unreadable
   counters are -1; of an unreadable cap at most SETTING and SCOPE are known. */
static void listeners_read_host(struct listeners *listeners)
{
    struct utsname names;
    listeners->is_linux = uname(&names) >= 0 && !strcmp(names.sysname, "Linux");
    listeners->totals = listeners_no_totals;
    datagrams_read_host(listeners);
    sonde_listen_totals_proc(listeners->pid, &listeners->totals);
    /* If this fails, nothing is filled in, except for a hidden cap.  */
    if (!listeners->pid)
        sonde_backlog_cap(&listeners->cap);
}

/* The number of TCP listeners with drops; -1 unless both TCP families are
   WANTED, as bits, and were read.  */
static int count_dropping(const struct listeners *listeners, unsigned wanted)
{
    const unsigned tcp = LISTENERS_INET | LISTENERS_INET6;
    int count = 0;
    if ((wanted & tcp) != tcp || listeners->errors[0] || listeners->errors[1])
        return -1;
    for (size_t i = 0; i < listeners->count; i++)
        count += listeners->rows[i].listener.queue.drops > 0 &&
                 !listener_is_datagram(&listeners->rows[i].listener);
    return count;
}

/* Set the queue length of each listener from /proc, which shows false lengths,
   to -1, unknown.  Datagram sockets are unchanged, even from /proc.  */
static void forget_queues(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct sonde_listener *listener = &listeners->rows[i].listener;
        if (!listener_is_datagram(listener) &&
            !(listeners->direct & 1U << family_index(listener)))
            listener->queue.queued = -1;
    }
}

/* After the reading of all families: if a TCP family is from /proc, set
   HAS_QUEUES to whether /proc shows the length of accept queues; if /proc does
   not, set the lengths from /proc to -1 (forget_queues).  */
static void check_queues(struct listeners *listeners)
{
    const unsigned tcp = LISTENERS_INET | LISTENERS_INET6;
    if (!listeners->reduced || !(listeners->wanted & tcp & ~listeners->direct))
        return;
    listeners->has_queues = listeners_proc_has_queues();
    if (!listeners->has_queues)
        forget_queues(listeners);
}

/* Append the listeners of the family with the INDEX (of families), until
   DEADLINE.  With PID they are read from /proc; otherwise by sock_diag, which
   sets the bit of DIRECT, and from /proc if sock_diag is missing or forbidden.
   After /proc, REDUCED or, for datagram sockets, DATAGRAMS_REDUCED is the errno
   of sock_diag, with PID ENTER_ERROR.  Returns 0, or -1 with the errno of
   sock_diag, with PID of /proc; ECANCELED is a lack of memory.  Rows appended
   before a failure stay.  */
static int read_family(struct listeners *listeners, int index, int64_t deadline)
{
    int family = families[index].family, error = listeners->enter_error;
    bool is_datagram = families[index].is_datagram;
    if (!listeners->pid) {
        if (!(is_datagram ? sonde_datagram_sockets : sonde_listeners)(
                family, sonde_deadline_left(deadline), listeners_add_row,
                listeners)) {
            listeners->direct |= 1U << index;
            return 0;
        }
        error = errno;
    }
    if ((listeners->pid || error == ENOTSUP || error == EACCES ||
         error == EPERM) &&
        !(is_datagram ? sonde_datagram_sockets_proc : sonde_listeners_proc)(
            listeners->pid, family, sonde_deadline_left(deadline),
            listeners_add_row, listeners)) {
        *(is_datagram ? &listeners->datagrams_reduced : &listeners->reduced) =
            error;
        return 0;
    }
    if (errno != ECANCELED && !listeners->pid)
        errno = error;
    return -1;
}

/* Append the listeners of each family in WANTED, as bits, until DEADLINE.  Set
   ERRORS of a family that cannot be read, except of datagram sockets with
   ENOTSUP and DATAGRAMS_OPTIONAL.  Returns 0 if a family was read; or -1 with
   the first errno of ERRORS.  A lack of memory ends the reading: -1 with
   ENOMEM.  */
static int read_families(struct listeners *listeners, unsigned wanted,
                         int64_t deadline)
{
    int told = 0, first_error = 0;
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        if (!(wanted & 1U << i))
            continue;
        if (!read_family(listeners, i, deadline)) {
            told++;
            continue;
        }
        if (errno == ENOTSUP && families[i].is_datagram &&
            listeners->datagrams_optional)
            continue;
        listeners->errors[i] = errno;
        if (first_error == 0)
            first_error = errno;
        if (errno == ECANCELED) {
            errno = ENOMEM;
            return -1;
        }
    }
    errno = first_error;
    return told > 0 ? 0 : -1;
}

int listeners_read_rows(struct listeners *listeners, unsigned wanted,
                        int timeout)
{
    listeners->some = (wanted & LISTENERS_ALL) != LISTENERS_ALL;
    listeners->wanted = wanted;
    if (read_families(listeners, wanted, sonde_deadline(timeout)))
        return -1;
    check_queues(listeners);
    datagrams_check_proc(listeners);
    drop_twins(listeners);
    return 0;
}

void listeners_read_figures(struct listeners *listeners)
{
    /* After the drops, so that the totals include their overflows.  */
    listeners_read_host(listeners);
    listeners->dropping = count_dropping(listeners, listeners->wanted);
}

int listeners_order_rows(struct listeners *listeners)
{
    number_rows(listeners);
    if (groups_find(listeners))
        return -1;
    listeners_sort(listeners, by_fullness);
    return 0;
}

int listeners_read(struct listeners *listeners, unsigned wanted, int timeout,
                   int owners_timeout)
{
    if (listeners_read_rows(listeners, wanted, timeout) ||
        listeners_read_owners(listeners, owners_timeout))
        return -1;
    listeners_read_figures(listeners);
    return listeners_order_rows(listeners);
}

const char *listeners_why_hidden(const struct listeners *listeners)
{
    int error = listeners->hidden_error;
    return listeners->is_linux && error == ENOTSUP ? "/proc is not mounted"
           : error == EAGAIN                       ? "timed out"
                                                   : errno_name(error);
}

void listeners_say_unseen(struct sentence *text,
                          const struct listeners *listeners)
{
    int hidden = listeners->hidden, complete = listeners->complete;
    if (hidden > 0)
        say(text,
            "among %d process%s that only root may look at (with "
            "CAP_SYS_PTRACE)",
            hidden, hidden == 1 ? "" : "es");
    else
        say(text, "the kernel, or a process of another PID namespace");
    if (complete == 0)
        say(text, ", or a process that /proc hides (hidepid)");
    else if (complete < 0)
        say(text, ", or a process that this system does not show");
}

bool listeners_all_read(const struct listeners *listeners, struct sentence *why)
{
    bool all = true;
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        int error = listeners->errors[i];
        if (error == 0 ||
            (error == ENOTSUP && !listeners->is_linux && !listeners->some))
            continue;
        say(why, "%s%s could not be read (%s)", all ? "" : "; ",
            families[i].words, errno_name(error));
        all = false;
    }
    return all;
}

void listeners_free(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        listeners_free_row(&listeners->rows[i]);
    /* Parts that are grouped have copies of the rows.  */
    for (size_t i = 0; i < listeners->part_count && !listeners->grouped; i++)
        listeners_free(&listeners->parts[i]);
    free(listeners->grouped);
    free(listeners->parts);
    free(listeners->rows);
    free(listeners->owners);
    free(listeners->groups);
    free(listeners->members);
    *listeners = (struct listeners){0};
}
