/* load.h - many connections to an echo server at once, measured and verified
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H 1

#include "base/histogram.h"
#include "clients/client.h"

enum load_kind {
    LOAD_MESSAGES, /* each connection sends messages all the time */
    LOAD_CONNECTS, /* each connection sends one message and ends; a new
                      connection replaces it */
    LOAD_ONLY,     /* each connection is made and ended without a message */
    LOAD_HOLD      /* all connections are idle for DURATION, then send one
                      message each */
};

struct load_plan {
    enum load_kind kind;
    size_t connections; /* at once */
    size_t size;        /* of a message, in bytes */
    size_t depth;       /* max pending messages of a connection */
    int64_t duration;   /* nanoseconds */
    int64_t timeout;    /* nanoseconds; of replies at the end of the run, of
                           each datagram */
    long rate;          /* messages, or connects, a second; 0: unlimited */
    bool reset;         /* close by RST, which leaves no TIME_WAIT */
};

/* Why a message or a connection failed: a sonde_connect_status, or an error of
   the load run.  */
enum load_error {
    LOAD_NONE = SONDE_CONNECT_CONNECTED,
    LOAD_WRONG = SONDE_CONNECT_OTHER + 1, /* the reply differs */
    LOAD_CLOSED,                          /* closed early by the server */
    LOAD_UNANSWERED,                      /* no reply within the timeout */
    LOAD_NO_PORT,                         /* all local ports are in use */
    LOAD_UNSENT, /* due by the rate, and not sent before the end */
    LOAD_ERRORS
};

/* ERROR, which is not LOAD_ERRORS, as a word of letters and hyphens,
   "wrong-reply", and as part of a sentence.  Both are constants.  */
const char *load_error_name(enum load_error error);
const char *load_error_text(enum load_error error);

struct load_report {
    const struct load_plan *plan;
    struct sonde_address peer;
    int type;
    uint64_t messages;        /* echoed unaltered, in time */
    uint64_t connects;        /* that succeeded */
    uint64_t late;            /* datagrams that arrived after the timeout */
    int64_t elapsed;          /* nanoseconds of the measured phase */
    int64_t opened;           /* nanoseconds until all were connected; 0 with
                                 LOAD_CONNECTS and LOAD_ONLY */
    struct histogram latency; /* of a message, or of a whole connection */
    struct histogram connect; /* of each connect that succeeded */
    uint64_t errors[LOAD_ERRORS]; /* how many of each error */
    char wrong[200]; /* the first wrong reply, as a sentence; or empty */
    struct sonde_datagram_buffer buffer; /* of each datagram connection */
    bool interrupted;                    /* by a signal, or by PROGRESS */
    /* Segments sent again, SYNs too, by all connections of a stream; known if
       the system counts them for at least one of them.  */
    bool has_retransmissions;
    uint64_t retransmissions;
    uint64_t retried; /* LOAD_ONLY: connects that needed a second SYN */
};

/* Called a few times a second during a run, with the report so far and the
   nanoseconds elapsed.  False is an interruption, as by a signal.  */
typedef bool load_progress_function(const struct load_report *report,
                                    int64_t elapsed);

/* Add the retransmissions of FD, a TCP socket before its close, to REPORT, and
   set has_retransmissions.  Returns their number; 0 if the system has no count,
   and REPORT stays.  Keeps errno.  */
long load_count_retransmissions(struct load_report *report, int fd);

/* Write the verdict of REPORT, of LOAD_ONLY, a sentence without a full stop, to
   TEXT of SIZE bytes (truncated).  The first that applies: no client connected,
   since refused, and none timed out; clients without an answer within the
   timeout; clients that needed a second SYN; clients that were reset; fewer
   connects than clients; all connected.  */
void load_only_verdict(char *text, size_t size,
                       const struct load_report *report);

/* Open the connections of PLAN, of kind LOAD_ONLY, to PEER, a TCP
   address, from the local address SOURCE (NULL: any), all at once or by the
   rate, without sending a byte.  A client
   without an answer within the timeout of PLAN is SONDE_CONNECT_TIMED_OUT.  All
   stay connected until the last has connected or failed; a reset until then is
   an error, too.  Then each connection is shut down by FIN and closed at most
   two seconds later, which is no error; with reset of PLAN by RST, at once.
   PROGRESS may be NULL.  If it returns false, or on SIGINT or SIGTERM, the run
   ends at once: clients still connecting are closed and are no errors.  The run
   uses and closes the self-pipe of the library, and calls budget_volunteer, as
   load_run.  *REPORT is always filled in; PLAN must outlive *REPORT.  Returns
   0, also if all clients failed; -1 with errno if the run could not begin or
   waiting failed.  */
int load_connect_only(const struct load_plan *plan,
                      const struct sonde_address *peer,
                      const struct sonde_address *source,
                      load_progress_function *progress,
                      struct load_report *report);

/* The sum of the errors of REPORT.  */
uint64_t load_count_errors(const struct load_report *report);

/* When message NUMBER (from 0) of connection INDEX (from 0) is due under PLAN,
   in nanoseconds from the start.  PLAN has a rate.  The connections take turns,
   evenly spread.  The latency is measured from the due time, so a stalled
   server cannot hide delayed messages.  */
int64_t load_due(const struct load_plan *plan, size_t index, uint64_t number);

/* How many messages of connection INDEX are due before TIME, nanoseconds from
   the start and not negative.  PLAN has a rate.  */
uint64_t load_due_before(const struct load_plan *plan, size_t index,
                         int64_t time);

/* The end that the errors of REPORT amount to, as load_run returns it; but
   CLIENT_DONE without errors.  */
enum client_end load_end_of(const struct load_report *report);

/* Why PLAN cannot run against a peer of TYPE, as a sentence, a constant; NULL
   if PLAN can run.  The size is at least 1.  Only datagrams exclude plans:
   LOAD_CONNECTS, LOAD_HOLD, a size above 65507, and a size too small for the
   numbers of DEPTH messages.  LOAD_ONLY, the memory and the descriptors are not
   checked.  */
const char *load_plan_problem(const struct load_plan *plan, int type);

/* Raise RLIMIT_NOFILE for COUNT connections and some 30 other descriptors, if
   necessary and possible.  *LIMIT is the limit afterwards, in each case; -1 if
   there is none or the limit is unknown, which counts as enough.  Returns 0, or
   -1 without errno if the limit is too low.  */
int load_raise_limit(size_t count, long *limit);

/* Check that half of the memory left suffices for PLAN against a peer of TYPE:
   for both ends of the connections, since the server may run in the same
   container, and for pending messages.  Returns 0, also if no bound is known;
   or -1 with the reason, the end of a sentence, in WHY of SIZE bytes.  */
int load_fits(const struct load_plan *plan, int type, char *why, size_t size);

/* Run PLAN, not of LOAD_ONLY, against the peer of CLIENT, connected.  The
   connection of CLIENT is the first of the run; with LOAD_CONNECTS this
   connection is closed instead.  All connections are closed at the end.
   PROGRESS may be NULL; its result false counts as a signal.  SIGINT or SIGTERM
   ends the measurement, and the run waits for pending replies; a second signal,
   or a first signal before or after the measurement, ends the run at once, and
   pending replies are no errors.  The run uses the self-pipe of the library and
   closes it.  From the call on, the kernel kills this process first when memory
   runs out (budget_volunteer).

   *REPORT is always filled in, and needs no freeing; PLAN must outlive *REPORT.
   Sets CLIENT->end, with CLIENT->text after a failure, and returns the end:
   CLIENT_DONE if there were no errors and at least one reply or an
   interruption; CLIENT_TIMED_OUT if there were no errors and no reply;
   CLIENT_TROUBLE if the run could not begin, or waiting failed;
   CLIENT_CLOSED_EARLY also if the connection was reset before the run;
   otherwise the end of the worst error (load_end_of).  If the run could not
   begin, CLIENT keeps its connection; otherwise CLIENT->fd is -1.  */
enum client_end load_run(struct client *client, const struct load_plan *plan,
                         load_progress_function *progress,
                         struct load_report *report);

#endif /* LOAD_LOAD_H */
