/* connection.h - one client of a stream service, whatever the model
   SPDX-License-Identifier: GPL-3.0-or-later

   A model asks what the connection waits for, waits for that in its own way,
   or lets the calls wait, and lets it go on: one read and what the service
   makes of it, or one write of what was kept.  */

#ifndef SERVERS_CONNECTION_H
#define SERVERS_CONNECTION_H 1

#include <stdbool.h>
#include <stdint.h>

#include "servers/service.h"

enum {
    /* What one read takes, and the most that is kept of what the client does
       not take.  A message of 16 KiB comes whole.  */
    CONNECTION_PIECE = 65536,
    CONNECTION_KEPT = 65536,
    /* How long, and for how many bytes, a client is listened to that goes on
       sending after the service has ended.  Were the connection closed at
       once, its input would bring about a reset, and the reset destroy what it
       has not read yet.  */
    CONNECTION_LINGER = 2000,
    CONNECTION_IGNORED = 1 << 20
};

enum connection_state {
    CONNECTION_SERVING,
    CONNECTION_ENDING,    /* when what is kept is sent */
    CONNECTION_LINGERING, /* until the client ends, or for a while */
    CONNECTION_OVER
};

/* How it ended.  */
enum connection_ending {
    CONNECTION_DONE,   /* as the protocol has it */
    CONNECTION_LOST,   /* see error */
    CONNECTION_IDLE,   /* no sign of life for too long */
    CONNECTION_MEMORY, /* no memory for what the client does not take */
    CONNECTION_CUT     /* the server stops */
};

struct connection {
    const struct service *service;
    const void *settings;
    char *kept; /* from START to END: not taken by the client yet */
    uint64_t received, sent;
    int64_t linger_until; /* by monotonic_ms */
    uint32_t start, end;
    uint32_t ignored; /* bytes that came after the service had ended */
    int fd;
    int timeout; /* how long a call may wait: 0, or -1, or milliseconds */
    int error;
    uint8_t state;       /* enum connection_state */
    uint8_t ending;      /* enum connection_ending */
    uint8_t half_closed; /* the client will send no more */
};

/* Begin to serve the client of FD, a connected stream.  TIMEOUT is 0 in a model
   that waits by itself.  */
void connection_open(struct connection *connection, int fd,
                     const struct service *service, const void *settings,
                     int timeout);

/* What CONNECTION waits for: SONDE_READABLE or SONDE_WRITABLE; 0: it is
   over.  */
unsigned connection_events(const struct connection *connection);

/* Go on by one step.  BUFFER, of CONNECTION_PIECE bytes, holds nothing between
   two steps: any number of connections may share one.  */
void connection_step(struct connection *connection, char *buffer);

/* It is over, for the reason ENDING.  */
void connection_abandon(struct connection *connection,
                        enum connection_ending ending);

/* Serve it to its end.  For models that let the calls wait.  */
void connection_run(struct connection *connection, char *buffer);

/* Free what it kept.  The descriptor stays open.  */
void connection_free(struct connection *connection);

/* How it ended, as part of a sentence.  */
const char *connection_reason(const struct connection *connection);

#endif /* SERVERS_CONNECTION_H */
