/* stepwise.c - one listener and a few clients, step by step
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/wait.h"
#include "probes/queue/fill.h"
#include "probes/queue/reference.h"
#include "probes/queue/stepwise.h"

int stepwise_open(struct stepwise *stepwise, int family, int backlog)
{
    *stepwise =
        (struct stepwise){.family = family, .listener = -1, .pending = -1};
    stepwise->listener = queue_listener(family, backlog, &stepwise->failed);
    if (stepwise->listener < 0)
        return -1;
    stepwise->failed = "getsockname";
    return sonde_address_local(stepwise->listener, &stepwise->address);
}

int stepwise_listen(struct stepwise *stepwise, const struct prefix *prefix,
                    const char *key, int family, int backlog)
{
    if (!stepwise_open(stepwise, family, backlog))
        return 0;
    prefix_put_failure(prefix, key, stepwise->failed, errno);
    stepwise_close(stepwise);
    return -1;
}

/* WHAT, a call, failed with ERROR.  If that is a shortage of a resource
   (limit_of), or a failure to look at a client, which is never a result of the
   host, and the first such failure, record WHAT and ERROR in FAILED and
   SHORTAGE.  */
static void stepwise_note(struct stepwise *stepwise, const char *what,
                          int error)
{
    if (stepwise->shortage ||
        (limit_of(error) == LIMIT_NONE && strcmp(what, "poll") != 0 &&
         strcmp(what, QUEUE_CLIENT_CALLS) != 0))
        return;
    stepwise->failed = what;
    stepwise->shortage = error;
}

/* The pending client is in STATE, with errno after FAILED or UNKNOWN: keep a
   connected client among CLIENTS; close a client that is FAILED or UNKNOWN, and
   record the error and a shortage.  A client in progress stays pending.
   Returns STATE.  */
static enum client_state stepwise_take(struct stepwise *stepwise,
                                       enum client_state state)
{
    if (state == CLIENT_CONNECTED) {
        stepwise->clients[stepwise->count++] = stepwise->pending;
        stepwise->pending = -1;
    } else if (state != CLIENT_PENDING) {
        stepwise->error = errno;
        stepwise_note(stepwise,
                      state == CLIENT_UNKNOWN ? QUEUE_CLIENT_CALLS : "connect",
                      errno);
        descriptor_close(&stepwise->pending);
    }
    return state;
}

enum client_state stepwise_settle(struct stepwise *stepwise, int wait)
{
    if (stepwise->pending < 0)
        return CLIENT_FAILED;
    wait_one(stepwise->pending, POLLOUT, wait);
    return stepwise_take(stepwise, queue_client_check(stepwise->pending));
}

enum client_state stepwise_add(struct stepwise *stepwise, int wait)
{
    const char *failed;
    struct sonde_queue queue;
    stepwise->drops =
        sonde_queue(stepwise->listener, &queue) ? -1 : queue.drops;
    stepwise->pending = queue_client_socket(stepwise->family);
    if (stepwise->pending < 0) {
        stepwise->error = errno;
        stepwise_note(stepwise, "socket", stepwise->error);
        return CLIENT_FAILED;
    }
    enum client_state state = stepwise_take(
        stepwise, queue_client_connect(stepwise->pending, &stepwise->address));
    if (state == CLIENT_PENDING)
        state = stepwise_settle(stepwise, wait);
    if (state != CLIENT_PENDING || stepwise->family == AF_UNIX)
        return state;
    if (reference_try(stepwise->family, &failed) && !stepwise->shortage) {
        /* After any failure the client's silence proves nothing.  */
        stepwise->failed = failed;
        stepwise->shortage = errno;
    }
    return stepwise_settle(stepwise, 0);
}

/* Whether the kernel reports fewer queued connections than the backlog, or no
   drop since the last client began: a full queue drops the client's SYN.  False
   without a report.  */
static bool has_room(const struct stepwise *stepwise)
{
    struct sonde_queue queue;
    return !sonde_queue(stepwise->listener, &queue) &&
           ((queue.queued >= 0 && queue.queued < queue.backlog) ||
            (queue.drops >= 0 && queue.drops == stepwise->drops));
}

void stepwise_fill(struct stepwise *stepwise, int wait)
{
    stepwise->error = 0;
    stepwise->full = false;
    size_t first = stepwise->count; /* accept may have closed earlier ones */
    while (stepwise->count < STEPWISE_CLIENTS) {
        if (stepwise_add(stepwise, wait) != CLIENT_CONNECTED)
            break;
        size_t added = stepwise->count - first;
        long stay = queue_clients_connected(&stepwise->clients[first], added);
        if (stay < 0)
            stepwise_note(stepwise, QUEUE_CLIENT_CALLS, errno);
        if (stay < (long)added)
            break;
    }
    bool ended = stepwise->count < STEPWISE_CLIENTS && !stepwise->shortage;
    stepwise->disturbed = ended && has_room(stepwise);
    stepwise->full = ended && !stepwise->disturbed;
}

long stepwise_connected(struct stepwise *stepwise)
{
    long stay = queue_clients_connected(stepwise->clients, stepwise->count);
    if (stay < 0)
        stepwise_note(stepwise, QUEUE_CLIENT_CALLS, errno);
    return stay;
}

void stepwise_put(const struct stepwise *stepwise, const struct prefix *prefix,
                  const char *key, long count)
{
    if (stepwise->shortage)
        prefix_put_failure(prefix, key, stepwise->failed, stepwise->shortage);
    else
        prefix_put_figure(
            prefix, key, stepwise->full ? count : -1, HOW_MEASURED,
            stepwise->disturbed ? "disturbed: a client failed while the queue "
                                  "had room, by the kernel's count"
                                : "the queue holds more than 24");
}

long stepwise_accept(struct stepwise *stepwise, long max)
{
    const char *failed;
    long count = queue_accept(stepwise->listener, max, &failed);
    if (failed)
        stepwise_note(stepwise, failed, errno);
    return count;
}

void stepwise_close(struct stepwise *stepwise)
{
    descriptor_close(&stepwise->pending);
    for (size_t i = 0; i < stepwise->count; i++)
        close(stepwise->clients[i]);
    stepwise->count = 0;
    descriptor_close(&stepwise->listener);
}
