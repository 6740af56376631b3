/* fill.h - fill accept queues with connections, several at a time
   SPDX-License-Identifier: GPL-3.0-or-later

   A queue test is a listener without accept, and clients that connect one after
   another until a connect does not complete.  The kernel's report on the queue
   is recorded, and decides no count.  */

#ifndef PROBES_QUEUE_FILL_H
#define PROBES_QUEUE_FILL_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "sonde.h"

/* The maximum number of clients in a test; doc/architecture.md has the reason.
 */
enum { CLIENTS_MAX = 12288 };

/* The result of the first client that the queue had no room for: an errno,
   ECONNRESET also after a connect; or a special value: there was no such
   client; no answer within the silence timeout.  */
enum { OVERFLOW_NONE = 0, OVERFLOW_SILENCE = -1 };

/* OVERFLOW, an errno or a special value, as in findings: "silence"; "refused"
   for ECONNREFUSED; "reset" for ECONNRESET; errno_name for another errno; NULL
   for OVERFLOW_NONE.  */
const char *overflow_name(int overflow);

/* A limit of this process or host that ended a test: the figures do not
   describe the queue.  */
enum limit {
    LIMIT_NONE,
    LIMIT_DESCRIPTORS, /* RLIMIT_NOFILE */
    LIMIT_PORTS,       /* no local port was left for a client */
    LIMIT_FILES,       /* ENFILE: the host's table of open files is full */
    LIMIT_MEMORY,      /* ENOBUFS, ENOMEM */
    LIMIT_BUDGET,      /* the memory budget (base/budget.h) */
    LIMIT_CLIENTS,     /* CLIENTS_MAX */
    LIMIT_TIME         /* the reference connection timed out, too */
};

/* The transitions are drawn at the head of fill.c.  */
enum fill_state {
    FILL_WAITING,    /* for descriptors and memory; nothing is open */
    FILL_CONNECTING, /* more clients can connect */
    FILL_PENDING,    /* the last client is not connected yet */
    FILL_SILENT,     /* the last client got no answer within the timeout */
    FILL_DONE
};

struct fill {
    /* input */
    int family; /* AF_INET, AF_INET6 or AF_UNIX */
    int backlog;
    bool deferred; /* keep handshakes incomplete: see defer.h */
    /* The clients' local address; length 0: the system chooses.  */
    struct sonde_address source;
    /* output, once DONE */
    long effective; /* the backlog in force, as the kernel reports, or -1 */
    long queued;    /* length of the full queue, as the kernel reports, or -1 */
    long client;    /* connections complete, and not reset, at the clients */
    long accepted;  /* connections that accept returned */
    /* If deferred: connected clients less the accepted connections; and less
       the queued connections, if the kernel reports these.  */
    long incomplete, incomplete_kernel;
    int overflow;
    /* The last client failed although the queue had room, by the kernel's
       count: a packet was lost, or a firewall interfered.  Then the figures do
       not describe the host.  */
    bool disturbed;
    enum limit limit;
    int error;          /* a call that must succeed failed: errno, */
    const char *failed; /*   and the call's name */
    /* For LIMIT_BUDGET: the bound on memory.  */
    struct budget_bound memory;
    /* internal */
    int64_t need; /* connections reserved, in both queues; 0: not known */
    enum fill_state state;
    int listener;
    int *clients;
    size_t count, capacity;
    long drops; /* if deferred: of the listener before the last client, or -1 */
    int pending;   /* the client with connect in progress, or -1 */
    int64_t since; /* when the pending client began, by monotonic_ms */
};

/* Returns a queue test of FAMILY with BACKLOG that has not begun: WAITING, not
   deferred, with no descriptor open and no SOURCE.  EFFECTIVE, QUEUED and both
   counts of INCOMPLETE are -1, other results 0.  */
struct fill fill_new(int family, int backlog);

/* Set FILL back to its input, WAITING and without results, ERROR included.
   Closes and frees nothing: FILL must have nothing open.  */
void fill_reset(struct fill *fill);

/* Estimate the connections that FILL takes until its queue overflows.  Returns
   the backlog plus 1, at most CLIENTS_MAX; twice that number if deferred.  The
   backlog is the one in force or, if that is unknown, the requested one; but a
   requested one that is not from 0 to 4096 gives 0: unknown.  No figure depends
   on the estimate, but a test with an estimate above the budget takes no
   client.  */
int64_t fill_need(const struct fill *fill);

/* The limit that ERROR, an errno, stands for; or LIMIT_NONE.  EMFILE, ENFILE,
   ENOBUFS and ENOMEM are limits.  EADDRNOTAVAIL and EADDRINUSE count as
   LIMIT_PORTS: ports here are chosen by the system.  */
enum limit limit_of(int error);

/* Run the COUNT tests of LIST, as many side by side as descriptors and memory
   allow; a test that ran out of these is reset and starts anew later.  Tests
   that are FILL_DONE before keep their results, and DONE is not called for
   them; FILL_WAITING tests with an ERROR, of a preparation, end at once with
   that error.  WAIT is the silence timeout in milliseconds, which grows on a
   slow host, up to 900.  A queue that needs more memory than the budget is not
   filled, and its test ends with LIMIT_BUDGET.  DONE is called at the end of
   each test, also a failed one, with the index of the test in LIST and DATA,
   and returns false to stop all tests.  The tests also stop when WATCH, a
   descriptor or negative for none, becomes readable or fails, or if poll keeps
   failing.

   No descriptor stays open.  Returns true if all tests are FILL_DONE, and DONE
   never returned false; otherwise false: after a stop, or without memory before
   any test.  Tests that are not FILL_DONE have no results.  */
bool fill_all(struct fill *list, size_t count, int wait, int watch,
              bool (*done)(size_t index, void *data), void *data);

#endif /* PROBES_QUEUE_FILL_H */
