/* datagrams.c - one datagram at a time: echosrv and the barest loop
   SPDX-License-Identifier: GPL-3.0-or-later

   A child serves by recvfrom and sendto, and nothing else.  The parent sends a
   datagram to the child and to the echo server at PORT of 127.0.0.1 in turn,
   and waits for each reply, so that load on the host affects both alike.
   Prints both medians and their ratio.  With a LIMIT the status is 1 if the
   ratio, in thousandths, is above it.

   usage: datagrams PORT [LIMIT [rounds]]  */

#include <config.h>

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sonde.h"

enum { max_rounds = 200000, size = 64, timeout = 5000 };

static int64_t times[2][max_rounds];
static pid_t child;

static void fail(const char *what)
{
    perror(what);
    if (child > 0)
        kill(child, SIGKILL);
    exit(2);
}

/* Serve on FD until killed, or for a minute.  */
static _Noreturn void bare_serve(int fd)
{
    static char buffer[65536];
    struct sockaddr_storage from;
    alarm(60);
    for (;;) {
        socklen_t length = sizeof from;
        ssize_t got =
            recvfrom(fd, buffer, sizeof buffer, 0, (void *)&from, &length);
        if (got >= 0)
            sendto(fd, buffer, (size_t)got, 0, (void *)&from, length);
    }
}

/* Start the child.  Returns its port.  */
static uint16_t bare_start(void)
{
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (const void *)&address.storage, address.length) ||
        sonde_address_local(fd, &address))
        fail("socket");
    child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        bare_serve(fd);
    close(fd);
    return (uint16_t)sonde_address_port(&address);
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
    long limit = argc > 2 ? atol(argv[2]) : 0;
    long rounds = argc > 3 ? atol(argv[3]) : 20000;
    if (argc < 2 || rounds < 1 || rounds > max_rounds) {
        fprintf(stderr, "usage: datagrams PORT [LIMIT [rounds]]\n");
        return 2;
    }
    int fds[2] = {client_open(bare_start()),
                  client_open((uint16_t)atoi(argv[1]))};
    for (long i = 0; i < rounds; i++) {
        bool first = i % 2;
        times[first][i] = go_round(fds[first], i);
        times[!first][i] = go_round(fds[!first], i);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (int i = 0; i < 2; i++)
        qsort(times[i], (size_t)rounds, sizeof **times, time_compare);
    int64_t bare = times[0][rounds / 2], server = times[1][rounds / 2];
    printf("bare loop p50 %lld ns, server p50 %lld ns, ratio %.3f\n",
           (long long)bare, (long long)server, (double)server / (double)bare);
    return limit > 0 && server * 1000 > bare * limit;
}
