/* socket-file.h - the file of a UNIX socket: taken over, noted, removed
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SOCKET_FILE_H
#define SERVERS_SOCKET_FILE_H 1

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "sonde.h"

/* The path in ADDRESS, a UNIX address.  */
const char *socket_file_path(const struct sonde_address *address);

/* Lock the folder of ADDRESS's path, so that of several servers only one at a
   time looks at the path, binds and listens: a socket that is bound and does
   not listen yet looks like one that a dead server left behind.  Waits 5 s for
   the lock at most.  Any user who may read the folder may hold the lock.
   Returns a descriptor to close, which nobody else inherits; -1 with errno:
   EAGAIN, the lock was held all the time; others, the folder cannot be
   locked.  */
int socket_file_lock(const struct sonde_address *address);

/* Remove the file at ADDRESS if it is a socket of TYPE to which nobody listens.
   Only under the lock.  Returns 0, or -1 with errno: EADDRINUSE, it is in use,
   or is no socket; any errno of unlink.  */
int socket_file_remove_stale(const struct sonde_address *address, int type);

/* Who may connect to a socket.  */
struct socket_access {
    bool has_mode;
    mode_t mode;
    uid_t user;  /* (uid_t)-1: as bind makes it */
    gid_t group; /* (gid_t)-1: likewise */
};

/* Read ACCESS of MODE, octal digits up to 777, and OWNER, USER, USER:GROUP or
   :GROUP, names or numbers; each may be NULL.  Returns 0; -1 with what is
   wrong, a sentence, in PROBLEM of SIZE bytes.  */
int socket_access_read(struct socket_access *access, const char *mode,
                       const char *owner, char *problem, size_t size);

/* Give the file at ADDRESS to the user and group of ACCESS.  Its mode is for
   bind, by socket_access_umask, so that it is never more open than asked.
   Returns 0, or -1 with the errno of lchown.  */
int socket_access_give(const struct socket_access *access,
                       const struct sonde_address *address);

/* Set the umask for bind to make a socket of ACCESS.  Returns the one before.
   While there is a single thread.  */
mode_t socket_access_umask(const struct socket_access *access);

/* Whether this process may remove the file at ADDRESS.  Keeps errno.  */
bool socket_file_is_removable(const struct sonde_address *address);

#endif /* SERVERS_SOCKET_FILE_H */
