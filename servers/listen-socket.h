/* listen-socket.h - listen sockets: opened, inherited, closed
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_LISTEN_SOCKET_H
#define SERVERS_LISTEN_SOCKET_H 1

#include <stdbool.h>
#include <sys/stat.h>

#include "servers/watch.h"
#include "sonde.h"

enum {
    LISTEN_SOCKETS_MAX = 64,
    /* With a short accept queue simultaneous clients wait a second, for the
       kernel's retransmission.  The kernel cuts the backlog to its cap.  */
    LISTEN_SOCKET_BACKLOG = 4096,
    /* Datagrams that may wait in the receive buffer of a UDP socket, and their
       size: the longest, so that the small ones of several hundred more fit.
       The kernel uses memory only for datagrams that wait.  */
    LISTEN_SOCKET_DATAGRAMS = 256,
    LISTEN_SOCKET_DATAGRAM = 65507
};

struct listen_socket {
    struct server_watch watch;
    int fd; /* -1: closed */
    enum sonde_role role;
    struct sonde_address local;
    long backlog;                        /* in force, -1: not known */
    bool watched;                        /* polled for readability */
    struct sonde_datagram_buffer buffer; /* of UDP; all zero: not known */
    size_t batch;      /* datagrams to receive by the next call, less 1 */
    unsigned single;   /* events in a row with one datagram */
    bool inherited;    /* open in another process, too */
    bool was_blocking; /* O_NONBLOCK is to be cleared at the end */
    /* Recent failures of accept or recvmsg, and the end of the pause in
       polling, by monotonic_ms; 0: no pause.  */
    struct sonde_backoff_state backoff;
    int64_t resume_at;
    /* A UNIX socket's file: whether bind made the file, and the inode, which no
       new file gets while the socket is open.  */
    bool has_file, is_known;
    dev_t device;
    ino_t inode;
};

struct listen_sockets {
    struct listen_socket list[LISTEN_SOCKETS_MAX];
    size_t count;
};

/* The addresses to listen on.  */
struct listen_addresses {
    const char *const *addresses; /* names or numbers; none: see ANY */
    size_t address_count;
    bool any;         /* without ADDRESSES: wildcard addresses, not loopback;
                         with UNIX_PATH and neither: no address */
    bool inet, inet6; /* both or none: all families of the host */
    const char *unix_path;  /* NULL: no UNIX socket.  A stream if STREAM */
    const char *unix_mode;  /* of the file, octal; NULL: by the umask */
    const char *unix_owner; /* USER, USER:GROUP or :GROUP; NULL: this user */
    bool stream, datagram;
    const char *port; /* a number or the name of a service */
};

/* Open sockets at the addresses of SPEC, non-blocking, and add the sockets to
   LISTENERS, which is empty.  Equal addresses are opened once.  For port 0 the
   system chooses a port, the same for all sockets, in up to 32 tries.  Without
   addresses, and of localhost, an address family that the host lacks is
   skipped, unless inet or inet6 alone is set.  A stale file of a UNIX socket is
   replaced, never one with a listening server.  Needs a single thread, as the
   umask changes for a moment.  May wait 30 s for each name and type, and 5 s
   for the lock of a folder.  Returns 0, or -1 with all sockets closed and the
   reason in the log.  */
int listen_sockets_open(struct listen_sockets *listeners,
                        const struct listen_addresses *spec);

/* Set TCP_NODELAY and SO_OOBINLINE on FD, a listen socket or a connection.
   With SO_OOBINLINE recv returns urgent bytes in order.  Failures are ignored;
   nothing is done for a UNIX socket.  */
void listen_socket_set_options(int fd);

/* Add the inherited socket FOUND, a listen socket or a datagram socket, to
   LISTENERS.  A listen socket gets the options of listen_socket_set_options; a
   datagram socket is prepared (sonde_datagram_prepare), and its receive buffer
   enlarged unless of a UNIX socket.  Sets O_NONBLOCK, which other processes
   share, until listen_socket_close.  The file of a UNIX socket is never
   removed.  Returns 0; or -1, not added but open, with errno: ENOSPC, LISTENERS
   is full; any errno of fcntl, getsockname and sonde_datagram_prepare.  */
int listen_sockets_inherit(struct listen_sockets *listeners,
                           const struct sonde_inherited *found);

/* Whether an answer to ADDRESS, a datagram's sender, would reach a datagram
   socket of LISTENERS: the same UNIX address, the same file by another path, or
   the same port at any IP address.  */
bool listen_sockets_have(const struct listen_sockets *listeners,
                         const struct sonde_address *address);

/* Remove LISTENER's file if bind made the file here, unless replaced since:
   clients cannot connect any more.  The socket stays open.  A failure is
   logged, unless the file is gone already.  A second call does nothing.  */
void listen_socket_unlink(struct listen_socket *listener);

/* Log each file of a UNIX socket that bind made here and this process may not
   remove.  */
void listen_sockets_warn_files(const struct listen_sockets *listeners);

/* Close LISTENER, if open, and set fd to -1.  Before, clear O_NONBLOCK if an
   inherited socket was blocking, and call listen_socket_unlink.  */
void listen_socket_close(struct listen_socket *listener);

/* Close all listeners, as listen_socket_close does, and empty the list.  */
void listen_sockets_close(struct listen_sockets *listeners);

/* Log the address and the kind of each of LISTENERS, and what the system has
   cut: the backlog or the receive buffer.  */
void listen_sockets_announce(const struct listen_sockets *listeners);

#endif /* SERVERS_LISTEN_SOCKET_H */
