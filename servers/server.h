/* server.h - a server: its options, its model, its loop and its clients
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SERVER_H
#define SERVERS_SERVER_H 1

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/monotonic.h"
#include "servers/connection.h"
#include "servers/datagram-limit.h"
#include "servers/listen-socket.h"
#include "servers/log.h"
#include "servers/source.h"

/* Concurrency model.  NULL callbacks are skipped.  */
struct model {
    bool waits;        /* calls on a connection block */
    bool asynchronous; /* threads or signal handlers count clients off, too */
    bool forks;        /* starts processes */
    int batch;         /* max clients accepted for one event */
    long max_clients;  /* default of --max-clients; 0: any number */
    /* Allocate, start workers.  Returns 0, or -1 with errno; END follows.  If
       server->failed is set then, the reason is in the log.  */
    int (*begin)(struct server *server);
    /* With --max-per-source alone: count a client of SOURCE, as source_enter
       does; ENOBUFS: no slot is free.  NULL: counted in server->sources.  */
    bool (*admit)(struct server *server, uint64_t source);
    /* The same, for a client that leaves, as source_leave does.  */
    void (*leave)(struct server *server, uint64_t source);
    /* Serve CLIENT, owned by the model from now on, and do what
       server_client_close does at the end.  If CLIENT cannot be served, the
       reason is logged, too.  In a process with a single client at a time, the
       call lasts until the client ends.  */
    void (*serve)(struct server *server, const struct server_client *client);
    /* Called in each round of the loop.  Returns the milliseconds until the
       next call is due, or -1.  */
    int (*tick)(struct server *server);
    /* The number of clients, in all processes.  NULL: server->clients.  */
    long (*busy)(struct server *server);
    /* The grace period begins.  The listen sockets are closed, except those at
       which workers still accept.  */
    void (*stop)(struct server *server);
    /* Close the remaining connections.  The function itself, a later count-off,
       or END adds the number to server->cut_off.  */
    void (*cut)(struct server *server);
    /* Free what BEGIN allocated, kill the remaining processes, and add their
       clients to server->cut_off.  A second call does nothing.  */
    void (*end)(struct server *server);
};

extern const struct model model_iterative, model_fork, model_prefork,
    model_thread, model_event, model_event_workers;

/* The command line.  Times are in milliseconds unless noted; 0 or NULL is
   "none", except where noted.  */
struct server_options {
    const char *program;
    const struct service *service;
    const void *settings; /* of the service */
    const struct model *model;
    struct listen_addresses listen_addresses; /* unless sockets are inherited */
    bool inetd;       /* serve the socket on standard input */
    bool verbose;     /* log each client and each answered datagram */
    const char *user; /* to become, once the sockets are open */
    bool no_sandbox;
    long workers;     /* of prefork and of the event model */
    long max_clients; /* 0: the default of the model */
    long max_per_source;
    long idle_timeout;
    long keepalive; /* seconds */
    long grace;     /* seconds; 0: a signal closes connections at once */
    long rate;      /* datagrams answered per second and source; 0: no limit;
                       -1: RATE_USUAL, and for local sources the limit of
                       repeat.h */
};

/* The default of --max-rate: datagrams answered per second and source.  */
enum { RATE_USUAL = 256 };

/* The max datagrams of one call; and the number of one event after which no
   further call is made: then others are served.  */
enum { DATAGRAM_BATCH = 32, DATAGRAM_EVENT = 256 };

/* See shutdown.c for the transitions.  */
enum server_phase { SERVER_RUNNING, SERVER_STOPPING, SERVER_CUT, SERVER_OVER };

struct server {
    const struct server_options *options;
    const struct model *model;
    enum server_phase phase;
    struct sonde_poller *poller;
    struct server_watch wake; /* of stop.h */
    int wake_fd;
    struct listen_sockets listeners;
    struct sonde_reserve reserve;
    struct worker_pool *pool; /* NULL: no workers; see workers.h */
    bool no_streams;          /* served by workers */
    bool no_datagrams;        /* likewise */
    bool is_child;            /* a worker: the parent logs, and removes files */
    bool ends_when_quiet;     /* see shutdown.c */
    bool nodelay_checked, nodelay_inherited;
    bool failed; /* cannot start or continue: the loop ends the server */
    int timeout; /* milliseconds of a connection's blocking calls; -1: none */
    int backoff; /* the latest of server_back_off, in milliseconds */
    int wait_backoff;           /* the same, after failures of the wait */
    bool progress;              /* a call on a ready descriptor had a result */
    struct monotonic_spin spin; /* rounds without progress */
    int64_t resume_at;   /* listen sockets are not polled until then; 0: are */
    int64_t quiet_since; /* with ends_when_quiet */
    /* Of a worker of a server that ends when quiet: the second of its last
       event, by monotonic_ms, rounded up, in shared memory; else NULL.  */
    atomic_uint *served_at;
    int64_t cut_until;  /* the end of SERVER_CUT */
    long max;           /* clients; 0: any number */
    atomic_int cut_off; /* connections closed by the shutdown */
    atomic_int clients;
    atomic_int wants_fewer;      /* wake the loop when a client leaves */
    bool full_in_all;            /* all workers together have the maximum */
    uint64_t source_seed;        /* the same in all processes */
    struct source_table sources; /* with --max-per-source */
    struct datagram_limit *limit;
    struct connection_queue working, lingering; /* of the event model */
    void *model_data;
    /* Last: a forked child then copies a single page for the start of the
       buffer and for the members above, which the parent changes.  The loop
       receives single datagrams in it, too.  */
    char buffer[CONNECTION_PIECE];
};

/* ---- server.c ------------------------------------------------------------ */

/* Run a server by OPTIONS, with the sockets of inetd or LISTEN_FDS, or else at
   the listen addresses.  Returns 0 when a signal has stopped the server, when
   an inherited connection has ended, or when a server of inetd had no client
   for a minute; -1 with the reason in the log if the server cannot start, or
   cannot continue.  In each case listen sockets are closed, and files of UNIX
   sockets removed; inherited descriptors that are not served stay open.  Raises
   the soft limit of descriptors, begins the log, catches signals (stop.h),
   becomes the user of --user and enters the sandbox: nothing of this is undone.
   To be called once in a process.  */
int server_run(const struct server_options *options);

/* ---- confine.c ----------------------------------------------------------- */

/* Give up what SERVER does not need any more once its sockets are open: all
   capabilities, but not as root, nor with --user, since privilege_drop drops
   them; and, without --no-sandbox, access to files, ports and other processes,
   as far as the system has a sandbox: see base/sandbox.h.  To be called before
   processes and threads are started.  Returns 0, also without a sandbox, which
   only server_report_sandbox logs; -1 with the reason in the log: capabilities
   are left, and the sandbox is not entered.  */
int server_confine(const struct server *server);

/* Log what server_confine, which comes first, has noted: with --verbose the
   sandbox, or the lack of one; without --verbose only a failure that is neither
   the lack of a sandbox (ENOTSUP) nor a policy (EPERM, EACCES).  */
void server_report_sandbox(void);

/* ---- loop.c -------------------------------------------------------------- */

/* Open server->poller, and add the listen sockets, with no events yet, and the
   wake-up descriptor.  Returns 0; or -1 with errno, and server->poller, unless
   NULL, is to be closed.  */
int loop_open(struct server *server);

/* Serve until SERVER_OVER.  Returns earlier if poll can never succeed, with the
   reason in the log and server->failed set: listen sockets are then open.
   After that, or after all time for SERVER_CUT, processes and threads of
   clients may still run.  */
void server_loop(struct server *server);

/* ---- shutdown.c ---------------------------------------------------------- */

/* Make one transition between phases, if due, and do the work of the new phase.
   STOPPING: begin the grace period, which is over at once if the server has
   failed; accept the clients in the queues, but not of inherited sockets, nor
   once the grace period is over; outside of workers reject the others, as cut
   off, and close the sockets; call the model's stop.  Where workers accept, the
   parent does neither, and only removes the file of a UNIX socket.  CUT: call
   the model's cut, which closes the connections.  OVER: close the listen
   sockets that are left, except in a worker.  Returns whether the phase
   changed.  */
bool shutdown_step(struct server *server);

/* Milliseconds until a transition by time; -1: none.  A signal, not this time,
   ends the grace period.  */
int shutdown_next_due(const struct server *server);

/* ---- accept.c ------------------------------------------------------------ */

/* Callback of WATCH, the first member of a stream's listen socket: accept
   clients, up to the batch of the model and --max-clients, none during a
   back-off of SERVER, and serve or reject each.  Errors are logged; a lasting
   error pauses polling, or ends the server.  READY is ignored.  At the end a
   worker may leave the next client to another worker: listener_yield.  */
void accept_ready(struct server *server, struct server_watch *watch,
                  unsigned ready);

/* Accept as many clients of LISTENER, which is open, as the queue has at the
   start, and serve or reject each; where the number is unknown, until the queue
   is empty, LISTEN_SOCKET_BACKLOG clients at most.  Stops at --max-clients, at
   the end of the grace period, during a back-off of SERVER, and at the first
   error, except one that accept_ready answers by the reserve descriptor.
   Errors are logged as by accept_ready.  */
void accept_queued(struct server *server, struct listen_socket *listener);

/* Close the clients in the queue of LISTENER, LISTEN_SOCKET_BACKLOG at most, up
   to the first error of accept, and count each as cut off.  LISTENER stays
   open.  */
void accept_reject_queued(struct server *server,
                          const struct listen_socket *listener);

/* ---- datagram.c ---------------------------------------------------------- */

/* Callback of WATCH, the first member of a datagram socket: receive datagrams
   that wait, and answer each; over UNIX sockets one.  Over UDP usually one,
   too, if the last events brought one each; otherwise up to DATAGRAM_BATCH by
   one call, and further calls while a call receives all that were requested,
   until DATAGRAM_EVENT are received.  No answer is sent, and a line is logged,
   if the datagram is too long, if an answer may do harm
   (sonde_datagram_check_source), if the sender is this server, beyond the limit
   of the sender, or if another worker keeps the lock of the limits; and without
   a line, if the service has no answer.  Failures to send, and with --verbose
   answers, are logged.  The result of the receive goes to listener_check.
   READY is ignored.  */
void datagram_ready(struct server *server, struct server_watch *watch,
                    unsigned ready);

/* ---- listen-watch.c ------------------------------------------------------ */

/* End the back-offs that are over.  Then poll the stream sockets if there is
   room for a client, and the datagram sockets in any case, of shared ones only
   those of this worker.  During a back-off of SERVER no socket is polled;
   during a back-off of a socket, that socket is not.  Sockets that workers
   serve for this process are left alone.  If there is no room, logs that, even
   if no client waits, and in an asynchronous model has the next client that
   leaves wake the loop.  Sets server->failed if no listen socket is left,
   unless workers serve the streams, or if the poller fails.  */
void listeners_update(struct server *server);

/* Milliseconds until the first back-off ends, of SERVER or of a listen socket;
   0 if over; -1: none.  */
int listeners_next_due(const struct server *server);

/* accept or recvmsg at LISTENER ended with ERROR, 0 for success, which ends the
   failures.  After an error other than EAGAIN pause polling LISTENER, longer
   each time, and log the reason.  EAGAIN pauses only from the 64th in a row on,
   if poll still reports LISTENER as readable (sonde_backoff_after), and is
   logged only with the longest pause, a second.  Any result but EAGAIN is
   progress of the loop.  */
void listener_check(struct server *server, struct listen_socket *listener,
                    int error);

/* After accept at LISTENER: if this worker has more clients than the average of
   the workers, stop polling LISTENER until listeners_update, so that the next
   client wakes another worker, if any is idle; if the clients beyond the
   average are more than the batch of the model, do not poll LISTENER for 2 ms.
   Does nothing unless LISTENER is open and shared with workers, nor while
   polling is paused, as by listener_check: the pause stays as long.  */
void listener_yield(struct server *server, struct listen_socket *listener);

/* Whether this process is a worker of a pool with a total, of the event model:
   its listen sockets are shared with the loops of other workers.  False in the
   parent; false also in a worker of prefork.  */
bool listeners_are_shared(const struct server *server);

/* After a wait without events: take shared listen sockets out of the poller, so
   that listeners_update adds each again and waiting clients are reported.
   Other listen sockets stay.  */
void listeners_look_again(struct server *server);

/* Poll no listen socket for 5 ms, then twice as long each time in a row, one
   second at most, and accept no further client meanwhile.  Takes effect with
   the next listeners_update.  Returns at once.  */
void server_back_off(struct server *server);

/* Whether the maximum of clients is served, by all processes; false without a
   maximum.  */
bool server_is_full(struct server *server);

/* ---- client.c ------------------------------------------------------------ */

/* The number of clients of all processes.  */
long server_clients(struct server *server);

/* Count off a client of SOURCE, also for --max-per-source and, in a worker, in
   the total of the pool (workers_unreserve).  Wake the loop if wants_fewer is
   set: listen sockets wait for room, or the server stops; and if lines of the
   log were dropped, perhaps by the thread or child of this client: the loop
   tells their number.  Safe in a signal handler that does not interrupt another
   change of the counts.  */
void server_count_off(struct server *server, uint64_t source);

/* Close the descriptor of CLIENT, free the name, and count the client off.  */
void server_client_close(struct server *server,
                         const struct server_client *client);

/* Log WHAT, a colon, the text of ERROR, an errno, and ADVICE, which is "" or
   begins with a blank.  Sets server->failed: the loop then closes all
   connections, without a grace period.  In a worker the line is one of KIND,
   limited as by log_trouble; elsewhere KIND is ignored.  */
void server_fail(struct server *server, enum log_trouble kind, const char *what,
                 int error, const char *advice);

/* The smaller of two timeouts, where -1 is infinite.  */
int server_sooner(int a, int b);

#endif /* SERVERS_SERVER_H */
