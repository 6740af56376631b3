/* client.h - a client that connects and does nothing more
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_CLIENT_H
#define PROBES_CLIENT_H 1

#include <stddef.h>

#include "sonde.h"

/* What became of it.  */
enum client_state {
    CLIENT_PENDING,   /* nothing yet */
    CLIENT_CONNECTED, /* and still is */
    CLIENT_FAILED     /* errno says how */
};

/* Set *ADDRESS to that of a new listener: on the loopback interface, at a port
   that the system chooses; or for AF_UNIX, one that ends behind its family, for
   which Linux chooses a name in no file system, so that nothing can stay
   behind.  Returns 0, or -1 with errno.  */
int listener_address(struct sonde_address *address, int family);

/* A stream socket of FAMILY that does not block and that ends with a reset, so
   that nothing stays in TIME_WAIT whoever closes it, the kernel at the death of
   this process included.  -1 with errno.  */
int resetting_socket(int family);

/* Begin to connect FD to ADDRESS.  */
enum client_state client_connect(int fd, const struct sonde_address *address);

/* Ask what became of FD, without waiting.  */
enum client_state client_check(int fd);

/* How many of the COUNT connected clients in FDS are connected still.  */
size_t clients_connected(const int *fds, size_t count);

#endif /* PROBES_CLIENT_H */
