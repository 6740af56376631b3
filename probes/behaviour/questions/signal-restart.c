/* signal-restart.c - which calls go on after a signal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* Accept clients of LISTENER, which becomes non-blocking, until FD is connected
   or has failed, at most 100 times, for at most 5 s.  Accepted sockets stay
   open, and end by RST.  */
static void signal_restart_accept(int listener, int fd)
{
    set_nonblocking(listener, true);
    for (int i = 0; i < 100 && !wait_for(fd, POLLOUT, 50); i++)
        end_by_reset(resource_check(accept(listener, NULL, NULL), "accept"));
}

/* Question signal.connect-again: connect again after EINTR, blocking, while
   signals go on; then non-blocking; then twice after completion, with poll,
   SO_ERROR and getpeername.  The answer is the second connect: its errno, or
   that it waits, which means EINTR again.  Skipped unless connect gets no reply
   from a full queue.  */
static void signal_restart_probe_again(struct probe *probe)
{
    enum { max = 300 };
    int fds[max], next;
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int listener = tcp_listener(probe, 1);
    struct sockaddr_in address = local_address(probe, listener);
    fill_queue(probe, listener, max, false, fds, &next);
    if (next != ETIMEDOUT)
        probe_skip(probe, "connect does not block on a full queue: %s",
                   errno_name(next));
    int fd = tcp_socket(probe);
    alarm_every(30);
    const char *first = status_text(connect_to(fd, &address));
    const char *second = status_text(connect_to(fd, &address));
    bool waits = !strcmp(second, "EINTR");
    alarm_every(0);
    probe_report(probe, "first-connect", "%s", first);
    set_nonblocking(fd, true);
    const char *third = status_text(connect_to(fd, &address));
    signal_restart_accept(listener, fd);
    probe_report(probe, "answer", "%s",
                 waits ? "waits for the first attempt" : second);
    probe_report(probe, "non-blocking-connect", "%s", third);
    probe_report_status(probe, "after-completion", connect_to(fd, &address));
    probe_report_status(probe, "after-completion-again",
                        connect_to(fd, &address));
    /* In this order: SO_ERROR clears the error.  */
    const char *events = poll_names(wait_for(fd, POLLOUT, LOOPBACK_TIMEOUT));
    int error = need_int(probe, fd, SOL_SOCKET, SO_ERROR);
    probe_report(
        probe, "completion", "poll: %s; SO_ERROR: %d; getpeername: %s", events,
        error, status_text(getpeername(fd, (struct sockaddr *)&peer, &length)));
}

enum call { ACCEPT, CONNECT, READ, RECV, WRITE, SEND, POLL, SELECT };

/* Parameters of a question: the call, and the timeout option that may affect
   the call, or 0.  */
struct trial {
    enum call call;
    int timeout;
};

/* The sockets of a blocking call.  */
struct setup {
    struct probe *probe;
    enum call call;
    int fd;    /* the call's */
    int other; /* releases the call; or -1 */
    int wait;  /* milliseconds in which room may still appear in full buffers */
};

/* Make a listener, fill its queue with clients, which stay open, and make one
   more client, not connected yet.  The question is skipped unless connect gets
   no reply from a full queue.  */
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
    setup->fd = tcp_socket(setup->probe);
}

/* Make the sockets on which the call blocks: a listener without clients, a
   client of a full queue, or a connection without data to read or with full
   buffers.  Before accept comes settle, since the child that releases the call
   cannot report a failed connect.  */
static void signal_restart_open(struct setup *setup)
{
    if (setup->call == CONNECT) {
        signal_restart_open_queue(setup);
    } else if (setup->call == ACCEPT) {
        settle(setup->probe);
        setup->fd = tcp_listener(setup->probe, 4);
    } else {
        struct pair pair = tcp_pair(setup->probe);
        setup->fd = pair.server;
        setup->other = pair.client;
        close(pair.listener);
    }
    if (setup->call == WRITE || setup->call == SEND) {
        fill_buffers(setup->probe, setup->fd, LONG_MAX);
        if (setup->wait > 0) {
            wait_pause(setup->wait);
            fill_buffers(setup->probe, setup->fd, LONG_MAX);
        }
        set_nonblocking(setup->fd, false);
    }
}

/* For interrupt_call: make the call of DATA, a struct setup, once.  Returns the
   result, negative with errno; only poll has a timeout, LOOPBACK_TIMEOUT.  A
   lack of descriptors or memory skips the question.  */
static long signal_restart_call(void *data)
{
    const struct setup *setup = data;
    int fd = setup->fd;
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    struct sockaddr_in address;
    char byte = 0;
    switch (setup->call) {
    case ACCEPT:
        return resource_check(accept(fd, NULL, NULL), "accept");
    case CONNECT:
        address = local_address(setup->probe, setup->other);
        return connect_to(fd, &address);
    case READ:
        return read(fd, &byte, 1);
    case RECV:
        return receive_byte(fd);
    case WRITE:
        return write(fd, &byte, 1);
    case SEND:
        return resource_check((int)send(fd, &byte, 1, 0), "send");
    case POLL:
        return poll(&poll_fd, 1, LOOPBACK_TIMEOUT);
    case SELECT:
    default:
        return select_input(setup->probe, fd, NULL);
    }
}

/* For interrupt_call, in a child: let the call of DATA, a struct setup, return:
   accept by a client, connect by room in the queue, a write by room in the
   buffers, all others by a byte.  Room is made as long as there is input.  */
static void signal_restart_release(void *data)
{
    static char block[65536];
    const struct setup *setup = data;
    switch (setup->call) {
    case ACCEPT:
        tcp_client(setup->probe, setup->fd);
        break;
    case CONNECT:
        while (wait_input(setup->other))
            end_by_reset(
                resource_check(accept(setup->other, NULL, NULL), "accept"));
        break;
    case WRITE:
    case SEND:
        while (resource_check((int)recv(setup->other, block, sizeof block, 0),
                              "recv") > 0)
            continue;
        break;
    case READ:
    case RECV:
    case POLL:
    case SELECT:
        send_byte(setup->probe, setup->other);
    }
}

/* Make the call of the question once, on new sockets, with a handler installed
   by FLAGS.  If TIMEOUT, the timeout option of the question, which must have
   one, is set to 10 s.  WAIT: as in struct setup.  Returns the outcome of
   interrupt_call: NULL if the call did not block.  */
static const char *signal_restart_try_once(struct probe *probe, int flags,
                                           bool timeout, int wait)
{
    const struct trial *trial = probe->question->data;
    struct setup setup = {probe, trial->call, -1, -1, wait};
    struct blocking blocking = {signal_restart_call, signal_restart_release,
                                &setup};
    signal_restart_open(&setup);
    if (timeout)
        set_timeout(probe, setup.fd, trial->timeout, 2 * LOOPBACK_TIMEOUT);
    const char *outcome = interrupt_call(probe, &blocking, flags);
    reset(setup.other);
    reset(setup.fd);
    return outcome;
}

/* Report, as the finding KEY, the outcome of the call
   (signal_restart_try_once); not testable if no call blocked.  Tries five
   times, since on a busy host the call may find room and not block: each time
   the buffers are watched for longer, as room may also appear late.  */
static void signal_restart_try_call(struct probe *probe, const char *key,
                                    int flags, bool timeout)
{
    const char *outcome = NULL;
    for (int i = 0; i < 5 && !outcome; i++)
        outcome = signal_restart_try_once(probe, flags, timeout, i * 100);
    if (outcome)
        probe_report(probe, key, "%s", outcome);
    else
        probe_report_skip(probe, key, "the call did not block");
}

/* Questions signal.restart.*: the call with SA_RESTART (the answer) and
   without; if the question has a timeout option, with SA_RESTART and a timeout;
   and except for connect, with a handler installed by signal.  */
static void signal_restart_probe(struct probe *probe)
{
    const struct trial *trial = probe->question->data;
    signal_restart_try_call(probe, "answer", SA_RESTART, false);
    signal_restart_try_call(probe, "without-SA_RESTART", 0, false);
    if (trial->timeout)
        signal_restart_try_call(probe, "with-timeout", SA_RESTART, true);
    if (trial->call != CONNECT) /* which takes a second */
        signal_restart_try_call(probe, "signal-function", BY_SIGNAL, false);
}

#define RESTART(name, standards, copes, call, timeout)                         \
    {                                                                          \
        .id = "signal.restart." name,                                          \
        .text = "is " name " restarted after a signal, with SA_RESTART",       \
        .why =                                                                 \
            "A program written for a system that restarts the call takes "     \
            "EINTR for a failure: a server ends on SIGCHLD, a client stops.",  \
        .standard = standards, .cope = copes, .probe = signal_restart_probe,   \
        .data = &(const struct trial){call, timeout},                          \
        .deadline = call == CONNECT ? DEADLINE_SECONDS : 0,                    \
    }
#define COUNTED(function) function ": EINTR is counted against the deadline"
#define POSIX_RESTART                                                          \
    "POSIX.1-2024 sigaction: restarted with SA_RESTART, unless specified "     \
    "otherwise. Linux's signal(7): not with a timeout of the socket. The "     \
    "notes: not every system restarts every call."

QUESTIONS(signal_restart){
    {
        .id = "signal.connect-again",
        .text = "a second connect after EINTR of the first",
        .why =
            "Programs that call connect again take EISCONN or EALREADY for the "
            "outcome, though the first attempt may still be in progress.",
        .standard =
            "POSIX.1-2024 connect: after EINTR the connection is established "
            "asynchronously; EALREADY for another connect meanwhile.",
        .cope = "sonde_connect: never calls connect twice; polls, then reads "
                "SO_ERROR and getpeername",
        .probe = signal_restart_probe_again,
        .deadline = DEADLINE_SECONDS,
    },
    RESTART("accept", POSIX_RESTART, "sonde_accept: EINTR is never reported",
            ACCEPT, SO_RCVTIMEO),
    RESTART("connect",
            "POSIX.1-2024 connect: after EINTR the connection is established "
            "asynchronously. The notes: connect must not be called again.",
            "sonde_connect: waits by poll, within one deadline", CONNECT,
            SO_SNDTIMEO),
    RESTART("read", POSIX_RESTART, COUNTED("sonde_read"), READ, SO_RCVTIMEO),
    RESTART("recv", POSIX_RESTART, COUNTED("sonde_read"), RECV, SO_RCVTIMEO),
    RESTART("write", POSIX_RESTART, COUNTED("sonde_write"), WRITE, SO_SNDTIMEO),
    RESTART("send", POSIX_RESTART, COUNTED("sonde_write"), SEND, SO_SNDTIMEO),
    RESTART("poll",
            "POSIX.1-2024 poll: EINTR; no mention of SA_RESTART. "
            "Linux's signal(7): never restarted",
            "sonde_poller_wait: continues with the remaining time", POLL, 0),
    RESTART("select",
            "POSIX.1-2024 select: restarting with SA_RESTART is "
            "implementation-defined",
            "sonde_poller_wait: continues with the remaining time", SELECT, 0),
    END_OF_QUESTIONS,
};
