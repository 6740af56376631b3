/* socket-file.h - the file of a UNIX socket: taken over, noted, removed
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVICES_SOCKET_FILE_H
#define SERVICES_SOCKET_FILE_H 1

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

/* Whether this process may remove the file at ADDRESS.  Keeps errno.  */
bool socket_file_is_removable(const struct sonde_address *address);

#endif /* SERVICES_SOCKET_FILE_H */
