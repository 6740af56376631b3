/* serial.c - one listener and a few clients, step by step
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/control.h"
#include "probes/fill.h"
#include "probes/serial.h"

int serial_open(struct serial *serial, int family, int backlog)
{
    *serial = (struct serial){.family = family, .listener = -1, .pending = -1};
    serial->listener = open_listener(family, backlog, &serial->failed);
    if (serial->listener < 0)
        return -1;
    serial->failed = "getsockname";
    return sonde_address_local(serial->listener, &serial->address);
}

/* WHAT failed with ERROR: take note if it is of ours, and the first.  */
static void note(struct serial *serial, const char *what, int error)
{
    if (serial->ours || limit_of(error) == LIMIT_NONE)
        return;
    serial->failed = what;
    serial->ours = error;
}

static void note_poll(struct serial *serial, int error)
{
    if (serial->ours)
        return;
    serial->failed = "poll";
    serial->ours = error;
}

/* Take note of errno, with which STATE of the pending client came, and give
   that one up.  That poll failed is no behaviour of the host, whatever errno
   is.  */
static void note_client(struct serial *serial, enum client_state state)
{
    serial->error = errno;
    if (state == CLIENT_UNKNOWN)
        note_poll(serial, serial->error);
    else
        note(serial, "connect", serial->error);
    serial_give_up(serial);
}

static bool is_lost(enum client_state state)
{
    return state == CLIENT_FAILED || state == CLIENT_UNKNOWN;
}

enum client_state serial_settle(struct serial *serial, int wait)
{
    if (serial->pending < 0)
        return CLIENT_FAILED;
    wait_one(serial->pending, POLLOUT, wait);
    enum client_state state = client_check(serial->pending);
    if (is_lost(state)) {
        note_client(serial, state);
    } else if (state == CLIENT_CONNECTED) {
        serial->clients[serial->count++] = serial->pending;
        serial->pending = -1;
    }
    return state;
}

enum client_state serial_add(struct serial *serial, int wait)
{
    const char *failed;
    struct sonde_queue queue;
    serial->drops = sonde_queue(serial->listener, &queue) ? -1 : queue.drops;
    serial->pending = resetting_socket(serial->family);
    if (serial->pending < 0) {
        serial->error = errno;
        note(serial, "socket", serial->error);
        return CLIENT_FAILED;
    }
    enum client_state state = client_connect(serial->pending, &serial->address);
    if (is_lost(state)) {
        note_client(serial, state);
        return state;
    }
    state = serial_settle(serial, state == CLIENT_CONNECTED ? 0 : wait);
    if (state != CLIENT_PENDING || serial->family == AF_UNIX)
        return state;
    if (control_try(serial->family, &failed)) {
        if (!strcmp(failed, "poll"))
            note_poll(serial, errno);
        else
            note(serial, failed, errno);
    }
    return serial_settle(serial, 0);
}

/* Whether the kernel counts room in the queue, or has dropped nothing there
   since before the last client, which it does with one for whom there is none.
 */
static bool has_room(const struct serial *serial)
{
    struct sonde_queue queue;
    return !sonde_queue(serial->listener, &queue) &&
           (queue.queued < queue.limit ||
            (queue.drops >= 0 && queue.drops == serial->drops));
}

void serial_fill(struct serial *serial, int wait)
{
    serial->error = 0;
    serial->full = false;
    size_t first = serial->count; /* accept may have ended those before */
    while (serial->count < SERIAL_CLIENTS) {
        if (serial_add(serial, wait) != CLIENT_CONNECTED)
            break;
        size_t added = serial->count - first;
        long stay = clients_connected(&serial->clients[first], added);
        if (stay < 0)
            note_poll(serial, errno);
        if (stay < (long)added)
            break;
    }
    bool ended = serial->count < SERIAL_CLIENTS && !serial->ours;
    serial->disturbed = ended && has_room(serial);
    serial->full = ended && !serial->disturbed;
}

const char *serial_why_not_full(const struct serial *serial)
{
    return serial->disturbed ? "disturbed: a client was not let in, though the "
                               "kernel counts room in the queue"
                             : "the queue holds more than 24";
}

void serial_give_up(struct serial *serial)
{
    if (serial->pending >= 0)
        close(serial->pending);
    serial->pending = -1;
}

long serial_accept(struct serial *serial, long most)
{
    long count = 0;
    while (count < most) {
        int fd = sonde_accept(serial->listener, NULL, SONDE_CLOEXEC);
        if (fd < 0) {
            note(serial, "accept", errno);
            break;
        }
        close(fd);
        count++;
    }
    return count;
}

void serial_close(struct serial *serial)
{
    serial_give_up(serial);
    for (size_t i = 0; i < serial->count; i++)
        close(serial->clients[i]);
    serial->count = 0;
    if (serial->listener >= 0)
        close(serial->listener);
    serial->listener = -1;
}
