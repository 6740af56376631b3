/* queue-client.h - a client that connects and does nothing more, and what it
   meets SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_QUEUE_CLIENT_H
#define PROBES_QUEUE_QUEUE_CLIENT_H 1

#include <stddef.h>

#include "sonde.h"

/* What became of it.  */
enum client_state {
    CLIENT_PENDING,   /* nothing yet */
    CLIENT_CONNECTED, /* and still is */
    CLIENT_FAILED,    /* errno says how */
    CLIENT_UNKNOWN    /* poll failed, with errno: no answer of the host's */
};

/* A stream socket of FAMILY that does not block and that ends with a reset, so
   that nothing stays in TIME_WAIT whoever closes it, the kernel at the death of
   this process included.  -1 with errno.  */
int resetting_socket(int family);

/* A listener of such a kind from which nobody accepts, with exactly BACKLOG: on
   the loopback interface, at a port that the system chooses; or for AF_UNIX, at
   a name in no file system, so that nothing can stay behind.  Returns it; or -1
   with errno, and in *FAILED the name of the call that failed.  */
int open_listener(int family, int backlog, const char **failed);

/* Begin to connect FD to ADDRESS.  */
enum client_state queue_client_connect(int fd,
                                       const struct sonde_address *address);

/* Ask what became of FD, without waiting.  */
enum client_state queue_client_check(int fd);

/* How many of the COUNT connected clients in FDS are connected still; -1 with
   errno if poll fails: then nothing is known of them.  */
long queue_clients_connected(const int *fds, size_t count);

#endif /* PROBES_QUEUE_QUEUE_CLIENT_H */
