/* io-epoll.c - one listener in several epoll instances
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/models.h"

/* QUIET: the silence after which no further instance is expected to wake;
   BETWEEN: the pause before the next client; both in milliseconds.  */
enum { INSTANCES = 8, CLIENTS = 40, ROUNDS = 5, QUIET = 50, BETWEEN = 2 };

/* What children write: READY before they wait, otherwise the number of the
   instance that woke; LAST is the reply of the reference process.  */
enum { READY = 100, LAST = 101 };

/* Processes, each with an epoll instance, that wait for clients of LISTENER;
   and a reference process, which waits for a byte in REFERENCE.  */
struct herd {
    int listener;
    int pipe[2], reference[2];
    int instances[INSTANCES]; /* in the order of epoll_ctl */
    pid_t children[INSTANCES + 1];
};

/* In a child: write BYTE to the parent; on failure the child ends.  */
static void herd_write(const struct herd *herd, int byte)
{
    char text = (char)byte;
    question_check((int)write(herd->pipe[1], &text, 1), "write");
}

/* In a child: write READY, then LAST for each herd_wake_reference.  */
static _Noreturn void herd_be_reference(const struct herd *herd)
{
    char byte;
    herd_write(herd, READY);
    while (question_check((int)read(herd->reference[0], &byte, 1), "read") == 1)
        herd_write(herd, LAST);
    _exit(0);
}

/* In a child: write READY, wait for a client at the instance NUMBER, and write
   NUMBER; if ACCEPTS, accept the client, unless another process did, and
   repeat, otherwise wait to be killed.  Exits on failure, or if no client comes
   within DEADLINE_USUAL; the status has no meaning.  */
static _Noreturn void herd_wait(const struct herd *herd, int number,
                                bool accepts)
{
    do {
        herd_write(herd, READY);
        int woken = models_wait(herd->instances[number], DEADLINE_USUAL);
        if (question_check(woken, "epoll_wait") != 1)
            _exit(1);
        herd_write(herd, number);
        /* Without RST, which may come before connect has returned: then connect
           fails.  The client's own RST follows.  */
        int fd = accepts ? accept(herd->listener, NULL, NULL) : -1;
        if (fd >= 0)
            close(fd);
        else if (accepts && errno != EAGAIN)
            _exit(1);
    } while (accepts);
    for (;;)
        pause();
}

/* The next byte of a child within TIMEOUT milliseconds; -1 if there is none. */
static int herd_read(const struct herd *herd, int timeout)
{
    char byte;
    if (!wait_for(herd->pipe[0], POLLIN, timeout))
        return -1;
    int got = question_check((int)read(herd->pipe[0], &byte, 1), "read");
    return got == 1 ? byte : -1;
}

/* Open the listener and, by MODE, its epoll instances, and start the processes
   of HERD; ACCEPTS as for herd_wait.  Returns 0 after READY of each process; or
   -1 with errno, and nothing left open, if an instance cannot be made.  If a
   process cannot be made, or does not wait, the question is skipped.  */
static int herd_open(struct herd *herd, struct probe *probe,
                     enum models_mode mode, bool accepts)
{
    herd->listener = tcp_listener(probe, CLIENTS);
    set_nonblocking(herd->listener, true);
    for (int i = 0; i < INSTANCES; i++) {
        herd->instances[i] =
            resource_check(models_watch(herd->listener, mode), "epoll");
        if (herd->instances[i] >= 0)
            continue;
        int error = errno;
        while (i-- > 0)
            close(herd->instances[i]);
        close(herd->listener);
        errno = error;
        return -1;
    }
    probe_check(probe, pipe(herd->pipe), "pipe");
    probe_check(probe, pipe(herd->reference), "pipe");
    for (int i = 0; i < INSTANCES; i++) {
        herd->children[i] = probe_fork(probe);
        if (herd->children[i] == 0)
            herd_wait(herd, i, accepts);
    }
    herd->children[INSTANCES] = probe_fork(probe);
    if (herd->children[INSTANCES] == 0)
        herd_be_reference(herd);
    for (int i = 0; i <= INSTANCES; i++)
        if (herd_read(herd, LOOPBACK_TIMEOUT) != READY)
            probe_skip(probe, "a process does not wait");
    settle(probe);
    return 0;
}

/* Wake the reference process, or skip the question.  Returns true.  */
static bool herd_wake_reference(const struct herd *herd, struct probe *probe)
{
    probe_check(probe, (int)write(herd->reference[1], "x", 1), "write");
    return true;
}

/* End the processes and close all.  A process that ended by itself could not do
   its part: the question is skipped.  */
static void herd_close(struct herd *herd, struct probe *probe)
{
    int status = 0;
    bool failed = false;
    for (int i = 0; i <= INSTANCES; i++)
        probe_check(probe, kill(herd->children[i], SIGKILL), "kill");
    for (int i = 0; i <= INSTANCES; i++)
        failed |=
            wait_child(herd->children[i], &status, LOOPBACK_TIMEOUT) > 0 &&
            WIFEXITED(status);
    for (int i = 0; i < INSTANCES; i++)
        close(herd->instances[i]);
    for (int i = 0; i < 2; i++) {
        close(herd->pipe[i]);
        close(herd->reference[i]);
    }
    close(herd->listener);
    if (failed)
        probe_skip(probe, "a process failed to wait, accept or report");
}

/* How many instances of a new herd, which watch by MODE, a client wakes that no
   process accepts; -1 with errno if an instance cannot be made.  On a busy host
   a process may run late: the count ends when the reference process, woken
   after a silence, has run.  */
static int herd_count(struct probe *probe, enum models_mode mode)
{
    struct herd herd;
    int count = 0;
    bool is_last = false;
    if (herd_open(&herd, probe, mode, false))
        return -1;
    int client = tcp_client(probe, herd.listener);
    while (count < INSTANCES) {
        bool waits = count == 0 || is_last;
        int got = herd_read(&herd, waits ? LOOPBACK_TIMEOUT : QUIET);
        if (got == LAST || (got < 0 && waits))
            break;
        if (got >= 0)
            count++;
        else
            is_last = herd_wake_reference(&herd, probe);
    }
    reset(client);
    herd_close(&herd, probe);
    return count;
}

/* How many instances a client wakes, by up to ROUNDS calls of herd_count: as
   text, a number or "all"; or the name of errno if an instance cannot be made.
   With MODELS_EXCLUSIVE the result is 1 if a call returns 1: a process that
   begins to wait late also finds the client.  Otherwise the result is the
   largest number, since processes of a busy host wake late.  */
static const char *epoll_woken(struct probe *probe, enum models_mode mode)
{
    int most = 0, count = 0;
    int wanted = mode == MODELS_EXCLUSIVE ? 1 : INSTANCES;
    for (int i = 0; i < ROUNDS && count >= 0 && count != wanted; i++) {
        count = herd_count(probe, mode);
        if (count > most || count == wanted)
            most = count;
    }
    return count < 0           ? error_text(errno)
           : most == INSTANCES ? "all"
                               : result_text(most);
}

/* Wait until the process that was READY last waits for the next client: as far
   as can be told, when the reference process, woken later, has run.  What other
   processes write meanwhile is discarded.  */
static void herd_await_waiting(const struct herd *herd, struct probe *probe)
{
    int got;
    herd_wake_reference(herd, probe);
    while ((got = herd_read(herd, LOOPBACK_TIMEOUT)) >= 0 && got != LAST)
        continue;
    wait_pause(BETWEEN);
}

/* Connect CLIENTS clients, one after another, to a new herd, which watches by
   MODE and accepts, and count how often each instance wakes.  A wake-up counts
   even if another process accepts the client, but not once a process is READY
   again.  Returns "spread" if each instance woke fewer than three quarters of
   CLIENTS times.  Otherwise returns which instance woke most, the first of
   equals, by the order of epoll_ctl: "the first takes most", "the last takes
   most" or "one takes most".  Returns NULL with errno if an instance cannot be
   made.  */
static const char *herd_share(struct probe *probe, enum models_mode mode)
{
    struct herd herd;
    int counts[INSTANCES] = {0}, most = 0;
    if (herd_open(&herd, probe, mode, true))
        return NULL;
    for (int i = 0; i < CLIENTS; i++) {
        int client = tcp_client(probe, herd.listener), got;
        while ((got = herd_read(&herd, LOOPBACK_TIMEOUT)) >= 0 && got != READY)
            counts[got % INSTANCES]++;
        herd_await_waiting(&herd, probe);
        reset(client);
    }
    herd_close(&herd, probe);
    for (int i = 0; i < INSTANCES; i++)
        most = counts[i] > counts[most] ? i : most;
    return counts[most] < CLIENTS * 3 / 4 ? "spread"
           : most == 0                    ? "the first takes most"
           : most == INSTANCES - 1        ? "the last takes most"
                                          : "one takes most";
}

/* The first result of herd_share other than "spread"; "spread" if each of
   ROUNDS calls returns "spread", since on a busy host a process may not wait
   yet; the name of errno if an instance cannot be made.  */
static const char *epoll_shared(struct probe *probe, enum models_mode mode)
{
    const char *share = "spread";
    for (int i = 0; i < ROUNDS && share && !strcmp(share, "spread"); i++)
        share = herd_share(probe, mode);
    return share ? share : error_text(errno);
}

/* Question io.epoll: how many instances a client wakes in each mode, and how
   EPOLLEXCLUSIVE shares clients; skipped without epoll.  */
static void epoll_probe(struct probe *probe)
{
    int instance = resource_check(models_make_epoll(), "epoll_create1");
    if (instance < 0)
        probe_skip(probe, "no epoll: %s", error_text(errno));
    close(instance);
    const char *level = epoll_woken(probe, MODELS_LEVEL);
    const char *exclusive = epoll_woken(probe, MODELS_EXCLUSIVE);
    probe_report(probe, "answer",
                 "a client wakes %s of %d instances; with EPOLLEXCLUSIVE %s",
                 level, INSTANCES, exclusive);
    probe_report(probe, "edge-triggered", "%s",
                 epoll_woken(probe, MODELS_EDGE));
    if (!strcmp(exclusive, "1"))
        probe_report(probe, "EPOLLEXCLUSIVE-clients", "%s",
                     epoll_shared(probe, MODELS_EXCLUSIVE));
    else
        probe_report_skip(probe, "EPOLLEXCLUSIVE-clients",
                          "the flag does not wake one instance alone");
}

QUESTIONS(io_epoll){
    {
        .id = "io.epoll",
        .text = "which of 8 epoll instances a client wakes",
        .why =
            "Where all wake, all but one find nothing to accept: a thundering "
            "herd. Where the instance that was made first always wakes, the "
            "workers of a server have unequal loads.",
        .standard =
            "Not in POSIX. Linux's epoll_ctl(2): without EPOLLEXCLUSIVE (since "
            "4.5) all instances receive the event, with it one or more.",
        .cope = "one process that accepts, as echosrv --model event has",
        .probe = epoll_probe,
    },
    END_OF_QUESTIONS,
};
