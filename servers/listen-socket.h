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
    LISTEN_SOCKET_BACKLOG = 4096
};

struct listen_socket {
    struct watch watch;
    int fd; /* -1: closed */
    enum sonde_role role;
    struct sonde_address local;
    long backlog;      /* in force, -1: not known */
    bool watched;      /* polled for readability */
    bool inherited;    /* open in another process, too */
    bool was_blocking; /* O_NONBLOCK is to be cleared at the end */
    /* Recent failures of accept or recvmsg, and the end of the pause in polling
     * after failures, by monotonic_ms; 0: no pause.  */
    struct sonde_backoff_state backoff;
    int64_t resume_at;
    /* A UNIX socket's file: whether bind made the file, and the inode.  While
     * the socket is open no new file gets the same inode.  */
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
    bool any;         /* the wildcard addresses, not loopback */
    bool inet, inet6; /* both or none: all families of the host */
    const char *unix_path;
    const char *unix_mode;  /* of the file, octal; NULL: by the umask */
    const char *unix_owner; /* USER, USER:GROUP or :GROUP; NULL: this user */
    bool stream, datagram;
    const char *port; /* a number or the name of a service */
};

/* Open sockets at the addresses of SPEC.  For port 0 the system chooses a port,
   the same for all sockets.  A stale file of a UNIX socket is replaced, never
   one with a listening server.
   Returns 0, or -1 with the reason in PROBLEM, of SIZE bytes, and errno: 0 if
   no call failed.  */
int listen_sockets_open(struct listen_sockets *listeners,
                        const struct listen_addresses *spec, char *problem,
                        size_t size);

/* Set TCP_NODELAY and SO_OOBINLINE on FD, a listen socket or a connection. With
 * SO_OOBINLINE recv returns urgent bytes in order.  */
void listen_socket_set_options(int fd);

/* Whether FOUND can be served.  Datagrams are answered only in the families in
   which listen_sockets_have knows the server's own addresses: a socket of all
   frames of a link (AF_PACKET) would receive its own answers.  */
bool listen_socket_is_served(const struct sonde_inherited *found);

/* Add the inherited socket FOUND.  Returns 0, or -1 with errno.  */
int listen_sockets_inherit(struct listen_sockets *listeners,
                           const struct sonde_inherited *found);

/* Whether an answer to ADDRESS, a datagram's sender, would reach one of
   LISTENERS: the same file, or the same port, at any address.  */
bool listen_sockets_have(const struct listen_sockets *listeners,
                         const struct sonde_address *address);

/* Remove LISTENER's file, unless replaced: clients cannot connect any more.  */
void listen_socket_unlink(struct listen_socket *listener);

/* Log the files without permission for removal at the end.  */
void listen_sockets_warn_files(const struct listen_sockets *listeners);

/* Close LISTENER, and remove the file, unless replaced.  */
void listen_socket_close(struct listen_socket *listener);

/* Close LISTENER, or all listeners, in a child: the parent owns the files.  */
void listen_socket_leave(struct listen_socket *listener);
void listen_sockets_leave(struct listen_sockets *listeners);

/* Log the address of each.  */
void listen_sockets_announce(const struct listen_sockets *listeners);

#endif /* SERVERS_LISTEN_SOCKET_H */
