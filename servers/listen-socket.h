/* listen-socket.h - the sockets by which clients come
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_LISTEN_SOCKET_H
#define SERVERS_LISTEN_SOCKET_H 1

#include <stdbool.h>
#include <sys/stat.h>

#include "servers/watch.h"
#include "sonde.h"

enum {
    LISTEN_SOCKETS_MAX = 64,
    /* Clients that may wait for accept.  A short queue costs those who come at
       once a second, the kernel's retransmission; the kernel cuts this to its
       cap.  */
    LISTEN_SOCKET_QUEUE = 4096
};

struct listen_socket {
    struct watch watch;
    int fd; /* -1: given up */
    enum sonde_role role;
    struct sonde_address local;
    long queue;        /* how many may wait, -1: not known */
    bool watched;      /* by the poller, for clients */
    bool inherited;    /* whoever passed it goes on using it */
    bool was_blocking; /* O_NONBLOCK is cleared again at the end */
    /* How accept or receive failed lately, and until when LISTENER is left
       alone for it, in milliseconds of monotonic_ms; 0: it is not.  */
    struct sonde_backoff_state backoff;
    int64_t resume_at;
    /* A UNIX socket's file: whether we made it, and which it is.  As long as
       the socket is open no other file gets that number.  */
    bool has_file, is_known;
    dev_t device;
    ino_t inode;
};

struct listen_sockets {
    struct listen_socket list[LISTEN_SOCKETS_MAX];
    size_t count;
};

/* Where to listen.  */
struct listen_addresses {
    const char *const *addresses; /* names or numbers; NULL: see ANY */
    size_t address_count;
    bool any;         /* all addresses, not loopback alone */
    bool inet, inet6; /* both false or both true: whatever there is */
    const char *unix_path;
    const char *unix_mode;  /* of its file, octal; NULL: the umask's */
    const char *unix_owner; /* USER, USER:GROUP or :GROUP; NULL: this user */
    bool stream, datagram;
    const char *port; /* a number or the name of a service */
};

/* Open sockets at PLACES.  Port 0 becomes one the system chooses, the same for
   all.  A file left over by a server that is gone is taken away; one on which
   somebody listens never.
   Returns 0, or -1 with what is wrong in PROBLEM, of SIZE bytes, and errno, or
   0 if errno says nothing.  */
int listen_sockets_open(struct listen_sockets *listeners,
                        const struct listen_addresses *listen_addresses,
                        char *problem, size_t size);

/* Have FD, a listener or a connection, send messages at once, and an urgent
   byte come as one among the others, and not be lost.  */
void listen_socket_set_options(int fd);

/* Whether FOUND can be served.  Datagrams are answered only of a family of
   which entrances_have knows the server's own address: a socket of all frames
   of a link (AF_PACKET) would be sent its own answers.  */
bool listen_socket_is_served(const struct sonde_inherited *found);

/* Take the socket FOUND.  Returns 0, or -1 with errno.  */
int listen_sockets_inherit(struct listen_sockets *listeners,
                           const struct sonde_inherited *found);

/* Whether an answer to ADDRESS, of a datagram's sender, comes back to one of
   LISTENERS: its file, or a port of theirs, of whatever address.  */
bool listen_sockets_have(const struct listen_sockets *listeners,
                         const struct sonde_address *address);

/* Remove LISTENER's file if it is still ours: nobody comes by it any more.  */
void listen_socket_unlink(struct listen_socket *listener);

/* Say which files this user may not remove at the end.  */
void listen_sockets_warn_files(const struct listen_sockets *listeners);

/* Close LISTENER, and remove its file if it is still ours.  */
void listen_socket_close(struct listen_socket *listener);

/* Close LISTENER, or all, in a process that does not need them: files stay, as
   another process's.  */
void listen_socket_leave(struct listen_socket *listener);
void listen_sockets_leave(struct listen_sockets *listeners);

/* Say on which each listens.  */
void listen_sockets_announce(const struct listen_sockets *listeners);

#endif /* SERVERS_LISTEN_SOCKET_H */
