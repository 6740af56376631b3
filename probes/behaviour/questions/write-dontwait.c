/* write-dontwait.c - MSG_DONTWAIT on a blocking socket
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"

enum {
    TIMEOUT = 300,          /* of a blocking call, in milliseconds */
    TRIES = 3,              /* a busy host makes a fast call slow */
    SUCCESSES_MAX = 1 << 20 /* successful calls: a send buffer may still grow */
};

/* Whether CALL, try_read or try_write, on FD with an empty or full buffer
   returns before the timeout; or the name of an errno other than EAGAIN.  */
static const char *write_dontwait_try_call(const char *(*call)(int), int fd)
{
    for (int tries = 0, successes = 0; tries < TRIES;) {
        int64_t start = monotonic_ms();
        const char *result = call(fd);
        if (*result != 'E') {
            if (++successes == SUCCESSES_MAX)
                return "no: succeeds";
            continue;
        }
        tries++;
        if (strcmp(result, "EAGAIN"))
            return result;
        if (monotonic_ms() - start < TIMEOUT / 2)
            return "yes";
    }
    return "no: blocks";
}

static void write_dontwait_probe(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    set_timeout(probe, pair.client, SO_SNDTIMEO, TIMEOUT);
    fill_buffers(probe, pair.client);
    set_nonblocking(pair.client, false);
    const char *answer = write_dontwait_try_call(try_write, pair.client);
    probe_report(probe, "send", "%s", answer);
    probe_report(probe, "answer", "%s", answer);
    struct pair empty = tcp_pair(probe);
    set_timeout(probe, empty.server, SO_RCVTIMEO, TIMEOUT);
    probe_report(probe, "recv", "%s",
                 write_dontwait_try_call(try_read, empty.server));
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
