/* datagrams.c - one datagram at a time: echosrv and the barest loop
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: datagrams serve
          datagrams BARE PORT [LIMIT [rounds]]

   The first serves by recvfrom and sendto, and nothing else, at a port of
   127.0.0.1 that it prints, for two minutes at most.  The second sends a
   datagram to the ports BARE and PORT in turn, and waits for each reply, so
   that load on the host affects both alike.  Prints both medians and their
   ratio.  With a LIMIT the status is 1 if the ratio, in thousandths, is above
   the limit.  */

#include <config.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sonde.h"

enum { max_rounds = 200000, size = 64, timeout = 5000 };

static int64_t times[2][max_rounds];

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

/* Serve until killed, or for two minutes.  */
static _Noreturn void bare_serve(void)
{
    static char buffer[65536];
    struct sockaddr_storage from;
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (const void *)&address.storage, address.length) ||
        sonde_address_local(fd, &address))
        fail("socket");
    printf("%d\n", sonde_address_port(&address));
    fflush(stdout);
    alarm(120);
    for (;;) {
        socklen_t length = sizeof from;
        ssize_t got =
            recvfrom(fd, buffer, sizeof buffer, 0, (void *)&from, &length);
        if (got >= 0)
            sendto(fd, buffer, (size_t)got, 0, (void *)&from, length);
    }
}

/* A socket connected to PORT.  */
static int client_open(uint16_t port)
{
    struct sonde_address address;
    struct timeval limit = {.tv_sec = timeout / 1000};
    sonde_address_loopback(&address, AF_INET, port);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ||
        connect(fd, (const void *)&address.storage, address.length))
        fail("connect");
    return fd;
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* The time of datagram NUMBER on FD and back.  Each differs: the server limits
   repeated ones.  */
static int64_t go_round(int fd, int64_t number)
{
    char data[size] = "", reply[size];
    memcpy(data, &number, sizeof number);
    int64_t start = now();
    if (send(fd, data, sizeof data, 0) != size ||
        recv(fd, reply, sizeof reply, 0) != size)
        fail("no reply");
    int64_t end = now();
    if (memcmp(data, reply, size))
        fail("wrong reply");
    return end - start;
}

static int time_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "serve"))
        bare_serve();
    long limit = argc > 3 ? atol(argv[3]) : 0;
    long rounds = argc > 4 ? atol(argv[4]) : 20000;
    if (argc < 3 || rounds < 1 || rounds > max_rounds) {
        fprintf(stderr, "usage: datagrams BARE PORT [LIMIT [rounds]]\n");
        return 2;
    }
    int fds[2] = {client_open((uint16_t)atoi(argv[1])),
                  client_open((uint16_t)atoi(argv[2]))};
    for (long i = 0; i < rounds; i++) {
        bool first = i % 2;
        times[first][i] = go_round(fds[first], i);
        times[!first][i] = go_round(fds[!first], i);
    }
    for (int i = 0; i < 2; i++)
        qsort(times[i], (size_t)rounds, sizeof **times, time_compare);
    int64_t bare = times[0][rounds / 2], server = times[1][rounds / 2];
    printf("bare loop p50 %lld ns, server p50 %lld ns, ratio %.3f\n",
           (long long)bare, (long long)server, (double)server / (double)bare);
    return limit > 0 && server * 1000 > bare * limit;
}
