/* instructions.c - the barest loops, for bench/instructions.sh to count
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: instructions serve
          instructions poll|epoll TIMES

   The first echoes over TCP by epoll, recv and send, and nothing else, at a
   port of 127.0.0.1, which is printed, for two minutes at most.  The second
   waits TIMES times for a readable pipe, by sonde_poller_wait or epoll_wait.
   Linux only.  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sonde.h"

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void watch(int poller, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
        fail("epoll_ctl");
}

static void echo(int fd)
{
    static char buffer[65536];
    ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0 || send(fd, buffer, (size_t)got, MSG_NOSIGNAL) != got)
        close(fd);
}

static _Noreturn void serve(void)
{
    static struct epoll_event events[256];
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    int listener = sonde_listen(&address, 4096, 0, NULL);
    int poller = epoll_create1(0);
    if (listener < 0 || sonde_address_local(listener, &address) || poller < 0)
        fail("listen");
    watch(poller, listener);
    printf("%d\n", sonde_address_port(&address));
    fflush(stdout);
    alarm(120);
    for (;;) {
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == listener)
                watch(poller, accept(listener, NULL, NULL));
            else
                echo(events[i].data.fd);
    }
}

static int open_pipe(void)
{
    int ends[2];
    if (pipe(ends) || write(ends[1], "", 1) != 1)
        fail("pipe");
    return ends[0];
}

static void wait_by_epoll(long times)
{
    static struct epoll_event events[256];
    int poller = epoll_create1(0);
    watch(poller, open_pipe());
    for (long i = 0; i < times; i++)
        if (epoll_wait(poller, events, 256, 1000) != 1)
            fail("epoll_wait");
}

static void wait_by_sonde(long times)
{
    struct sonde_event event;
    struct sonde_poller *poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (!poller || sonde_poller_add(poller, open_pipe(), SONDE_READABLE, NULL))
        fail("sonde_poller_add");
    for (long i = 0; i < times; i++)
        if (sonde_poller_wait(poller, 1000) != 1 ||
            !sonde_poller_next(poller, &event))
            fail("sonde_poller_wait");
    sonde_poller_close(poller);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "serve"))
        serve();
    if (argc != 3)
        return 2;
    if (!strcmp(argv[1], "epoll"))
        wait_by_epoll(atol(argv[2]));
    else
        wait_by_sonde(atol(argv[2]));
    return 0;
}
