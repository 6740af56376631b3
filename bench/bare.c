/* bare.c - the barest echo servers, for bench/servers.sh
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: bare epoll|fork PORT

   Echoes over TCP at PORT of 127.0.0.1, without options, limits, timeouts or a
   log: a loop of epoll_wait, recv and send, or a process for each client.  What
   a server of more use costs above these is its own cost, not the kernel's.
   Linux only.  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sonde.h"

static char buffer[65536];

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

/* Descriptors for 10,000 clients.  */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        fail("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit))
        fail("setrlimit");
}

static int open_listener(uint16_t port)
{
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, port);
    int fd = sonde_listen(&address, 4096, SONDE_REUSEADDR, NULL);
    if (fd < 0)
        fail("listen");
    return fd;
}

static void watch_client(int poller, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
        fail("epoll_ctl");
}

/* Echo what FD has now.  A short send closes FD: echoload reads in time.  */
static void echo_once(int fd)
{
    ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0 || send(fd, buffer, (size_t)got, MSG_NOSIGNAL) != got)
        close(fd);
}

static _Noreturn void serve_by_epoll(int listener)
{
    static struct epoll_event events[256];
    int poller = epoll_create1(0);
    watch_client(poller, listener);
    for (;;) {
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == listener)
                watch_client(poller, accept(listener, NULL, NULL));
            else
                echo_once(events[i].data.fd);
    }
}

static _Noreturn void echo_all(int fd)
{
    ssize_t got;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0)
        if (send(fd, buffer, (size_t)got, MSG_NOSIGNAL) != got)
            break;
    _exit(0);
}

static _Noreturn void serve_by_fork(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pid_t pid = fd < 0 ? -1 : fork();
        if (pid < 0)
            fail("fork");
        if (pid == 0) {
            close(listener);
            echo_all(fd);
        }
        close(fd);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    raise_descriptors();
    int listener = open_listener((uint16_t)atoi(argv[2]));
    if (!strcmp(argv[1], "fork"))
        serve_by_fork(listener);
    serve_by_epoll(listener);
}
