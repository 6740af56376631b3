/* fair.c - whether a server serves all clients alike
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: fair ADDRESS N MILLISECONDS
   N clients, each with one message of 64 bytes under way.  Prints the messages
   of the client with the fewest, of the median client, and of that with the
   most, as "min 10 median 12 max 14".  Ends with 1 after a failure.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sonde.h"

enum { MOST = 4096, SIZE = 64, PATIENCE = 30000 };

struct fellow {
    int fd;
    size_t got;
    long messages;
};

static struct fellow fellows[MOST];

static _Noreturn void fair_fail(const char *what)
{
    fprintf(stderr, "fair: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void fair_send(struct fellow *fellow)
{
    char message[SIZE] = "message";
    size_t done;
    if (sonde_write_all(fellow->fd, message, sizeof message, PATIENCE, &done))
        fair_fail("send");
}

static void fair_receive(struct fellow *fellow)
{
    char message[SIZE];
    ssize_t count = sonde_read(fellow->fd, message, SIZE - fellow->got, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN))
        fair_fail("receive");
    fellow->got += count > 0 ? (size_t)count : 0;
    if (fellow->got < SIZE)
        return;
    fellow->got = 0;
    fellow->messages++;
    fair_send(fellow);
}

static int fair_compare(const void *a, const void *b)
{
    const struct fellow *one = a, *other = b;
    return (one->messages > other->messages) -
           (one->messages < other->messages);
}

static void fair_open(struct sonde_poller *poller, const char *text, size_t n)
{
    struct sonde_address address;
    if (sonde_address_parse(&address, text, 0))
        fair_fail(text);
    for (size_t i = 0; i < n; i++) {
        fellows[i].fd = socket(address.storage.ss_family, SOCK_STREAM, 0);
        if (fellows[i].fd < 0 ||
            connect(fellows[i].fd, (const void *)&address.storage,
                    address.length))
            fair_fail("connect");
        if (sonde_poller_add(poller, fellows[i].fd, SONDE_READABLE,
                             &fellows[i]))
            fair_fail("poll");
    }
    for (size_t i = 0; i < n; i++)
        fair_send(&fellows[i]);
}

int main(int argc, char **argv)
{
    struct sonde_event event;
    struct sonde_poller *poller = sonde_poller_open(SONDE_POLLER_BEST);
    size_t n = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (!poller || n == 0 || n > MOST)
        return 2;
    fair_open(poller, argv[1], n);
    int64_t deadline = sonde_deadline(atoi(argv[3]));
    int left;
    while ((left = sonde_deadline_left(deadline)) > 0) {
        if (sonde_poller_wait(poller, left) < 0)
            fair_fail("wait");
        while (sonde_poller_next(poller, &event))
            fair_receive(event.data);
    }
    sonde_poller_close(poller);
    qsort(fellows, n, sizeof *fellows, fair_compare);
    printf("min %ld median %ld max %ld\n", fellows[0].messages,
           fellows[n / 2].messages, fellows[n - 1].messages);
    return 0;
}
