/* reference.h - reference connections, to a listener with room
   SPDX-License-Identifier: GPL-3.0-or-later

   A client without a SYN-ACK has met a full queue, or a busy host.  A reference
   connection decides: begun after that client, to a listener that certainly has
   room.  Only after the reference connection is complete does the client's
   silence prove a full queue.  */

#ifndef PROBES_QUEUE_REFERENCE_H
#define PROBES_QUEUE_REFERENCE_H 1

#include <stdbool.h>
#include <stdint.h>

struct reference {
    int family;
    int listener;
    int client;         /* reserved: later no descriptor may be left; -1: one
                           could not be made */
    bool begun;         /* the client is connecting */
    int64_t since;      /* when it began, by monotonic_ms */
    int error;          /* errno of the last connection */
    const char *failed; /* its call: "connect"; or QUEUE_CLIENT_CALLS, "socket"
                           or "getsockname", whose failure is not a result of
                           the host */
};

/* The timeout of a reference connection, in milliseconds.  */
enum { REFERENCE_TIMEOUT = 5000 };

/* Open REFERENCE, a listener and the socket of a client, for FAMILY: AF_INET or
   AF_INET6 on the loopback interface, or AF_UNIX.  No connection is begun.
   Returns 0, and the caller calls reference_close; or -1 with errno, nothing
   left open, and in *FAILED the name of the call that failed.  */
int reference_open(struct reference *reference, int family,
                   const char **failed);

/* Begin a connection of REFERENCE, which is open, unless one is in progress.
   Does not wait.  reference_check reports a failure.  */
void reference_begin(struct reference *reference);

/* Check the connection, without waiting.  Returns 0 while connect is in
   progress, for at most REFERENCE_TIMEOUT since its beginning.  Otherwise ends
   the connection, makes the socket of the next client, and returns 1; or -1,
   with ERROR and FAILED of REFERENCE set, after a failure in reference_begin, a
   failed connect or poll, after the timeout (ETIMEDOUT), or if the socket of
   the next client cannot be made.  Returns -1, with REFERENCE unchanged, if no
   connection was begun.  Changes errno.  */
int reference_check(struct reference *reference);

/* Close the listener and the client, if open.  Keeps errno.  */
void reference_close(struct reference *reference);

/* Try one connection over the loopback interface in FAMILY, or between UNIX
   sockets.  Returns 0, with errno 0, if it works; or -1 with errno, and the
   name of the call that failed in *FAILED, which is also set after success.
   Waits for at most REFERENCE_TIMEOUT.  Nothing is left open.  */
int reference_try(int family, const char **failed);

#endif /* PROBES_QUEUE_REFERENCE_H */
