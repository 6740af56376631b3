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
#include "base/names.h"
#include "base/wait.h"
#include "probes/finding/prefix.h"
#include "probes/queue/overflow.h"
#include "probes/queue/stepwise.h"
#include "probes/run/namespace.h"
#include "probes/run/runner.h"

enum {
    BACKLOG = 1,
    PATIENCE = 8000,   /* milliseconds: TCP tries again after 1 s and 3 s */
    DATA_MAX = 8 << 20 /* bytes; a system that takes more is not filled */
};

static const char id[] = "listen.overflow";

/* What differs from run to run.  */
static void put_volatile(const struct prefix *prefix, const char *key,
                         long value)
{
    char family[32];
    snprintf(family, sizeof family, "overflow.%s", prefix->family);
    prefix_put_figure(&(struct prefix){prefix->out, "volatile", family}, key,
                      value, HOW_MEASURED, NULL);
}

static void overflow_put(const struct prefix *prefix, const char *key,
                         const char *value)
{
    prefix_put_text(prefix, key, value, HOW_MEASURED, NULL);
}

static void put_not(const struct prefix *prefix, const char *key,
                    const char *reason)
{
    prefix_put_text(prefix, key, NULL, HOW_NOT_TESTABLE, reason);
}

/* Why SERIAL is not full.  */
static void put_not_full(const struct prefix *prefix, const char *key,
                         const struct stepwise *stepwise)
{
    if (stepwise->ours)
        prefix_put_failure(prefix, key, stepwise->failed, stepwise->ours);
    else
        put_not(prefix, key, stepwise_why_not_full(stepwise));
}

/* What the client saw that was not let in.  */
static const char *overflow_next_of(const struct stepwise *stepwise)
{
    if (stepwise->pending >= 0)
        return "silence";
    if (stepwise->error)
        return stepwise->error == ECONNREFUSED ? "refused"
               : stepwise->error == ECONNRESET ? "reset"
                                               : errno_name(stepwise->error);
    return "reset after connect";
}

/* Whether the client outside gets in when one connection is taken out; how
   long that takes is TCP's affair.  Returns how many were taken out.  */
static long put_enters(const struct prefix *prefix, struct stepwise *stepwise)
{
    if (stepwise->pending < 0) {
        /* Of UNIX sockets, one that may block does.  */
        if (stepwise->family != AF_UNIX)
            put_not(prefix, "enters", "it does not wait");
        return 0;
    }
    long taken = stepwise_accept(stepwise, 1);
    if (stepwise->ours) {
        prefix_put_failure(prefix, "enters", stepwise->failed, stepwise->ours);
        stepwise_give_up(stepwise);
        return taken;
    }
    int64_t start = monotonic_ms();
    enum client_state state = stepwise_settle(stepwise, PATIENCE);
    if (state == CLIENT_UNKNOWN)
        prefix_put_failure(prefix, "enters", stepwise->failed, stepwise->ours);
    else
        overflow_put(prefix, "enters",
                     state == CLIENT_CONNECTED ? "yes" : "no");
    if (state == CLIENT_CONNECTED)
        put_volatile(prefix, "enters-ms", (long)(monotonic_ms() - start));
    stepwise_give_up(stepwise);
    return taken;
}

static void put_queue(const struct prefix *prefix, int family, int wait)
{
    struct stepwise stepwise;
    if (stepwise_open(&stepwise, family, BACKLOG)) {
        prefix_put_failure(prefix, "next", stepwise.failed, errno);
        stepwise_close(&stepwise);
        return;
    }
    stepwise_fill(&stepwise, wait);
    if (stepwise.full) {
        prefix_put_figure(prefix, "connected", (long)stepwise.count,
                          HOW_MEASURED, NULL);
        overflow_put(prefix, "next", overflow_next_of(&stepwise));
        long before = (long)stepwise.count;
        long accepted = put_enters(prefix, &stepwise);
        long late =
            (long)stepwise.count - before; /* in, since there was room */
        accepted += stepwise_accept(&stepwise, STEPWISE_CLIENTS);
        if (stepwise.ours)
            prefix_put_failure(prefix, "accepted", stepwise.failed,
                               stepwise.ours);
        else
            prefix_put_figure(prefix, "accepted", accepted - late, HOW_MEASURED,
                              NULL);
    } else {
        put_not_full(prefix, "next", &stepwise);
    }
    stepwise_close(&stepwise);
}

/* How many bytes may lie about in the kernel's buffers.  */
static long data_most(const struct budget *budget)
{
    int64_t share = budget_share(&budget->memory);
    return share < DATA_MAX ? (long)share : DATA_MAX;
}

/* Send as much as the system takes from a client that nobody has accepted, up
   to MOST bytes.  */
static long overflow_send_all(int client, long most)
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
static void put_no_memory(const struct prefix *prefix, const char *key,
                          const struct budget *budget)
{
    char text[200];
    budget_explain(text, sizeof text, &budget->memory, "this", DATA_MAX);
    put_not(prefix, key, text);
}

/* Data sent before accept is called.  */
static void overflow_put_data(const struct prefix *prefix, int family)
{
    struct stepwise stepwise;
    struct budget budget = budget_now();
    long most = data_most(&budget);
    if (stepwise_open(&stepwise, family, 8)) {
        prefix_put_failure(prefix, "data", stepwise.failed, errno);
        stepwise_close(&stepwise);
        return;
    }
    stepwise_add(&stepwise, PATIENCE);
    long sent =
        stepwise.count == 1 ? overflow_send_all(stepwise.clients[0], most) : -1;
    int fd =
        sent < 0 ? -1 : sonde_accept(stepwise.listener, NULL, SONDE_CLOEXEC);
    int error = errno;
    long got = fd < 0 ? -1 : receive_all(fd, sent);
    int receive_error = got < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    if (stepwise.ours)
        prefix_put_failure(prefix, "data", stepwise.failed, stepwise.ours);
    else if (stepwise.count == 0)
        put_not(prefix, "data", "no client was connected");
    else if (sent < 0 || fd < 0)
        prefix_put_failure(prefix, "data", sent < 0 ? "send" : "accept", error);
    else if (got < 0)
        prefix_put_failure(prefix, "data", "poll", receive_error);
    else if (sent >= most && most < DATA_MAX)
        put_no_memory(prefix, "data", &budget);
    else
        overflow_put(prefix, "data", got == sent ? "kept" : "lost");
    if (sent >= 0)
        put_volatile(prefix, "data-bytes", sent);
    stepwise_close(&stepwise);
}

/* In a child: connect as a client that may block, and tell by the exit status:
   0, or an errno.  It needs a descriptor, and has one in the listener's.  */
static _Noreturn void be_client(const struct stepwise *stepwise)
{
    struct timeval most = {.tv_sec = PATIENCE / 1000};
    const void *storage = &stepwise->address.storage;
    close(stepwise->listener);
    int fd = sonde_socket(stepwise->family, SOCK_STREAM, 0);
    if (fd < 0)
        _exit(errno & 0x7f);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    int status, tries = 0;
    do /* a call with a timeout is not restarted after a stop */
        status = connect(fd, storage, stepwise->address.length);
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
static int overflow_let_in(const struct prefix *prefix,
                           struct stepwise *stepwise, pid_t child)
{
    stepwise_accept(stepwise, 1);
    if (stepwise->ours) {
        prefix_put_failure(prefix, "enters", stepwise->failed, stepwise->ours);
        return -1;
    }
    int status = await_child(child, PATIENCE);
    overflow_put(prefix, "enters", status == 0 ? "yes" : "no");
    return status;
}

/* What a client of SERIAL that may block sees.  */
static void put_client(const struct prefix *prefix, struct stepwise *stepwise,
                       int wait)
{
    pid_t child = fork();
    if (child == 0)
        be_client(stepwise);
    if (child < 0) {
        prefix_put_failure(prefix, "blocking", "fork", errno);
        return;
    }
    int status = await_child(child, wait);
    if (status >= 0) {
        overflow_put(prefix, "blocking",
                     status ? errno_name(status) : "connects");
        return;
    }
    overflow_put(prefix, "blocking", "waits");
    if (overflow_let_in(prefix, stepwise, child) < 0) {
        kill(child, SIGKILL);
        wait_child(child, NULL, PATIENCE);
    }
}

/* A client of a UNIX socket that may block: the one with O_NONBLOCK is told
   that there is no room.  */
static void put_blocking(const struct prefix *prefix, int wait)
{
    struct stepwise stepwise;
    if (stepwise_open(&stepwise, AF_UNIX, BACKLOG)) {
        prefix_put_failure(prefix, "blocking", stepwise.failed, errno);
        return;
    }
    stepwise_fill(&stepwise, wait);
    stepwise_give_up(&stepwise);
    if (stepwise.full)
        put_client(prefix, &stepwise, wait);
    else
        put_not_full(prefix, "blocking", &stepwise);
    stepwise_close(&stepwise);
}

void overflow_family(FILE *out, int family, const char *name, int wait)
{
    const struct prefix prefix = {out, id, name};
    put_queue(&prefix, family, wait);
    overflow_put_data(&prefix, family);
    if (family == AF_UNIX)
        put_blocking(&prefix, wait);
    fflush(out);
}

void overflow_setting(FILE *out)
{
    prefix_put_figure(&(struct prefix){out, id, NULL}, "tcp_abort_on_overflow",
                      namespace_read("net.ipv4.tcp_abort_on_overflow"),
                      HOW_READ, "no such setting is shown here");
}
