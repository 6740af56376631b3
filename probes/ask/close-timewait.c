/* close-timewait.c - how long TIME_WAIT lasts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "probes/loopback.h"
#include "probes/namespace.h"
#include "probes/runner.h"
#include "probes/tcp-table.h"

static void ask_timewait(struct asking *ask)
{
    char byte;
    double seconds = -1;
    struct pair pair = tcp_pair(ask);
    in_port_t here = local_address(ask, pair.client).sin_port;
    in_port_t peer = local_address(ask, pair.listener).sin_port;
    int64_t start = clock_ms();
    close(pair.client);
    wait_for(pair.server, POLLIN, PATIENCE);
    (void)!recv(pair.server, &byte, 1, 0);
    close(pair.server);
    settle(ask);
    const char *state = tcp_table_state(here, peer, &seconds);
    if (!state)
        give_up(ask, "this system shows no table of connections");
    if (strcmp(state, "TIME_WAIT"))
        give_up(ask, "the end that closed first is %s in the table", state);
    if (seconds < 1)
        give_up(ask, "the table has TIME_WAIT, but not for how long");
    /* The timer has gone on since.  */
    seconds += (double)(clock_ms() - start) / 1000;
    tell_read(ask, "answer", "%.0f s, by the kernel's own timer", seconds);
    long tuned = namespace_read("net.ipv4.tcp_fin_timeout");
    if (tuned >= 0)
        tell_read(ask, "tcp_fin_timeout", "%ld s (FIN_WAIT_2's, not this)",
                  tuned);
}

QUESTIONS(close_timewait){
    {
        .id = "close.timewait",
        .text = "how long TIME_WAIT lasts",
        .why = "A client that opens many connections runs out of ports; a "
               "server cannot have its port again.",
        .standard = "RFC 9293 3.6.1: 2 MSL, an MSL being 2 minutes. The notes: "
                    "between 1 and 4 minutes.",
        .cope = "sonde_listen with SONDE_REBIND",
        .ask = ask_timewait,
    },
    END_OF_QUESTIONS,
};
