/* tcp-table.c - the kernel's table of TCP connections
   SPDX-License-Identifier: GPL-3.0-or-later

   On Linux, /proc/net/tcp: addresses, ports and a state in hexadecimal, and a
   timer in ticks of _SC_CLK_TCK.  */

#include <config.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "probes/behaviour/question.h"
#include "probes/behaviour/tcp-table.h"

/* By the kernel's numbers. 12 is a connection request without a socket.  */
static const char *const states[] = {
    [1] = "ESTABLISHED", [2] = "SYN_SENT",   [3] = "SYN_RCVD",
    [4] = "FIN_WAIT_1",  [5] = "FIN_WAIT_2", [6] = "TIME_WAIT",
    [7] = "CLOSED",      [8] = "CLOSE_WAIT", [9] = "LAST_ACK",
    [10] = "LISTEN",     [11] = "CLOSING",   [12] = "SYN_RCVD",
};

/* Whether LINE is a connection between the ports HERE and PEER, in host byte
   order.  Fills in the state's number and the timer in ticks, also of another
   connection's line.  */
static bool tcp_table_read_line(const char *line, unsigned here, unsigned peer,
                                unsigned *state, unsigned long *ticks)
{
    unsigned local, remote, timer;
    return sscanf(line,
                  " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%x %x %*[0-9A-F]:%*[0-9A-F] "
                  "%x:%lx",
                  &local, &remote, state, &timer, ticks) == 5 &&
           local == here && remote == peer;
}

const char *tcp_table_state(in_port_t here, in_port_t peer, double *seconds)
{
    char line[512];
    unsigned state;
    unsigned long ticks;
    const char *name = "CLOSED";
    FILE *file = fopen("/proc/net/tcp", "r");
    if (!file) {
        resource_check(-1, "/proc/net/tcp");
        return NULL;
    }
    if (seconds)
        *seconds = -1;
    /* Without the header line the table was not read.  */
    bool complete = fgets(line, sizeof line, file) != NULL;
    while (fgets(line, sizeof line, file))
        if (tcp_table_read_line(line, ntohs(here), ntohs(peer), &state,
                                &ticks)) {
            if (state < sizeof states / sizeof *states && states[state])
                name = states[state];
            if (seconds)
                *seconds = (double)ticks / (double)sysconf(_SC_CLK_TCK);
            break; /* such a table may be long */
        }
    complete = complete && !ferror(file);
    fclose(file);
    return complete ? name : NULL;
}
