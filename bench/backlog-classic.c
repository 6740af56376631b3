/* backlog-classic.c - the classic measurement of listen queues, for comparison
   SPDX-License-Identifier: GPL-3.0-or-later

   For each backlog from 0 to 14: connect, blocking, with an alarm of 2 s, until
   the alarm rings.  One family, one count, one row at a time.  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sonde.h"

/* TIMEOUT is in seconds.  */
enum { BACKLOGS = 15, CLIENTS = 64, TIMEOUT = 2 };

/* A handler that does nothing: the signal interrupts connect.  */
static void rung(int signo)
{
    (void)signo;
}

/* Connect to ADDRESS until a connect times out or fails, or CLIENTS are
   connected, then close all connections by RST.  Returns the number of
   connections.  */
static int count_clients(const struct sonde_address *address)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    const void *storage = &address->storage;
    int clients[CLIENTS];
    int count = 0;
    while (count < CLIENTS) {
        clients[count] = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
        if (clients[count] < 0)
            break;
        setsockopt(clients[count], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        alarm(TIMEOUT);
        int failed = connect(clients[count], storage, address->length);
        alarm(0);
        if (failed) {
            close(clients[count]);
            break;
        }
        count++;
    }
    for (int i = 0; i < count; i++)
        close(clients[i]);
    return count;
}

int main(void)
{
    sonde_signal(SIGALRM, rung, SONDE_INTERRUPT);
    for (int backlog = 0; backlog < BACKLOGS; backlog++) {
        struct sonde_address address;
        int fd = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
        if (fd < 0 || sonde_address_loopback(&address, AF_INET, 0))
            return EXIT_FAILURE;
        const void *storage = &address.storage;
        if (bind(fd, storage, address.length) || listen(fd, backlog) ||
            sonde_address_local(fd, &address)) {
            perror("backlog-classic");
            return EXIT_FAILURE;
        }
        printf("%d\t%d\n", backlog, count_clients(&address));
        fflush(stdout);
        close(fd);
    }
    return EXIT_SUCCESS;
}
