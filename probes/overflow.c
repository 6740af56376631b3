/* overflow.c - what comes of the client for whom there was no room
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

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
    int64_t start = clock_ms();
    enum client_state state = serial_settle(serial, PATIENCE);
    put(place, "enters", state == CLIENT_CONNECTED ? "yes" : "no");
    if (state == CLIENT_CONNECTED)
        put_volatile(place, "enters-ms", (long)(clock_ms() - start));
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
        put_figure(place, "accepted", accepted - late, HOW_MEASURED, NULL);
    } else {
        put_not(place, "next", "the queue holds more than 24");
    }
    serial_close(&serial);
}

/* Send as much as the system takes from a client that nobody has accepted.  */
static long send_all(int client)
{
    static const char data[4096];
    long sent = 0;
    while (sent < DATA_MOST) {
        ssize_t some = send(client, data, sizeof data, 0);
        if (some <= 0)
            return sent > 0 || errno == EAGAIN ? sent : -1;
        sent += some;
    }
    return sent;
}

/* Read what comes, up to MOST bytes, until nothing comes for a while.  */
static long receive_all(int fd, long most)
{
    char data[4096];
    long got = 0;
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    while (got < most && poll(&poll_fd, 1, PATIENCE) > 0) {
        ssize_t some = recv(fd, data, sizeof data, 0);
        if (some <= 0)
            break;
        got += some;
    }
    return got;
}

/* Data sent before accept is called.  */
static void put_data(const struct place *place, int family)
{
    struct serial serial;
    if (serial_open(&serial, family, 8)) {
        put_failure(place, "data", serial.failed, errno);
        serial_close(&serial);
        return;
    }
    serial_add(&serial, PATIENCE);
    long sent = serial.count == 1 ? send_all(serial.clients[0]) : -1;
    int error = errno;
    int fd = sent < 0 ? -1 : sonde_accept(serial.listener, NULL, SONDE_CLOEXEC);
    long got = fd < 0 ? -1 : receive_all(fd, sent);
    if (fd >= 0)
        close(fd);
    if (serial.count == 0)
        put_not(place, "data", "no client was connected");
    else if (sent < 0)
        put_failure(place, "data", "send", error);
    else
        put(place, "data", got == sent ? "kept" : "lost");
    if (sent >= 0)
        put_volatile(place, "data-bytes", sent);
    serial_close(&serial);
}

/* In a child: connect as a client that may block, and tell by the exit status:
   0, or an errno.  */
static _Noreturn void be_client(const struct sonde_address *address)
{
    struct timeval most = {.tv_sec = PATIENCE / 1000};
    const void *storage = &address->storage;
    int fd = sonde_socket(address->storage.ss_family, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    _exit(fd < 0 || connect(fd, storage, address->length) ? errno & 0x7f : 0);
}

/* Wait up to MOST milliseconds for CHILD.  Returns its exit status; -1 if it is
   not through.  */
static int await_child(pid_t child, int most)
{
    int status;
    for (int64_t end = clock_ms() + most; clock_ms() < end; poll(NULL, 0, 1)) {
        pid_t done = waitpid(child, &status, WNOHANG);
        if (done == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 0x7f;
    }
    return -1;
}

/* A client of a UNIX socket that may block: the one with O_NONBLOCK is told
   that there is no room.  */
static void put_blocking(const struct place *place, int wait)
{
    struct serial serial;
    if (serial_open(&serial, AF_UNIX, BACKLOG)) {
        put_failure(place, "blocking", serial.failed, errno);
        serial_close(&serial);
        return;
    }
    serial_fill(&serial, wait);
    serial_give_up(&serial);
    pid_t child = fork();
    if (child == 0)
        be_client(&serial.address);
    int status = child < 0 ? -1 : await_child(child, wait);
    bool waits = child >= 0 && status < 0;
    if (child < 0)
        put_failure(place, "blocking", "fork", errno);
    else
        put(place, "blocking",
            waits         ? "waits"
            : status == 0 ? "connects"
                          : errno_name(status));
    if (waits) {
        serial_accept(&serial, 1);
        status = await_child(child, PATIENCE);
        put(place, "enters", status == 0 ? "yes" : "no");
    }
    if (waits && status < 0) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
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
