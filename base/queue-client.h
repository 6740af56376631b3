/* queue-client.h - clients that only connect, and listeners that never accept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_QUEUE_CLIENT_H
#define BASE_QUEUE_CLIENT_H 1

#include <stddef.h>

#include "sonde.h"

/* The state of a client's connection.  */
enum client_state {
    CLIENT_PENDING,   /* connect is in progress */
    CLIENT_CONNECTED, /* connected, and not reset since */
    CLIENT_FAILED,    /* with errno */
    CLIENT_UNKNOWN    /* a call of QUEUE_CLIENT_CALLS failed, with errno: not a
                         result of the host */
};

/* The calls that look at clients, to be named in messages.  */
#define QUEUE_CLIENT_CALLS "poll or getpeername"

/* Make a non-blocking, close-on-exec stream socket of FAMILY that closes with
   RST, so that no connection stays in TIME_WAIT, not even when the kernel
   closes the socket of a killed process.  Returns the socket; or -1 with errno,
   also if SO_LINGER cannot be set.  */
int queue_client_socket(int family);

/* Make a listener of a socket of queue_client_socket, with exactly BACKLOG: on
   the loopback interface, at an ephemeral port; or for AF_UNIX, at a name in no
   file system, so no file can stay behind.  Returns the listener, non-blocking;
   or -1 with errno, and in *FAILED the name of the failed call, "socket",
   "bind" or "listen".  After success *FAILED has no meaning.  */
int queue_listener(int family, int backlog, const char **failed);

/* Accept and close connections of LISTENER, which does not block, until the
   queue is empty, by up to MAX calls of accept.  Returns the number of
   connections.  *FAILED is NULL, also after MAX calls; or the name of the
   failed call, "accept" or "poll", with errno: EAGAIN of "accept" if 64 calls
   in a row find no connection though LISTENER stays readable.  */
long queue_accept(int listener, long max, const char **failed);

/* Bind FD to ADDRESS.  Returns 0, or -1 with errno.  */
int queue_client_bind(int fd, const struct sonde_address *address);

/* Begin to connect FD, which does not block, to ADDRESS, without waiting.
   Returns the state, as queue_client_check; FAILED also with the errno of
   connect (a UNIX socket whose connect would block: EAGAIN).  FD stays open. */
enum client_state queue_client_connect(int fd,
                                       const struct sonde_address *address);

/* Check the client FD, without waiting.  Returns the state: PENDING while poll
   does not report FD as writable; CONNECTED; FAILED with the errno of connect
   (ENOTCONN if the system gives none), or ECONNRESET if reset since, of UNIX
   also if closed by the peer; UNKNOWN with the errno of poll, or of getpeername
   if that is no result of connect.  FD stays open.  */
enum client_state queue_client_check(int fd);

/* Count the clients among the COUNT in FDS, all once connected, that were not
   reset (of UNIX: nor closed by the peer).  Does not wait.  Returns -1 with
   errno if poll fails, or getpeername otherwise than with ENOTCONN.  */
long queue_clients_connected(const int *fds, size_t count);

#endif /* BASE_QUEUE_CLIENT_H */
