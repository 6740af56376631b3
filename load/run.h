/* run.h - what the files of a load run share
   SPDX-License-Identifier: GPL-3.0-or-later

   run.c decides when something happens, connection.c connects, sends, verifies
   and closes, datagram.c sends and verifies datagrams, account.c counts, plan.c
   knows what is due.  Each file calls only the files named after it.

   The states of a connection; load_set_state makes every transition:

                  open              established         half-close
       CLOSED ----------> CONNECTING ----------> OPEN ---------> ENDING
        ^  ^   ^              |   ^                |                |
        |  |   | failed       |   | retry          | failed,        | peer
        |  |   +--------------+   |                | reset          | closed
        |  |   | queue full       |                |                |
        |  |   +------------> QUEUE_FULL           |                |
        |  |   | failed, --connect                 |                |
        |  |   +------------> BACKOFF ---> open    |                |
        |  +---------------------------------------+                |
        +-----------------------------------------------------------+  */

#ifndef LOAD_RUN_H
#define LOAD_RUN_H 1

#include "base/monotonic.h"
#include "load/load.h"
#include "load/pattern.h"

enum load_state {
    CONNECTION_CLOSED,     /* never opened, or ended */
    CONNECTION_BACKOFF,    /* failed, which is counted; retried later */
    CONNECTION_QUEUE_FULL, /* UNIX: the listen queue is full; retried later */
    CONNECTION_CONNECTING,
    CONNECTION_OPEN,
    CONNECTION_ENDING /* half-closed; the peer has not closed its side */
};

struct load_connection {
    int fd;
    enum load_state state;
    unsigned watched; /* events that the poller watches */
    bool is_blocked;  /* the socket's send buffer is full */
    int64_t since;    /* start of connecting; with a rate, when it was due */
    int64_t retry_at;
    int64_t give_up_at; /* the end of all attempts to connect */
    /* Numbers of messages: due by the rate, begun, and done without a gap.
       For each number between the last two, modulo depth, times has the moment
       that its latency counts from, and begun_at the moment it was begun.  */
    uint64_t due, begun, done;
    int64_t *times, *begun_at;
    size_t pending;          /* messages neither answered nor given up */
    uint64_t sent, received; /* bytes of a stream */
};

/* The phases of a run, in this order; OPENING goes straight to RUNNING unless
   connections are held, and --connect begins with RUNNING.  set_phase in run.c
   makes every transition.  */
enum load_phase {
    LOAD_OPENING,
    LOAD_HOLDING, /* all connections are idle */
    LOAD_RUNNING,
    LOAD_DRAINING, /* nothing new begins; replies are awaited */
    LOAD_OVER
};

struct load {
    const struct load_plan *plan;
    struct load_report *report;
    const struct client_target *target;
    struct sonde_poller *poller;
    struct load_connection *connections;
    int64_t *times; /* of all connections, followed by all begun_at */
    enum load_phase phase;
    bool is_late; /* too late to begin a message that is due */
    bool heard;   /* the last poll returned events */
    bool moved;   /* and a call received or sent something for them */
    struct monotonic_spin spin;
    bool is_cut;   /* the run ended without waiting for pending replies */
    int trouble;   /* the errno that ended the run, or 0 */
    int64_t start; /* of the phase that is measured */
    int64_t phase_end;
    int64_t looked;       /* when messages due by the rate were last begun */
    int64_t ran;          /* how long messages came due, in nanoseconds */
    int64_t last;         /* when the last reply arrived */
    size_t next;          /* the first connection that was never opened */
    size_t connecting;    /* connections in CONNECTING, QUEUE_FULL, BACKOFF */
    size_t open;          /* connections in OPEN, ENDING */
    uint64_t outstanding; /* messages begun and not done */
    uint64_t due;         /* messages due by the rate, of all connections */
    struct pattern pattern;
    unsigned char bytes[PATTERN_PIECE];
};

/* ---- plan.c -------------------------------------------------------------- */

/* The result of REPORT, in *RESULT too.  */
enum client_end load_judge(const struct client *client,
                           const struct load_report *report,
                           struct client_result *result);

/* ---- account.c ----------------------------------------------------------- */

/* The number of CONNECTION, from 0.  */
size_t load_index(const struct load *load,
                  const struct load_connection *connection);

/* Go to STATE, and keep the counts of LOAD in step.  */
void load_set_state(struct load *load, struct load_connection *connection,
                    enum load_state state);

/* The error that errno ERROR stands for.  */
enum load_error load_error_of(int error);

/* Describe the first wrong reply: WHAT ("byte", "datagram") NUMBER of
   CONNECTION was altered, or was NEVER sent.  Returns LOAD_WRONG.  */
enum load_error load_note_wrong(struct load *load,
                                const struct load_connection *connection,
                                const char *what, uint64_t number, bool never);

/* Whether CONNECTION may begin another message now.  */
bool load_may_begin(const struct load *load,
                    const struct load_connection *connection);

/* Begin a message at NOW.  */
void load_begin(struct load *load, struct load_connection *connection,
                int64_t now);

/* Message NUMBER came back unaltered at NOW.  */
void load_done(struct load *load, struct load_connection *connection,
               uint64_t number, int64_t now);

/* ---- datagram.c ---------------------------------------------------------- */

/* Begin and send what may be sent, receive what has arrived, and give up what
   is late at NOW.  Return LOAD_NONE, or the error that ends CONNECTION.  */
enum load_error datagram_send(struct load *load,
                              struct load_connection *connection);
enum load_error datagram_receive(struct load *load,
                                 struct load_connection *connection);
enum load_error datagram_expire(struct load *load,
                                struct load_connection *connection,
                                int64_t now);

/* ---- connection.c -------------------------------------------------------- */

/* Begin to connect, with SINCE as the start of its time.  */
void load_connection_open(struct load *load, struct load_connection *connection,
                          int64_t since);

/* Use FD, which is connected.  */
void load_connection_adopt(struct load *load,
                           struct load_connection *connection, int fd);

/* Handle READY, events of the poller.  */
void load_connection_serve(struct load *load,
                           struct load_connection *connection, unsigned ready);

/* Begin the messages that may begin, and send what can be sent.  */
void load_connection_send(struct load *load,
                          struct load_connection *connection);

/* Handle what has timed out at NOW.  */
void load_connection_check(struct load *load,
                           struct load_connection *connection, int64_t now);

#endif /* LOAD_RUN_H */
