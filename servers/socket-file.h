/* socket-file.h - the file of a UNIX socket
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SOCKET_FILE_H
#define SERVERS_SOCKET_FILE_H 1

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "sonde.h"

/* The path in ADDRESS, a UNIX address: a part of ADDRESS, empty without a path
   and for an abstract name.  */
const char *socket_file_path(const struct sonde_address *address);

/* Room for the folder of a path.  */
enum { SOCKET_FOLDER = sizeof(struct sockaddr_storage) + 2 };

/* Write the folder of ADDRESS's path to FOLDER: "/run/." or ".".  */
void socket_file_folder(const struct sonde_address *address,
                        char folder[SOCKET_FOLDER]);

/* Lock the folder of ADDRESS's path by flock(2), as any user with read
   permission for the folder can: a socket between bind and listen looks like
   the stale file of a dead server.  Waits for the lock for up to 5 s.  Returns
   a descriptor, with close-on-exec, and close releases the lock; -1 with errno:
   EAGAIN, the lock was held all the time; else the folder cannot be locked.  */
int socket_file_lock(const struct sonde_address *address);

/* Remove the file at ADDRESS if the file is a stale socket of TYPE: connect is
   refused twice, for a stream 200 ms apart, for which the call waits.  A server
   that listens sees a connection which ends at once.  Only under the lock of
   socket_file_lock.  Returns 0, or -1 with errno: EADDRINUSE, the socket is in
   use, or cannot be examined, or the file is no socket or does not exist; any
   errno of unlink.  */
int socket_file_remove_stale(const struct sonde_address *address, int type);

/* Owner and mode of a socket's file, the permission to connect.  Without
   has_mode the umask sets the mode.  */
struct socket_access {
    bool has_mode;
    mode_t mode;
    uid_t user;  /* (uid_t)-1: unchanged */
    gid_t group; /* (gid_t)-1: likewise */
};

/* Read ACCESS of MODE, octal digits up to 777, and OWNER, USER, USER:GROUP or
   :GROUP, names or numbers; each may be NULL.  USER alone leaves the group
   unchanged.  Returns 0; -1 with the reason in the log.  */
int socket_access_read(struct socket_access *access, const char *mode,
                       const char *owner);

/* Give the file at ADDRESS to the user and group of ACCESS, if any.  bind sets
   the mode, by socket_access_umask, so that the file never has a wider mode.
   Returns 0, also without user and group; or -1 with errno: ENOTSOCK: another
   file is in its place; any errno of lstat and lchown.  */
int socket_access_give(const struct socket_access *access,
                       const struct sonde_address *address);

/* Set the umask for bind to make a socket of ACCESS; without a mode the umask
   is unchanged.  Returns the previous umask.  Needs a single thread.  */
mode_t socket_access_umask(const struct socket_access *access);

/* Whether this process may remove the file at ADDRESS: permission to write to
   the folder, and with the sticky bit also ownership of the file or the folder,
   or root.  Keeps errno.  */
bool socket_file_is_removable(const struct sonde_address *address);

#endif /* SERVERS_SOCKET_FILE_H */
