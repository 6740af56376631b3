/* sock-diag.c - the messages of Linux's sock_diag about listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   A datagram of netlink consists of messages.  A message begins with its
   length, kind, flags, number and port, and is padded to a multiple of 4.  A
   message about a socket is a structure of fixed length and then attributes,
   which begin with their length and kind, and are padded likewise.  Numbers are
   in host byte order, ports and addresses in network byte order.

   Fields are given by their offset, not by the structs of linux/netlink.h,
   linux/inet_diag.h and linux/unix_diag.h: musl and other systems, where the
   parser is tested, too, lack these headers, and every field would need a
   memcpy, since messages come unaligned from a fuzzer.  The layout only grows
   at the end; where the headers exist, the unit test compares every offset.  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "sock-diag.h"

enum {
    message_size = 16,
    message_kind = 4,
    message_flags = 6,
    message_sequence = 8,
    kind_error = 2,
    kind_done = 3,
    kind_sock_diag = 20,
    flags_dump = 0x301,  /* a request, for the whole list */
    flags_exact = 0x001, /* a request, for one socket */

    /* Linux's numbers, independent of the host of a test.  */
    linux_unix = 1,
    linux_inet = 2,
    linux_inet6 = 10,
    type_datagram = 2,
    type_seqpacket = 5,
    state_established = 1,
    state_handshake = 3, /* SYN_RECV */
    state_close = 7,
    state_close_wait = 8,
    state_listen = 10,

    attribute_size = 4,
    attribute_kind_bits = 0x3fff, /* the bits above are flags */

    inet_request_size = 56,
    inet_size = 72,
    inet_state = 1,
    inet_retransmits = 3,
    inet_port = 4,
    inet_address = 8,
    inet_interface = 40,
    inet_cookie = 44,
    inet_request_id = 8, /* as from inet_port on in an answer */
    inet_queued = 56,
    inet_limit = 60,
    inet_user = 64,
    inet_socket = 68,
    inet_peer_port = 6,
    inet_peer_address = 24,
    inet_info = 2,
    inet_memory = 7,
    inet_v6only = 11,
    memory_queued = 0,
    memory_limit = 4,
    memory_drops = 32,
    info_last_ack = 56,

    unix_request_size = 24,
    unix_size = 16,
    unix_type = 1,
    unix_state = 2,
    unix_socket = 4,
    unix_cookie = 8,
    unix_request_socket = 8,
    unix_request_cookie = 16,
    unix_name = 0,
    unix_file = 1,
    unix_queue = 4,
    unix_user = 7,
    unix_show = 0x01 | 0x02 | 0x10 | 0x40 /* the name, file, queue and user */
};

/* Store VALUE, without excess higher bytes, in SIZE bytes, 8 at most, at AT, in
   host byte order.  */
static void sock_diag_put(unsigned char *at, size_t size, uint64_t value)
{
    sonde_store(at, size, SONDE_BYTEORDER, value);
}

/* The number of SIZE bytes, 4 at most, at AT, in host byte order.  */
static uint32_t sock_diag_number(const unsigned char *at, size_t size)
{
    return (uint32_t)sonde_load(at, size, SONDE_BYTEORDER);
}

/* The unsigned 32-bit number at AT, in host byte order; LONG_MAX at most, where
   long has 32 bits.  */
static long sock_diag_figure(const unsigned char *at)
{
    int64_t value = sock_diag_number(at, 4);
    return value > LONG_MAX ? LONG_MAX : (long)value;
}

/* LENGTH rounded up to a multiple of 4.  */
static size_t sock_diag_padded(size_t length)
{
    return (length + 3) / 4 * 4;
}

size_t sonde__diag_request(unsigned char *request, int family, int waiting,
                           uint32_t sequence)
{
    unsigned char *body = request + message_size;
    size_t length = message_size;
    uint32_t states = waiting ? 1U << state_established | 1U << state_close_wait
                              : 1U << state_listen;
    memset(request, 0, sonde__diag_request_size);
    if (family == AF_UNIX) {
        body[0] = linux_unix;
        sock_diag_put(body + 4, 4, states);
        sock_diag_put(body + 12, 4, unix_show);
        length += unix_request_size;
    } else {
        body[0] = family == AF_INET ? linux_inet : linux_inet6;
        body[1] = IPPROTO_TCP;
        body[2] = waiting ? 1U << (inet_info - 1) : 1U << (inet_memory - 1);
        sock_diag_put(body + 4, 4, states);
        length += inet_request_size;
    }
    sock_diag_put(request, 4, length);
    sock_diag_put(request + message_kind, 2, kind_sock_diag);
    sock_diag_put(request + message_flags, 2, flags_dump);
    sock_diag_put(request + message_sequence, 4, sequence);
    return length;
}

size_t sonde__diag_request_datagrams(unsigned char *request, int family,
                                     uint32_t sequence)
{
    size_t length = sonde__diag_request(request, family, 0, sequence);
    unsigned char *body = request + message_size;
    if (family != AF_UNIX)
        body[1] = IPPROTO_UDP;
    sock_diag_put(body + 4, 4, 1U << state_established | 1U << state_close);
    return length;
}

size_t sonde__diag_request_handshakes(unsigned char *request, int family,
                                      uint32_t sequence)
{
    size_t length = sonde__diag_request(request, family, 0, sequence);
    unsigned char *body = request + message_size;
    body[2] = 0; /* no attributes */
    sock_diag_put(body + 4, 4, 1U << state_handshake);
    return length;
}

/* Write COOKIE to AT, 8 bytes: two halves of 32 bits, the low half first.  A
   COOKIE of 0 is written as all ones: any socket.  */
static void sock_diag_put_cookie(unsigned char *at, uint64_t cookie)
{
    if (cookie == 0)
        cookie = UINT64_MAX;
    sock_diag_put(at, 4, cookie & UINT32_MAX);
    sock_diag_put(at + 4, 4, cookie >> 32);
}

/* The cookie at AT, two halves of 32 bits, the low half first.  */
static uint64_t sock_diag_cookie(const unsigned char *at)
{
    return sock_diag_number(at, 4) | (uint64_t)sock_diag_number(at + 4, 4)
                                         << 32;
}

/* Write the identity of LISTENER, a TCP or UDP socket, to ID, of 48 bytes, all
   zero before: address, port, interface and cookie.  CLIENT, in host order, is
   the port of an imagined client.  For TCP the source is LISTENER and the
   destination the client; for UDP the kernel takes both the other way round.
   The address of the client is zero; but ::ffff:0.0.0.0 if LISTENER has an IPv4
   address mapped into IPv6.  */
static void sock_diag_put_id(unsigned char *id,
                             const struct sonde_listener *listener,
                             uint16_t client)
{
    size_t size;
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    const struct sonde_address *address = &listener->address;
    const void *host = sonde__address_host(address, &size);
    int is_udp = listener->type == SOCK_DGRAM;
    size_t local = is_udp ? 20 : 4, remote = is_udp ? 4 : 20;
    sonde_store(id + (is_udp ? 2 : 0), 2, SONDE_BIG_ENDIAN,
                (uint64_t)sonde_address_port(address));
    sonde_store(id + (is_udp ? 0 : 2), 2, SONDE_BIG_ENDIAN, client);
    memcpy(id + local, host, size);
    if (size == 16 && !memcmp(host, mapped, sizeof mapped))
        memcpy(id + remote, mapped, sizeof mapped);
    sock_diag_put(id + inet_interface - inet_port, 4, listener->ifindex);
    sock_diag_put_cookie(id + inet_cookie - inet_port, listener->cookie);
}

size_t sonde__diag_request_exact(unsigned char *request,
                                 const struct sonde_listener *listener,
                                 uint16_t client, uint32_t sequence)
{
    int family = listener->address.storage.ss_family;
    int is_datagram = listener->type == SOCK_DGRAM;
    size_t length =
        is_datagram ? sonde__diag_request_datagrams(request, family, sequence)
                    : sonde__diag_request(request, family, 0, sequence);
    unsigned char *body = request + message_size;
    sock_diag_put(request + message_flags, 2, flags_exact);
    if (family == AF_UNIX) {
        sock_diag_put(body + 4, 4, UINT32_MAX);
        sock_diag_put(body + unix_request_socket, 4, listener->inode);
        sock_diag_put_cookie(body + unix_request_cookie, listener->cookie);
    } else {
        sock_diag_put_id(body + inet_request_id, listener, client);
    }
    return length;
}

/* The value of the first attribute KIND, without its header, in the message
   BODY of SIZE bytes, with attributes from the offset START on; the length of
   the value in *LENGTH.  NULL: no such attribute, or none before a malformed
   one; *LENGTH is unchanged.  */
static const unsigned char *sock_diag_attribute(const unsigned char *body,
                                                size_t size, size_t start,
                                                unsigned kind, size_t *length)
{
    size_t whole;
    for (size_t at = start; at <= size && size - at >= attribute_size;
         at += sock_diag_padded(whole)) {
        whole = sock_diag_number(body + at, 2);
        if (whole < attribute_size || whole > size - at)
            return NULL;
        if ((sock_diag_number(body + at + 2, 2) & attribute_kind_bits) ==
            kind) {
            *length = whole - attribute_size;
            return body + at + attribute_size;
        }
    }
    return NULL;
}

/* The unsigned 32-bit number at OFFSET of the value of the attribute KIND,
   LONG_MAX at most; BODY, SIZE and START as for sock_diag_attribute.  -1 if the
   attribute is not found or too short.  */
static long attribute_number(const unsigned char *body, size_t size,
                             size_t start, unsigned kind, size_t offset)
{
    size_t length;
    const unsigned char *found =
        sock_diag_attribute(body, size, start, kind, &length);
    return found && length >= offset + 4 ? sock_diag_figure(found + offset)
                                         : -1;
}

/* Set the queue of LISTENER to the length QUEUED and the backlog LIMIT, each -1
   if not known, and incomplete and drops to -1.  Set the capacity to LIMIT + 1,
   since the kernel queues one connection more than the limit; -1 if LIMIT is
   not known.  */
static void set_queue(struct sonde_listener *listener, long queued, long limit)
{
    listener->queue =
        (struct sonde_queue){queued, limit, .incomplete = -1, .drops = -1};
    listener->capacity = limit < 0 || limit == LONG_MAX ? limit : limit + 1;
}

/* Set *ADDRESS from BODY, of at least inet_size bytes, about a TCP or UDP
   socket: the host at the offset ADDRESS_AT, the port at PORT_AT.  Only
   link-local addresses have a scope: the interface to which the socket is
   confined.  */
static void set_inet_address(struct sonde_address *address,
                             const unsigned char *body, size_t address_at,
                             size_t port_at)
{
    const unsigned char *host = body + address_at;
    sonde__address_set(
        address, body[0] == linux_inet ? AF_INET : AF_INET6, host,
        (uint16_t)sonde_load(body + port_at, 2, SONDE_BIG_ENDIAN));
    if (body[0] != linux_inet && host[0] == 0xfe && (host[1] & 0xc0) == 0x80)
        sonde__address_set_scope(address,
                                 sock_diag_number(body + inet_interface, 4));
}

/* Set the interface, user, inode, cookie, address and v6only (-1: not reported)
   of LISTENER from BODY, of SIZE bytes, at least inet_size, about a TCP or UDP
   socket.  */
static void set_inet(struct sonde_listener *listener, const unsigned char *body,
                     size_t size)
{
    size_t length;
    listener->ifindex = sock_diag_number(body + inet_interface, 4);
    listener->uid = sock_diag_figure(body + inet_user);
    listener->inode = sock_diag_number(body + inet_socket, 4);
    listener->cookie = sock_diag_cookie(body + inet_cookie);
    set_inet_address(&listener->address, body, inet_address, inet_port);
    const unsigned char *only =
        sock_diag_attribute(body, size, inet_size, inet_v6only, &length);
    listener->v6only = only && length > 0 ? *only != 0 : -1;
}

/* Read BODY, of SIZE bytes, about a TCP socket, into LISTENER, all zero before.
   Drops are -1 (not known) without their attribute.  Returns 1; 0: not a
   listener; -1: too short.  errno is not set.  */
static int read_inet(struct sonde_listener *listener, const unsigned char *body,
                     size_t size)
{
    if (size < inet_size)
        return -1;
    if (body[inet_state] != state_listen)
        return 0;
    listener->type = SOCK_STREAM;
    set_inet(listener, body, size);
    set_queue(listener, sock_diag_figure(body + inet_queued),
              sock_diag_figure(body + inet_limit));
    listener->queue.drops =
        attribute_number(body, size, inet_size, inet_memory, memory_drops);
    return 1;
}

/* Read BODY, of SIZE bytes, about a UDP socket, into LISTENER, all zero before.
   If the socket is connected, write its peer to *PEER, and let LISTENER->peer
   point to PEER.  The length of the queue is the memory charged, which the
   kernel compares with the limit; idiag_rqueue is less while a program that
   reads has memory to give back.  Without the attribute of the memory the
   length is idiag_rqueue, and the limit (backlog and capacity) and the drops
   are -1.  pending is whether the length is above 0.  Returns 1; 0: another
   state; -1: too short.  errno is not set.  */
static int read_udp(struct sonde_listener *listener, struct sonde_address *peer,
                    const unsigned char *body, size_t size)
{
    if (size < inet_size)
        return -1;
    int state = body[inet_state];
    if (state != state_established && state != state_close)
        return 0;
    long queued =
        attribute_number(body, size, inet_size, inet_memory, memory_queued);
    if (queued < 0)
        queued = sock_diag_figure(body + inet_queued);
    listener->type = SOCK_DGRAM;
    listener->pending = queued > 0;
    set_inet(listener, body, size);
    listener->capacity =
        attribute_number(body, size, inet_size, inet_memory, memory_limit);
    listener->queue = (struct sonde_queue){
        queued, listener->capacity, -1,
        attribute_number(body, size, inet_size, inet_memory, memory_drops)};
    if (state == state_established) {
        set_inet_address(peer, body, inet_peer_address, inet_peer_port);
        listener->peer = peer;
    }
    return 1;
}

/* Read BODY, of SIZE bytes, about a TCP socket, into WAITING, all zero before.
   A FIN counts as a byte in the kernel's queue, but not as received.  The
   silence is -1 if not reported.  Returns 1; 0: the connection does not wait
   for accept: another state, or it has an inode; -1: too short.  errno is not
   set.  */
static int read_waiting(struct sonde_waiting *waiting,
                        const unsigned char *body, size_t size)
{
    if (size < inet_size)
        return -1;
    int state = body[inet_state];
    if ((state != state_established && state != state_close_wait) ||
        sock_diag_number(body + inet_socket, 4) != 0)
        return 0;
    waiting->ended = state == state_close_wait;
    set_inet_address(&waiting->local, body, inet_address, inet_port);
    set_inet_address(&waiting->peer, body, inet_peer_address, inet_peer_port);
    waiting->received = sock_diag_number(body + inet_queued, 4);
    if (waiting->ended && waiting->received > 0)
        waiting->received--;
    waiting->silence =
        attribute_number(body, size, inet_size, inet_info, info_last_ack);
    return 1;
}

/* Read BODY, of SIZE bytes, about a TCP socket, into HANDSHAKE.  Returns 1; 0:
   no handshake; -1: too short.  errno is not set.  */
static int read_handshake(struct sonde_handshake *handshake,
                          const unsigned char *body, size_t size)
{
    if (size < inet_size)
        return -1;
    if (body[inet_state] != state_handshake)
        return 0;
    set_inet_address(&handshake->local, body, inet_address, inet_port);
    set_inet_address(&handshake->peer, body, inet_peer_address, inet_peer_port);
    handshake->ifindex = sock_diag_number(body + inet_interface, 4);
    handshake->retransmits = body[inet_retransmits];
    return 1;
}

/* Set the address of LISTENER from NAME, as given to bind: a path with or
   without its NUL, an abstract name after a NUL, or none (LENGTH 0).  Returns
   1, or -1 if NAME, a NUL at its end not counted, is longer than sun_path; then
   errno is not set and the address unchanged.  */
static int set_unix_address(struct sonde_listener *listener,
                            const unsigned char *name, size_t length)
{
    const size_t room =
        sizeof(struct sockaddr_un) - offsetof(struct sockaddr_un, sun_path);
    if (length == room + 1 && name[length - 1] == '\0')
        length--;
    return sonde__address_set_name(&listener->address, name, length);
}

/* Set the file of LISTENER, a UNIX socket, if BODY, of SIZE bytes, has one;
   otherwise the file is unchanged.  The kernel writes a device as 12 bits of
   major and 20 bits of minor number; C libraries put the low 8 bits of the
   minor below the major number.  */
static void set_file(struct sonde_listener *listener, const unsigned char *body,
                     size_t size)
{
    size_t length;
    const unsigned char *file =
        sock_diag_attribute(body, size, unix_size, unix_file, &length);
    if (!file || length < 8)
        return;
    uint64_t device = sock_diag_number(file + 4, 4);
    uint64_t major = device >> 20, minor = device & 0xfffff;
    listener->file_inode = sock_diag_number(file, 4);
    listener->file_device =
        (minor & 0xff) | major << 8 | (minor & ~UINT64_C(0xff)) << 12;
}

/* Read BODY, of SIZE bytes, about a UNIX socket, into LISTENER, all zero
   before.  Drops and v6only are -1, the user and the queue -1 without their
   attributes.  Returns 1; 0: not a listener; -1: too short, or the name is too
   long.  errno is not set.  */
static int sock_diag_read_unix(struct sonde_listener *listener,
                               const unsigned char *body, size_t size)
{
    size_t length = 0;
    if (size < unix_size)
        return -1;
    if (body[unix_state] != state_listen)
        return 0;
    listener->type =
        body[unix_type] == type_seqpacket ? SOCK_SEQPACKET : SOCK_STREAM;
    listener->inode = sock_diag_number(body + unix_socket, 4);
    listener->cookie = sock_diag_cookie(body + unix_cookie);
    listener->uid = attribute_number(body, size, unix_size, unix_user, 0);
    listener->v6only = -1;
    set_queue(listener, attribute_number(body, size, unix_size, unix_queue, 0),
              attribute_number(body, size, unix_size, unix_queue, 4));
    set_file(listener, body, size);
    const unsigned char *name =
        sock_diag_attribute(body, size, unix_size, unix_name, &length);
    return set_unix_address(listener, name, name ? length : 0);
}

/* Read BODY, of SIZE bytes, about a UNIX socket, into LISTENER, all zero
   before.  Of the datagrams the kernel reports the length of the first alone, 0
   if there is none: pending is whether this length is above 0, -1 without the
   attribute; capacity, queue and v6only are -1.  Returns 1; 0: not a datagram
   socket with a name; -1: too short, or the name is too long.  errno is not
   set.  */
static int read_unix_datagram(struct sonde_listener *listener,
                              const unsigned char *body, size_t size)
{
    size_t length = 0;
    if (size < unix_size)
        return -1;
    const unsigned char *name =
        sock_diag_attribute(body, size, unix_size, unix_name, &length);
    if (body[unix_type] != type_datagram || !name || length == 0)
        return 0;
    long first = attribute_number(body, size, unix_size, unix_queue, 0);
    listener->type = SOCK_DGRAM;
    listener->inode = sock_diag_number(body + unix_socket, 4);
    listener->cookie = sock_diag_cookie(body + unix_cookie);
    listener->uid = attribute_number(body, size, unix_size, unix_user, 0);
    listener->v6only = -1;
    listener->pending = first < 0 ? -1 : first > 0;
    listener->capacity = -1;
    listener->queue = (struct sonde_queue){-1, -1, -1, -1};
    set_file(listener, body, size);
    return set_unix_address(listener, name, length);
}

/* Read BODY, of SIZE bytes, about a UDP or UNIX datagram socket, into LISTENER,
   all zero before, with the peer of a connected UDP socket in *PEER.  Returns
   1; 0: a socket not to be listed (UDP in another state; UNIX without a name or
   of another type); -1, without errno: too short, too long a name, or another
   family.  */
static int read_datagram(struct sonde_listener *listener,
                         struct sonde_address *peer, const unsigned char *body,
                         size_t size)
{
    if (size > 0 && body[0] == linux_unix)
        return read_unix_datagram(listener, body, size);
    return size > 0 && (body[0] == linux_inet || body[0] == linux_inet6)
               ? read_udp(listener, peer, body, size)
               : -1;
}

/* Read BODY, of SIZE bytes, about one TCP socket, and count the socket in SINK;
   call the handshake function of SINK if the socket is a handshake.  Returns 0,
   or -1: EPROTO, unknown layout or another family, and nothing is counted;
   ECANCELED, the function stopped the list.  */
static int sock_diag_read_handshake(const unsigned char *body, size_t size,
                                    struct sonde__diag_sink *sink)
{
    struct sonde_handshake handshake = {.retransmits = 0};
    int found = -1;
    if (size > 0 && (body[0] == linux_inet || body[0] == linux_inet6))
        found = read_handshake(&handshake, body, size);
    if (found < 0)
        return sonde__fail(EPROTO);
    sink->count++;
    if (found > 0 && sink->handshake(&handshake, sink->data))
        return sonde__fail(ECANCELED);
    return 0;
}

/* Read BODY, of SIZE bytes, about one socket, and count the socket in SINK;
   call the function of SINK if the socket is of the kind for the function:
   listener, datagram socket, waiting connection or handshake.  Returns 0, or
   -1: EPROTO, unknown layout or another family, and nothing is counted;
   ECANCELED, the function stopped the list.  */
static int sock_diag_read_socket(const unsigned char *body, size_t size,
                                 struct sonde__diag_sink *sink)
{
    struct sonde_listener listener = {.type = 0};
    struct sonde_waiting waiting = {.ended = 0};
    struct sonde_address peer;
    sonde_listener_each *each = sink->listener;
    int found = -1;
    if (sink->handshake)
        return sock_diag_read_handshake(body, size, sink);
    if (sink->datagram) {
        each = sink->datagram;
        found = read_datagram(&listener, &peer, body, size);
    } else if (size > 0 && (body[0] == linux_inet || body[0] == linux_inet6))
        found = sink->listener ? read_inet(&listener, body, size)
                               : read_waiting(&waiting, body, size);
    else if (size > 0 && body[0] == linux_unix && sink->listener)
        found = sock_diag_read_unix(&listener, body, size);
    if (found < 0)
        return sonde__fail(EPROTO);
    sink->count++;
    if (found > 0 && (each ? each(&listener, sink->data)
                           : sink->waiting(&waiting, sink->data)))
        return sonde__fail(ECANCELED);
    return 0;
}

/* Read BODY, of SIZE bytes, of the message that ends an answer or, if IS_ERROR,
   refuses a request: BODY begins with the kernel's errno, negative.  Without
   IS_ERROR 0, or a BODY too short, is a normal end.  Returns 1 at a normal end;
   or -1 with that errno, or EPROTO: the number is no errno, or 0 or missing
   with IS_ERROR.  */
static int read_end(const unsigned char *body, size_t size, int is_error)
{
    long code = size < 4 ? 0 : (long)(int32_t)sock_diag_number(body, 4);
    if ((is_error && code >= 0) || code > 0 || code < -4095)
        return sonde__fail(EPROTO);
    if (code < 0)
        return sonde__fail((int)-code);
    return 1;
}

int sonde__diag_read(const void *reply, size_t size, uint32_t sequence,
                     struct sonde__diag_sink *sink)
{
    const unsigned char *bytes = reply;
    int result = 0;
    size_t length;
    for (size_t at = 0; at < size && !result; at += sock_diag_padded(length)) {
        const unsigned char *message = bytes + at;
        length = size - at < message_size ? 0 : sock_diag_number(message, 4);
        if (length < message_size || length > size - at)
            return sonde__fail(EPROTO);
        unsigned kind = sock_diag_number(message + message_kind, 2);
        const unsigned char *body = message + message_size;
        if (sock_diag_number(message + message_sequence, 4) != sequence)
            ; /* the answer to another request */
        else if (kind == kind_sock_diag)
            result = sock_diag_read_socket(body, length - message_size, sink);
        else if (kind == kind_done || kind == kind_error)
            result = read_end(body, length - message_size, kind == kind_error);
    }
    return result;
}
