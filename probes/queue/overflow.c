/* overflow.c - the next client of a full queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/names.h"
#include "base/wait.h"
#include "probes/queue/fill.h"
#include "probes/queue/overflow.h"
#include "probes/queue/stepwise.h"
#include "probes/queue/syn-queue.h"
#include "probes/run/namespace.h"
#include "probes/run/runner.h"

enum {
    BACKLOG = 1,
    TIMEOUT = 8000,    /* milliseconds: TCP retransmits after 1 s and 3 s */
    DATA_MAX = 8 << 20 /* bytes; larger kernel buffers are not filled */
};

static const char id[] = "listen.overflow";

/* Write VALUE, which differs from run to run, under the id "volatile", as
   overflow.FAMILY.KEY, FAMILY being that of PREFIX.  */
static void put_volatile(const struct prefix *prefix, const char *key,
                         long value)
{
    char family[32];
    snprintf(family, sizeof family, "overflow.%s", prefix->family);
    prefix_put_figure(&(struct prefix){prefix->out, "volatile", family}, key,
                      value, HOW_MEASURED, NULL);
}

/* Write VALUE as KEY; if VALUE is NULL, KEY is not testable, for REASON.  */
static void overflow_put(const struct prefix *prefix, const char *key,
                         const char *value, const char *reason)
{
    prefix_put_text(prefix, key, value, HOW_MEASURED, reason);
}

/* The result of the client that met the full queue STEPWISE, as the finding
   "next": "silence" if the client is pending; else overflow_name of its errno;
   or "reset after connect" without an errno.  */
static const char *overflow_next_of(const struct stepwise *stepwise)
{
    if (stepwise->pending >= 0)
        return overflow_name(OVERFLOW_SILENCE);
    return stepwise->error ? overflow_name(stepwise->error)
                           : "reset after connect";
}

/* Accept one connection, and write as "enters", yes or no, whether the pending
   client's connect then completes within TIMEOUT; if so, also the time in
   milliseconds, as the volatile "enters-ms", since the time depends on TCP's
   retransmission.  A client that connects joins CLIENTS; otherwise the pending
   client is closed.  Not testable if a shortage is recorded, or if a call
   fails.  Without a pending client nothing is accepted, and "enters" is not
   testable; for UNIX sockets "enters" is then not written here, but by
   put_blocking.  Returns how many connections were accepted, 0 or 1.  */
static long put_enters(const struct prefix *prefix, struct stepwise *stepwise)
{
    if (stepwise->pending < 0) {
        if (stepwise->family != AF_UNIX)
            overflow_put(prefix, "enters", NULL,
                         "its connect is not in progress");
        return 0;
    }
    long accepted = stepwise_accept(stepwise, 1);
    int64_t start = monotonic_ms();
    enum client_state state = stepwise->shortage
                                  ? CLIENT_UNKNOWN
                                  : stepwise_settle(stepwise, TIMEOUT);
    if (state == CLIENT_UNKNOWN || stepwise->shortage)
        stepwise_put(stepwise, prefix, "enters", -1);
    else
        overflow_put(prefix, "enters", state == CLIENT_CONNECTED ? "yes" : "no",
                     NULL);
    if (state == CLIENT_CONNECTED)
        put_volatile(prefix, "enters-ms", (long)(monotonic_ms() - start));
    descriptor_close(&stepwise->pending);
    return accepted;
}

/* Fill a queue of FAMILY, with the silence timeout WAIT, and write connected,
   next, enters (put_enters) and accepted; only "next", not testable, with the
   reason, if the queue could not be filled.  A client that connects after the
   first accept counts neither as connected nor as accepted.  */
static void put_queue(const struct prefix *prefix, int family, int wait)
{
    struct stepwise stepwise;
    if (stepwise_listen(&stepwise, prefix, "next", family, BACKLOG))
        return;
    stepwise_fill(&stepwise, wait);
    if (stepwise.full) {
        size_t before = stepwise.count;
        stepwise_put(&stepwise, prefix, "connected",
                     stepwise_connected(&stepwise));
        overflow_put(prefix, "next", overflow_next_of(&stepwise), NULL);
        long accepted = put_enters(prefix, &stepwise);
        long late = (long)(stepwise.count - before); /* since the accept */
        accepted += stepwise_accept(&stepwise, STEPWISE_CLIENTS);
        stepwise_put(&stepwise, prefix, "accepted", accepted - late);
    } else {
        stepwise_put(&stepwise, prefix, "next", -1);
    }
    stepwise_close(&stepwise);
}

/* How many bytes may be sent to fill the kernel's buffers: DATA_MAX; or half of
   the memory left by BUDGET, if that half is less.  */
static long max_data(const struct budget *budget)
{
    int64_t share = budget_share(&budget->memory);
    return share < DATA_MAX ? (long)share : DATA_MAX;
}

/* Send from CLIENT, non-blocking and not accepted yet, until the buffers are
   full, send fails or MAX bytes are sent.  SIGPIPE must be ignored.  Returns
   the number of bytes, which may exceed MAX by less than a block of 4096; 0 if
   MAX is 0, or if the first send fails with EAGAIN; or -1 with errno if the
   first send fails otherwise.  */
static long overflow_send_all(int client, long max)
{
    static const char data[4096];
    long sent = 0;
    while (sent < max) {
        ssize_t some = send(client, data, sizeof data, 0);
        if (some <= 0)
            return sent > 0 || errno == EAGAIN ? sent : -1;
        sent += some;
    }
    return sent;
}

/* Wait up to TIMEOUT for input on FD, and receive once into DATA of SIZE bytes.
   Returns the number of bytes; 0 if nothing arrives within TIMEOUT, if the peer
   closes, or after a reset; or -1 with errno, and the name of the failed call
   in *FAILED, which is also set otherwise.  */
static ssize_t overflow_receive(int fd, char *data, size_t size,
                                const char **failed)
{
    ssize_t some;
    int tries = 0, events = wait_one(fd, POLLIN, TIMEOUT);
    *failed = "poll";
    if (events <= 0)
        return events;
    *failed = "recv";
    do
        some = recv(fd, data, size, 0);
    while (some < 0 && wait_retry(&tries));
    return some < 0 && errno == ECONNRESET ? 0 : some;
}

/* Receive from FD and drop the data, until MAX bytes have come, nothing comes
   within TIMEOUT, or the peer closes or resets.  Returns the number of bytes;
   or -1 with errno, and in *FAILED the name of the failed call.  */
static long overflow_receive_all(int fd, long max, const char **failed)
{
    char data[4096];
    long got = 0;
    while (got < max) {
        ssize_t some = overflow_receive(fd, data, sizeof data, failed);
        if (some < 0)
            return -1;
        if (some == 0)
            break;
        got += some;
    }
    return got;
}

/* Write "data" as not testable: filling the kernel's buffers needs more memory
   than BUDGET allows.  */
static void put_no_memory(const struct prefix *prefix,
                          const struct budget *budget)
{
    char text[200];
    budget_explain(text, sizeof text, &budget->memory, "this", DATA_MAX);
    overflow_put(prefix, "data", NULL, text);
}

/* Send from the first client of STEPWISE, which has one, then accept its
   connection, and write as "data" whether all of the data arrives: "kept" or
   "lost"; not testable, with the reason, after a failure, if no byte could be
   sent, or if the memory budget ended the sending.  Also write the number of
   bytes sent, as the volatile "data-bytes", unless overflow_send_all failed. */
static void put_arrival(const struct prefix *prefix,
                        const struct stepwise *stepwise)
{
    struct budget budget = budget_now();
    long max = max_data(&budget), got;
    long sent = overflow_send_all(stepwise->clients[0], max);
    int fd = -1;
    const char *failed;
    if (sent < 0)
        prefix_put_failure(prefix, "data", "send", errno);
    else if ((fd = sonde_accept(stepwise->listener, NULL, SONDE_CLOEXEC)) < 0)
        prefix_put_failure(prefix, "data", "accept", errno);
    else if ((got = overflow_receive_all(fd, sent, &failed)) < 0)
        prefix_put_failure(prefix, "data", failed, errno);
    else if (sent >= max && max < DATA_MAX)
        put_no_memory(prefix, &budget);
    else if (sent == 0)
        overflow_put(prefix, "data", NULL, "no byte could be sent");
    else
        overflow_put(prefix, "data", got == sent ? "kept" : "lost", NULL);
    if (sent >= 0)
        put_volatile(prefix, "data-bytes", sent);
    descriptor_close(&fd);
}

/* Connect a client of FAMILY, and write the finding "data", what becomes of
   data that is sent before accept is called (put_arrival): kept, lost, or not
   testable, with the reason.  */
static void overflow_put_data(const struct prefix *prefix, int family)
{
    struct stepwise stepwise;
    if (stepwise_listen(&stepwise, prefix, "data", family, 8))
        return;
    stepwise_add(&stepwise, TIMEOUT);
    if (stepwise.shortage)
        stepwise_put(&stepwise, prefix, "data", -1);
    else if (stepwise.count == 0)
        overflow_put(prefix, "data", NULL, "no client was connected");
    else
        put_arrival(prefix, &stepwise);
    stepwise_close(&stepwise);
}

/* How the client of put_client ended; its exit statuses, but the last.  */
enum { BLOCKING_CONNECTS, BLOCKING_FAILS, BLOCKING_NO_SOCKET, BLOCKING_KILLED };

/* What the client of put_client tells its parent, in shared memory: whether its
   connect begins, and the errno, which may have more bits than an exit
   status.  */
struct attempt {
    volatile sig_atomic_t has_begun;
    int error;
};

/* In a child: connect to STEPWISE with a blocking socket, for up to TIMEOUT.
   In ATTEMPT, HAS_BEGUN is set before connect, and ERROR is the errno of socket
   or connect, without meaning after success.  Exits with BLOCKING_CONNECTS,
   BLOCKING_FAILS or BLOCKING_NO_SOCKET.  The descriptor of the listener is
   closed first, so that one is free.  */
static _Noreturn void be_client(const struct stepwise *stepwise,
                                struct attempt *attempt)
{
    struct timeval timeout = {.tv_sec = TIMEOUT / 1000};
    const void *storage = &stepwise->address.storage;
    close(stepwise->listener);
    int fd = sonde_socket(stepwise->family, SOCK_STREAM, 0);
    attempt->error = errno;
    if (fd < 0)
        _exit(BLOCKING_NO_SOCKET);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    attempt->has_begun = 1;
    int status, tries = 0;
    do /* a call with a timeout is not restarted after a stop */
        status = connect(fd, storage, stepwise->address.length);
    while (status && wait_retry(&tries));
    attempt->error = errno;
    _exit(status ? BLOCKING_FAILS : BLOCKING_CONNECTS);
}

/* Wait up to TIMEOUT_MS milliseconds for CHILD to end, and reap CHILD then.
   Returns the exit status of CHILD, or BLOCKING_KILLED after a signal; -1 if
   CHILD has not ended, or waitpid fails.  */
static int await_child(pid_t child, int timeout_ms)
{
    int status;
    if (wait_child(child, &status, timeout_ms) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : BLOCKING_KILLED;
}

/* Wait until CHILD, which writes ATTEMPT, has ended, or its connect has taken
   WAIT milliseconds.  A busy host may start CHILD late: so WAIT counts from the
   beginning of the connect, or if there is none, from TIMEOUT on.  Returns as
   await_child.  */
static int await_connect(pid_t child, const struct attempt *attempt, int wait)
{
    enum { PAUSE = 5 };
    int status = -1;
    for (int i = 0; i < TIMEOUT / PAUSE && status < 0 && !attempt->has_begun;
         i++)
        status = await_child(child, PAUSE);
    return status < 0 ? await_child(child, wait) : status;
}

/* Write KEY by STATUS of await_child, not -1, and ERROR, the errno of the
   child: CONNECTS if connect succeeded, FAILS if connect failed; not testable,
   with the reason, if the child had no socket, ran out of a resource, or was
   killed.  */
static void put_client_status(const struct prefix *prefix, const char *key,
                              int status, int error, const char *connects,
                              const char *fails)
{
    if (status == BLOCKING_CONNECTS)
        overflow_put(prefix, key, connects, NULL);
    else if (status == BLOCKING_NO_SOCKET)
        prefix_put_failure(prefix, key, "socket", error);
    else if (status != BLOCKING_FAILS)
        overflow_put(prefix, key, NULL, "the client was killed");
    else if (limit_of(error) != LIMIT_NONE)
        prefix_put_failure(prefix, key, "connect", error);
    else
        overflow_put(prefix, key, fails, NULL);
}

/* Accept a connection of STEPWISE, and write "enters", whether the connect of
   CHILD, which writes ATTEMPT, completes within TIMEOUT after that: yes or no;
   not testable if accept ran out of a resource, if poll failed, or as by
   put_client_status.  Returns as await_child: -1 if CHILD has not ended.  */
static int put_client_enters(const struct prefix *prefix,
                             struct stepwise *stepwise, pid_t child,
                             const struct attempt *attempt)
{
    stepwise_accept(stepwise, 1);
    if (stepwise->shortage) {
        stepwise_put(stepwise, prefix, "enters", -1);
        return -1;
    }
    int status = await_child(child, TIMEOUT);
    if (status < 0)
        overflow_put(prefix, "enters", "no", NULL);
    else
        put_client_status(prefix, "enters", status, attempt->error, "yes",
                          "no");
    return status;
}

/* Write "blocking", the result of a blocking connect, in a child, to the full
   queue STEPWISE: "connects", an errno by name, or "waits" if connect has not
   returned after WAIT milliseconds; not testable, with the reason, as by
   put_client_status, if fork fails, or if connect has not begun within TIMEOUT
   and WAIT.  After "waits" write "enters", by put_client_enters.  On return the
   child is reaped, or was killed.  ATTEMPT, all zero, is memory shared with
   children.  */
static void put_client(const struct prefix *prefix, struct stepwise *stepwise,
                       int wait, struct attempt *attempt)
{
    pid_t child = fork();
    if (child == 0)
        be_client(stepwise, attempt);
    if (child < 0) {
        prefix_put_failure(prefix, "blocking", "fork", errno);
        return;
    }
    int status = await_connect(child, attempt, wait);
    if (status >= 0) {
        put_client_status(prefix, "blocking", status, attempt->error,
                          "connects", errno_name(attempt->error));
        return;
    }
    bool waits = attempt->has_begun;
    overflow_put(prefix, "blocking", waits ? "waits" : NULL,
                 waits ? NULL : "the client did not begin");
    if (waits)
        status = put_client_enters(prefix, stepwise, child, attempt);
    if (status < 0) {
        kill(child, SIGKILL);
        wait_child(child, NULL, TIMEOUT);
    }
}

/* UNIX sockets: a non-blocking client gets EAGAIN at once.  Fill a queue, with
   the silence timeout WAIT, and write "blocking" and perhaps "enters" of a
   blocking client (put_client); only "blocking", not testable, with the reason,
   without shared memory or a listener, or if the queue is not full.  */
static void put_blocking(const struct prefix *prefix, int wait)
{
    struct stepwise stepwise;
    struct attempt *attempt =
        mmap(NULL, sizeof *attempt, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANON, -1, 0);
    if (attempt == MAP_FAILED) {
        prefix_put_failure(prefix, "blocking", "mmap", errno);
        return;
    }
    if (!stepwise_listen(&stepwise, prefix, "blocking", AF_UNIX, BACKLOG)) {
        stepwise_fill(&stepwise, wait);
        descriptor_close(&stepwise.pending);
        if (stepwise.full)
            put_client(prefix, &stepwise, wait, attempt);
        else
            stepwise_put(&stepwise, prefix, "blocking", -1);
        stepwise_close(&stepwise);
    }
    munmap(attempt, sizeof *attempt);
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
    long value = namespace_read("net.ipv4.tcp_abort_on_overflow");
    prefix_put_figure(&(struct prefix){out, id, NULL}, "tcp_abort_on_overflow",
                      value, HOW_READ, syn_setting_why(value < 0 ? errno : 0));
}
