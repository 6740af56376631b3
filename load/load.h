/* load.h - many connections to an echo server at once, measured and verified
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H 1

#include "base/histogram.h"
#include "clients/client.h"

enum load_kind {
    LOAD_MESSAGES, /* each connection sends messages, one after the other */
    LOAD_CONNECTS, /* each connection sends one message and ends; a new one
                      takes its place */
    LOAD_HOLD      /* all connections do nothing for DURATION, then send one
                      message each */
};

struct load_plan {
    enum load_kind kind;
    size_t connections; /* at once */
    size_t size;        /* of a message, in bytes */
    size_t depth;       /* so many of one connection may be under way */
    int64_t duration;   /* nanoseconds */
    int64_t timeout;    /* nanoseconds that a reply may take at the end, or,
                           for datagrams, at any time */
    long rate;          /* messages, or connects, a second; 0: as fast as they
                           come back */
    bool reset;         /* end connections by RST, which leaves no TIME_WAIT */
};

/* Why a message or a connection failed: an status of the library, or one of
   these.  */
enum load_error {
    LOAD_NONE = SONDE_CONNECT_CONNECTED,
    LOAD_WRONG = SONDE_CONNECT_OTHER + 1, /* not what was sent */
    LOAD_CLOSED,                          /* by the server, too early */
    LOAD_UNANSWERED,                      /* no reply within the timeout */
    LOAD_NO_PORT,                         /* all local ports are in use */
    LOAD_UNSENT, /* came due by the rate, and could not be sent in the time */
    LOAD_ERRORS
};

/* ERROR in a word, and in a sentence.  */
const char *load_error_name(enum load_error error);
const char *load_error_text(enum load_error error);

struct load_report {
    const struct load_plan *plan;
    struct sonde_address peer;
    int type;
    uint64_t messages;        /* that came back as they were sent */
    uint64_t connects;        /* that succeeded */
    uint64_t late;            /* datagrams that came after they were given up */
    int64_t elapsed;          /* nanoseconds in which they did */
    int64_t opened;           /* nanoseconds until all were connected, but with
                                 LOAD_CONNECTS */
    struct histogram latency; /* of a message, or of a whole connection */
    struct histogram connect;
    uint64_t errors[LOAD_ERRORS];
    char wrong[200]; /* the first wrong reply, in words */
    bool interrupted;
};

/* When message NUMBER (from 0) of connection INDEX is due under PLAN, in
   nanoseconds from the start.  Only with a rate.  Its latency counts from
   there, not from when it could be sent at last: a server that is stuck cannot
   keep the messages that it delays out of the figures.  */
int64_t load_due(const struct load_plan *plan, size_t index, uint64_t number);

/* How many messages of connection INDEX are due before TIME, nanoseconds from
   the start.  */
uint64_t load_due_before(const struct load_plan *plan, size_t index,
                         int64_t time);

/* What is wrong with PLAN for a peer of TYPE, as a sentence; NULL if nothing.
 */
const char *load_plan_problem(const struct load_plan *plan, int type);

/* Have room for COUNT connections, raising the limit of descriptors as far as
   the system lets it.  Returns 0, or -1 with the limit in *LIMIT.  */
int load_raise_limit(size_t count, long *limit);

/* Whether the memory that is left bears PLAN: its connections, of which both
   ends may be in this container, and the messages under way.  Returns 0; or -1
   with the reason, a sentence's end, in WHY of SIZE bytes.  */
int load_fits(const struct load_plan *plan, char *why, size_t size);

/* Run PLAN against the peer of CLIENT, which is connected and serves as the
   first connection.  PROGRESS, unless it is null, is called some times a second
   with the nanoseconds so far.  SIGINT ends the run early, and a second one at
   once.  The report is filled in whatever the end; it needs no freeing.  From
   then on this process is the first that is killed when memory runs out.
   Returns the end, in *RESULT too: CLIENT_DONE if there were no errors.  */
enum client_end
load_run(struct client *client, const struct load_plan *plan,
         void (*progress)(const struct load_report *report, int64_t elapsed),
         struct load_report *report, struct client_result *result);

#endif /* LOAD_LOAD_H */
