/* server.h - a server: its options, its model, its loop and its clients
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SERVER_H
#define SERVERS_SERVER_H 1

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/monotonic.h"
#include "servers/connection.h"
#include "servers/listen-socket.h"
#include "servers/log.h"
#include "servers/rate.h"
#include "servers/repeat.h"
#include "servers/source.h"

/* Concurrency model.  NULL callbacks are skipped.  */
struct model {
    const char *name;
    bool waits;        /* calls on a connection block */
    bool asynchronous; /* server_count_off is not called by the loop alone */
    int batch;         /* clients accepted for one event */
    long max_clients;  /* default of --max-clients; 0: any number */
    /* Begin.  Returns 0, or -1 with errno.  */
    int (*begin)(struct server *server);
    /* Count a client of SOURCE.  Returns false, and counts nothing, at
     * --max-per-source.  NULL: counted in server->sources.  */
    bool (*admit)(struct server *server, uint64_t source);
    /* Serve CLIENT, owned by the model from now on.  */
    void (*serve)(struct server *server, const struct server_client *client);
    /* Do what is due.  Returns the milliseconds until the next call, or -1.  */
    int (*tick)(struct server *server);
    /* The number of clients.  NULL: server->clients.  */
    long (*busy)(struct server *server);
    /* The grace period begins.  */
    void (*stop)(struct server *server);
    /* The grace period is over: close the remaining connections.  The function
     * itself, a later count-off, or END adds the number to server->cut_off.  */
    void (*cut)(struct server *server);
    /* Free what BEGIN allocated.  A second call does nothing.  */
    void (*end)(struct server *server);
};

extern const struct model model_iterative, model_fork, model_prefork,
    model_thread, model_event;

/* All models.  */
enum { MODELS = 5 };
extern const struct model *const models[MODELS];

/* Times are in milliseconds unless noted; 0 is "none".  */
struct server_options {
    const char *program;
    const struct service *service;
    const void *settings;
    const struct model *model;
    struct listen_addresses listen_addresses;
    bool inetd;
    bool verbose;
    const char *user;
    long workers;
    long max_clients;
    long max_per_source;
    long idle_timeout;
    long keepalive; /* seconds */
    long grace;     /* seconds */
    long rate;      /* -1: RATE_USUAL, except for local sources */
};

/* Datagrams answered per second and source.  */
enum { RATE_USUAL = 256 };

/* See shutdown.c for the transitions.  */
enum server_phase { SERVER_RUNNING, SERVER_STOPPING, SERVER_CUT, SERVER_OVER };

struct server {
    const struct server_options *options;
    const struct model *model;
    enum server_phase phase;
    struct sonde_poller *poller;
    struct watch wake; /* of stop.h */
    int wake_fd;
    struct listen_sockets listeners;
    struct sonde_reserve reserve;
    bool no_streams, no_datagrams; /* served by another process */
    bool is_child;        /* a worker: the parent logs, and removes files */
    bool ends_when_quiet; /* see shutdown.c */
    bool nodelay_checked, nodelay_inherited;
    bool failed; /* cannot continue */
    int timeout; /* of a connection's blocking calls */
    int backoff;
    int wait_backoff;           /* after failures of the wait */
    bool progress;              /* a call on a ready descriptor had a result */
    struct monotonic_spin spin; /* rounds without progress */
    int64_t resume_at;   /* listen sockets are not polled until then; 0: are */
    int64_t quiet_since; /* with ends_when_quiet */
    int64_t cut_until;   /* the end of SERVER_CUT */
    long max;            /* clients; 0: any number */
    atomic_int cut_off;  /* connections closed by the shutdown */
    atomic_int clients;
    atomic_int wants_fewer;      /* wake the loop when a client leaves */
    struct source_table sources; /* with --max-per-source */
    struct rate_table rates;     /* pages of zeros until used, as repeats */
    struct repeat_table repeats;
    struct connection_queue working, lingering; /* of the event model */
    void *model_data;
    char buffer[CONNECTION_PIECE];
};

/* ---- server.c ------------------------------------------------------------ */

/* Run a server by OPTIONS until a signal stops the server.  Returns 0, or -1
   with the reason in the log.  */
int server_run(const struct server_options *options);

/* ---- loop.c -------------------------------------------------------------- */

/* Open a poller for the listen sockets and the wake-up descriptor.  Returns 0,
   or -1 with errno.  */
int loop_open(struct server *server);

/* Serve until SERVER_OVER.  */
void server_loop(struct server *server);

/* ---- shutdown.c ---------------------------------------------------------- */

/* Make a transition between phases, if due.  Returns whether the phase changed.
 */
bool shutdown_step(struct server *server);

/* Milliseconds until a transition by time; -1: there is none.  */
int shutdown_next_due(const struct server *server);

/* ---- accept.c ------------------------------------------------------------ */

/* The watch of a stream's listen socket: accept clients.  */
void accept_ready(struct server *server, struct watch *watch, unsigned ready);

/* Accept the clients that are in the queue of LISTENER now.  */
void accept_queued(struct server *server, struct listen_socket *listener);

/* Close all clients in the queue of LISTENER, and count the clients as cut off.
 */
void accept_reject_queued(struct server *server,
                          const struct listen_socket *listener);

/* ---- datagram.c ---------------------------------------------------------- */

/* The watch of a datagram socket: answer one datagram.  */
void datagram_ready(struct server *server, struct watch *watch, unsigned ready);

/* ---- listen-watch.c ------------------------------------------------------ */

/* Add the listen sockets to a new poller, for no events yet.  Returns 0, or -1
   with errno.  */
int listeners_add(struct server *server);

/* Poll the listen sockets with room for a client, and stop polling the rest. */
void listeners_update(struct server *server);

/* Milliseconds until a back-off ends; -1: there is none.  */
int listeners_next_due(const struct server *server);

/* accept or recvmsg at LISTENER ended with ERROR, 0 for success: if the call
   keeps failing, do not poll LISTENER for a while, and log the reason.  */
void listener_check(struct server *server, struct listen_socket *listener,
                    int error);

/* Poll no listen socket for a while, longer each time in a row.  */
void server_back_off(struct server *server);

/* Whether --max-clients clients are served.  */
bool server_is_full(const struct server *server);

/* ---- client.c ------------------------------------------------------------ */

/* The number of clients being served.  */
long server_clients(struct server *server);

/* Count off a client of SOURCE.  Safe in a signal handler.  */
void server_count_off(struct server *server, uint64_t source);

/* Close CLIENT, free the name, and count the client off.  */
void server_client_close(struct server *server,
                         const struct server_client *client);

/* Log WHAT, the text of ERROR and ADVICE, and end the server.  */
void server_fail(struct server *server, enum log_trouble kind, const char *what,
                 int error, const char *advice);

/* Whether poll reports EVENTS on FD now, or fails.  */
bool server_is_ready(int fd, short events);

/* The smaller of two timeouts, where -1 is infinite.  */
int server_sooner(int a, int b);

#endif /* SERVERS_SERVER_H */
