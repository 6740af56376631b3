/* signal-restart.c - which calls go on after a signal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* The sockets of a blocking call.  */
struct setup {
    struct probe *probe;
    int fd;    /* the call's */
    int other; /* releases the call */
    struct sockaddr_in address;
};

/* Parameters of a question: OPEN makes the sockets, CALL blocks on them, and
   RELEASE lets the call return.  The functions get a struct setup.  */
struct trial {
    void (*open)(struct setup *setup);
    long (*call)(void *setup);
    void (*release)(void *setup);
    int timeout; /* the timeout option that may affect the call, or 0 */
};

/* ---- what the calls block on -------------------------------------------- */

/* A listener without clients.  settle comes first, since the child that
   releases the call cannot report a failed connect.  */
static void signal_restart_open_listener(struct setup *setup)
{
    settle(setup->probe);
    setup->fd = tcp_listener(setup->probe, 4);
    setup->address = local_address(setup->probe, setup->fd);
}

/* A connection without data to read.  */
static void signal_restart_open_connection(struct setup *setup)
{
    struct pair pair = tcp_pair(setup->probe);
    setup->fd = pair.server;
    setup->other = pair.client;
    close(pair.listener);
}

/* Write to FD, which is non-blocking, until the buffer is full, to the last
   byte.  Returns whether any byte was written.  */
static bool signal_restart_write_full(int fd)
{
    static char block[4096];
    bool any = false;
    while (resource_check((int)send(fd, block, sizeof block, 0), "send") > 0)
        any = true;
    while (resource_check((int)send(fd, block, 1, 0), "send") > 0)
        any = true;
    return any;
}

/* A connection whose buffers are full, and still are when packets in flight
   have arrived, since a late acknowledgment makes room.  Gives up after 30
   rounds: then the call may not block.  */
static void signal_restart_open_full(struct setup *setup)
{
    signal_restart_open_connection(setup);
    set_nonblocking(setup->fd, true);
    for (int round = 0, idle = 0; round < 30 && idle < 3; round++) {
        idle = signal_restart_write_full(setup->fd) ? 0 : idle + 1;
        settle(setup->probe);
    }
    set_nonblocking(setup->fd, false);
}

/* A client that is not connected yet, and a listener with a full queue.  The
   question is skipped unless connect gets no reply from a full queue.  */
static void signal_restart_open_queue(struct setup *setup)
{
    enum { max = 300 };
    int fds[max], next;
    setup->other = tcp_listener(setup->probe, 1);
    int count = fill_queue(setup->probe, setup->other, max, false, fds, &next);
    if (next != ETIMEDOUT)
        probe_skip(setup->probe,
                   "connect number %d does not block on a full queue: %s",
                   count + 1, errno_name(next));
    setup->address = local_address(setup->probe, setup->other);
    setup->fd = tcp_socket(setup->probe);
}

/* ---- the calls, and what lets them end ---------------------------------- */

static long signal_restart_call_accept(void *data)
{
    const struct setup *setup = data;
    return resource_check(accept(setup->fd, NULL, NULL), "accept");
}

static void signal_restart_release_accept(void *data)
{
    const struct setup *setup = data;
    tcp_client(setup->probe, setup->fd);
}

static long signal_restart_call_connect(void *data)
{
    const struct setup *setup = data;
    return connect_to(setup->fd, &setup->address);
}

static void signal_restart_release_connect(void *data)
{
    const struct setup *setup = data;
    while (wait_for(setup->other, POLLIN, LOOPBACK_TIMEOUT))
        end_by_reset(
            resource_check(accept(setup->other, NULL, NULL), "accept"));
}

static long signal_restart_call_read(void *data)
{
    char byte;
    const struct setup *setup = data;
    return read(setup->fd, &byte, 1);
}

static long signal_restart_call_recv(void *data)
{
    char byte;
    const struct setup *setup = data;
    return resource_check((int)recv(setup->fd, &byte, 1, 0), "recv");
}

static long signal_restart_call_poll(void *data)
{
    const struct setup *setup = data;
    struct pollfd poll_fd = {.fd = setup->fd, .events = POLLIN};
    return poll(&poll_fd, 1, LOOPBACK_TIMEOUT);
}

static long signal_restart_call_select(void *data)
{
    const struct setup *setup = data;
    return select_input(setup->probe, setup->fd, NULL);
}

static void signal_restart_release_read(void *data)
{
    const struct setup *setup = data;
    probe_check(setup->probe, (int)send(setup->other, "", 1, 0), "send");
}

static long signal_restart_call_write(void *data)
{
    const struct setup *setup = data;
    return write(setup->fd, "", 1);
}

static long signal_restart_call_send(void *data)
{
    const struct setup *setup = data;
    return resource_check((int)send(setup->fd, "", 1, 0), "send");
}

static void signal_restart_release_write(void *data)
{
    static char block[65536];
    const struct setup *setup = data;
    while (resource_check((int)recv(setup->other, block, sizeof block, 0),
                          "recv") > 0)
        continue;
}

/* ---- asking ------------------------------------------------------------- */

/* Make the call of the question once, on new sockets, with a handler installed
   by FLAGS; TIMEOUT: with a timeout option of 10 s set.  Returns the outcome
   (see interrupt_call), or NULL if the call did not block.  The sockets are
   closed by RST.  */
static const char *signal_restart_try_once(struct probe *probe, int flags,
                                           bool timeout)
{
    const struct trial *trial = probe->question->data;
    struct setup setup = {.probe = probe, .fd = -1, .other = -1};
    struct blocking blocking = {trial->call, trial->release, &setup};
    struct timeval time = {.tv_sec = 2 * LOOPBACK_TIMEOUT / 1000};
    trial->open(&setup);
    if (timeout)
        probe_check(probe,
                    setsockopt(setup.fd, SOL_SOCKET, trial->timeout, &time,
                               sizeof time),
                    "setsockopt");
    const char *outcome = interrupt_call(probe, &blocking, flags);
    if (setup.other >= 0)
        reset(setup.other);
    reset(setup.fd);
    return outcome;
}

/* Report the outcome of the call as the finding KEY.  Tries three times, since
   on a busy host the call may find room and not block; then the finding is
   skipped.  */
static void signal_restart_try_call(struct probe *probe, const char *key,
                                    int flags, bool timeout)
{
    const char *outcome = NULL;
    for (int i = 0; i < 3 && !outcome; i++)
        outcome = signal_restart_try_once(probe, flags, timeout);
    if (outcome)
        probe_report(probe, key, "%s", outcome);
    else
        probe_report_skip(probe, key, "the call did not block");
}

static void signal_restart_probe(struct probe *probe)
{
    const struct trial *trial = probe->question->data;
    signal_restart_try_call(probe, "answer", SA_RESTART, false);
    signal_restart_try_call(probe, "without-SA_RESTART", 0, false);
    if (trial->timeout)
        signal_restart_try_call(probe, "with-timeout", SA_RESTART, true);
    if (trial->open != signal_restart_open_queue) /* which takes a second */
        signal_restart_try_call(probe, "signal-function", BY_SIGNAL, false);
}

#define RESTART(name, standards, copes, ...)                                   \
    {                                                                          \
        .id = "signal.restart." name,                                          \
        .text = "is " name " restarted after a signal, with SA_RESTART",       \
        .why =                                                                 \
            "A program written for a system that restarts the call takes "     \
            "EINTR for a failure: a server ends on SIGCHLD, a client stops.",  \
        .standard = standards, .cope = copes, .probe = signal_restart_probe,   \
        .data = &(const struct trial)                                          \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
#define POSIX_RESTART                                                          \
    "POSIX.1-2024 sigaction: restarted with SA_RESTART, unless specified "     \
    "otherwise. Linux's signal(7): not with a timeout of the socket. The "     \
    "notes: not every system restarts every call."

QUESTIONS(signal_restart){
    RESTART("accept", POSIX_RESTART, "sonde_accept: EINTR is never reported",
            signal_restart_open_listener, signal_restart_call_accept,
            signal_restart_release_accept, SO_RCVTIMEO),
    RESTART("connect",
            "POSIX.1-2024 connect: after EINTR the connection is established "
            "asynchronously. The notes: connect must not be called again.",
            "sonde_connect: waits by poll, within one deadline",
            signal_restart_open_queue, signal_restart_call_connect,
            signal_restart_release_connect, SO_SNDTIMEO),
    RESTART("read", POSIX_RESTART,
            "sonde_read: EINTR is counted against the deadline",
            signal_restart_open_connection, signal_restart_call_read,
            signal_restart_release_read, SO_RCVTIMEO),
    RESTART("recv", POSIX_RESTART,
            "sonde_read: EINTR is counted against the deadline",
            signal_restart_open_connection, signal_restart_call_recv,
            signal_restart_release_read, SO_RCVTIMEO),
    RESTART("write", POSIX_RESTART,
            "sonde_write: EINTR is counted against the deadline",
            signal_restart_open_full, signal_restart_call_write,
            signal_restart_release_write, SO_SNDTIMEO),
    RESTART("send", POSIX_RESTART,
            "sonde_write: EINTR is counted against the deadline",
            signal_restart_open_full, signal_restart_call_send,
            signal_restart_release_write, SO_SNDTIMEO),
    RESTART("poll",
            "POSIX.1-2024 poll: EINTR; no mention of SA_RESTART. "
            "Linux's signal(7): never restarted",
            "sonde_poller_wait: continues with the remaining time",
            signal_restart_open_connection, signal_restart_call_poll,
            signal_restart_release_read, 0),
    RESTART("select",
            "POSIX.1-2024 select: restarting with SA_RESTART is "
            "implementation-defined",
            "sonde_poller_wait: continues with the remaining time",
            signal_restart_open_connection, signal_restart_call_select,
            signal_restart_release_read, 0),
    END_OF_QUESTIONS,
};
