/* run.h - shared by the files of a load run
   SPDX-License-Identifier: GPL-3.0-or-later

   run.c has the phases, the clock and the event loop, and chooses the
   transport; datagram.c sends and verifies datagrams; connection.c has the life
   of a load connection and the transport of streams; plan.c knows when a
   message is due.  Each file calls only files named after it.

   The states of a load connection; set_state in connection.c makes every
   transition:

                  open              established         half-close
       CLOSED ----------> CONNECTING ----------> OPEN ---------> ENDING
        ^  ^   ^              |   ^                |                |
        |  |   | failed       |   | retry          | failed,        | peer
        |  |   +--------------+   |                | reset          | closed
        |  |   | queue full       |                |                |
        |  |   +------------> QUEUE_FULL           |                |
        |  |   | failed, --connect without a rate  |                |
        |  |   +------------> BACKOFF ---> open    |                |
        |  +---------------------------------------+                |
        +-----------------------------------------------------------+  */

#ifndef LOAD_RUN_H
#define LOAD_RUN_H 1

#include "base/monotonic.h"
#include "load/load.h"

enum load_state {
    CONNECTION_CLOSED,     /* never opened, or ended */
    CONNECTION_BACKOFF,    /* failed and counted; retried after the back-off */
    CONNECTION_QUEUE_FULL, /* UNIX: listen queue full; retried, too */
    CONNECTION_CONNECTING,
    CONNECTION_OPEN,
    CONNECTION_ENDING /* half-closed; the peer has not closed its side yet */
};

struct load_message {
    int64_t start; /* of its latency */
    int64_t begun; /* -1: done */
};

struct load_connection {
    int fd;
    enum load_state state;
    bool is_blocked;  /* the socket's send buffer is full */
    int64_t since;    /* start of connect; with a rate, when it was due */
    int64_t retry_at; /* end of the back-off */
    int64_t deadline; /* of all attempts to connect */
    /* Numbers of messages: due by the rate, begun, and done without a gap.  */
    uint64_t due, begun, done;
    size_t pending;          /* messages neither answered nor expired */
    uint64_t sent, received; /* bytes of a stream */
};

/* The phases of a run, in this order.  HOLDING is skipped without --hold;
   --connect begins with RUNNING.  next_phase in run.c makes every
   transition.  */
enum load_phase {
    LOAD_OPENING,
    LOAD_HOLDING, /* all connections are idle */
    LOAD_RUNNING,
    LOAD_DRAINING, /* nothing new begins; wait for replies */
    LOAD_OVER
};

struct load;

/* The bytes that each connection sends: a stream that repeats after a prime
   number of bytes.  No message, packet or buffer has the same period, so a
   lost, repeated or misplaced byte is noticed without a copy of the stream.  */
enum {
    PATTERN_PERIOD = 65521,
    PATTERN_PIECE = 65536 /* max bytes in one piece */
};

struct pattern {
    unsigned char bytes[PATTERN_PERIOD + PATTERN_PIECE];
};

/* How messages travel.  Each function returns LOAD_NONE, or the error that ends
   the connection.

   send: begin the messages that may begin, and send as much as the socket
   takes; set is_blocked if the socket takes no more.  receive: receive and
   verify data that has arrived; not always all, so that a fast peer does not
   starve the other connections.  expire: receive replies that have arrived,
   then count messages unanswered for the timeout at NOW, which are done; NULL
   if messages cannot be lost.  */
struct load_transport {
    enum load_error (*send)(struct load *load,
                            struct load_connection *connection);
    enum load_error (*receive)(struct load *load,
                               struct load_connection *connection);
    enum load_error (*expire)(struct load *load,
                              struct load_connection *connection, int64_t now);
};

struct load {
    const struct load_transport *transport;
    const struct load_plan *plan;
    struct load_report *report;
    const struct client_target *target;
    struct sonde_poller *poller;
    struct load_connection *connections;
    struct load_message *messages; /* depth entries of each connection */
    enum load_phase phase;
    bool is_late;      /* too late to begin a message that is due */
    bool has_events;   /* the last poll returned events */
    bool has_progress; /* these events had a result: bytes, an end of file, an
                          error, the end of a connect, or a signal */
    struct monotonic_spin spin;
    bool is_cut;   /* the run ended with replies pending */
    int trouble;   /* the errno that ended the run, or 0 */
    int64_t start; /* of the measured phase */
    int64_t ended; /* of RUNNING; 0: not reached */
    int64_t phase_end;
    int64_t next_due;  /* while running: when the next message or connection is
                          due; INT64_MAX without a rate */
    int64_t checked;   /* when due messages were last begun, while running */
    int64_t last;      /* arrival of the last reply */
    size_t next;       /* the first connection never opened */
    size_t closed;     /* connections in CLOSED */
    size_t connecting; /* connections in CONNECTING, QUEUE_FULL, BACKOFF */
    size_t open;       /* connections in OPEN, ENDING */
    uint64_t outstanding; /* messages begun and not done */
    uint64_t due;         /* messages due by the rate, of all connections */
    struct pattern pattern;
    unsigned char bytes[PATTERN_PIECE];
};

/* ---- plan.c -------------------------------------------------------------- */

/* Returns the end of the run by REPORT.  Without errors CLIENT_DONE, and CLIENT
   is unchanged; but CLIENT_TIMED_OUT if no reply came and the run was not
   interrupted.  With errors the text of CLIENT has the counts, and the end is
   of one error: wrong replies first, then closed early, unanswered
   (CLIENT_SILENCE for datagrams), and the others in the order of enum
   load_error.  An end other than CLIENT_DONE is set in CLIENT.  */
enum client_end load_judge(struct client *client,
                           const struct load_report *report);

/* The pending error of FD, a socket that may have connected: of its connect, or
   of a reset since; 0: none; or the errno of getsockopt.  The call clears the
   error.  ECONNREFUSED also: TCP connected the socket to itself, since its
   local port is the port that it connects to.  Then the close will send RST:
   TIME_WAIT would block the port for its server.  ENOTCONN: TCP has no peer. FD
   stays open.  */
int load_socket_error(int fd);

/* The error for ERROR, an errno of a call on a socket or the poller: as
   sonde_connect_status, but LOAD_CLOSED for 0.  Never LOAD_NO_PORT, which
   depends on the call: the caller decides.  */
enum load_error load_error_of(int error);

/* The number of CONNECTION, from 0.  */
size_t load_index(const struct load *load,
                  const struct load_connection *connection);

/* Describe the first wrong reply in the report: WHAT ("byte", "datagram") and
   NUMBER, written as given, of CONNECTION, written as a number from 1 up, was
   altered; or if NEVER, was never sent.  A later wrong reply changes nothing.
   No error is counted.  Returns LOAD_WRONG.  */
enum load_error load_note_wrong(struct load *load,
                                const struct load_connection *connection,
                                const char *what, uint64_t number, bool never);

/* ---- datagram.c, connection.c -------------------------------------------- */

extern const struct load_transport datagram_transport, stream_transport;

/* Fill PATTERN with pseudo-random bytes of period PATTERN_PERIOD, the same in
   each run.  */
void pattern_make(struct pattern *pattern);

/* The PATTERN_PIECE bytes from OFFSET of the stream of CONNECTION, a number of
   load_index.  */
const unsigned char *pattern_at(const struct pattern *pattern,
                                size_t connection, uint64_t offset);

/* The entry of message NUMBER of CONNECTION, at most connection->begun, the
   message that begins next.  Message NUMBER + depth reuses the entry.  */
struct load_message *load_message(const struct load *load,
                                  const struct load_connection *connection,
                                  uint64_t number);

/* Whether CONNECTION may begin another message now; false unless the connection
   is open with fewer than depth messages not done.  LOAD_CONNECTS: the first
   message, in any phase; LOAD_HOLD: the first, in LOAD_RUNNING.  Otherwise with
   a rate a message that is due, unless IS_LATE, in any phase; without a rate
   any, in LOAD_RUNNING.  Sending may still fail.  */
bool load_may_begin(const struct load *load,
                    const struct load_connection *connection);

/* Count a message begun at NOW, as pending; load_may_begin must be true.  The
   latency starts now, or for LOAD_MESSAGES with a rate when the message was
   due.  Nothing is sent.  */
void load_begin(struct load *load, struct load_connection *connection,
                int64_t now);

/* Count message NUMBER, with an unaltered reply that arrived at NOW, as echoed
   and no longer pending, and set LAST of LOAD to NOW.  Except with --connect,
   count the latency, too.  The caller advances DONE of CONNECTION.  */
void load_done(struct load *load, struct load_connection *connection,
               uint64_t number, int64_t now);

/* Begin to connect CONNECTION, which has no socket.  SINCE, in nanoseconds, is
   the start of the connect time.  A connect that succeeds at once is confirmed
   at once.  A failure is counted, and the state is then CONNECTION_CLOSED or
   CONNECTION_BACKOFF.  A full listen queue of a UNIX socket is no failure: the
   state is CONNECTION_QUEUE_FULL, and all attempts together may take
   CLIENT_TIMEOUT from the first.  */
void load_connection_open(struct load *load, struct load_connection *connection,
                          int64_t since);

/* Use FD, a connected socket, for CONNECTION, which closes FD from now on.
   Counts as a connect.  If the poller fails, the error is counted and FD is
   closed.  */
void load_connection_adopt(struct load *load,
                           struct load_connection *connection, int fd);

/* Handle READY, events of the poller: confirm the connect, receive, or send.
   An error is counted and closes CONNECTION.  */
void load_connection_serve(struct load *load,
                           struct load_connection *connection, unsigned ready);

/* If CONNECTION is open, begin the messages that may begin, and send as much as
   the socket takes.  An error is counted and closes CONNECTION.  */
void load_connection_send(struct load *load,
                          struct load_connection *connection);

/* Handle timeouts of a connect and of datagrams, and back-offs, that have
   passed at NOW.  A back-off ends with another connect; after LOAD_RUNNING
   CONNECTION_BACKOFF is closed at once, without an error.  A connect that has
   ended, but was not reported yet, is confirmed, not timed out.  An open
   datagram connection also sends what may be sent.  An error is counted and
   closes CONNECTION.  */
void load_connection_check(struct load *load,
                           struct load_connection *connection, int64_t now);

#endif /* LOAD_RUN_H */
