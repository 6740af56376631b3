/* proc-net.c - the lines of Linux's /proc/net about listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   A line of tcp or tcp6: number, local address, remote address, state, queues
   for sending and receiving, timers, retransmissions, user, timeouts, inode.
   Addresses are printed as 32-bit numbers in host byte order, ports as numbers.
   The queue for receiving is the length of the accept queue, if the socket
   listens.  A line of udp or udp6 is the same, with references, a pointer and
   the drops at its end.  A line of unix: pointer, references, protocol, flags,
   type, state, inode, name.  */

#include <config.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "proc-net.h"

enum {
    /* Linux's numbers, independent of the host of a test.  */
    established_state = 0x01,
    listen_state = 0x0a,
    accepts_flag = 0x10000,
    stream_type = 1,
    datagram_type = 2,
    seqpacket_type = 5,
    word_digits = 8 /* hexadecimal digits of a 32-bit number */
};

/* Set *ADDRESS to the address TEXT of FAMILY, 8 hexadecimal digits for AF_INET,
   32 for AF_INET6, with PORT in host order and the scope 0.  The caller has
   checked that TEXT consists of such digits.  Returns 1, or -1 if TEXT has
   another length; then *ADDRESS is unchanged.  */
static int proc_net_set_address(struct sonde_address *address, int family,
                                const char *text, unsigned port)
{
    uint32_t words[4];
    size_t count = family == AF_INET ? 1 : 4;
    if (strlen(text) != count * word_digits)
        return -1;
    for (size_t i = 0; i < count; i++)
        sscanf(text + i * word_digits, "%8" SCNx32, &words[i]);
    sonde__address_set(address, family, words, (uint16_t)port);
    return 1;
}

/* Read LINE, of tcp (FAMILY AF_INET) or tcp6, into LISTENER: address, length of
   the accept queue, user, inode.  Returns 1; 0: not a listener; -1: another
   form.  Unless 1 is returned, LISTENER may be changed in part.  */
static int proc_net_read_inet(struct sonde_listener *listener, int family,
                              const char *line)
{
    char address[33];
    unsigned port, state;
    unsigned long queued, uid;
    if (sscanf(line,
               " %*[0-9]: %32[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*4x %2x "
               "%*8x:%8lx %*2x:%*x %*x %lu %*u %" SCNu64,
               address, &port, &state, &queued, &uid, &listener->inode) != 6)
        return -1;
    if (state != listen_state)
        return 0;
    listener->queue.queued = queued > LONG_MAX ? LONG_MAX : (long)queued;
    listener->uid = uid > LONG_MAX ? LONG_MAX : (long)uid;
    return proc_net_set_address(&listener->address, family, address, port);
}

/* Read LINE, of udp (FAMILY AF_INET) or udp6, into LISTENER: address, bytes
   queued, whether there are any (pending), user, inode, drops (unchanged in a
   line of an old kernel).  Of a connected socket the peer is written to *PEER,
   to which LISTENER then refers.  Returns 1, or -1: another form, and LISTENER
   may be changed in part.  */
static int proc_net_read_udp(struct sonde_listener *listener,
                             struct sonde_address *peer, int family,
                             const char *line)
{
    char address[33], peer_address[33];
    unsigned port, peer_port, state;
    unsigned long queued, uid, drops;
    int count = sscanf(line,
                       " %*[0-9]: %32[0-9A-Fa-f]:%4x %32[0-9A-Fa-f]:%4x %2x "
                       "%*8x:%8lx %*2x:%*x %*x %lu %*u %" SCNu64 " %*d %*s %lu",
                       address, &port, peer_address, &peer_port, &state,
                       &queued, &uid, &listener->inode, &drops);
    if (count < 8)
        return -1;
    listener->queue.queued = queued > LONG_MAX ? LONG_MAX : (long)queued;
    listener->pending = queued > 0;
    listener->uid = uid > LONG_MAX ? LONG_MAX : (long)uid;
    if (count > 8)
        listener->queue.drops = drops > LONG_MAX ? LONG_MAX : (long)drops;
    if (state == established_state) {
        listener->peer = peer;
        if (proc_net_set_address(peer, family, peer_address, peer_port) < 0)
            return -1;
    }
    return proc_net_set_address(&listener->address, family, address, port);
}

/* The type, such as SOCK_STREAM, of a socket of which a line of unix has FLAGS
   and TYPE, Linux's numbers.  If DATAGRAMS is set, only datagram sockets have a
   result; otherwise only listeners of the types stream and seqpacket.  Returns
   0 for all other sockets.  */
static int proc_net_type(unsigned flags, unsigned type, int datagrams)
{
    if (datagrams)
        return type == datagram_type ? SOCK_DGRAM : 0;
    return !(flags & accepts_flag)  ? 0
           : type == stream_type    ? SOCK_STREAM
           : type == seqpacket_type ? SOCK_SEQPACKET
                                    : 0;
}

/* Read LINE, of unix, into LISTENER: type, inode and address of a listener or,
   if DATAGRAMS, of a datagram socket with a name; user and length of the queue
   are -1 (not known).  A relative path that begins with '@' is read as an
   abstract name, since the kernel prints '@' for NUL.  Returns 1; 0: another
   socket; -1: another form, or a name longer than sun_path.  Unless 1 is
   returned, LISTENER may be changed in part.  */
static int proc_net_read_unix(struct sonde_listener *listener, int datagrams,
                              const char *line)
{
    unsigned flags, type;
    int end = 0;
    if (sscanf(line, "%*[0-9A-Fa-f]: %*8x %*8x %8x %4x %*2x %" SCNu64 "%n",
               &flags, &type, &listener->inode, &end) != 3 ||
        end == 0)
        return -1;
    listener->type = proc_net_type(flags, type, datagrams);
    if (!listener->type)
        return 0;
    listener->uid = -1;
    listener->queue.queued = -1;
    line += end;
    line += *line == ' ';
    /* The kernel prints '@' for each NUL: the first begins an abstract name,
       and further ones stay '@'.  */
    size_t length = strcspn(line, "\n");
    char name[sizeof(struct sockaddr_un)];
    if (length > sizeof name)
        return -1;
    if (datagrams && length == 0)
        return 0;
    memcpy(name, line, length);
    if (*line == '@')
        name[0] = '\0';
    return sonde__address_set_name(&listener->address, name, length);
}

/* Initialize *LISTENER before a line is read.  The type is TYPE, SOCK_STREAM or
   SOCK_DGRAM.  Backlog, incomplete, drops, capacity and v6only are -1 (not
   known).  Pending is -1 for SOCK_DGRAM, and 0 for SOCK_STREAM.  All other
   members are 0; the reader of the line sets queued and uid.  */
static void proc_net_clear(struct sonde_listener *listener, int type)
{
    *listener = (struct sonde_listener){
        .type = type,
        .queue = {.backlog = -1, .incomplete = -1, .drops = -1},
        .capacity = -1,
        .v6only = -1,
        .pending = type == SOCK_DGRAM ? -1 : 0,
    };
}

int sonde__proc_net_read(struct sonde_listener *listener, int family,
                         const char *line)
{
    proc_net_clear(listener, SOCK_STREAM);
    return family == AF_UNIX ? proc_net_read_unix(listener, 0, line)
                             : proc_net_read_inet(listener, family, line);
}

int sonde__proc_net_read_datagram(struct sonde_listener *listener,
                                  struct sonde_address *peer, int family,
                                  const char *line)
{
    proc_net_clear(listener, SOCK_DGRAM);
    return family == AF_UNIX ? proc_net_read_unix(listener, 1, line)
                             : proc_net_read_udp(listener, peer, family, line);
}
