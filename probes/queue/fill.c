/* fill.c - fill accept queues with connections, several at a time
   SPDX-License-Identifier: GPL-3.0-or-later

   All queue tests share one poll, so that they wait at full queues at the same
   time.  The states of a test (enum fill_state):

                                      resources ran out
          +-----------------------------------+-------------------+
          v                                   |                   |
       WAITING --listening--> CONNECTING --connect in progress--> PENDING
                                ^   ^                             |  |  ^
                                |   +----- client connected ------+  |  |
                                |                                    |  |
                                |                    silence timeout |  |
                                |                                    v  |
                                +--------- client connected ------ SILENT

       SILENT -> PENDING   the reference connection itself was slow: the
                           silence timeout has grown
       any    -> DONE      silence: the reference connection, begun later, is
                           through; client refused, or reset; a limit; an error

   fill_enter makes every transition.  When descriptors or memory run out, the
   newest test is reset to WAITING, and starts anew when another test is
   DONE.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/names.h"
#include "base/queue-client.h"
#include "base/wait.h"
#include "probes/queue/allowance.h"
#include "probes/queue/defer.h"
#include "probes/queue/fill.h"
#include "probes/queue/reference.h"

enum {
    FAMILIES = 2,
    TURN = 64, /* clients of one test before the next test's turn */
    /* The silence timeout is a multiple of the slowest connect, but ends before
       TCP retransmits the SYN, in milliseconds.  */
    SLOWEST_TIMES = 4,
    RETRANSMIT = 900
};

struct engine {
    struct fill *list;
    size_t count;
    int wait;        /* the shortest silence timeout, in milliseconds */
    int64_t slowest; /* the longest time from connect to connected */
    int failures;    /* of poll, in a row */
    bool has_waited; /* in the last poll: no descriptor was ready before */
    int watch;       /* a descriptor that ends the run when readable */
    struct allowance allowance;
    bool starved; /* of descriptors or memory, until a test is DONE */
    bool stopped; /* DONE returned false */
    bool (*done)(size_t, void *);
    void *data;
    struct pollfd *poll_fds;
    struct reference references[FAMILIES];
};

struct fill fill_new(int family, int backlog)
{
    return (struct fill){
        .family = family,
        .backlog = backlog,
        .effective = -1,
        .queued = -1,
        .incomplete = -1,
        .incomplete_kernel = -1,
        .listener = -1,
        .pending = -1,
    };
}

void fill_reset(struct fill *fill)
{
    struct fill reset = fill_new(fill->family, fill->backlog);
    reset.deferred = fill->deferred;
    reset.source = fill->source;
    *fill = reset;
}

const char *overflow_name(int overflow)
{
    switch (overflow) {
    case OVERFLOW_NONE:
        return NULL;
    case OVERFLOW_SILENCE:
        return "silence";
    case ECONNREFUSED:
        return "refused";
    case ECONNRESET:
        return "reset";
    default:
        return errno_name(overflow);
    }
}

enum limit limit_of(int error)
{
    switch (error) {
    case EMFILE:
        return LIMIT_DESCRIPTORS;
    case EADDRNOTAVAIL: /* from connect */
    case EADDRINUSE:    /* from bind or listen to port 0 */
        return LIMIT_PORTS;
    case ENFILE:
        return LIMIT_FILES;
    case ENOBUFS:
    case ENOMEM:
        return LIMIT_MEMORY;
    default:
        return LIMIT_NONE;
    }
}

/* CALL failed with ERROR, an errno: record CALL as FAILED of FILL, and the
   limit that ERROR stands for (limit_of), or else ERROR.  */
static void fill_note_failure(struct fill *fill, const char *call, int error)
{
    fill->limit = limit_of(error);
    fill->error = fill->limit == LIMIT_NONE ? error : 0;
    fill->failed = call;
}

/* How long a client must be silent, in milliseconds: WAIT; or if longer,
   SLOWEST_TIMES the slowest connect, but at most RETRANSMIT.  A slow stack may
   serve the reference connection before a client that the tested queue has room
   for; so the timeout grows with the slowest connect.  */
static int64_t silence_timeout(const struct engine *engine)
{
    int64_t longer = SLOWEST_TIMES * engine->slowest;
    if (longer > RETRANSMIT)
        longer = RETRANSMIT;
    return engine->wait > longer ? engine->wait : longer;
}

/* A connection begun at SINCE, by monotonic_ms, is complete: raise SLOWEST to
   the milliseconds since then, if more.  SLOWEST stays if the last poll did not
   wait (HAS_WAITED): then the connection may have waited for this program, not
   for the stack.  */
static void engine_note_time(struct engine *engine, int64_t since)
{
    int64_t time = monotonic_ms() - since;
    if (engine->has_waited && time > engine->slowest)
        engine->slowest = time;
}

/* ---- the result of a test ------------------------------------------------ */

/* Close and free everything of FILL but the results, and give its connections
   and reservation back to the allowance.  Harmless when repeated.  */
static void fill_close(struct engine *engine, struct fill *fill)
{
    allowance_give(&engine->allowance, (int64_t)fill->count, fill->need);
    fill->need = 0;
    for (size_t i = 0; i < fill->count; i++)
        close(fill->clients[i]);
    descriptor_close(&fill->pending);
    descriptor_close(&fill->listener);
    free(fill->clients);
    fill->clients = NULL;
    fill->count = fill->capacity = 0;
}

/* Whether the errno ERROR of a client may mean a full queue: Linux reports
   EAGAIN for UNIX sockets, other systems refuse, reset or abort; ETIMEDOUT
   counts, too.  A lack of resources (limit_of) was handled before.  A policy or
   a call that fails always, as with EACCES, is no property of the queue.  */
static bool may_mean_full(int error)
{
    return error == EAGAIN || error == ECONNREFUSED || error == ECONNRESET ||
           error == ECONNABORTED || error == ETIMEDOUT;
}

/* Whether the last client of FILL failed for another reason than a full queue,
   by OVERFLOW and by QUEUE, the kernel's report.  False if no client failed.
   True for an errno that may not mean a full queue (may_mean_full).  Otherwise
   false if the kernel does not report length and backlog.  Otherwise true in
   these cases: any errno with deferred handshakes; ECONNREFUSED from a listener
   that counts drops, which does not refuse; the queue of a listener that defers
   nothing has room; the listener counts drops, and has dropped nothing since
   the client began (ever, if not deferred): then the SYN did not arrive, since
   Linux counts every packet dropped at this listener, for want of room in
   either queue or for another reason.  */
static bool is_disturbed(const struct fill *fill,
                         const struct sonde_queue *queue)
{
    if (fill->overflow == OVERFLOW_NONE)
        return false;
    if (fill->overflow != OVERFLOW_SILENCE && !may_mean_full(fill->overflow))
        return true;
    if (queue->queued < 0 || queue->backlog < 0)
        return false;
    if (fill->overflow != OVERFLOW_SILENCE &&
        (fill->deferred ||
         (queue->drops >= 0 && fill->overflow == ECONNREFUSED)))
        return true;
    return (!fill->deferred && queue->queued < queue->backlog) ||
           (queue->drops >= 0 && queue->drops == fill->drops);
}

/* Whether the last client of FILL, of UNIX sockets, failed for another reason
   than a full queue.  The errno alone does not tell.  So a client connects to
   another listener, which has room (reference_try), and the result is true if
   that client fails, too, but not for want of a resource.  False if the last
   client got no errno, and for another family.  Changes errno.  */
static bool fill_fails_elsewhere(const struct fill *fill)
{
    const char *failed;
    return fill->family == AF_UNIX && fill->overflow > 0 &&
           reference_try(AF_UNIX, &failed) && limit_of(errno) == LIMIT_NONE;
}

/* Set the counts of FILL, and DISTURBED, by the kernel's report and by accept,
   which empties the queue.  The pending client is closed after the report and
   before accept: accept makes room for that client, and needs its descriptor.
   After a limit or an error only QUEUED and CLIENT, the number of clients so
   far, are set, and nothing is accepted.  Clients that were reset make the
   overflow ECONNRESET.  A failure of poll or of accept becomes the limit or
   error of FILL; after that of poll CLIENT is the number of clients so far, and
   nothing is accepted.  A UNIX test may wait for a reference connection.  */
static void fill_count(struct fill *fill)
{
    const char *failed;
    struct sonde_queue queue = {-1, -1, -1, -1};
    if (fill->listener >= 0 && !sonde_queue(fill->listener, &queue))
        fill->queued = queue.queued;
    descriptor_close(&fill->pending);
    fill->client = (long)fill->count;
    if (fill->limit != LIMIT_NONE || fill->error)
        return;
    fill->client = queue_clients_connected(fill->clients, fill->count);
    if (fill->client < 0) {
        fill_note_failure(fill, QUEUE_CLIENT_CALLS, errno);
        fill->client = (long)fill->count;
        return;
    }
    if (fill->client < (long)fill->count)
        fill->overflow = ECONNRESET;
    fill->disturbed = is_disturbed(fill, &queue) || fill_fails_elsewhere(fill);
    fill->accepted = queue_accept(fill->listener, 2 * CLIENTS_MAX + 1, &failed);
    if (failed)
        fill_note_failure(fill, failed, errno);
    if (!fill->deferred)
        return;
    fill->incomplete = fill->client - fill->accepted;
    fill->incomplete_kernel =
        fill->queued < 0 ? fill->incomplete : fill->client - fill->queued;
}

/* ---- transitions --------------------------------------------------------- */

/* Put FILL into STATE, with the work of the new state.  During a run no other
   function changes the state.  WAITING: close and reset FILL, and let no test
   begin until another is DONE.  CONNECTING: forget the pending client, which
   the caller closes or keeps among the connected clients.  DONE: count, close
   FILL, let WAITING tests begin, and call the callback DONE, which may stop the
   engine.  */
static void fill_enter(struct engine *engine, struct fill *fill,
                       enum fill_state state)
{
    switch (state) {
    case FILL_WAITING:
        fill_close(engine, fill);
        fill_reset(fill);
        engine->starved = true;
        break;
    case FILL_CONNECTING:
        fill->pending = -1;
        break;
    case FILL_PENDING:
    case FILL_SILENT:
        break;
    case FILL_DONE:
        fill_count(fill);
        fill_close(engine, fill);
        engine->starved = false;
        break;
    }
    fill->state = state;
    if (state == FILL_DONE &&
        !engine->done((size_t)(fill - engine->list), engine->data))
        engine->stopped = true;
}

/* End FILL, with its results: CALL failed with ERROR, an errno, recorded as the
   limit that ERROR stands for, or else as an error.  */
static void fill_end_failed(struct engine *engine, struct fill *fill,
                            const char *call, int error)
{
    fill_note_failure(fill, call, error);
    fill_enter(engine, fill, FILL_DONE);
}

/* End FILL, with its results, because of LIMIT; of LIMIT_BUDGET the bound on
   memory is noted.  */
static void fill_end_limited(struct engine *engine, struct fill *fill,
                             enum limit limit)
{
    fill->limit = limit;
    if (limit == LIMIT_BUDGET)
        fill->memory = engine->allowance.memory;
    fill_enter(engine, fill, FILL_DONE);
}

/* End FILL, with its results: OVERFLOW is the result of the last client.  */
static void fill_end_overflow(struct engine *engine, struct fill *fill,
                              int overflow)
{
    fill->overflow = overflow;
    fill_enter(engine, fill, FILL_DONE);
}

/* FILL ran out of the resource LIMIT.  If another test has a listener, reset to
   WAITING the newest test, the last in the list that is FILL or has a listener;
   otherwise end FILL with LIMIT.  Returns true if FILL was neither reset nor
   ended, and may try again.  */
static bool fill_make_room(struct engine *engine, struct fill *fill,
                           enum limit limit)
{
    struct fill *last = NULL, *other = NULL;
    for (size_t i = 0; i < engine->count; i++) {
        struct fill *each = &engine->list[i];
        if (each->listener < 0 && each != fill)
            continue;
        last = each;
        if (each != fill)
            other = each;
    }
    if (!other) {
        fill_end_limited(engine, fill, limit);
        return false;
    }
    fill_enter(engine, last, FILL_WAITING);
    return last != fill;
}

/* ---- CONNECTING ---------------------------------------------------------- */

/* Add FD to the clients of FILL, and count FD as an open connection.  Returns
   false if there is no memory: FD then stays open, and is neither added nor
   counted.  */
static bool keep_client(struct engine *engine, struct fill *fill, int fd)
{
    if (fill->count == fill->capacity) {
        size_t capacity = fill->capacity ? 2 * fill->capacity : 16;
        int *clients = realloc(fill->clients, capacity * sizeof *clients);
        if (!clients)
            return false;
        fill->clients = clients;
        fill->capacity = capacity;
    }
    fill->clients[fill->count++] = fd;
    allowance_take(&engine->allowance);
    return true;
}

/* Check whether the client before the newest is still connected.  Returns 1 if
   so, or if not checked; 0 if the client was reset; or -1 with errno if poll
   fails.  Some kernels connect every client, and reset clients when the queue
   is full.  Beyond 64 clients only each 16th is checked; the final count finds
   all resets.  */
static long check_previous(const struct fill *fill)
{
    enum { EACH = 64, SOME = 16 };
    if (fill->count < 2 || (fill->count > EACH && fill->count % SOME != 0))
        return 1;
    return queue_clients_connected(&fill->clients[fill->count - 2], 1);
}

/* Keep the connected client FD.  FILL ends in four cases: no memory
   (LIMIT_MEMORY, and FD is closed); a failure of poll; the client before FD was
   reset, as check_previous finds; and CLIENTS_MAX clients are kept
   (LIMIT_CLIENTS).  */
static void fill_take_client(struct engine *engine, struct fill *fill, int fd)
{
    long previous = 0;
    if (!keep_client(engine, fill, fd)) {
        close(fd);
        fill_end_limited(engine, fill, LIMIT_MEMORY);
    } else if ((previous = check_previous(fill)) < 0) {
        fill_end_failed(engine, fill, QUEUE_CLIENT_CALLS, errno);
    } else if (previous == 0) {
        fill_enter(engine, fill, FILL_DONE);
    } else if (fill->count == CLIENTS_MAX) {
        fill_end_limited(engine, fill, LIMIT_CLIENTS);
    }
}

/* To be called before the next client begins: if FILL defers handshakes, set
   DROPS to the drop count of its listener, -1 if unknown.  Otherwise DROPS
   stays 0: no packet is dropped while there is room.  */
static void fill_note_drops(struct fill *fill)
{
    struct sonde_queue queue;
    if (fill->deferred)
        fill->drops = sonde_queue(fill->listener, &queue) ? -1 : queue.drops;
}

/* The last client of FILL, already closed, is in STATE, CLIENT_FAILED or
   CLIENT_UNKNOWN, with errno.  If errno is a want of a resource (limit_of),
   call fill_make_room; otherwise end FILL, with errno as the overflow if
   CLIENT_FAILED, as a failure of QUEUE_CLIENT_CALLS if
   CLIENT_UNKNOWN.  */
static void fill_lose_client(struct engine *engine, struct fill *fill,
                             enum client_state state)
{
    if (limit_of(errno) != LIMIT_NONE)
        fill_make_room(engine, fill, limit_of(errno));
    else if (state == CLIENT_UNKNOWN)
        fill_end_failed(engine, fill, QUEUE_CLIENT_CALLS, errno);
    else
        fill_end_overflow(engine, fill, errno);
}

/* Connect one more client of FILL, which is CONNECTING, to ADDRESS, from SOURCE
   if FILL has one.  If the client is connected, FILL stays CONNECTING or ends
   (fill_take_client); if connect is in progress, FILL is PENDING; if the client
   fails, FILL ends.  Without resources FILL or another test is reset, or FILL
   ends with the limit if no other test runs.  */
static void fill_add_client(struct engine *engine, struct fill *fill,
                            const struct sonde_address *address)
{
    enum client_state state = CLIENT_FAILED;
    if (!allowance_has(&engine->allowance)) {
        fill_make_room(engine, fill, LIMIT_BUDGET);
        return;
    }
    fill_note_drops(fill);
    int fd = queue_client_socket(fill->family);
    if (fd >= 0 &&
        (fill->source.length == 0 || !queue_client_bind(fd, &fill->source)))
        state = queue_client_connect(fd, address);
    if (state == CLIENT_CONNECTED) {
        fill_take_client(engine, fill, fd);
    } else if (state == CLIENT_PENDING) {
        fill->pending = fd;
        fill->since = monotonic_ms();
        fill_enter(engine, fill, FILL_PENDING);
    } else {
        descriptor_close(&fd);
        fill_lose_client(engine, fill, state);
    }
}

/* Put FILL, which listens and has no pending client, into CONNECTING, and
   connect up to TURN clients, until one is pending, or FILL is ended or reset.
   Ends FILL if getsockname fails.  */
static void fill_connect(struct engine *engine, struct fill *fill)
{
    struct sonde_address address;
    if (sonde_address_local(fill->listener, &address)) {
        fill_end_failed(engine, fill, "getsockname", errno);
        return;
    }
    fill_enter(engine, fill, FILL_CONNECTING);
    for (int i = 0; i < TURN && fill->state == FILL_CONNECTING; i++)
        fill_add_client(engine, fill, &address);
}

/* ---- WAITING ------------------------------------------------------------- */

/* Make the listener of FILL, and if FILL is deferred, let the listener defer
   handshakes.  Record the backlog in force as EFFECTIVE, which stays as it is
   without a report of the kernel.  Returns NULL; or, with errno, the name of
   the failed call, or "deferring".  A report that fails for want of a
   descriptor (EMFILE) is such a failure, "socket"; other failures of the report
   are ignored.  The caller closes the listener, also after a failure.  */
static const char *fill_listen(struct fill *fill)
{
    const char *failed;
    struct sonde_queue queue;
    fill->listener = queue_listener(fill->family, fill->backlog, &failed);
    if (fill->listener < 0)
        return failed;
    if (fill->deferred && defer_handshakes(fill->listener))
        return "deferring";
    if (!sonde_queue(fill->listener, &queue))
        fill->effective = queue.backlog;
    else if (errno == EMFILE)
        return "socket"; /* to verify a limit of 0, sonde_queue makes one */
    return NULL;
}

int64_t fill_need(const struct fill *fill)
{
    enum { LIKELY_MAX = 4096 }; /* the cap cuts larger backlogs */
    int64_t backlog = fill->effective;
    if (backlog < 0 && fill->backlog >= 0 && fill->backlog <= LIKELY_MAX)
        backlog = fill->backlog;
    if (backlog < 0)
        return 0;
    backlog = backlog < CLIENTS_MAX ? backlog : CLIENTS_MAX - 1;
    return (fill->deferred ? 2 : 1) * (backlog + 1);
}

/* Reserve memory for FILL, which listens, and connect clients.  If other tests
   hold the memory, FILL is reset to WAITING; if FILL alone exceeds the budget,
   FILL ends with LIMIT_BUDGET.  */
static void fill_start(struct engine *engine, struct fill *fill)
{
    int64_t need = fill_need(fill);
    int reserved = allowance_reserve(&engine->allowance, need);
    if (reserved < 0) {
        fill_end_limited(engine, fill, LIMIT_BUDGET);
    } else if (reserved == 0) {
        fill_enter(engine, fill, FILL_WAITING);
    } else {
        fill->need = need;
        fill_connect(engine, fill);
    }
}

/* Begin FILL, which is WAITING: listen, reserve memory, and connect clients.  A
   failure ends FILL; without resources, FILL or another test waits, or FILL
   ends with the limit if no other test runs.  */
static void fill_begin(struct engine *engine, struct fill *fill)
{
    const char *failed;
    while ((failed = fill_listen(fill))) {
        descriptor_close(&fill->listener);
        if (limit_of(errno) == LIMIT_NONE) {
            fill_end_failed(engine, fill, failed, errno);
            return;
        }
        if (!fill_make_room(engine, fill, limit_of(errno)))
            return;
    }
    fill_start(engine, fill);
}

/* Begin the WAITING tests, until resources run out or the engine stops.  */
static void engine_begin_waiting(struct engine *engine)
{
    for (size_t i = 0;
         i < engine->count && !engine->starved && !engine->stopped; i++)
        if (engine->list[i].state == FILL_WAITING)
            fill_begin(engine, &engine->list[i]);
}

/* ---- PENDING and SILENT -------------------------------------------------- */

/* Check the pending client of FILL, PENDING or SILENT, without waiting.  If
   connected, keep the client, note the time, and connect more clients; if
   failed, close the client and call fill_lose_client, which ends FILL or resets
   a test.  Changes nothing while connect is in progress.  */
static void fill_check_client(struct engine *engine, struct fill *fill)
{
    int fd = fill->pending;
    enum client_state state = queue_client_check(fd);
    if (state == CLIENT_PENDING)
        return;
    fill_enter(engine, fill, FILL_CONNECTING);
    if (state != CLIENT_CONNECTED) {
        descriptor_close(&fd);
        fill_lose_client(engine, fill, state);
        return;
    }
    engine_note_time(engine, fill->since);
    fill_take_client(engine, fill, fd);
    if (fill->state == FILL_CONNECTING)
        fill_connect(engine, fill);
}

/* FILL is SILENT: start a reference connection of its family, unless one is in
   progress, to find whether the host is only busy.  A test of UNIX sockets ends
   with the overflow silence instead: there connect either succeeds or fails at
   once.  */
static void start_reference(struct engine *engine, struct fill *fill)
{
    if (fill->family == AF_UNIX)
        fill_end_overflow(engine, fill, OVERFLOW_SILENCE);
    else
        reference_begin(&engine->references[fill->family == AF_INET6]);
}

/* Take every test one step on, without waiting: connect clients, check the
   pending client, make a test SILENT after the silence timeout, and start a
   reference connection for SILENT tests.  WAITING tests do not begin here.
   Ends early if the callback DONE returns false.  */
static void engine_step(struct engine *engine)
{
    int64_t now = monotonic_ms();
    for (size_t i = 0; i < engine->count && !engine->stopped; i++) {
        struct fill *fill = &engine->list[i];
        if (fill->state == FILL_CONNECTING)
            fill_connect(engine, fill);
        if (fill->state == FILL_PENDING)
            fill_check_client(engine, fill);
        if (fill->state == FILL_PENDING &&
            now - fill->since >= silence_timeout(engine))
            fill_enter(engine, fill, FILL_SILENT);
        if (fill->state == FILL_SILENT)
            start_reference(engine, fill);
    }
}

/* The reference connection begun at SINCE is complete, with ERROR 0; or CALL
   failed with ERROR, an errno.  Check the client of FILL, which is SILENT, once
   more.  If still pending: after ERROR end FILL, with LIMIT_TIME for ETIMEDOUT,
   and DISTURBED if CALL is connect; back to PENDING if the silence timeout has
   grown; end FILL as silent if the client began at SINCE or before; otherwise
   leave FILL to the next reference connection.  */
static void reference_done(struct engine *engine, struct fill *fill,
                           int64_t since, const char *call, int error)
{
    fill_check_client(engine, fill);
    if (fill->state != FILL_SILENT)
        return;
    if (error) {
        /* Not even a listener with room is reached.  */
        fill->disturbed = !strcmp(call, "connect");
        if (error == ETIMEDOUT)
            fill_end_limited(engine, fill, LIMIT_TIME);
        else
            fill_end_failed(engine, fill, call, error);
    } else if (monotonic_ms() - fill->since < silence_timeout(engine)) {
        fill_enter(engine, fill, FILL_PENDING);
    } else if (fill->since <= since) {
        fill_end_overflow(engine, fill, OVERFLOW_SILENCE);
    }
}

/* Check REFERENCE, if begun, without waiting.  If the connection has ended,
   note the time, unless it failed, and call reference_done for the SILENT tests
   of its family, until the callback DONE stops the engine.  */
static void engine_check_reference(struct engine *engine,
                                   struct reference *reference)
{
    int64_t since = reference->since;
    int through = reference->begun ? reference_check(reference) : 0;
    if (through == 0)
        return;
    if (through > 0)
        engine_note_time(engine, since);
    for (size_t i = 0; i < engine->count; i++) {
        struct fill *fill = &engine->list[i];
        if (engine->stopped)
            return;
        if (fill->state == FILL_SILENT && fill->family == reference->family)
            reference_done(engine, fill, since, reference->failed,
                           reference->error);
    }
}

/* ---- all tests ----------------------------------------------------------- */

/* Collect in POLL_FDS the descriptors to poll: WATCH first, then reference
   connections in progress, then pending clients.  Set *TIMEOUT to the
   milliseconds until the first PENDING client becomes silent: at most the
   silence timeout; 0 if that time has passed or a test is CONNECTING.  Returns
   the number of descriptors.  */
static size_t engine_collect(struct engine *engine, int *timeout)
{
    size_t used = 0;
    int64_t now = monotonic_ms();
    int64_t first = silence_timeout(engine);
    engine->poll_fds[used++] =
        (struct pollfd){.fd = engine->watch, .events = POLLIN};
    for (int i = 0; i < FAMILIES; i++)
        if (engine->references[i].begun)
            engine->poll_fds[used++] = (struct pollfd){
                .fd = engine->references[i].client, .events = POLLOUT};
    for (size_t i = 0; i < engine->count; i++) {
        const struct fill *fill = &engine->list[i];
        if (fill->state == FILL_CONNECTING)
            first = 0;
        if (fill->pending < 0)
            continue;
        engine->poll_fds[used++] =
            (struct pollfd){.fd = fill->pending, .events = POLLOUT};
        int64_t left = fill->since + silence_timeout(engine) - now;
        if (fill->state == FILL_PENDING && left < first)
            first = left;
    }
    *timeout = first < 0 ? 0 : (int)first;
    return used;
}

/* Poll, at most for the timeout of engine_collect; then step every test, also
   after a failed poll, check the reference connections, and return true.
   Returns false, without a step, if the caller is to stop: WATCH is readable or
   failed, or poll has failed more than WAIT_FAILURES times in a row.  */
static bool engine_poll(struct engine *engine)
{
    int timeout;
    size_t used = engine_collect(engine, &timeout);
    int64_t start = monotonic_ms();
    bool failed = wait_poll(engine->poll_fds, (nfds_t)used, timeout) < 0;
    engine->failures = failed ? engine->failures + 1 : 0;
    if (engine->failures > WAIT_FAILURES || engine->poll_fds[0].revents)
        return false;
    engine->has_waited = monotonic_ms() > start;
    engine_step(engine);
    for (int i = 0; i < FAMILIES; i++)
        engine_check_reference(engine, &engine->references[i]);
    return true;
}

/* Whether all tests are DONE, with figures or without.  */
static bool all_done(const struct engine *engine)
{
    for (size_t i = 0; i < engine->count; i++)
        if (engine->list[i].state != FILL_DONE)
            return false;
    return true;
}

/* Open REFERENCE if a test that is not DONE is of FAMILY; otherwise make
   REFERENCE empty, with both descriptors -1.  If opening fails, every such test
   ends with the same ERROR, never a LIMIT, and the callback DONE is called for
   each, until the callback stops the engine.  */
static void engine_open_reference(struct engine *engine,
                                  struct reference *reference, int family)
{
    const char *failed;
    int error = 0;
    *reference = (struct reference){.listener = -1, .client = -1};
    for (size_t i = 0; i < engine->count; i++) {
        struct fill *fill = &engine->list[i];
        if (fill->family != family || fill->state == FILL_DONE)
            continue;
        if (engine->stopped)
            return;
        if (!error && reference->client < 0 &&
            reference_open(reference, family, &failed))
            error = errno;
        if (error) {
            fill->error = error;
            fill->failed = failed;
            fill_enter(engine, fill, FILL_DONE);
        }
    }
}

bool fill_all(struct fill *list, size_t count, int wait, int watch,
              bool (*done)(size_t index, void *data), void *data)
{
    struct engine engine = {
        .list = list,
        .count = count,
        .wait = wait,
        .watch = watch,
        .done = done,
        .data = data,
        .allowance = allowance_begin(),
        .poll_fds = calloc(count + 1 + FAMILIES, sizeof(struct pollfd)),
    };
    if (!engine.poll_fds)
        return false;
    /* A preparation that failed is the result.  */
    for (size_t i = 0; i < count && !engine.stopped; i++)
        if (list[i].state == FILL_WAITING && list[i].error)
            fill_enter(&engine, &list[i], FILL_DONE);
    engine_open_reference(&engine, &engine.references[0], AF_INET);
    engine_open_reference(&engine, &engine.references[1], AF_INET6);
    bool going = true;
    while (going && !engine.stopped && !all_done(&engine)) {
        engine_begin_waiting(&engine);
        if (!all_done(&engine))
            going = engine_poll(&engine);
    }
    for (size_t i = 0; i < count; i++)
        fill_close(&engine, &list[i]);
    for (int i = 0; i < FAMILIES; i++)
        reference_close(&engine.references[i]);
    free(engine.poll_fds);
    return going && !engine.stopped;
}
