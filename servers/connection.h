/* connection.h - one client of a stream service, whatever the model
   SPDX-License-Identifier: GPL-3.0-or-later

   A step is one read with the service's reaction, or one write of pending
   output.  Models with a process or a thread for each client let the calls
   block and use connection_serve; the event model uses connection_start, and
   the poller then calls connection_ready.  */

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
    /* After the service has ended, input is read and discarded, up to the
       following milliseconds and bytes.  Closing with unread input would send a
       RST, and the RST would destroy output not read by the client yet.  */
    CONNECTION_LINGER = 2000,
    CONNECTION_IGNORED_MAX = 1 << 20
};

enum connection_state {
    CONNECTION_SERVING,
    CONNECTION_ENDING,    /* ends when pending output is sent */
    CONNECTION_LINGERING, /* reads until the client ends, or the time is over */
    CONNECTION_OVER
};

/* How the connection ended.  */
enum connection_ending {
    CONNECTION_DONE,   /* by the protocol */
    CONNECTION_LOST,   /* see error */
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
    struct watch watch; /* first: see watch.h */
    const struct service *service;
    const void *settings;
    char *pending; /* output from START to END, not yet sent */
    struct server_client client;
    uint64_t received, sent;
    int64_t linger_until; /* by monotonic_ms */
    uint32_t start, end;
    uint32_t ignored; /* bytes received after the service had ended */
    int timeout;      /* of a call: 0, -1 for none, or milliseconds */
    int error;
    uint8_t state;       /* enum connection_state */
    uint8_t ending;      /* enum connection_ending */
    uint8_t half_closed; /* the client has sent a FIN */
    /* In the event model alone.  */
    uint8_t events; /* the events to poll for */
    struct connection *prev, *next;
    struct connection_queue *queue;
    int64_t due; /* expiry, by monotonic_ms */
};

/* Begin to serve CLIENT, a connected stream.  TIMEOUT is 0 where calls must not
   block.  */
void connection_open(struct connection *connection,
                     const struct server_client *client,
                     const struct service *service, const void *settings,
                     int timeout);

/* The events that CONNECTION needs: SONDE_READABLE or SONDE_WRITABLE; 0: the
   connection is over.  */
unsigned connection_events(const struct connection *connection);

/* Take one step.  BUFFER, of CONNECTION_PIECE bytes, holds nothing between two
   steps: any number of connections may share a buffer.  */
void connection_step(struct connection *connection, char *buffer);

/* Serve to the end, with blocking calls.  */
void connection_run(struct connection *connection, char *buffer);

/* Free pending output.  The descriptor stays open.  */
void connection_free(struct connection *connection);

/* How CONNECTION ended, as part of a sentence.  */
const char *connection_reason(const struct connection *connection);

/* ---- in a server --------------------------------------------------------- */

/* Open a connection for CLIENT, serve the client to the end with blocking
 * calls, and log the end.  CUT, or stop_now if CUT is NULL, is true if the
 * shutdown cut the connection.  CLIENT stays open.  */
enum connection_ending connection_serve(struct server *server,
                                        const struct server_client *client,
                                        char *buffer, const atomic_int *cut);

/* Serve CLIENT by events of the poller.  CONNECTION, of malloc, is freed at the
   end.  */
void connection_start(struct server *server, struct connection *connection,
                      const struct server_client *client);

/* Take one step, then watch for the next event or close CONNECTION.  Returns
   false if nothing changed: the socket was not ready after all.  */
bool connection_advance(struct server *server, struct connection *connection);

/* Log that CONNECTION ended for the reason ENDING; close and free CONNECTION.
 */
void connection_close(struct server *server, struct connection *connection,
                      enum connection_ending ending);

#endif /* SERVERS_CONNECTION_H */
