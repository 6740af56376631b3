/* signal-restart.c - which calls go on after a signal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"

/* What a call blocks on.  */
struct scene {
    struct asking *ask;
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
static void open_listener(struct scene *scene)
{
    settle(scene->ask);
    scene->fd = tcp_listener(scene->ask, 4);
    scene->address = local_address(scene->ask, scene->fd);
}

static void open_connection(struct scene *scene)
{
    struct pair pair = tcp_pair(scene->ask);
    scene->fd = pair.server;
    scene->other = pair.client;
    close(pair.listener);
}

/* Write what fits, to the last byte.  Returns whether anything did.  */
static bool write_full(int fd)
{
    static char block[4096];
    bool any = false;
    while (attempt((int)send(fd, block, sizeof block, 0), "send") > 0)
        any = true;
    while (attempt((int)send(fd, block, 1, 0), "send") > 0)
        any = true;
    return any;
}

/* Write until nothing fits any more, also after what is under way arrived: an
   acknowledgment that comes late makes room again.  */
static void open_full(struct scene *scene)
{
    open_connection(scene);
    set_nonblocking(scene->fd, true);
    for (int round = 0, idle = 0; round < 30 && idle < 3; round++) {
        idle = write_full(scene->fd) ? 0 : idle + 1;
        settle(scene->ask);
    }
    set_nonblocking(scene->fd, false);
}

/* A client before a full queue.  */
static void open_queue(struct scene *scene)
{
    enum { most = 300 };
    int fds[most], next;
    scene->other = tcp_listener(scene->ask, 1);
    int count = fill_queue(scene->ask, scene->other, most, false, fds, &next);
    if (next != ETIMEDOUT)
        give_up(scene->ask,
                "no connect waits: number %d before a full queue gets %s",
                count + 1, errno_name(next));
    scene->address = local_address(scene->ask, scene->other);
    scene->fd = tcp_socket(scene->ask);
}

/* ---- the calls, and what lets them end ---------------------------------- */

static long call_accept(void *data)
{
    const struct scene *scene = data;
    return attempt(accept(scene->fd, NULL, NULL), "accept");
}

static void release_accept(void *data)
{
    const struct scene *scene = data;
    tcp_client(scene->ask, scene->fd);
}

static long call_connect(void *data)
{
    const struct scene *scene = data;
    return connect_to(scene->fd, &scene->address);
}

static void release_connect(void *data)
{
    const struct scene *scene = data;
    while (wait_for(scene->other, POLLIN, PATIENCE))
        end_by_reset(attempt(accept(scene->other, NULL, NULL), "accept"));
}

static long call_read(void *data)
{
    char byte;
    const struct scene *scene = data;
    return read(scene->fd, &byte, 1);
}

static long call_recv(void *data)
{
    char byte;
    const struct scene *scene = data;
    return attempt((int)recv(scene->fd, &byte, 1, 0), "recv");
}

static long call_poll(void *data)
{
    const struct scene *scene = data;
    struct pollfd poll_fd = {.fd = scene->fd, .events = POLLIN};
    return poll(&poll_fd, 1, PATIENCE);
}

static long call_select(void *data)
{
    const struct scene *scene = data;
    return select_input(scene->ask, scene->fd, NULL);
}

static void release_byte(void *data)
{
    const struct scene *scene = data;
    must(scene->ask, (int)send(scene->other, "", 1, 0), "send");
}

static long call_write(void *data)
{
    const struct scene *scene = data;
    return write(scene->fd, "", 1);
}

static long call_send(void *data)
{
    const struct scene *scene = data;
    return attempt((int)send(scene->fd, "", 1, 0), "send");
}

static void release_write(void *data)
{
    static char block[65536];
    const struct scene *scene = data;
    while (attempt((int)recv(scene->other, block, sizeof block, 0), "recv") > 0)
        continue;
}

/* ---- asking ------------------------------------------------------------- */

/* Returns what became of the call, or NULL if it did not wait.  */
static const char *try_once(struct asking *ask, int flags, bool timeout)
{
    const struct trial *trial = ask->question->data;
    struct scene scene = {.ask = ask, .fd = -1, .other = -1};
    struct blocking blocking = {trial->call, trial->release, &scene};
    struct timeval time = {.tv_sec = 2 * PATIENCE / 1000};
    trial->open(&scene);
    if (timeout)
        must(ask,
             setsockopt(scene.fd, SOL_SOCKET, trial->timeout, &time,
                        sizeof time),
             "setsockopt");
    const char *outcome = interrupt_call(ask, &blocking, flags);
    if (scene.other >= 0)
        reset(scene.other);
    reset(scene.fd);
    return outcome;
}

/* A few times, since on a busy host what was to wait may find room.  */
static void try_call(struct asking *ask, const char *key, int flags,
                     bool timeout)
{
    const char *outcome = NULL;
    for (int i = 0; i < 3 && !outcome; i++)
        outcome = try_once(ask, flags, timeout);
    if (outcome)
        tell(ask, key, "%s", outcome);
    else
        tell_not(ask, key, "the call did not wait");
}

static void ask_restart(struct asking *ask)
{
    const struct trial *trial = ask->question->data;
    try_call(ask, "answer", SA_RESTART, false);
    try_call(ask, "without-restart", 0, false);
    if (trial->timeout)
        try_call(ask, "with-timeout", SA_RESTART, true);
    if (trial->open != open_queue) /* that takes a second */
        try_call(ask, "signal-function", BY_SIGNAL, false);
}

#define RESTART(name, standards, copes, ...)                                   \
    {                                                                          \
        .id = "signal.restart." name,                                          \
        .text = "does " name " go on after a signal with SA_RESTART",          \
        .why = "A call that returns EINTR where the program was written on a " \
               "system that restarts it looks like a failure: servers die "    \
               "of SIGCHLD, clients give up.",                                 \
        .standard = standards, .cope = copes, .ask = ask_restart,              \
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
            open_listener, call_accept, release_accept, SO_RCVTIMEO),
    RESTART("connect",
            "POSIX.1-2024 connect: after EINTR the connection goes on by "
            "itself. The notes: connect must not be called again.",
            "sonde_connect: waits for it with poll, within one deadline",
            open_queue, call_connect, release_connect, SO_SNDTIMEO),
    RESTART("read", POSIX_RESTART,
            "sonde_read: EINTR is counted against the deadline",
            open_connection, call_read, release_byte, SO_RCVTIMEO),
    RESTART("recv", POSIX_RESTART,
            "sonde_read: EINTR is counted against the deadline",
            open_connection, call_recv, release_byte, SO_RCVTIMEO),
    RESTART("write", POSIX_RESTART,
            "sonde_write: EINTR is counted against the deadline", open_full,
            call_write, release_write, SO_SNDTIMEO),
    RESTART("send", POSIX_RESTART,
            "sonde_write: EINTR is counted against the deadline", open_full,
            call_send, release_write, SO_SNDTIMEO),
    RESTART("poll",
            "POSIX.1-2024 poll: EINTR; it does not speak of SA_RESTART. "
            "Linux's signal(7): never restarted",
            "sonde_poller_wait: goes on with the time that is left",
            open_connection, call_poll, release_byte, 0),
    RESTART("select",
            "POSIX.1-2024 select: with SA_RESTART it is implementation-defined "
            "whether it restarts",
            "sonde_poller_wait: goes on with the time that is left",
            open_connection, call_select, release_byte, 0),
    END_OF_QUESTIONS,
};
