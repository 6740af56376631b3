/* write-dontwait.c - MSG_DONTWAIT on a blocking socket
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/time.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"

enum {
    TIMEOUT = 300,          /* of a blocking call, in milliseconds */
    TRIES = 3,              /* a busy host makes a fast call slow */
    SUCCESSES_MAX = 1 << 20 /* successful calls: a send buffer may still grow */
};

static void write_dontwait_set_timeout(struct probe *probe, int fd, int option)
{
    struct timeval timeout = {.tv_usec = TIMEOUT * 1000};
    probe_check(probe,
                setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof timeout),
                "setsockopt");
}

/* Fill the send buffer of FD, whose peer does not read, and make FD blocking
   again.  */
static void write_dontwait_fill(struct probe *probe, int fd)
{
    static char block[4096];
    set_nonblocking(fd, true);
    for (int round = 0; round < 3; round++) {
        while (send(fd, block, sizeof block, 0) > 0)
            continue;
        settle(probe);
    }
    set_nonblocking(fd, false);
}

static ssize_t write_dontwait_send(int fd)
{
    return send(fd, "x", 1, MSG_DONTWAIT);
}

static ssize_t write_dontwait_recv(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT);
}

/* Whether CALL on FD, with a full or empty buffer, returns before the timeout:
   "yes", "no: blocks" if EAGAIN came late TRIES times, "no: succeeds" after
   SUCCESSES_MAX successful calls, or the name of another errno.  */
static const char *write_dontwait_try_call(ssize_t (*call)(int), int fd)
{
    for (int tries = 0, successes = 0; tries < TRIES;) {
        int64_t start = monotonic_ms();
        if (call(fd) >= 0) {
            if (++successes == SUCCESSES_MAX)
                return "no: succeeds";
            continue;
        }
        tries++;
        if (errno != EAGAIN)
            return error_text(errno);
        if (monotonic_ms() - start < TIMEOUT / 2)
            return "yes";
    }
    return "no: blocks";
}

static void write_dontwait_probe(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    write_dontwait_set_timeout(probe, pair.client, SO_SNDTIMEO);
    write_dontwait_fill(probe, pair.client);
    const char *answer =
        write_dontwait_try_call(write_dontwait_send, pair.client);
    probe_report(probe, "send", "%s", answer);
    probe_report(probe, "answer", "%s", answer);
    struct pair empty = tcp_pair(probe);
    write_dontwait_set_timeout(probe, empty.server, SO_RCVTIMEO);
    probe_report(probe, "recv", "%s",
                 write_dontwait_try_call(write_dontwait_recv, empty.server));
}

QUESTIONS(write_dontwait){
    {
        .id = "write.dontwait",
        .text = "does send honour MSG_DONTWAIT on a blocking socket",
        .why =
            "Where send ignores the flag, a deadline kept by this flag and "
            "poll fails: a peer that does not read blocks the writer for ever.",
        .standard =
            "POSIX.1-2008 has no such flag of send. The notes list it for both "
            "directions.",
        .cope = "sonde_write and sonde_write_all test the kernel once, and "
                "send only what fits where the flag is ignored",
        .probe = write_dontwait_probe,
    },
    END_OF_QUESTIONS,
};
