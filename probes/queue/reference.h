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
    const char *failed; /* its call: "connect"; or "poll" or "socket", whose
                           failure is not a result of the host */
};

/* The timeout of a reference connection, in milliseconds.  */
enum { REFERENCE_TIMEOUT = 5000 };

/* Open REFERENCE for FAMILY, AF_INET or AF_INET6 on the loopback interface, or
   AF_UNIX, without a connection.  Returns 0; or -1 with errno, nothing left
   open, and in *FAILED the name of the call that failed.  */
int reference_open(struct reference *reference, int family,
                   const char **failed);

/* Begin a connection, unless one is in progress.  Does not wait.
   reference_check reports a failure.  */
void reference_begin(struct reference *reference);

/* Check the connection, without waiting.  Returns 0 while connect is in
   progress, for at most REFERENCE_TIMEOUT.  Otherwise ends the connection, and
   returns 1 after a complete connect; or -1, with the errno in REFERENCE, after
   a failure or timeout (ETIMEDOUT), if the socket of the next client cannot be
   made, or if no connection was begun.  */
int reference_check(struct reference *reference);

/* Close the listener and the client.  */
void reference_close(struct reference *reference);

/* Try one connection over the loopback interface in FAMILY, or between UNIX
   sockets.  Returns 0, with errno 0, if it works; or -1 with errno, and the
   name of the call that failed in *FAILED, which is also set after success.
   Waits for at most REFERENCE_TIMEOUT.  Nothing is left open.  */
int reference_try(int family, const char **failed);

#endif /* PROBES_QUEUE_REFERENCE_H */
