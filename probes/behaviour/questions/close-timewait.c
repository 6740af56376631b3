/* close-timewait.c - how long TIME_WAIT lasts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/tcp-table.h"
#include "probes/run/namespace.h"
#include "probes/run/runner.h"

/* A connection closed by the client first: the state of the client's end (NULL:
   no readable table), the remaining time of its timer in seconds, -1 if
   unknown, and the uncertainty of its start in seconds.  */
struct ending {
    const char *state;
    double seconds, uncertainty;
};

/* Close the client first and then the server, and read the client's timer as
   soon as the kernel's table shows TIME_WAIT, or after 3 s.  */
static struct ending close_timewait_close(struct probe *probe)
{
    struct ending ending = {.seconds = -1};
    struct pair pair = tcp_pair(probe);
    in_port_t here = local_address(probe, pair.client).sin_port;
    in_port_t peer = local_address(probe, pair.listener).sin_port;
    close(pair.client);
    wait_input(pair.server);
    receive_byte(pair.server);
    int64_t start = monotonic_ms();
    close(pair.server);
    /* A long table takes a while to read.  */
    do {
        ending.state = tcp_table_state(here, peer, &ending.seconds);
        if (!ending.state || !strcmp(ending.state, "TIME_WAIT"))
            break;
        wait_pause(10);
    } while (monotonic_ms() - start < DEADLINE_USUAL / 5);
    ending.uncertainty = (double)(monotonic_ms() - start) / 1000;
    close(pair.listener);
    return ending;
}

static void close_timewait_probe(struct probe *probe)
{
    long tuned = namespace_read("net.ipv4.tcp_fin_timeout");
    enter_private_network();
    struct ending ending = close_timewait_close(probe);
    int64_t start = monotonic_ms();
    /* On a busy host, or with a long table, the uncertainty may be large; then
       repeat, until a deadline.  */
    while (ending.seconds > 0 && ending.uncertainty > 0.2 &&
           monotonic_ms() - start < DEADLINE_USUAL / 4) {
        struct ending again = close_timewait_close(probe);
        if (again.seconds > 0 && again.uncertainty < ending.uncertainty)
            ending = again;
    }
    if (!ending.state)
        probe_skip(probe, "no readable table of connections");
    if (strcmp(ending.state, "TIME_WAIT"))
        probe_skip(probe, "the end that closed first is %s, not TIME_WAIT",
                   ending.state);
    if (ending.seconds < 1)
        probe_skip(probe, "the table of connections has no timer of TIME_WAIT");
    if (ending.uncertainty >= 1)
        probe_skip(probe, "reading the table of connections took %.0f s",
                   ending.uncertainty);
    /* The timer began between UNCERTAINTY seconds ago and now.  */
    probe_report_read(probe, "answer", "%.0f s (kernel timer)",
                      ending.seconds + ending.uncertainty / 2);
    if (tuned >= 0)
        probe_report_read(probe, "tcp_fin_timeout", "%ld s (of FIN_WAIT_2)",
                          tuned);
}

QUESTIONS(close_timewait){
    {
        .id = "close.timewait",
        .text = "how long TIME_WAIT lasts",
        .why =
            "A client that opens many connections runs out of ports; a server "
            "cannot bind to its port after a restart.",
        .standard = "RFC 9293 3.6.1: 2 MSL; 3.4.2: an MSL is 2 minutes. The "
                    "notes: between 1 and 4 minutes.",
        .cope = "sonde_listen with SONDE_REUSEADDR",
        .probe = close_timewait_probe,
    },
    END_OF_QUESTIONS,
};
