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

/* What a call blocks on.  */
struct scene {
    struct probe *probe;
    int fd;    /* the call's */
    int other; /* what lets it end */
    struct sockaddr_in address;
};

struct trial {
    void (*open)(struct scene *scene);
    long (*call)(void *scene);
    void (*release)(void *scene);
    int timeout; /* the socket's timeout that may bear on it, or 0 */
};

/* ---- what the calls block on -------------------------------------------- */

/* The helper that releases the call cannot say that there is no way to.  */
static void signal_restart_open_listener(struct scene *scene)
{
    settle(scene->probe);
    scene->fd = tcp_listener(scene->probe, 4);
    scene->address = local_address(scene->probe, scene->fd);
}

static void open_connection(struct scene *scene)
{
    struct pair pair = tcp_pair(scene->probe);
    scene->fd = pair.server;
    scene->other = pair.client;
    close(pair.listener);
}

/* Write what fits, to the last byte.  Returns whether anything did.  */
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

/* Write until nothing fits any more, also after what is under way arrived: an
   acknowledgment that comes late makes room again.  */
static void signal_restart_open_full(struct scene *scene)
{
    open_connection(scene);
    set_nonblocking(scene->fd, true);
    for (int round = 0, idle = 0; round < 30 && idle < 3; round++) {
        idle = signal_restart_write_full(scene->fd) ? 0 : idle + 1;
        settle(scene->probe);
    }
    set_nonblocking(scene->fd, false);
}

/* A client before a full queue.  */
static void open_queue(struct scene *scene)
{
    enum { most = 300 };
    int fds[most], next;
    scene->other = tcp_listener(scene->probe, 1);
    int count = fill_queue(scene->probe, scene->other, most, false, fds, &next);
    if (next != ETIMEDOUT)
        probe_skip(scene->probe,
                   "connect number %d does not block on a full queue: %s",
                   count + 1, errno_name(next));
    scene->address = local_address(scene->probe, scene->other);
    scene->fd = tcp_socket(scene->probe);
}

/* ---- the calls, and what lets them end ---------------------------------- */

static long signal_restart_call_accept(void *data)
{
    const struct scene *scene = data;
    return resource_check(accept(scene->fd, NULL, NULL), "accept");
}

static void release_accept(void *data)
{
    const struct scene *scene = data;
    tcp_client(scene->probe, scene->fd);
}

static long signal_restart_call_connect(void *data)
{
    const struct scene *scene = data;
    return connect_to(scene->fd, &scene->address);
}

static void release_connect(void *data)
{
    const struct scene *scene = data;
    while (wait_for(scene->other, POLLIN, PATIENCE))
        end_by_reset(
            resource_check(accept(scene->other, NULL, NULL), "accept"));
}

static long signal_restart_call_read(void *data)
{
    char byte;
    const struct scene *scene = data;
    return read(scene->fd, &byte, 1);
}

static long signal_restart_call_recv(void *data)
{
    char byte;
    const struct scene *scene = data;
    return resource_check((int)recv(scene->fd, &byte, 1, 0), "recv");
}

static long signal_restart_call_poll(void *data)
{
    const struct scene *scene = data;
    struct pollfd poll_fd = {.fd = scene->fd, .events = POLLIN};
    return poll(&poll_fd, 1, PATIENCE);
}

static long call_select(void *data)
{
    const struct scene *scene = data;
    return select_input(scene->probe, scene->fd, NULL);
}

static void release_byte(void *data)
{
    const struct scene *scene = data;
    probe_check(scene->probe, (int)send(scene->other, "", 1, 0), "send");
}

static long signal_restart_call_write(void *data)
{
    const struct scene *scene = data;
    return write(scene->fd, "", 1);
}

static long signal_restart_call_send(void *data)
{
    const struct scene *scene = data;
    return resource_check((int)send(scene->fd, "", 1, 0), "send");
}

static void release_write(void *data)
{
    static char block[65536];
    const struct scene *scene = data;
    while (resource_check((int)recv(scene->other, block, sizeof block, 0),
                          "recv") > 0)
        continue;
}

/* ---- asking ------------------------------------------------------------- */

/* Returns what became of the call, or NULL if it did not wait.  */
static const char *try_once(struct probe *probe, int flags, bool timeout)
{
    const struct trial *trial = probe->question->data;
    struct scene scene = {.probe = probe, .fd = -1, .other = -1};
    struct blocking blocking = {trial->call, trial->release, &scene};
    struct timeval time = {.tv_sec = 2 * PATIENCE / 1000};
    trial->open(&scene);
    if (timeout)
        probe_check(probe,
                    setsockopt(scene.fd, SOL_SOCKET, trial->timeout, &time,
                               sizeof time),
                    "setsockopt");
    const char *outcome = interrupt_call(probe, &blocking, flags);
    if (scene.other >= 0)
        reset(scene.other);
    reset(scene.fd);
    return outcome;
}

/* A few times, since on a busy host what was to wait may find room.  */
static void signal_restart_try_call(struct probe *probe, const char *key,
                                    int flags, bool timeout)
{
    const char *outcome = NULL;
    for (int i = 0; i < 3 && !outcome; i++)
        outcome = try_once(probe, flags, timeout);
    if (outcome)
        probe_report(probe, key, "%s", outcome);
    else
        probe_report_skip(probe, key, "the call did not block");
}

static void ask_restart(struct probe *probe)
{
    const struct trial *trial = probe->question->data;
    signal_restart_try_call(probe, "answer", SA_RESTART, false);
    signal_restart_try_call(probe, "without-SA_RESTART", 0, false);
    if (trial->timeout)
        signal_restart_try_call(probe, "with-timeout", SA_RESTART, true);
    if (trial->open != open_queue) /* that takes a second */
        signal_restart_try_call(probe, "signal-function", BY_SIGNAL, false);
}

#define RESTART(name, standards, copes, ...)                                   \
    {                                                                          \
        .id = "signal.restart." name,                                          \
        .text = "does " name " go on after a signal with SA_RESTART",          \
        .why = "A call that returns EINTR where the program was written on a " \
               "system that restarts it looks like a failure: servers die "    \
               "of SIGCHLD, clients give up.",                                 \
        .standard = standards, .cope = copes, .probe = ask_restart,            \
        .data = &(const struct trial)                                          \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
#define POSIX_RESTART                                                          \
    "POSIX.1-2024 sigaction: with SA_RESTART it restarts, unless it says "     \
    "otherwise. Linux's signal(7): not with a timeout of the socket's. The "   \
    "notes: not every system restarts every call."

QUESTIONS(signal_restart){
    RESTART("accept", POSIX_RESTART, "sonde_accept: EINTR is never reported",
            signal_restart_open_listener, signal_restart_call_accept,
            release_accept, SO_RCVTIMEO),
    RESTART("connect",
            "POSIX.1-2024 connect: after EINTR the connection goes on by "
            "itself. The notes: connect must not be called again.",
            "sonde_connect: waits for it with poll, within one deadline",
            open_queue, signal_restart_call_connect, release_connect,
            SO_SNDTIMEO),
    RESTART("read", POSIX_RESTART,
            "sonde_read: EINTR is counted against the deadline",
            open_connection, signal_restart_call_read, release_byte,
            SO_RCVTIMEO),
    RESTART("recv", POSIX_RESTART,
            "sonde_read: EINTR is counted against the deadline",
            open_connection, signal_restart_call_recv, release_byte,
            SO_RCVTIMEO),
    RESTART("write", POSIX_RESTART,
            "sonde_write: EINTR is counted against the deadline",
            signal_restart_open_full, signal_restart_call_write, release_write,
            SO_SNDTIMEO),
    RESTART("send", POSIX_RESTART,
            "sonde_write: EINTR is counted against the deadline",
            signal_restart_open_full, signal_restart_call_send, release_write,
            SO_SNDTIMEO),
    RESTART("poll",
            "POSIX.1-2024 poll: EINTR; it does not speak of SA_RESTART. "
            "Linux's signal(7): never restarted",
            "sonde_poller_wait: goes on with the time that is left",
            open_connection, signal_restart_call_poll, release_byte, 0),
    RESTART("select",
            "POSIX.1-2024 select: with SA_RESTART it is implementation-defined "
            "whether it restarts",
            "sonde_poller_wait: goes on with the time that is left",
            open_connection, call_select, release_byte, 0),
    END_OF_QUESTIONS,
};
