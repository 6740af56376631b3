/* connection.h - one client of a stream service, whatever the model
   SPDX-License-Identifier: GPL-3.0-or-later

   Models with a process or a thread for each client let the calls block and use
   connection_serve; the event model uses connection_start.  */

#ifndef SERVERS_CONNECTION_H
#define SERVERS_CONNECTION_H 1

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "servers/service.h"
#include "servers/watch.h"

enum {
    /* The size of one read, and the maximum of pending output.  A message of 16
       KiB arrives at once.  */
    CONNECTION_PIECE = 65536,
    CONNECTION_PENDING_MAX = 65536,
    /* After the service has ended, input is discarded, up to these milliseconds
       and bytes.  Closing with unread input would send a RST, which destroys
       output not read by the client yet.  */
    CONNECTION_LINGER = 2000,
    CONNECTION_IGNORED_MAX = 1 << 20
};

enum connection_state {
    CONNECTION_SERVING,
    CONNECTION_ENDING,    /* ends when pending output is sent */
    CONNECTION_LINGERING, /* discards input, up to the limits above */
    CONNECTION_OVER       /* to be closed by the caller */
};

/* How the connection ended.  */
enum connection_ending {
    CONNECTION_DONE,   /* by the protocol */
    CONNECTION_LOST,   /* a call failed: see the member error */
    CONNECTION_IDLE,   /* idle timeout */
    CONNECTION_MEMORY, /* too much pending output, or no memory */
    CONNECTION_CUT     /* closed by the server's shutdown */
};

/* An accepted client.  */
struct server_client {
    int fd;
    uint64_t source; /* of source_of, with --max-per-source; else 0 */
    char *name;      /* for the log, with --verbose; else NULL */
};

/* Connections of the event model, ordered by expiry, earliest first.  */
struct connection_queue {
    struct connection *first, *last;
};

struct connection {
    struct server_watch watch; /* first: see watch.h */
    const struct service *service;
    const void *settings;
    char *pending; /* output from START to END, not yet sent */
    struct server_client client;
    uint64_t received, sent;
    int64_t linger_until; /* by monotonic_ms */
    uint32_t start, end;
    uint32_t ignored;    /* bytes received after the service had ended */
    int timeout;         /* milliseconds of a call; -1: none; 0: never block */
    int error;           /* errno of CONNECTION_LOST and CONNECTION_IDLE */
    uint8_t state;       /* enum connection_state */
    uint8_t ending;      /* enum connection_ending */
    uint8_t half_closed; /* the client has sent a FIN */
    /* In the event model alone.  */
    uint8_t events; /* the events to poll for */
    struct connection *prev, *next;
    struct connection_queue *queue;
    int64_t due; /* expiry, by monotonic_ms */
};

/* Begin to serve CLIENT: initialize CONNECTION, and call the opened callback of
   SERVICE, if any, which may end CONNECTION.  CLIENT is copied, SETTINGS are
   not; the descriptor and the name stay with the caller.  TIMEOUT: milliseconds
   for each call, -1 for none; 0: never block.  */
void connection_open(struct connection *connection,
                     const struct server_client *client,
                     const struct service *service, const void *settings,
                     int timeout);

/* The events to poll for: SONDE_WRITABLE while output is pending or
   CONNECTION_ENDING, otherwise SONDE_READABLE; 0 if CONNECTION is over.  */
unsigned connection_events(const struct connection *connection);

/* Take one step: send pending output, or read and pass the input to the
   service, or discard the input while lingering.  If then the connection is
   ending, and no output is pending, the connection is over, or lingers after a
   FIN to the client.  The descriptor stays open.  An error ends the connection,
   except EAGAIN where calls never block.  Where calls block, a call waits up to
   the timeout, which ends the connection as idle; while lingering, until
   linger_until.  Not to be called once the connection is over.  BUFFER, of
   CONNECTION_PIECE bytes, holds nothing between two steps.  */
void connection_step(struct connection *connection, char *buffer);

/* Step until the connection is over; its calls must block.  The descriptor
   stays open, and CONNECTION->ending is set.  BUFFER as for
   connection_step.  */
void connection_run(struct connection *connection, char *buffer);

/* Free pending output, not CONNECTION; the descriptor stays open.  */
void connection_free(struct connection *connection);

/* How CONNECTION, which is over, ended, as part of a sentence: for
   CONNECTION_LOST the text of the errno, but "connection reset by peer" for
   EPIPE and ECONNRESET.  A constant, or valid until the next strerror.  */
const char *connection_reason(const struct connection *connection);

/* ---- in a server --------------------------------------------------------- */

/* Serve CLIENT to the end with blocking calls, of server->timeout each, and log
   the end if CLIENT has a name (--verbose).  Returns how the connection ended;
   CONNECTION_CUT if at the end *CUT is set or, with CUT NULL, the grace period
   is over (stop_now).  CLIENT stays open, and counted.  BUFFER as for
   connection_step.  */
enum connection_ending connection_serve(struct server *server,
                                        const struct server_client *client,
                                        char *buffer, const atomic_int *cut);

/* Serve CLIENT, copied, by events of the poller, without blocking.  CONNECTION,
   of malloc and uninitialized, is freed by connection_close, maybe before the
   return, and the descriptor closed.  If the poller fails, a line is logged,
   and the client is closed.  */
void connection_start(struct server *server, struct connection *connection,
                      const struct server_client *client);

/* Take one step (connection_step).  Returns false if the step changed nothing:
   CONNECTION exists.  Otherwise returns true: CONNECTION may have been freed.
   A change restarts the idle timeout, not the time of lingering, and the poller
   watches for the next event.  If the connection is over, or if the poller
   fails, which is logged, CONNECTION is closed and freed.  */
bool connection_advance(struct server *server, struct connection *connection);

/* End CONNECTION for the reason ENDING, unless over for an earlier reason, and
   log the end if the client has a name (--verbose).  Stop polling, discard
   pending output, close the descriptor, count the client off, and free
   CONNECTION.  */
void connection_close(struct server *server, struct connection *connection,
                      enum connection_ending ending);

#endif /* SERVERS_CONNECTION_H */
