/* xnu-pcblist.c - read macOS's list of TCP sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   The list is a header and then records.  A record begins with its length and
   its kind, two 32-bit numbers, and is padded to a multiple of 8.  Each socket
   has several records: first the addresses (inpcb), then the socket, and last
   TCP.  The structs are private to the kernel, so fields are given by their
   offset, as in bsd/netinet/in_pcb.h, bsd/sys/socketvar.h and
   bsd/netinet/tcp_var.h of XNU, packed to 4 bytes.  From xnu-2050 (OS X 10.8)
   to macOS 15.4 the records only grew at the end.  The socket's record of
   xnu-1699 (OS X 10.7) has 64 bytes and other offsets, and is not read.
   Numbers are in host byte order, ports and addresses in network byte
   order.  */

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

    socket_all = 44, /* including incomplete ones */
    socket_incomplete = 46,
    socket_limit = 48,
    socket_size = 68, /* of 10.8; a shorter record has another layout */

    tcpcb_state = 36,
    tcpcb_size = 40,
    state_listen = 1
};

/* The number of SIZE bytes at AT, unsigned, in host byte order.  */
static long xnu_pcblist_number(const unsigned char *at, size_t size)
{
    return (long)sonde_load(at, size, SONDE_BYTEORDER);
}

/* Set *ADDRESS to the local address of RECORD, an inpcb of at least inpcb_size
   bytes.  An IPv4 address is the last 4 of 16 bytes.  */
static void xnu_pcblist_read_address(struct sonde_address *address,
                                     const unsigned char *record)
{
    int is_inet6 = record[inpcb_version] & 2;
    sonde__address_set_kame(
        address, is_inet6 ? AF_INET6 : AF_INET,
        record + inpcb_local_address + (is_inet6 ? 0 : 12),
        (uint16_t)sonde_load(record + inpcb_local_port, 2, SONDE_BIG_ENDIAN));
}

/* The records of one socket read so far: BOUND, the addresses; KNOWN, the
   socket with its queue.  */
struct candidate {
    int bound, known;
    struct sonde_listener listener;
};

/* Read into *QUEUE the queue from RECORD, a socket of at least socket_size
   bytes.  Drops are not known: -1.  The kernel keeps the backlog in a short: a
   backlog of 32768 to 65535 has become negative.  A negative backlog is read as
   0, since the kernel queues no connection for either.  */
static void read_queue(struct sonde_queue *queue, const unsigned char *record)
{
    long all = xnu_pcblist_number(record + socket_all, 2);
    long incomplete = xnu_pcblist_number(record + socket_incomplete, 2);
    long limit = xnu_pcblist_number(record + socket_limit, 2);
    queue->queued = all > incomplete ? all - incomplete : 0;
    queue->backlog = limit > INT16_MAX ? 0 : limit;
    queue->incomplete = incomplete;
    queue->drops = -1;
}

/* Read RECORD, of LENGTH bytes, at least 8, into CANDIDATE.  An inpcb begins
   CANDIDATE anew; after an inpcb that is too short the whole socket is left
   out.  Other records that are short or of another kind are ignored.  The
   backlog is also the capacity of the listener.  Returns whether the record is
   the last of a socket, and CANDIDATE is complete and a listener.  */
static int read_record(struct candidate *candidate, const unsigned char *record,
                       size_t length)
{
    struct sonde_listener *listener = &candidate->listener;
    switch (xnu_pcblist_number(record + 4, 4)) {
    case kind_inpcb:
        *candidate = (struct candidate){.bound = 0};
        if (length < inpcb_size)
            break;
        candidate->bound = 1;
        xnu_pcblist_read_address(&listener->address, record);
        break;
    case kind_socket:
        if (length < socket_size)
            break;
        candidate->known = 1;
        listener->type = SOCK_STREAM;
        read_queue(&listener->queue, record);
        listener->capacity = listener->queue.backlog;
        listener->uid = -1;
        listener->v6only = -1;
        break;
    case kind_tcpcb:
        return candidate->bound && candidate->known && length >= tcpcb_size &&
               xnu_pcblist_number(record + tcpcb_state, 4) == state_listen;
    default:
        break;
    }
    return 0;
}

int sonde__xnu_each(const void *list, size_t size, sonde_listener_each *each,
                    void *data)
{
    const unsigned char *bytes = list;
    struct candidate candidate;
    size_t length;
    memset(&candidate, 0, sizeof candidate);
    for (size_t at = 0; at < size && size - at >= 8;
         at += (length + 7) / 8 * 8) {
        length = (size_t)xnu_pcblist_number(bytes + at, 4);
        if (length < 8 || length > size - at)
            return sonde__fail(EPROTO);
        if (at > 0 && read_record(&candidate, bytes + at, length) &&
            each(&candidate.listener, data))
            return sonde__fail(ECANCELED);
    }
    return 0;
}

/* The queue of the last listener bound to LOCAL, and the number of matches.  */
struct pcblist_wanted {
    const struct sonde_address *local;
    struct sonde_queue queue;
    int matches;
};

/* DATA is a struct pcblist_wanted.  If LISTENER has the local address wanted,
   copy the queue of LISTENER to DATA and count a match there.  Returns 0: the
   list goes on.  */
static int xnu_pcblist_match(const struct sonde_listener *listener, void *data)
{
    struct pcblist_wanted *wanted = data;
    if (!sonde_address_compare(&listener->address, wanted->local)) {
        wanted->queue = listener->queue;
        wanted->matches++;
    }
    return 0;
}

int sonde__xnu_queue(const void *list, size_t size,
                     const struct sonde_address *local,
                     struct sonde_queue *queue)
{
    struct pcblist_wanted wanted = {.local = local};
    if (sonde__xnu_each(list, size, xnu_pcblist_match, &wanted) ||
        wanted.matches != 1)
        return sonde__fail(ENOTSUP);
    *queue = wanted.queue;
    return 0;
}
