/* slices.c - two echo servers compared in short slices of time, in turn
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: slices CLIENTS SIZE BASE PORT

   Keeps CLIENTS connections to the TCP port BASE of 127.0.0.1 and as many to
   PORT.  For a slice of time each client of one server sends SIZE bytes, waits
   for them, and sends again; the next slice belongs to the other server.  With
   a SIZE of 0, CLIENTS connections at a time are made, used for one byte, and
   reset.  Prints the median of the ratios of neighbouring slices: the rate at
   PORT as a multiple of that at BASE.  The speed of a host may change from one
   second to the next, which slices of 20 ms hardly see.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sonde.h"

/* SLICES of each server, and times in milliseconds.  A slice begins after
   WARM.  */
enum { SLICES = 25, SLICE = 20, WARM = 2, WAIT = 10000 };
enum { CLIENTS_MAX = 1024, MESSAGE_MAX = 1 << 20 };

struct client {
    int fd;
    size_t left; /* bytes of the echo */
};

struct target {
    struct sonde_address address;
    struct sonde_poller *poller;
    struct client clients[CLIENTS_MAX];
};

static char bytes[MESSAGE_MAX];
static size_t client_count, size;

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

static int target_connect(const struct target *target)
{
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 ||
        connect(fd, (const void *)&target->address.storage,
                target->address.length) ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
        fail("connect");
    return fd;
}

static void target_open(struct target *target, const char *port)
{
    sonde_address_loopback(&target->address, AF_INET, (uint16_t)atoi(port));
    target->poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (!target->poller)
        fail("poller");
    for (size_t i = 0; size > 0 && i < client_count; i++) {
        struct client *client = &target->clients[i];
        client->fd = target_connect(target);
        if (sonde_poller_add(target->poller, client->fd, SONDE_READABLE,
                             client))
            fail("poller");
    }
}

static void client_send(struct client *client, size_t count)
{
    size_t done;
    if (sonde_write_all(client->fd, bytes, count, WAIT, &done))
        fail("send");
    client->left = count;
}

/* Read from CLIENT, which is ready.  Returns whether the echo is complete.  */
static bool client_read(struct client *client)
{
    ssize_t count = sonde_read(client->fd, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EAGAIN)
        return false;
    if (count <= 0 || (size_t)count > client->left) {
        errno = count == 0 ? ECONNRESET : count > 0 ? EPROTO : errno;
        fail("echo");
    }
    client->left -= (size_t)count;
    return client->left == 0;
}

/* Messages until DEADLINE; then wait for the last echoes, and count them.  */
static long messages_pass(struct target *target, int64_t deadline)
{
    struct sonde_event event;
    long count = 0;
    for (size_t i = 0; i < client_count; i++)
        client_send(&target->clients[i], size);
    for (size_t busy = client_count; busy > 0;) {
        if (sonde_poller_wait(target->poller, WAIT) < 1) {
            errno = ETIMEDOUT;
            fail("echo");
        }
        bool over = sonde_deadline_left(deadline) == 0;
        while (sonde_poller_next(target->poller, &event)) {
            struct client *client = event.data;
            if (!client_read(client))
                continue;
            count++;
            if (over)
                busy--;
            else
                client_send(client, size);
        }
    }
    return count;
}

/* Connections until DEADLINE.  */
static long connections_pass(struct target *target, int64_t deadline)
{
    const struct linger reset = {.l_onoff = 1};
    struct client *clients = target->clients;
    size_t done;
    long count = 0;
    do {
        for (size_t i = 0; i < client_count; i++) {
            clients[i].fd = target_connect(target);
            client_send(&clients[i], 1);
        }
        for (size_t i = 0; i < client_count; i++) {
            if (sonde_read_all(clients[i].fd, bytes, 1, WAIT, &done) || !done)
                fail("echo");
            setsockopt(clients[i].fd, SOL_SOCKET, SO_LINGER, &reset,
                       sizeof reset);
            close(clients[i].fd);
            count++;
        }
    } while (sonde_deadline_left(deadline) != 0);
    return count;
}

/* Messages or connections a nanosecond, in a slice of TARGET.  */
static double rate(struct target *target)
{
    long (*pass)(struct target *, int64_t) =
        size > 0 ? messages_pass : connections_pass;
    pass(target, sonde_deadline(WARM));
    int64_t start = sonde_deadline(0);
    long count = pass(target, sonde_deadline(SLICE));
    return (double)count / (double)(sonde_deadline(0) - start);
}

static int ratio_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct target base, other;
    double ratios[SLICES];
    client_count = argc == 5 ? (size_t)atol(argv[1]) : 0;
    size = argc == 5 ? (size_t)atol(argv[2]) : 0;
    if (client_count < 1 || client_count > CLIENTS_MAX || size > sizeof bytes) {
        fprintf(stderr, "usage: slices CLIENTS SIZE BASE PORT\n");
        return 2;
    }
    target_open(&base, argv[3]);
    target_open(&other, argv[4]);
    for (int i = 0; i < SLICES; i++) {
        /* Each is first in turn.  */
        bool other_first = i % 2;
        double one = rate(other_first ? &other : &base);
        double two = rate(other_first ? &base : &other);
        ratios[i] = other_first ? one / two : two / one;
    }
    qsort(ratios, SLICES, sizeof *ratios, ratio_compare);
    printf("%.3f\n", ratios[SLICES / 2]);
    return 0;
}
