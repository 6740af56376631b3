/* nonblock-errno.c - errnos of non-blocking calls, and I/O models
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/aio.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/models.h"

/* Question nonblock.errno: the errnos of read, accept, write and connect that
   would block; the answer has the first and the last.  */
static void nonblock_errno_probe(struct probe *probe)
{
    static char block[16384];
    struct pair pair = tcp_pair(probe);
    set_nonblocking(pair.server, true);
    set_nonblocking(pair.listener, true);
    const char *reading = result_text(receive_byte(pair.server));
    probe_report(probe, "read", "%s", reading);
    probe_report_result(probe, "accept", accept(pair.listener, NULL, NULL));
    while (send(pair.server, block, sizeof block, 0) > 0)
        continue;
    probe_report_result(probe, "write", -1);
    struct sockaddr_in address = local_address(probe, pair.listener);
    int fd = tcp_socket(probe);
    set_nonblocking(fd, true);
    const char *connecting = result_text(connect_to(fd, &address));
    probe_report(probe, "connect", "%s", connecting);
    probe_report_constant(probe, "EWOULDBLOCK", "%s",
                          EWOULDBLOCK == EAGAIN ? "equals EAGAIN"
                                                : "differs from EAGAIN");
    probe_report(probe, "answer", "%s; connect: %s", reading,
                 *connecting == '0' ? "completes at once" : connecting);
}

static volatile sig_atomic_t signalled;

/* Handler: note NUMBER in SIGNALLED.  */
static void nonblock_errno_on_signal(int number)
{
    signalled = number;
}

/* Report, as "signal-driven", whether input raises SIGIO within a second on a
   socket with O_ASYNC.  Returns the reported text: "works", "no SIGIO", "no
   O_ASYNC", or the errno of fcntl.  Afterwards SIGIO is ignored.  */
static const char *nonblock_errno_report_signal_driven(struct probe *probe)
{
#ifdef O_ASYNC
    struct pair pair = tcp_pair(probe);
    const char *outcome = "no SIGIO";
    install_handler(SIGIO, nonblock_errno_on_signal, 0);
    if (resource_check(fcntl(pair.server, F_SETOWN, getpid()), "fcntl") ||
        resource_check(fcntl(pair.server, F_SETFL, O_ASYNC), "fcntl")) {
        outcome = result_text(-1);
    } else {
        send_byte(probe, pair.client);
        for (int i = 0; i < 100 && !signalled; i++)
            wait_pause(10);
        if (signalled)
            outcome = "works";
    }
    install_handler(SIGIO, SIG_IGN, 0);
    probe_report(probe, "signal-driven", "%s", outcome);
    return outcome;
#else
    probe_report_constant(probe, "signal-driven", "no O_ASYNC");
    return "no O_ASYNC";
#endif
}

/* Whether select (if BY_SELECT) or poll reports a new connection with input
   within LOOPBACK_TIMEOUT: "works", "not ready" or the errno of select.  */
static const char *nonblock_errno_multiplexed(struct probe *probe,
                                              bool by_select)
{
    struct pair pair = tcp_pair(probe);
    struct timeval time = {.tv_sec = LOOPBACK_TIMEOUT / 1000};
    send_byte(probe, pair.client);
    int ready = by_select ? select_input(probe, pair.server, &time)
                          : wait_input(pair.server) == POLLIN;
    return ready < 0 ? result_text(ready) : ready == 1 ? "works" : "not ready";
}

/* Report, as KEY, whether FD, the result of a function of models.h called just
   before, could be made: "works", "missing", "forbidden" or another errno, of
   that call.  A lack of resources skips the question.  Closes FD.  */
static void nonblock_errno_report_made(struct probe *probe, const char *key,
                                       int fd)
{
    resource_check(fd, key);
    probe_report(probe, key, "%s",
                 fd >= 0                             ? "works"
                 : errno == ENOSYS                   ? "missing"
                 : errno == EPERM || errno == EACCES ? "forbidden"
                                                     : error_text(errno));
    if (fd >= 0)
        close(fd);
}

/* Question io.models: whether each I/O model works on a connection: a blocking
   read, a non-blocking read without data (EAGAIN), select, poll, SIGIO and
   aio_read.  Also whether epoll, kqueue and io_uring can be made.  The answer
   is whether the first four all work, then the outcome of SIGIO and of
   aio_read.  */
static void nonblock_errno_probe_models(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    send_byte(probe, pair.client);
    long got = receive_byte(pair.server);
    const char *blocking = got == 1 ? "works" : result_text(got);
    set_nonblocking(pair.server, true);
    const char *none = result_text(receive_byte(pair.server));
    const char *non_blocking =
        !strcmp(none, "EAGAIN") || !strcmp(none, "EWOULDBLOCK") ? "works"
                                                                : none;
    const char *by_select = nonblock_errno_multiplexed(probe, true);
    const char *by_poll = nonblock_errno_multiplexed(probe, false);
    const char *by_signal = nonblock_errno_report_signal_driven(probe);
    const char *by_aio = aio_report(probe);
    probe_report(probe, "blocking", "%s", blocking);
    probe_report(probe, "non-blocking", "%s", non_blocking);
    probe_report(probe, "select", "%s", by_select);
    probe_report(probe, "poll", "%s", by_poll);
    nonblock_errno_report_made(probe, "epoll", models_make_epoll());
    nonblock_errno_report_made(probe, "kqueue", models_make_kqueue());
    nonblock_errno_report_made(probe, "io_uring", models_make_io_uring());
    bool all = !strcmp(blocking, "works") && !strcmp(non_blocking, "works") &&
               !strcmp(by_select, "works") && !strcmp(by_poll, "works");
    probe_report(probe, "answer", "%s; SIGIO: %s; aio: %s",
                 all ? "blocking, non-blocking, multiplexed"
                     : "not all of blocking, non-blocking, multiplexed",
                 by_signal, by_aio);
}

QUESTIONS(nonblock_errno){
    {
        .id = "nonblock.errno",
        .text = "errnos of non-blocking calls",
        .why =
            "If EWOULDBLOCK differs from EAGAIN, a test for one of them is not "
            "enough; a connect over loopback may complete at once.",
        .standard = "POSIX.1-2024: EAGAIN or EWOULDBLOCK; connect: "
                    "EINPROGRESS. The notes: the same.",
        .cope = "every function of libsonde: EAGAIN alone",
        .probe = nonblock_errno_probe,
    },
    {
        .id = "io.models",
        .text = "which I/O models work on a socket",
        .why = "The models on which a server can be built.",
        .standard =
            "POSIX.1-2024: select, poll, aio_read; SIGIO is of BSD. The notes: "
            "few systems have asynchronous I/O for sockets.",
        .cope = "sonde_poller: epoll, kqueue or poll",
        .probe = nonblock_errno_probe_models,
    },
    END_OF_QUESTIONS,
};
