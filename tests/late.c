/* late.c - a listener that accepts only when all clients have knocked
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: late CLIENTS BACKLOG

   Prints its port on 127.0.0.1.  Accepts nothing until the kernel has counted
   as many clients as CLIENTS in the queue or dropped; the clients in the full
   queue came in time.  Then accepts CLIENTS, each of the others late, reads
   each to its end, and prints "EARLY LATE BYTES ACCEPTED MS".  The kernel may
   lose a client that is connected on its own side: the listener then stops
   accepting after SILENCE.  MS are the milliseconds from the port on until all
   had knocked: from 1000 on, some may have knocked twice.  Ends with 77 where
   the kernel does not count drops.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sonde.h"

enum { PATIENCE = 30000, SILENCE = 10000, LATE_MAX = 1000, PAUSE = 1000 };

static int late_fail(const char *what)
{
    perror(what);
    return 1;
}

/* Wait until CLIENTS are queued or dropped.  Returns the number queued; -1
   after DEADLINE, -2 where the kernel does not count.  */
static long late_wait(int listener, long clients, int64_t deadline)
{
    struct sonde_queue queue;
    while (sonde_deadline_left(deadline) > 0) {
        if (sonde_queue(listener, &queue) || queue.drops < 0)
            return -2;
        if (queue.queued + queue.drops >= clients)
            return queue.queued;
        usleep(PAUSE);
    }
    return -1;
}

/* Accept CLIENTS, into FDS, until SILENCE.  Returns the number accepted, or -1
   with errno.  */
static long late_accept(int listener, long clients, int *fds)
{
    struct pollfd entry = {.fd = listener, .events = POLLIN};
    struct sonde_address peer;
    long count = 0;
    while (count < clients && poll(&entry, 1, SILENCE) > 0) {
        fds[count] = sonde_accept(listener, &peer, SONDE_CLOEXEC);
        if (fds[count] < 0)
            return -1;
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    struct sonde_address address;
    int fds[LATE_MAX];
    long clients = argc == 3 ? atol(argv[1]) : 0, bytes = 0;
    int backlog = argc == 3 ? atoi(argv[2]) : 0;
    if (clients < 1 || clients > LATE_MAX ||
        sonde_address_parse(&address, "127.0.0.1", 0))
        return 2;
    int listener = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
    if (listener < 0 ||
        bind(listener, (const void *)&address.storage, address.length) ||
        listen(listener, backlog) || sonde_address_local(listener, &address))
        return late_fail("listen");
    int64_t deadline = sonde_deadline(PATIENCE);
    printf("%d\n", sonde_address_port(&address));
    fflush(stdout);
    alarm((2 * PATIENCE + SILENCE) / 1000);
    long early = late_wait(listener, clients, deadline);
    int took = PATIENCE - sonde_deadline_left(deadline);
    if (early < 0)
        return early == -2 ? 77 : late_fail("no clients");
    long accepted = late_accept(listener, clients, fds);
    if (accepted < 0)
        return late_fail("accept");
    for (long i = 0; i < accepted; i++) {
        char byte;
        ssize_t count;
        while ((count = sonde_read(fds[i], &byte, 1, PATIENCE)) > 0)
            bytes++;
        if (count < 0)
            return late_fail("read");
        close(fds[i]);
    }
    printf("%ld %ld %ld %ld %d\n", early, clients - early, bytes, accepted,
           took);
    return 0;
}
