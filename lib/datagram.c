/* datagram.c - send and receive whole datagrams, with both addresses
   SPDX-License-Identifier: LGPL-2.1-or-later

   No call of send or receive blocks, even on a blocking descriptor.  poll waits
   instead, since a datagram reported by poll may be gone again (Linux detects a
   wrong checksum only in the read).  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "private.h"

/* After 64 errors or foreign datagrams in a row a call returns.  */
enum { retries = 64 };

/* Larger sizes are EINVAL on the systems; no datagram needs them.  */
enum { max_size = 1 << 30 };

/* Make the buffer OPTION (SO_SNDBUF, SO_RCVBUF) of FD at least SIZE bytes, as
   far as the system allows.  A larger buffer stays.  A failure is ignored;
   errno may change.  */
static void datagram_enlarge(int fd, int option, int size)
{
    int old = 0;
    if (sonde__get_option(fd, SOL_SOCKET, option, &old) || old < size)
        sonde__set_option(fd, SOL_SOCKET, option, size);
}

void sonde__datagram_room(int fd)
{
    int saved = errno;
    datagram_enlarge(fd, SO_SNDBUF, SONDE_DATAGRAM_MAX);
    datagram_enlarge(fd, SO_RCVBUF, 2 * SONDE_DATAGRAM_MAX);
    errno = saved;
}

int sonde__is_icmp_error(int error)
{
    enum sonde_connect_status status = sonde_connect_status(error);
    return status == SONDE_CONNECT_REFUSED ||
           status == SONDE_CONNECT_HOST_UNREACHABLE ||
           status == SONDE_CONNECT_NETWORK_UNREACHABLE ||
           error == ECONNRESET /* Windows */ || error == ENOPROTOOPT ||
           error == EPROTO;
}

void sonde__receive_prepare(struct msghdr *message, struct iovec *part,
                            struct sonde_address *from,
                            union sonde__control *control)
{
    if (part->iov_len > max_size)
        part->iov_len = max_size;
    *from = (struct sonde_address){0};
    *message = (struct msghdr){0};
    message->msg_name = &from->storage;
    message->msg_namelen = sizeof from->storage;
    message->msg_iov = part;
    message->msg_iovlen = 1;
    if (control) {
        message->msg_control = control;
        message->msg_controllen = sizeof *control;
    }
}

/* Whether the UNIX address ADDRESS has a path, or a name in Linux's abstract
   namespace.  */
static int is_named(const struct sonde_address *address)
{
    size_t length;
    sonde__path(address, &length);
    return length > 0;
}

int sonde__receive_finish(const struct msghdr *message,
                          struct sonde_address *from)
{
    from->length = message->msg_namelen < sizeof from->storage
                       ? message->msg_namelen
                       : (socklen_t)sizeof from->storage;
    if (from->storage.ss_family == AF_UNIX && !is_named(from))
        from->length = 0;
    return message->msg_flags & MSG_TRUNC ? EMSGSIZE : 0;
}

int sonde__receive_failed(void)
{
    if (errno == EMSGSIZE)
        errno = EINTR;
    return -1;
}

/* Receive a datagram on FD into BUFFER, of SIZE bytes, without waiting.
   Returns its length, the sender in *FROM, and the flags and control messages
   in *MESSAGE.  Returns -1 with errno: EMSGSIZE: the datagram was longer than
   SIZE; BUFFER, *FROM and *MESSAGE are set; or any errno of recvmsg, EAGAIN: no
   datagram waits.  CONTROL, which must outlive MESSAGE, is the room for control
   messages; NULL: these are dropped, and descriptors in them are closed.  */
static ssize_t receive_once(int fd, void *buffer, size_t size,
                            struct sonde_address *from, struct msghdr *message,
                            union sonde__control *control)
{
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    sonde__receive_prepare(message, &part, from, control);
    ssize_t length = sonde__sys.recvmsg(fd, message, MSG_DONTWAIT);
    message->msg_iov = NULL;
    if (length < 0)
        return sonde__receive_failed();
    int error = sonde__receive_finish(message, from);
    return error ? sonde__fail(error) : length;
}

/* Whether a datagram from FROM, received on a socket connected to PEER, is from
   another sender, and is to be skipped.  A UNIX sender without a name is not a
   PEER with a name.  False for an unnamed PEER: the ends of a socket pair
   receive from each other alone.  False over UDP if the system reports no
   sender: such a system has already filtered by peer.  Keeps errno, which the
   receive has set.  */
static int is_foreign(const struct sonde_address *from,
                      const struct sonde_address *peer)
{
    int saved = errno;
    int is_known = peer->storage.ss_family == AF_UNIX
                       ? is_named(peer)
                       : sonde_address_port(from) >= 0;
    errno = saved;
    return is_known && sonde_address_compare(from, peer);
}

ssize_t sonde_datagram_receive(int fd, void *buffer, size_t size, int timeout)
{
    int saved = errno;
    int64_t deadline = sonde__call_deadline(timeout);
    struct sonde_address peer, from;
    struct msghdr message;
    if (sonde_address_peer(fd, &peer))
        return -1;
    for (int i = 0; i < retries; i++) {
        ssize_t length = receive_once(fd, buffer, size, &from, &message, NULL);
        if ((length >= 0 || errno == EMSGSIZE) && is_foreign(&from, &peer))
            continue;
        if (length >= 0) {
            errno = saved;
            return length;
        }
        /* After EINTR a datagram may wait, even with a timeout of 0.  */
        if (errno != EINTR && sonde__again(fd, POLLIN, deadline))
            return -1;
    }
    return sonde__fail(EAGAIN);
}

/* Send MESSAGE once on FD, without SIGPIPE, which the BSDs raise for datagrams,
   too.  Waits, until DEADLINE, only where the system cannot send without
   blocking.  Returns the length; -1 with the errno of sendmsg; -2 with that of
   the wait (EAGAIN: no room at DEADLINE): not to be repeated.  */
static ssize_t send_once(int fd, const struct msghdr *message, int64_t deadline)
{
    struct sonde__nosigpipe nosigpipe;
    /* sendmsg ignores the flag where send does.  */
    if (sonde__send_may_block(fd) && sonde__wait(fd, POLLOUT, deadline))
        return -2;
    sonde__nosigpipe_begin(&nosigpipe, fd);
    ssize_t count =
        sonde__sys.sendmsg(fd, message, sonde__dontwait | nosigpipe.flags);
    sonde__nosigpipe_end(&nosigpipe, count);
    return count;
}

int sonde__send_message(int fd, const struct msghdr *message, int timeout)
{
    int saved = errno;
    if (message->msg_iov->iov_len > max_size)
        return sonde__fail(EMSGSIZE);
    int64_t deadline = sonde__call_deadline(timeout);
    int too_long = 0;
    for (int i = 0; i < retries; i++) {
        ssize_t sent = send_once(fd, message, deadline);
        if (sent >= 0) {
            errno = saved;
            return 0;
        }
        /* The first EMSGSIZE may be about a datagram sent before, as in
           sonde__receive_failed.  */
        if (sent == -1 && errno == EMSGSIZE && !too_long++)
            continue;
        /* After EINTR there may be room, even with a timeout of 0: a server
           would lose the reply.  */
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -2 || sonde__again(fd, POLLOUT, deadline))
            return -1;
    }
    return sonde__fail(EAGAIN);
}

/* Clear MESSAGE, and let MESSAGE refer, by way of PART, to the SIZE bytes at
   DATA; all three must outlive the send.  sendmsg does not write to the data,
   but takes no pointer to const: the pointer is copied as bytes.  */
static void datagram_put_data(struct msghdr *message, struct iovec *part,
                              const void *data, size_t size)
{
    *message = (struct msghdr){0};
    memcpy(&part->iov_base, &data, sizeof data);
    part->iov_len = size;
    message->msg_iov = part;
    message->msg_iovlen = 1;
}

int sonde_datagram_send(int fd, const void *data, size_t size, int timeout)
{
    struct msghdr message;
    struct iovec part;
    datagram_put_data(&message, &part, data, size);
    return sonde__send_message(fd, &message, timeout);
}

/* ---- servers ------------------------------------------------------------- */

/* The host of ADDRESS as IPv6: IPv4 as ::ffff:a.b.c.d, the form reported by a
   socket of both families, such as a service manager's.  ::1 for another
   family, such as UNIX.  */
static struct in6_addr host_of(const struct sonde_address *address)
{
    struct in6_addr made = IN6ADDR_LOOPBACK_INIT;
    size_t size;
    const void *host = sonde__address_host(address, &size);
    if (size == sizeof(struct in_addr))
        memset(made.s6_addr + 10, 0xff, 2);
    if (host)
        memcpy(made.s6_addr + sizeof made.s6_addr - size, host, size);
    return made;
}

/* The IPv4 address in HOST, ::ffff:a.b.c.d, in host order.  */
static uint32_t mapped_of(const struct in6_addr *host)
{
    uint32_t in;
    memcpy(&in, host->s6_addr + 12, sizeof in);
    return ntohl(in);
}

/* Whether ADDRESS is an IPv4 address, as such or in the form ::ffff:a.b.c.d.
   If so, *IN is the IPv4 address in host order, and *HOST is not to be used.
   If not, as for UNIX, *HOST is the result of host_of, and *IN is not to be
   used.  */
static int is_inet(const struct sonde_address *address, uint32_t *in,
                   struct in6_addr *host)
{
    if (address->storage.ss_family == AF_INET) {
        struct sockaddr_in name;
        memcpy(&name, &address->storage, sizeof name);
        *in = ntohl(name.sin_addr.s_addr);
        return 1;
    }
    *host = host_of(address);
    *in = mapped_of(host);
    return IN6_IS_ADDR_V4MAPPED(host);
}

int sonde__is_any(const struct sonde_address *address)
{
    uint32_t in;
    struct in6_addr host;
    return is_inet(address, &in, &host) ? in == INADDR_ANY
                                        : IN6_IS_ADDR_UNSPECIFIED(&host);
}

/* Whether ADDRESS is broadcast or multicast; 0 for UNIX.  The broadcast address
   of a subnet cannot be recognized.  */
static int is_many(const struct sonde_address *address)
{
    uint32_t in;
    struct in6_addr host;
    return is_inet(address, &in, &host)
               ? in == INADDR_BROADCAST || IN_MULTICAST(in)
               : IN6_IS_ADDR_MULTICAST(&host);
}

int sonde__is_only_destination(const struct sonde_address *address)
{
    uint32_t in;
    struct in6_addr host;
    int family = address->storage.ss_family;
    return (family == AF_INET || family == AF_INET6) &&
           (is_inet(address, &in, &host) ? in == INADDR_LOOPBACK
                                         : IN6_IS_ADDR_LOOPBACK(&host));
}

/* Request that each datagram received on FD, a socket that is or will be bound
   to ADDRESS, comes with its local address; not for UNIX.  After a failure,
   which is ignored, the system chooses the source of answers.  For IPv6 the
   option of IPv4 is set, too: the socket may serve both families, and only this
   option reports broadcast.  A socket bound to the loopback address
   (sonde__is_only_destination) receives datagrams to this address alone:
   nothing is requested, which saves time (1 to 2 % of a round trip there).  May
   change errno.  */
static void request_local(int fd, const struct sonde_address *address)
{
    int family = address->storage.ss_family;
    if (sonde__is_only_destination(address))
        return;
    if (family == AF_INET || family == AF_INET6)
        sonde__local4_ask(fd);
    if (family == AF_INET6)
        sonde__set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

int sonde_datagram_bind(const struct sonde_address *address, unsigned flags)
{
    int saved = errno;
    int family = address->storage.ss_family;
    int fd = sonde_socket(family, SOCK_DGRAM, flags);
    if (fd < 0)
        return -1;
    sonde__datagram_room(fd);
    request_local(fd, address);
    if ((family == AF_INET6 && sonde__set_v6only(fd)) ||
        sonde__sys.bind(fd, (const void *)&address->storage, address->length))
        return sonde__close_failed(fd);
    errno = saved;
    return fd;
}

int sonde_datagram_prepare(int fd)
{
    int saved = errno, type = 0;
    struct sonde_address address;
    if (sonde__get_option(fd, SOL_SOCKET, SO_TYPE, &type))
        return -1;
    if (type != SOCK_DGRAM)
        return sonde__fail(EPROTOTYPE);
    if (sonde_address_local(fd, &address))
        return -1;
    sonde__datagram_room(fd);
    request_local(fd, &address);
    errno = saved;
    return 0;
}

/* If the control message CONTROL contains the destination of an IPv6 datagram,
   set *TO to the destination, with PORT in host order.  Otherwise *TO is
   unchanged.  Only a destination in fe80::/10 gets a scope; a multicast
   destination gets none.  */
static void datagram_take6(struct cmsghdr *control, struct sonde_address *to,
                           uint16_t port)
{
    struct in6_pktinfo info;
    if (control->cmsg_level != IPPROTO_IPV6 ||
        control->cmsg_type != IPV6_PKTINFO)
        return;
    memcpy(&info, CMSG_DATA(control), sizeof info);
    sonde__address_set(to, AF_INET6, &info.ipi6_addr, port);
    if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
        sonde__address_set_scope(to, (uint32_t)info.ipi6_ifindex);
}

/* The control message of MESSAGE after CONTROL, or NULL.  musl's macro mixes
   signed and unsigned, correctly, but with warnings.  */
static struct cmsghdr *next_control(struct msghdr *message,
                                    struct cmsghdr *control)
{
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif
    return CMSG_NXTHDR(message, control);
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif
}

void sonde__take_local(struct msghdr *message, struct sonde_datagram *ends)
{
    struct in_addr in;
    int family = ends->to.storage.ss_family;
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    for (; control; control = next_control(message, control)) {
        uint16_t port = (uint16_t)sonde_address_port(&ends->to);
        if (family == AF_INET6)
            datagram_take6(control, &ends->to, port);
        if (sonde__local4_take(control, &in, &ends->group) && family == AF_INET)
            sonde__address_set(&ends->to, AF_INET, &in, port);
    }
#ifdef MSG_BCAST /* NetBSD, OpenBSD */
    if (message->msg_flags & (MSG_BCAST | MSG_MCAST))
        ends->group = 1;
#endif
    if (is_many(&ends->to))
        ends->group = 1;
}

ssize_t sonde_datagram_receive_from(int fd, void *buffer, size_t size,
                                    int timeout, struct sonde_datagram *ends)
{
    int saved = errno;
    int64_t deadline = sonde__call_deadline(timeout);
    struct sonde_datagram found = {0};
    struct msghdr message;
    union sonde__control control;
    if (sonde_address_local(fd, &found.to))
        return -1;
    found.wildcard = sonde__is_any(&found.to);
    /* A UNIX socket has no control messages to read.  But a sender may pass
       descriptors, which would stay open in this process: without room for them
       the system closes them.  */
    int has_ports = sonde_address_port(&found.to) >= 0;
    int error = EAGAIN;
    for (int i = 0; i < retries; i++) {
        ssize_t length = receive_once(fd, buffer, size, &found.from, &message,
                                      has_ports ? &control : NULL);
        if (length >= 0 || errno == EMSGSIZE) {
            sonde__take_local(&message, &found);
            *ends = found;
            if (length >= 0)
                errno = saved;
            return length;
        }
        error = sonde__is_icmp_error(errno) ? errno : EAGAIN;
        if (error == EAGAIN && errno != EINTR &&
            sonde__again(fd, POLLIN, deadline))
            return -1;
    }
    return sonde__fail(error);
}

/* Write to CONTROL the control message that sets LOCAL as the source of a
   datagram, over IPv6 with the scope of LOCAL as the interface.  CONTROL is all
   zero before, with room for any control message.  Returns the space used, or 0
   if the system is to choose: UNIX, or IPv4 on a system without such a
   message.  */
static size_t put_local(struct cmsghdr *control,
                        const struct sonde_address *local)
{
    struct in6_pktinfo info = {.ipi6_addr = host_of(local),
                               .ipi6_ifindex = sonde__address_scope(local)};
    if (local->storage.ss_family == AF_INET) {
        struct in_addr in = {.s_addr = htonl(mapped_of(&info.ipi6_addr))};
        return sonde__local4_put(control, in);
    }
    if (local->storage.ss_family != AF_INET6)
        return 0;
    control->cmsg_level = IPPROTO_IPV6;
    control->cmsg_type = IPV6_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(control), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

void sonde__reply_prepare(struct msghdr *message, struct iovec *part,
                          struct sonde_datagram *ends,
                          union sonde__control *control)
{
    *message = (struct msghdr){0};
    message->msg_iov = part;
    message->msg_iovlen = 1;
    message->msg_name = &ends->from.storage;
    message->msg_namelen = ends->from.length;
    /* A socket bound to an address has a known source, and FreeBSD is said to
       refuse even the same address.  */
    if (!ends->wildcard || ends->group || sonde__is_any(&ends->to))
        return;
    memset(control, 0, sizeof *control);
    size_t length = put_local((void *)control->bytes, &ends->to);
    message->msg_control = length ? control : NULL;
    message->msg_controllen = (socklen_t)length;
}

int sonde_datagram_reply(int fd, const void *data, size_t size,
                         const struct sonde_datagram *ends)
{
    struct sonde_datagram copy = *ends;
    struct msghdr message;
    struct iovec part;
    union sonde__control control;
    if (copy.from.length == 0)
        return sonde__fail(EDESTADDRREQ);
    datagram_put_data(&message, &part, data, size);
    sonde__reply_prepare(&message, &part, &copy, &control);
    return sonde__send_message(fd, &message, 0);
}

/* Copy to *FOUND the status of the socket file to which the UNIX address
   ADDRESS leads in this process.  Returns 0, or -1 if there is none, or ADDRESS
   has no path; *FOUND is undefined then.  May change errno.  */
static int find_file(const struct sonde_address *address, struct stat *found)
{
    char path[sizeof address->storage];
    sonde__path_copy(address, path);
    return *path && !stat(path, found) && S_ISSOCK(found->st_mode) ? 0 : -1;
}

/* Whether an answer to the UNIX address FROM comes back to the service at OWN:
   the addresses are equal, or both lead to one socket file in this process.  A
   relative path means one file in the sender, and another file here; and a file
   has many names: links, mounts, another root.  May change errno.  */
static int leads_back(const struct sonde_address *from,
                      const struct sonde_address *own)
{
    struct stat there, here;
    return !sonde_address_compare(from, own) ||
           (!find_file(from, &there) && !find_file(own, &here) &&
            there.st_dev == here.st_dev && there.st_ino == here.st_ino);
}

/* Why not to answer the sender of ENDS, as part of a sentence; NULL if an
   answer is allowed.  In this order: the sender has no address, or the
   wildcard; over UNIX the sender's address leads to the service, and nothing
   else is checked; the destination or the sender is broadcast or multicast; the
   source port is below 1024, or that of the service, where two servers would
   answer each other for ever.  May change errno.  */
static const char *datagram_reason(const struct sonde_datagram *ends)
{
    int port = sonde_address_port(&ends->from);
    if (port < 0 ? ends->from.length <= offsetof(struct sockaddr_un, sun_path)
                 : sonde__is_any(&ends->from))
        return "its sender has no address";
    if (port < 0)
        return leads_back(&ends->from, &ends->to)
                   ? "its sender's address is that of this service"
                   : NULL;
    if (ends->group || is_many(&ends->to) || is_many(&ends->from))
        return "it is broadcast or multicast";
    if (port < 1024)
        return "its source port is below 1024";
    if (port == sonde_address_port(&ends->to))
        return "its source port is that of this service";
    return NULL;
}

const char *sonde_datagram_check_source(const struct sonde_datagram *ends)
{
    int saved = errno; /* a UNIX address has no port: an error */
    const char *reason = datagram_reason(ends);
    errno = saved;
    return reason;
}
