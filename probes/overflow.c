/* overflow.c - what comes of the client for whom there was no room
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/names.h"
#include "probes/namespace.h"
#include "probes/overflow.h"
#include "probes/place.h"
#include "probes/runner.h"
#include "probes/serial.h"

enum {
    BACKLOG = 1,
    PATIENCE = 8000,    /* milliseconds: TCP tries again after 1 s and 3 s */
    DATA_MOST = 8 << 20 /* bytes; a system that takes more is not filled */
};

static const char id[] = "listen.overflow";

/* What differs from run to run.  */
static void put_volatile(const struct place *place, const char *key, long value)
{
    char family[32];
    snprintf(family, sizeof family, "overflow.%s", place->family);
    put_figure(&(struct place){place->out, "volatile", family}, key, value,
               HOW_MEASURED, NULL);
}

static void put(const struct place *place, const char *key, const char *value)
{
    put_text(place, key, value, HOW_MEASURED, NULL);
}

static void put_not(const struct place *place, const char *key,
                    const char *reason)
{
    put_text(place, key, NULL, HOW_NOT_TESTABLE, reason);
}

/* Why SERIAL is not full.  */
static void put_not_full(const struct place *place, const char *key,
                         const struct serial *serial)
{
    if (serial->ours)
        put_failure(place, key, serial->failed, serial->ours);
    else
        put_not(place, key, serial_why_not_full(serial));
}

/* What the client saw that was not let in.  */
static const char *next_of(const struct serial *serial)
{
    if (serial->pending >= 0)
        return "silence";
    if (serial->error)
        return serial->error == ECONNREFUSED ? "refused"
               : serial->error == ECONNRESET ? "reset"
                                             : errno_name(serial->error);
    return "reset after connect";
}

/* Whether the client outside gets in when one connection is taken out; how
   long that takes is TCP's affair.  Returns how many were taken out.  */
static long put_enters(const struct place *place, struct serial *serial)
{
    if (serial->pending < 0) {
        /* Of UNIX sockets, one that may block does.  */
        if (serial->family != AF_UNIX)
            put_not(place, "enters", "it does not wait");
        return 0;
    }
    long taken = serial_accept(serial, 1);
    if (serial->ours) {
        put_failure(place, "enters", serial->failed, serial->ours);
        serial_give_up(serial);
        return taken;
    }
    int64_t start = monotonic_ms();
    enum client_state state = serial_settle(serial, PATIENCE);
    if (state == CLIENT_UNKNOWN)
        put_failure(place, "enters", serial->failed, serial->ours);
    else
        put(place, "enters", state == CLIENT_CONNECTED ? "yes" : "no");
    if (state == CLIENT_CONNECTED)
        put_volatile(place, "enters-ms", (long)(monotonic_ms() - start));
    serial_give_up(serial);
    return taken;
}

static void put_queue(const struct place *place, int family, int wait)
{
    struct serial serial;
    if (serial_open(&serial, family, BACKLOG)) {
        put_failure(place, "next", serial.failed, errno);
        serial_close(&serial);
        return;
    }
    serial_fill(&serial, wait);
    if (serial.full) {
        put_figure(place, "connected", (long)serial.count, HOW_MEASURED, NULL);
        put(place, "next", next_of(&serial));
        long before = (long)serial.count;
        long accepted = put_enters(place, &serial);
        long late = (long)serial.count - before; /* in, since there was room */
        accepted += serial_accept(&serial, SERIAL_CLIENTS);
        if (serial.ours)
            put_failure(place, "accepted", serial.failed, serial.ours);
        else
            put_figure(place, "accepted", accepted - late, HOW_MEASURED, NULL);
    } else {
        put_not_full(place, "next", &serial);
    }
    serial_close(&serial);
}

/* How many bytes may lie about in the kernel's buffers.  */
static long data_most(const struct budget *budget)
{
    int64_t share = budget_share(&budget->memory);
    return share < DATA_MOST ? (long)share : DATA_MOST;
}

/* Send as much as the system takes from a client that nobody has accepted, up
   to MOST bytes.  */
static long send_all(int client, long most)
{
    static const char data[4096];
    long sent = 0;
    while (sent < most) {
        ssize_t some = send(client, data, sizeof data, 0);
        if (some <= 0)
            return sent > 0 || errno == EAGAIN ? sent : -1;
        sent += some;
    }
    return sent;
}

/* Read what comes, up to MOST bytes, until nothing comes for a while.  Returns
   how much; -1 with errno if poll fails.  */
static long receive_all(int fd, long most)
{
    char data[4096];
    long got = 0;
    while (got < most) {
        int events = wait_one(fd, POLLIN, PATIENCE);
        if (events < 0)
            return -1;
        ssize_t some = events > 0 ? recv(fd, data, sizeof data, 0) : 0;
        if (some <= 0)
            break;
        got += some;
    }
    return got;
}

/* The budget was smaller than what the system takes.  */
static void put_no_memory(const struct place *place, const char *key,
                          const struct budget *budget)
{
    char text[200];
    budget_explain(text, sizeof text, &budget->memory, "this", DATA_MOST);
    put_not(place, key, text);
}

/* Data sent before accept is called.  */
static void put_data(const struct place *place, int family)
{
    struct serial serial;
    struct budget budget = budget_now();
    long most = data_most(&budget);
    if (serial_open(&serial, family, 8)) {
        put_failure(place, "data", serial.failed, errno);
        serial_close(&serial);
        return;
    }
    serial_add(&serial, PATIENCE);
    long sent = serial.count == 1 ? send_all(serial.clients[0], most) : -1;
    int fd = sent < 0 ? -1 : sonde_accept(serial.listener, NULL, SONDE_CLOEXEC);
    int error = errno;
    long got = fd < 0 ? -1 : receive_all(fd, sent);
    int receive_error = got < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    if (serial.ours)
        put_failure(place, "data", serial.failed, serial.ours);
    else if (serial.count == 0)
        put_not(place, "data", "no client was connected");
    else if (sent < 0 || fd < 0)
        put_failure(place, "data", sent < 0 ? "send" : "accept", error);
    else if (got < 0)
        put_failure(place, "data", "poll", receive_error);
    else if (sent >= most && most < DATA_MOST)
        put_no_memory(place, "data", &budget);
    else
        put(place, "data", got == sent ? "kept" : "lost");
    if (sent >= 0)
        put_volatile(place, "data-bytes", sent);
    serial_close(&serial);
}

/* In a child: connect as a client that may block, and tell by the exit status:
   0, or an errno.  It needs a descriptor, and has one in the listener's.  */
static _Noreturn void be_client(const struct serial *serial)
{
    struct timeval most = {.tv_sec = PATIENCE / 1000};
    const void *storage = &serial->address.storage;
    close(serial->listener);
    int fd = sonde_socket(serial->family, SOCK_STREAM, 0);
    if (fd < 0)
        _exit(errno & 0x7f);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    int status, tries = 0;
    do /* a call with a timeout is not restarted after a stop */
        status = connect(fd, storage, serial->address.length);
    while (status && wait_retry(&tries));
    _exit(status ? errno & 0x7f : 0);
}

/* Wait up to MOST milliseconds for CHILD.  Returns its exit status; -1 if it is
   not through.  */
static int await_child(pid_t child, int most)
{
    int status;
    if (wait_child(child, &status, most) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0x7f;
}

/* CHILD waits to be let in by SERIAL: make room.  Returns its exit status, or
   -1 if it is not through.  */
static int let_in(const struct place *place, struct serial *serial, pid_t child)
{
    serial_accept(serial, 1);
    if (serial->ours) {
        put_failure(place, "enters", serial->failed, serial->ours);
        return -1;
    }
    int status = await_child(child, PATIENCE);
    put(place, "enters", status == 0 ? "yes" : "no");
    return status;
}

/* What a client of SERIAL that may block sees.  */
static void put_client(const struct place *place, struct serial *serial,
                       int wait)
{
    pid_t child = fork();
    if (child == 0)
        be_client(serial);
    if (child < 0) {
        put_failure(place, "blocking", "fork", errno);
        return;
    }
    int status = await_child(child, wait);
    if (status >= 0) {
        put(place, "blocking", status ? errno_name(status) : "connects");
        return;
    }
    put(place, "blocking", "waits");
    if (let_in(place, serial, child) < 0) {
        kill(child, SIGKILL);
        wait_child(child, NULL, PATIENCE);
    }
}

/* A client of a UNIX socket that may block: the one with O_NONBLOCK is told
   that there is no room.  */
static void put_blocking(const struct place *place, int wait)
{
    struct serial serial;
    if (serial_open(&serial, AF_UNIX, BACKLOG)) {
        put_failure(place, "blocking", serial.failed, errno);
        return;
    }
    serial_fill(&serial, wait);
    serial_give_up(&serial);
    if (serial.full)
        put_client(place, &serial, wait);
    else
        put_not_full(place, "blocking", &serial);
    serial_close(&serial);
}

void overflow_family(FILE *out, int family, const char *name, int wait)
{
    const struct place place = {out, id, name};
    put_queue(&place, family, wait);
    put_data(&place, family);
    if (family == AF_UNIX)
        put_blocking(&place, wait);
    fflush(out);
}

void overflow_setting(FILE *out)
{
    put_figure(&(struct place){out, id, NULL}, "tcp_abort_on_overflow",
               namespace_read("net.ipv4.tcp_abort_on_overflow"), HOW_READ,
               "no such setting is shown here");
}
