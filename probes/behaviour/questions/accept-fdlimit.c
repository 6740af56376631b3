/* accept-fdlimit.c - accept without a descriptor left
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/behaviour/loopback.h"

/* Lower the soft limit RLIMIT_NOFILE so that the next call that opens a
   descriptor fails with EMFILE.  Returns the original limit.  */
static struct rlimit accept_fdlimit_exhaust(struct probe *probe)
{
    struct rlimit original;
    int last = probe_check(probe, dup(0), "dup");
    close(last);
    probe_check(probe, getrlimit(RLIMIT_NOFILE, &original), "getrlimit");
    struct rlimit limit = original;
    limit.rlim_cur = (rlim_t)last;
    probe_check(probe, setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return original;
}

static void accept_fdlimit_probe(struct probe *probe)
{
    int listener = tcp_listener(probe, 8);
    int client = tcp_client(probe, listener);
    settle(probe);
    set_nonblocking(listener, true);
    struct rlimit original = accept_fdlimit_exhaust(probe);
    int fd = accept(listener, NULL, NULL);
    const char *first = result_text(fd < 0 ? -1 : 0);
    const char *second = result_text(accept(listener, NULL, NULL) < 0 ? -1 : 0);
    probe_check(probe, setrlimit(RLIMIT_NOFILE, &original), "setrlimit");
    settle(probe);
    short events = wait_for(listener, POLLIN, 0);
    fd = accept(listener, NULL, NULL);
    if (fd < 0 && resource_missing(errno)) /* not because of this limit */
        probe_check(probe, fd, "accept");
    probe_report(probe, "answer", "%s; the connection is %s", first,
                 fd >= 0 ? "kept in the queue" : "lost");
    probe_report(probe, "accept-again", "%s", second);
    probe_report(probe, "poll", "%s", poll_names(events));
    if (fd < 0)
        probe_report(probe, "client", "read: %s", try_read(client));
}

QUESTIONS(accept_fdlimit){
    {
        .id = "accept.fdlimit",
        .text = "accept without a free descriptor",
        .why =
            "If the connection stays in the queue, a loop around poll and "
            "accept spins at full load until a descriptor is free; otherwise "
            "the client is lost.",
        .standard =
            "POSIX.1-2024 accept: EMFILE, ENFILE; the connection's fate is "
            "unspecified.",
        .cope =
            "sonde_reserve_shed: closes the client's connection by a reserve "
            "descriptor; sonde_backoff",
        .probe = accept_fdlimit_probe,
        .expected_errno = EMFILE,
    },
    END_OF_QUESTIONS,
};
