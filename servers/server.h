/* server.h - what the models share: entrances, the loop, welcome and farewell
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SERVER_H
#define SERVERS_SERVER_H 1

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/monotonic.h"
#include "servers/connection.h"
#include "servers/listen-socket.h"
#include "servers/rate.h"
#include "servers/repeat.h"
#include "servers/source.h"

struct server;

/* A client that was accepted.  */
struct server_client {
    int fd;
    uint64_t source; /* see source_of */
    char *name;      /* for the log: NULL unless it is to say much */
};

/* How clients are multiplexed.  What is null is not done.  */
struct model {
    const char *name;
    bool waits;        /* its calls wait: descriptors block */
    bool asynchronous; /* server_count_off is called by others than the loop */
    int batch;         /* how many clients it takes in a turn */
    long most; /* clients at a time, unless told otherwise; 0: any number */
    /* Begin.  Returns 0, or -1 with errno.  */
    int (*begin)(struct server *server);
    /* Whether SOURCE may have one more client, who is counted then.  Null:
       server->sources says it.  */
    bool (*admit)(struct server *server, uint64_t source);
    /* Serve CLIENT, or see to it; to own from now on.  */
    void (*serve)(struct server *server, const struct server_client *client);
    /* What is due now; returns the milliseconds until the next, or -1.  */
    int (*tick)(struct server *server);
    /* How many clients there are.  Null: server->clients.  */
    long (*busy)(struct server *server);
    /* No more clients will come: those there have the time of grace.  */
    void (*stop)(struct server *server);
    /* That is over: end them.  Who is cut off is added to server->cut_off,
       here, when he has ended, or by end.  */
    void (*cut)(struct server *server);
    /* Free what begin made.  Called a second time, it does nothing.  */
    void (*end)(struct server *server);
};

extern const struct model model_iterative, model_fork, model_prefork,
    model_thread, model_event;

/* All of them.  */
enum { MODELS = 5 };
extern const struct model *const models[MODELS];

/* As the user wants it.  Times are in milliseconds; 0 is "none".  */
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
    long rate;      /* -1: RATE_USUAL, not for local sources */
};

/* Datagrams of one source that are answered in a second.  */
enum { RATE_USUAL = 256 };

struct server {
    const struct server_options *options;
    const struct model *model;
    struct sonde_poller *poller;
    struct watch wake; /* of stop.h */
    int wake_fd;
    struct listen_sockets listeners;
    struct sonde_reserve spare;
    bool no_streams, no_datagrams; /* another process sees to them */
    bool is_child; /* a worker, which leaves talking to others */
    bool leaves_when_quiet;
    bool nodelay_checked, nodelay_inherited;
    bool stopping, cut;
    bool failed; /* it cannot go on */
    int timeout; /* of a connection's calls, where they wait */
    int backoff;
    int wait_backoff;           /* after waits that failed */
    bool moved;                 /* something was done about what is ready */
    struct monotonic_spin spin; /* rounds in which nothing was */
    int64_t
        resume_at; /* entrances are left alone until then; 0: they are not */
    int64_t quiet_since; /* with leaves_when_quiet */
    int64_t over_at;     /* no waiting beyond that, once cut */
    long most;           /* clients */
    atomic_int cut_off;
    atomic_int clients;
    atomic_int wants_fewer;      /* and to be woken when there are */
    struct source_table sources; /* with max_per_source */
    struct rate_table *rates;    /* allocated when needed */
    struct repeat_table *repeats;
    void *model_data;
    char buffer[CONNECTION_PIECE];
};

/* Run a server by OPTIONS until it is told to stop.  Returns 0, or -1 when it
   has said why not.  */
int server_run(const struct server_options *options);

/* The loop, until stopped or, with leaves_when_quiet, not needed.  */
void server_loop(struct server *server);

/* Have a poller, and watch what wakes up.  Returns 0, or -1 with errno.  */
int server_open_poller(struct server *server);

/* Watch FD for EVENTS, with WATCH.  Returns 0, or -1 with errno.  */
int server_watch(struct server *server, int fd, unsigned events,
                 struct watch *watch);

/* Whether a call on FD for EVENTS, of poll, would not wait, now.  */
bool server_is_ready(int fd, short events);

/* Take a client that is there, at LISTENER.  Returns whether there was one.  */
bool server_take_client(struct server *server, struct listen_socket *listener);

/* Serve CLIENT in place, and say how it ended.  */
enum connection_ending server_serve(struct server *server,
                                    const struct server_client *client,
                                    char *buffer);

/* Say how the connection of CLIENT ended, if the log is to say much.  */
void server_say_end(const struct server_client *client,
                    const struct connection *connection);

/* CLIENT is gone: close its descriptor, count it off, free it.  */
void server_forget(struct server *server, const struct server_client *client);

/* How many clients are served.  */
long server_clients(struct server *server);

/* The counting alone.  May be called by a signal handler.  */
void server_count_off(struct server *server, uint64_t source);

/* Answer a datagram that waits at LISTENER.  */
void server_datagram(struct server *server, struct listen_socket *listener);

/* Leave all entrances alone for a while, the longer the more often in a
   row.  */
void server_back_off(struct server *server);

/* Accept or receive at LISTENER ended with ERROR, 0 if it did not fail: leave
   LISTENER alone if it goes on failing, and log why.  */
void server_check_listener(struct server *server,
                           struct listen_socket *listener, int error);

#endif /* SERVERS_SERVER_H */
