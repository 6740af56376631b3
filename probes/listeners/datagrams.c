/* datagrams.c - the datagram sockets among the listeners
   SPDX-License-Identifier: GPL-3.0-or-later

   Not every stack that has /proc/net/udp shows queues there.  So the queue of a
   known socket is read first.  */

#include <config.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/listeners/datagrams.h"

enum { KNOWN_SOCKET_MS = 1000 };

bool listener_is_datagram(const struct sonde_listener *listener)
{
    return listener->type == SOCK_DGRAM;
}

/* ---- without sock_diag -------------------------------------------------- */

/* The socket to find, and whether a datagram waits there by /proc.  */
struct known_socket {
    struct sonde_address address;
    bool is_pending;
};

/* A sonde_listener_each: if SOCKET is at the address of DATA, a struct
   known_socket, set IS_PENDING to whether a datagram waits there, and return 1,
   which ends the list; otherwise return 0.  */
static int datagrams_find_known(const struct sonde_listener *socket, void *data)
{
    struct known_socket *known = data;
    if (sonde_address_compare(&socket->address, &known->address))
        return 0;
    known->is_pending = socket->pending == 1;
    return 1;
}

/* Whether /proc shows a datagram that waits in a UDP socket of FAMILY, AF_INET
   or AF_INET6, sent by the socket to itself on the loopback interface.  False
   also after a failure.  */
static bool datagrams_shows_own(int family)
{
    struct known_socket known = {.is_pending = false};
    struct sonde_address loopback;
    sonde_address_loopback(&loopback, family, 0);
    int fd = sonde_socket(family, SOCK_DGRAM, SONDE_CLOEXEC | SONDE_NONBLOCK);
    if (fd < 0)
        return false;
    if (!bind(fd, (const struct sockaddr *)&loopback.storage,
              loopback.length) &&
        !sonde_address_local(fd, &known.address) &&
        sendto(fd, "x", 1, 0, (const struct sockaddr *)&known.address.storage,
               known.address.length) == 1)
        sonde_datagram_sockets_proc(0, family, KNOWN_SOCKET_MS,
                                    datagrams_find_known, &known);
    close(fd);
    return known.is_pending;
}

/* Whether SOCKET is a UDP socket of LISTENERS from /proc.  */
static bool is_from_proc(const struct listeners *listeners,
                         const struct sonde_listener *socket)
{
    int family = socket->address.storage.ss_family;
    unsigned bit = family == AF_INET    ? LISTENERS_UDP
                   : family == AF_INET6 ? LISTENERS_UDP6
                                        : 0;
    return listener_is_datagram(socket) && bit && !(listeners->direct & bit);
}

void datagrams_check_proc(struct listeners *listeners)
{
    const unsigned udp = LISTENERS_UDP | LISTENERS_UDP6;
    static int shows_own = -1;
    if (!listeners->datagrams_reduced)
        return;
    if (!(listeners->wanted & udp & ~listeners->direct)) {
        listeners->datagrams_counted = true; /* UNIX: "some" or unknown */
        return;
    }
    if (shows_own < 0)
        shows_own =
            datagrams_shows_own(AF_INET) || datagrams_shows_own(AF_INET6);
    listeners->datagrams_counted = shows_own;
    for (size_t i = 0; i < listeners->count && !listeners->datagrams_counted;
         i++) {
        struct sonde_listener *socket = &listeners->rows[i].listener;
        if (!is_from_proc(listeners, socket))
            continue;
        socket->queue.queued = socket->queue.drops = -1;
        socket->pending = -1;
    }
}

/* ---- counters ------------------------------------------------------------ */

void datagrams_read_host(struct listeners *listeners)
{
    const struct sonde_datagram_totals unknown = {-1, -1, -1, -1};
    listeners->limits = (struct sonde_datagram_limits){-1, -1, -1};
    listeners->datagrams[0] = listeners->datagrams[1] = unknown;
    if (!(listeners->wanted & LISTENERS_DATAGRAMS))
        return;
    /* After a failure nothing is filled in.  */
    if (!listeners->pid)
        sonde_datagram_limits(&listeners->limits);
    sonde_datagram_totals_proc(listeners->pid, AF_INET,
                               &listeners->datagrams[0]);
    sonde_datagram_totals_proc(listeners->pid, AF_INET6,
                               &listeners->datagrams[1]);
}

bool datagrams_is_dropping(const struct listener_row *row)
{
    return listener_is_datagram(&row->listener) &&
           row->listener.queue.drops > 0;
}

/* A + B; -1, unknown, if one is negative.  */
static int64_t datagrams_sum(int64_t a, int64_t b)
{
    return a < 0 || b < 0 ? -1 : a + b;
}

struct sonde_datagram_totals
datagrams_totals_of(const struct listeners *listeners,
                    const struct listener_row *row)
{
    const struct sonde_datagram_totals *ipv4 = &listeners->datagrams[0],
                                       *ipv6 = &listeners->datagrams[1];
    if (row->listener.address.storage.ss_family == AF_INET)
        return *ipv4;
    if (row->listener.v6only == 1)
        return *ipv6;
    return (struct sonde_datagram_totals){
        datagrams_sum(ipv4->errors, ipv6->errors),
        datagrams_sum(ipv4->full, ipv6->full),
        datagrams_sum(ipv4->memory, ipv6->memory),
        datagrams_sum(ipv4->checksum, ipv6->checksum)};
}

void datagrams_say_totals(struct sentence *text,
                          const struct sonde_datagram_totals *totals)
{
    int64_t rest = totals->errors;
    say(text, "%lld because a receive buffer was full (RcvbufErrors)",
        (long long)totals->full);
    rest -= totals->full;
    if (totals->memory >= 0) {
        say(text, ", %lld for want of UDP's memory (MemErrors)",
            (long long)totals->memory);
        rest -= totals->memory;
    }
    if (totals->checksum >= 0) {
        say(text, ", %lld with a wrong checksum (InCsumErrors)",
            (long long)totals->checksum);
        rest -= totals->checksum;
    }
    /* The counters are not read all at once.  */
    say(text, ", %lld for another reason (InErrors)",
        (long long)(rest < 0 ? 0 : rest));
}

/* ---- the note below a list without UDP ------------------------------------
 */

/* How many UDP sockets there are, and the one with most drops.  */
struct drops_count {
    size_t sockets, dropping;
    long drops;
    struct sonde_address address;
};

/* A sonde_listener_each: count SOCKET in DATA, a struct drops_count: in
   SOCKETS, with drops also in DROPPING; if SOCKET has the most drops so far,
   DROPS and ADDRESS are those of SOCKET.  Returns 0.  */
static int count_drops(const struct sonde_listener *socket, void *data)
{
    struct drops_count *count = data;
    count->sockets++;
    count->dropping += socket->queue.drops > 0;
    if (socket->queue.drops > count->drops) {
        count->drops = socket->queue.drops;
        count->address = socket->address;
    }
    return 0;
}

void datagrams_say_drops(struct sentence *text,
                         const struct listeners *listeners, int timeout)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct drops_count count = {.drops = 0};
    char address[SONDE_ADDRESS_TEXT];
    for (int i = 0; i < 2; i++)
        if (listeners->pid
                ? sonde_datagram_sockets_proc(listeners->pid, families[i],
                                              timeout, count_drops, &count)
                : sonde_datagram_sockets(families[i], timeout, count_drops,
                                         &count))
            return;
    if (count.dropping == 0)
        return;
    sonde_address_print(&count.address, address, sizeof address);
    say(text, "UDP: %zu of %zu sockets lost datagrams, %s the most: %ld; see ",
        count.dropping, count.sockets, address, count.drops);
    listeners_say_command(text, listeners, NULL);
    say(text, "--udp; \"");
    listeners_say_command(text, listeners, NULL);
    say(text, "%d\" explains", sonde_address_port(&count.address));
}
