/* fill.c - fill listen queues with connections, many side by side
   SPDX-License-Identifier: GPL-3.0-or-later

   All fillings share one wait: each goes as far as it can, then all stand
   before full queues together.  Where descriptors run out, or the memory that
   may be taken, the last one begun yields: it is undone and begun again when
   others are through.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/queue/allowance.h"
#include "probes/queue/defer.h"
#include "probes/queue/fill.h"
#include "probes/queue/queue-client.h"
#include "probes/queue/reference.h"
#include "probes/run/runner.h"

enum {
    FAMILIES = 2,
    TURN = 64, /* clients that one filling connects before the others' turn */
    /* A silence is so many times as long as any connection took; but no longer
       than TCP takes to try again, in milliseconds.  */
    TIMES_LONGER = 4,
    RETRY = 900
};

struct engine {
    struct fill *list;
    size_t count;
    int wait;
    int64_t slowest; /* what a connection that got through took at most */
    int failures;    /* of poll, in a row */
    bool has_waited; /* the last poll: nothing was ready when it began */
    int watch;
    struct allowance allowance;
    bool starved; /* of descriptors or memory, until a filling ends */
    bool stopped;
    bool (*done)(size_t, void *);
    void *data;
    struct pollfd *poll_fds;
    struct reference controls[FAMILIES];
};

struct fill fill_new(int family, int backlog)
{
    return (struct fill){
        .family = family,
        .backlog = backlog,
        .effective = -1,
        .queued = -1,
        .incomplete = -1,
        .incomplete_told = -1,
        .listener = -1,
        .pending = -1,
    };
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

/* The control of FILL's family; NULL for UNIX sockets, with which a connection
   is there or not when connect returns.  */
static struct reference *control_of(struct engine *engine,
                                    const struct fill *fill)
{
    return fill->family == AF_UNIX
               ? NULL
               : &engine->controls[fill->family == AF_INET6];
}

struct fill fill_again(const struct fill *fill)
{
    struct fill again = fill_new(fill->family, fill->backlog);
    again.deferred = fill->deferred;
    again.source = fill->source;
    return again;
}

/* For how long a client must have been silent: on a slow stack that lets one
   listener wait and not the next, a control may be through before a client for
   whom there is room.  */
static int64_t fill_patience(const struct engine *engine)
{
    int64_t longer = TIMES_LONGER * engine->slowest;
    if (longer > RETRY)
        longer = RETRY;
    return engine->wait > longer ? engine->wait : longer;
}

/* A connection begun at SINCE is through.  If it was when poll began, it waited
   for us, who went round the others: that says nothing of the stack.  */
static void fill_note_time(struct engine *engine, int64_t since)
{
    int64_t time = monotonic_ms() - since;
    if (engine->has_waited && time > engine->slowest)
        engine->slowest = time;
}

/* Close all that FILL holds.  */
static void close_fill(struct engine *engine, struct fill *fill)
{
    allowance_give(&engine->allowance, (int64_t)fill->count, fill->need);
    fill->need = 0;
    for (size_t i = 0; i < fill->count; i++)
        close(fill->clients[i]);
    if (fill->pending >= 0)
        close(fill->pending);
    if (fill->listener >= 0)
        close(fill->listener);
    free(fill->clients);
    fill->clients = NULL;
    fill->count = fill->capacity = 0;
    fill->pending = fill->listener = -1;
}

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

/* CALL, which has to work, failed with ERROR: for want of something, or for
   another reason.  */
static void note_failure(struct fill *fill, const char *call, int error)
{
    fill->limit = limit_of(error);
    fill->error = fill->limit == LIMIT_NONE ? error : 0;
    fill->failed = call;
}

/* Count the connections that accept returns, until nobody is left.  It gives
   up after many dead ones in a row; then the listener is readable still.  */
static void fill_count_accepted(struct fill *fill)
{
    for (int i = 0; i <= 2 * CLIENTS_MAX; i++) {
        int fd = sonde_accept(fill->listener, NULL, SONDE_CLOEXEC);
        if (fd >= 0) {
            close(fd);
            fill->accepted++;
        } else if (errno != EAGAIN) {
            note_failure(fill, "accept", errno);
            return;
        } else {
            int events = wait_one(fill->listener, POLLIN, 0);
            if (events < 0)
                note_failure(fill, "poll", errno);
            if (events < 0 || !(events & POLLIN))
                return;
        }
    }
}

/* Whether the client outside was turned away though QUEUE, what the kernel says
   of it, has room.  Linux also counts what it dropped at this listener, for
   want of room in either queue or for another reason: if that is no more than
   before the client began, what it sent did not arrive; and a listener that
   drops does not refuse.  One that keeps handshakes open drops, too.  */
static bool is_disturbed(const struct fill *fill,
                         const struct sonde_queue *queue)
{
    if (fill->overflow == OVERFLOW_NONE || queue->queued < 0 ||
        queue->backlog < 0)
        return false;
    if (fill->overflow != OVERFLOW_SILENCE &&
        (fill->deferred ||
         (queue->drops >= 0 && fill->overflow == OVERFLOW_REFUSED)))
        return true;
    return (!fill->deferred && queue->queued < queue->backlog) ||
           (queue->drops >= 0 && queue->drops == fill->drops);
}

/* Take note of what was dropped at the listener of FILL before its next client.
   But for handshakes kept open, nothing is as long as there is room.  */
static void note_drops(struct fill *fill)
{
    struct sonde_queue queue;
    if (fill->deferred)
        fill->drops = sonde_queue(fill->listener, &queue) ? -1 : queue.drops;
}

/* Count the clients that are connected still, and what accept returns.  */
static void count_connections(struct fill *fill,
                              const struct sonde_queue *queue)
{
    fill->client = queue_clients_connected(fill->clients, fill->count);
    if (fill->client < 0) {
        note_failure(fill, "poll", errno);
        return;
    }
    if (fill->client < (long)fill->count)
        fill->overflow = OVERFLOW_RESET;
    fill->disturbed = is_disturbed(fill, queue);
    fill_count_accepted(fill);
    if (!fill->deferred)
        return;
    fill->incomplete = fill->client - fill->accepted;
    if (fill->queued >= 0)
        fill->incomplete_told = fill->client - fill->queued;
}

/* End FILL: count, unless something of ours stopped it, and close.  */
static void fill_finish(struct engine *engine, struct fill *fill)
{
    struct sonde_queue queue = {-1, -1, -1, -1};
    if (fill->listener >= 0 && !sonde_queue(fill->listener, &queue))
        fill->queued = queue.queued;
    /* The client left outside goes first, lest it slip in meanwhile; its
       descriptor is then the one that accept needs.  */
    if (fill->pending >= 0)
        close(fill->pending);
    fill->pending = -1;
    if (fill->limit == LIMIT_NONE && !fill->error)
        count_connections(fill, &queue);
    else
        fill->client = (long)fill->count;
    close_fill(engine, fill);
    fill->state = FILL_DONE;
    engine->starved = false;
    if (!engine->done((size_t)(fill - engine->list), engine->data))
        engine->stopped = true;
}

static void finish_limited(struct engine *engine, struct fill *fill,
                           enum limit limit)
{
    fill->limit = limit;
    if (limit == LIMIT_BUDGET)
        fill->memory = engine->allowance.memory;
    fill_finish(engine, fill);
}

/* FILL needs something of ours and there is none: let the last one begun
   yield.  Returns true if that was another, so that FILL may try again.  */
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
        finish_limited(engine, fill, limit);
        return false;
    }
    close_fill(engine, last);
    *last = fill_again(last);
    engine->starved = true;
    return last != fill;
}

/* The client of FILL was turned away with ERROR.  */
static void turned_away(struct engine *engine, struct fill *fill, int error)
{
    fill->overflow = error == ECONNREFUSED ? OVERFLOW_REFUSED
                     : error == ECONNRESET ? OVERFLOW_RESET
                                           : OVERFLOW_ERROR;
    fill->overflow_error = error;
    fill_finish(engine, fill);
}

/* Whether the client before the newest is connected still, as far as poll
   works: 1, 0, or -1 with errno.  On a kernel that lets everybody in and resets
   those for whom there is no room, it tells.  In a long queue it is not asked
   each time: those too many are found when all are counted.  */
static long last_one_stays(const struct fill *fill)
{
    enum { EACH = 64, SOME = 16 };
    if (fill->count < 2 || (fill->count > EACH && fill->count % SOME != 0))
        return 1;
    return queue_clients_connected(&fill->clients[fill->count - 2], 1);
}

/* Take the connected client FD.  Returns true if FILL goes on.  */
static bool take_client(struct engine *engine, struct fill *fill, int fd)
{
    if (!keep_client(engine, fill, fd)) {
        close(fd);
        finish_limited(engine, fill, LIMIT_MEMORY);
        return false;
    }
    long stays = last_one_stays(fill);
    if (stays < 0)
        note_failure(fill, "poll", errno);
    if (stays <= 0) {
        fill_finish(engine, fill);
        return false;
    }
    if (fill->count == CLIENTS_MAX) {
        finish_limited(engine, fill, LIMIT_CLIENTS);
        return false;
    }
    return true;
}

/* What became of the client of FILL cannot be asked: poll failed with ERROR. */
static void unchecked(struct engine *engine, struct fill *fill, int error)
{
    note_failure(fill, "poll", error);
    fill_finish(engine, fill);
}

static int bind_client(const struct fill *fill, int fd)
{
    const void *storage = &fill->source.storage;
    return fill->source.length == 0 ? 0
                                    : bind(fd, storage, fill->source.length);
}

/* Connect one more client to FILL, at ADDRESS.  Returns true if the next may
   follow.  */
static bool add_client(struct engine *engine, struct fill *fill,
                       const struct sonde_address *address)
{
    if (!allowance_has(&engine->allowance))
        return fill_make_room(engine, fill, LIMIT_BUDGET);
    note_drops(fill);
    int fd = resetting_socket(fill->family);
    enum client_state state = fd < 0 || bind_client(fill, fd)
                                  ? CLIENT_FAILED
                                  : queue_client_connect(fd, address);
    int error = errno;
    if (state == CLIENT_CONNECTED)
        return take_client(engine, fill, fd);
    if (state == CLIENT_PENDING) {
        fill->pending = fd;
        fill->since = monotonic_ms();
        fill->state = FILL_PENDING;
        return false;
    }
    if (fd >= 0)
        close(fd);
    if (limit_of(error) != LIMIT_NONE)
        return fill_make_room(engine, fill, limit_of(error));
    if (state == CLIENT_UNKNOWN)
        unchecked(engine, fill, error);
    else
        turned_away(engine, fill, error);
    return false;
}

/* Connect clients to FILL until one has to wait, or it ends, or others must
   have their turn.  */
static void fill_advance(struct engine *engine, struct fill *fill)
{
    struct sonde_address address;
    if (sonde_address_local(fill->listener, &address)) {
        fill->error = errno;
        fill->failed = "getsockname";
        fill_finish(engine, fill);
        return;
    }
    fill->state = FILL_GOING;
    for (int i = 0; i < TURN; i++)
        if (!add_client(engine, fill, &address))
            return;
}

/* Make the listener of FILL, with exactly its backlog.  Returns the name of
   the call that failed, or NULL.  */
static const char *begin_listening(struct fill *fill)
{
    const char *failed;
    struct sonde_queue queue;
    fill->listener = open_listener(fill->family, fill->backlog, &failed);
    if (fill->listener < 0)
        return failed;
    if (fill->deferred && defer_handshakes(fill->listener))
        return "deferring";
    if (!sonde_queue(fill->listener, &queue))
        fill->effective = queue.backlog;
    else if (errno == EMFILE)
        return "socket"; /* it takes a descriptor to be sure of a limit of 0 */
    return NULL;
}

int64_t fill_need(const struct fill *fill)
{
    enum { WORD_MAX = 4096 }; /* larger ones are wishes: the cap cuts them */
    int64_t backlog = fill->effective;
    if (backlog < 0 && fill->backlog >= 0 && fill->backlog <= WORD_MAX)
        backlog = fill->backlog;
    if (backlog < 0)
        return 0;
    backlog = backlog < CLIENTS_MAX ? backlog : CLIENTS_MAX - 1;
    return (fill->deferred ? 2 : 1) * (backlog + 1);
}

/* Reserve memory for FILL, which listens.  If there is not enough at all, it
   ends; if others have it, it waits until they are through.  */
static bool fill_afford(struct engine *engine, struct fill *fill)
{
    int64_t need = fill_need(fill);
    if (!allowance_fits(&engine->allowance, need)) {
        finish_limited(engine, fill, LIMIT_BUDGET);
        return false;
    }
    if (!allowance_reserve(&engine->allowance, need)) {
        close_fill(engine, fill);
        *fill = fill_again(fill);
        engine->starved = true;
        return false;
    }
    fill->need = need;
    return true;
}

static void fill_begin(struct engine *engine, struct fill *fill)
{
    const char *failed;
    while ((failed = begin_listening(fill))) {
        int error = errno;
        if (fill->listener >= 0)
            close(fill->listener);
        fill->listener = -1;
        if (limit_of(error) == LIMIT_NONE) {
            fill->error = error;
            fill->failed = failed;
            fill_finish(engine, fill);
            return;
        }
        if (!fill_make_room(engine, fill, limit_of(error)))
            return;
    }
    if (fill_afford(engine, fill))
        fill_advance(engine, fill);
}

/* Begin what waits, as far as there are descriptors and memory.  */
static void fill_admit(struct engine *engine)
{
    for (size_t i = 0; i < engine->count; i++) {
        if (engine->starved || engine->stopped)
            return;
        if (engine->list[i].state == FILL_WAITING)
            fill_begin(engine, &engine->list[i]);
    }
}

/* See what became of the pending client of FILL.  */
static void fill_settle(struct engine *engine, struct fill *fill)
{
    int fd = fill->pending;
    enum client_state state = queue_client_check(fd);
    int error = errno;
    bool failed = state == CLIENT_FAILED || state == CLIENT_UNKNOWN;
    if (failed && limit_of(error) != LIMIT_NONE) {
        close(fd);
        fill->pending = -1;
        fill->state = FILL_GOING;
        fill_make_room(engine, fill, limit_of(error));
    } else if (state == CLIENT_UNKNOWN) {
        unchecked(engine, fill, error);
    } else if (state == CLIENT_FAILED) {
        turned_away(engine, fill, error);
    } else if (state == CLIENT_CONNECTED) {
        fill->pending = -1;
        fill_note_time(engine, fill->since);
        if (take_client(engine, fill, fd))
            fill_advance(engine, fill);
    }
}

/* The client of FILL has been silent for long enough; unless the host is
   busy.  */
static void fill_doubt(struct engine *engine, struct fill *fill)
{
    struct reference *reference = control_of(engine, fill);
    if (reference) {
        reference_begin(reference);
        return;
    }
    fill->overflow = OVERFLOW_SILENCE;
    fill_finish(engine, fill);
}

/* Settle all that is pending, and let go on what can; what has been silent for
   long enough by now needs a control.  */
static void settle_all(struct engine *engine)
{
    int64_t now = monotonic_ms();
    for (size_t i = 0; i < engine->count; i++) {
        struct fill *fill = &engine->list[i];
        if (fill->state == FILL_GOING)
            fill_advance(engine, fill);
        if (fill->state == FILL_PENDING && fill->pending >= 0)
            fill_settle(engine, fill);
        if (fill->state == FILL_PENDING &&
            now - fill->since >= fill_patience(engine))
            fill->state = FILL_EXPIRED;
        if (fill->state == FILL_EXPIRED)
            fill_doubt(engine, fill);
    }
}

/* The control connection of FAMILY, begun at SINCE, went through, or CALL
   failed with ERROR: that settles the fillings whose client has been silent and
   began before it.  */
static void reference_is_done(struct engine *engine, int family, int64_t since,
                              const char *call, int error)
{
    for (size_t i = 0; i < engine->count; i++) {
        struct fill *fill = &engine->list[i];
        if (fill->state != FILL_EXPIRED || fill->family != family)
            continue;
        fill_settle(engine, fill);
        if (fill->state != FILL_EXPIRED)
            continue;
        if (error) {
            fill->limit = error == ETIMEDOUT ? LIMIT_TIME : limit_of(error);
            /* A listener with room is not reached.  */
            fill->disturbed = !strcmp(call, "connect");
            fill->error = fill->limit == LIMIT_NONE ? error : 0;
            fill->failed = call;
            fill_finish(engine, fill);
        } else if (monotonic_ms() - fill->since < fill_patience(engine)) {
            fill->state = FILL_PENDING; /* the control itself was slow */
        } else if (fill->since <= since) {
            fill->overflow = OVERFLOW_SILENCE;
            fill_finish(engine, fill);
        }
    }
}

static void check_controls(struct engine *engine)
{
    static const int families[FAMILIES] = {AF_INET, AF_INET6};
    for (int i = 0; i < FAMILIES; i++) {
        struct reference *reference = &engine->controls[i];
        int64_t since = reference->since;
        if (!reference->begun)
            continue;
        int through = reference_check(reference);
        if (through > 0)
            fill_note_time(engine, since);
        if (through != 0)
            reference_is_done(engine, families[i], since, reference->failed,
                              through > 0 ? 0 : reference->error);
    }
}

/* Collect the descriptors to wait for; *TIMEOUT is how long.  */
static size_t fill_collect(struct engine *engine, int *timeout)
{
    size_t used = 0;
    int64_t now = monotonic_ms();
    int64_t first = fill_patience(engine);
    engine->poll_fds[used++] =
        (struct pollfd){.fd = engine->watch, .events = POLLIN};
    for (int i = 0; i < FAMILIES; i++)
        if (engine->controls[i].begun)
            engine->poll_fds[used++] = (struct pollfd){
                .fd = engine->controls[i].client, .events = POLLOUT};
    for (size_t i = 0; i < engine->count; i++) {
        const struct fill *fill = &engine->list[i];
        if (fill->state == FILL_GOING)
            first = 0;
        if (fill->pending < 0)
            continue;
        engine->poll_fds[used++] =
            (struct pollfd){.fd = fill->pending, .events = POLLOUT};
        int64_t left = fill->since + fill_patience(engine) - now;
        if (fill->state == FILL_PENDING && left < first)
            first = left;
    }
    *timeout = first < 0 ? 0 : (int)first;
    return used;
}

/* Wait for whatever comes first, and see to it.  Returns false to stop.  */
static bool wait_and_see(struct engine *engine)
{
    int timeout;
    size_t used = fill_collect(engine, &timeout);
    int64_t before = monotonic_ms();
    bool failed = wait_poll(engine->poll_fds, (nfds_t)used, timeout) < 0;
    engine->failures = failed ? engine->failures + 1 : 0;
    if (engine->failures > WAIT_FAILURES)
        return false;
    if (engine->poll_fds[0].revents)
        return false;
    engine->has_waited = monotonic_ms() > before;
    settle_all(engine);
    check_controls(engine);
    return true;
}

static bool all_done(const struct engine *engine)
{
    for (size_t i = 0; i < engine->count; i++)
        if (engine->list[i].state != FILL_DONE)
            return false;
    return true;
}

/* Open the control of each family that occurs; where that fails, so do all
   its fillings, for the same reason.  */
static void open_controls(struct engine *engine)
{
    static const int families[FAMILIES] = {AF_INET, AF_INET6};
    for (int i = 0; i < FAMILIES; i++) {
        const char *failed;
        int error = 0;
        engine->controls[i] = (struct reference){.listener = -1, .client = -1};
        for (size_t k = 0; k < engine->count; k++) {
            struct fill *fill = &engine->list[k];
            if (fill->family != families[i])
                continue;
            if (!error && engine->controls[i].client < 0 &&
                reference_open(&engine->controls[i], families[i], &failed))
                error = errno;
            if (error) {
                fill->error = error;
                fill->failed = failed;
                fill_finish(engine, fill);
            }
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
    open_controls(&engine);
    bool going = true;
    while (going && !engine.stopped && !all_done(&engine)) {
        fill_admit(&engine);
        if (!all_done(&engine))
            going = wait_and_see(&engine);
    }
    for (size_t i = 0; i < count; i++)
        close_fill(&engine, &list[i]);
    for (int i = 0; i < FAMILIES; i++)
        reference_close(&engine.controls[i]);
    free(engine.poll_fds);
    return going && !engine.stopped;
}
