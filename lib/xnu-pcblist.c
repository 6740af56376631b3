/* xnu-pcblist.c - read macOS's list of TCP sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   The list is a header and then records, each of which begins with its length
   and its kind, two 32-bit numbers, and is padded to a multiple of 8.  For each
   socket there are several records, the one of the addresses (inpcb) first,
   then that of the socket, and last that of TCP.  The headers that declare them
   are private to the kernel, so what is used is given here by its place, as in
   bsd/netinet/in_pcb.h, bsd/sys/socketvar.h and bsd/netinet/tcp_var.h of XNU,
   which are packed to 4 bytes and only ever grew at the end.  Numbers are in
   the order of the host, ports and addresses in that of the network.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "xnu-pcblist.h"

enum {
    kind_socket = 0x001,
    kind_inpcb = 0x010,
    kind_tcpcb = 0x020,

    inpcb_local_port = 18,
    inpcb_version = 44, /* bit 0: IPv4, bit 1: IPv6 */
    inpcb_local_address = 64,
    inpcb_size = 80,

    socket_queued = 44,
    socket_incomplete = 46,
    socket_limit = 48,
    socket_size = 50,

    tcpcb_state = 36,
    tcpcb_size = 40,
    state_listen = 1
};

static long number(const unsigned char *at, size_t size)
{
    return (long)sonde_load(at, size, SONDE_BYTEORDER);
}

/* Whether RECORD, an inpcb of LENGTH bytes, is bound to LOCAL.  */
static int is_bound(const unsigned char *record, size_t length,
                    const struct sonde_address *local)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (length < inpcb_size ||
        sonde_load(record + inpcb_local_port, 2, SONDE_BIG_ENDIAN) !=
            (uint64_t)sonde_address_port(local))
        return 0;
    const unsigned char *address = record + inpcb_local_address;
    if (local->storage.ss_family == AF_INET) {
        /* In the last 4 of 16 bytes.  */
        memcpy(&in, &local->storage, sizeof in);
        return record[inpcb_version] & 1 &&
               !memcmp(address + 12, &in.sin_addr, 4);
    }
    memcpy(&in6, &local->storage, sizeof in6);
    return record[inpcb_version] & 2 && !memcmp(address, &in6.sin6_addr, 16);
}

/* The records of one socket, as far as they have been read.  */
struct candidate {
    int bound, known;
    struct sonde_queue queue;
};

/* Read RECORD.  Returns 1 if with it the candidate is the one looked for.  */
static int read_record(struct candidate *candidate, const unsigned char *record,
                       size_t length, const struct sonde_address *local)
{
    switch (number(record + 4, 4)) {
    case kind_inpcb:
        *candidate = (struct candidate){0};
        candidate->bound = is_bound(record, length, local);
        break;
    case kind_socket:
        if (length < socket_size)
            break;
        candidate->known = 1;
        candidate->queue.queued = number(record + socket_queued, 2);
        candidate->queue.incomplete = number(record + socket_incomplete, 2);
        candidate->queue.limit = number(record + socket_limit, 2);
        candidate->queue.drops = -1;
        break;
    case kind_tcpcb:
        return candidate->bound && candidate->known && length >= tcpcb_size &&
               number(record + tcpcb_state, 4) == state_listen;
    default:
        break;
    }
    return 0;
}

int sonde__xnu_queue(const void *list, size_t size,
                     const struct sonde_address *local,
                     struct sonde_queue *queue)
{
    const unsigned char *bytes = list;
    struct candidate candidate = {0};
    struct sonde_queue found = {0};
    int matches = 0;
    size_t at = 0, length;
    for (int first = 1; size - at >= 8; first = 0) {
        length = (size_t)number(bytes + at, 4);
        if (length < 8 || length > size - at)
            break;
        if (!first && read_record(&candidate, bytes + at, length, local)) {
            found = candidate.queue;
            matches++;
        }
        size_t padded = (length + 7) / 8 * 8;
        if (padded > size - at)
            break;
        at += padded;
    }
    if (matches != 1) {
        errno = ENOTSUP;
        return -1;
    }
    *queue = found;
    return 0;
}
