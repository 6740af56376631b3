/* workers.c - processes that share a port by SO_REUSEPORT, and their clients
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: workers COUNT BACKLOG

   Starts COUNT processes, each with a listener at the same port of 127.0.0.1,
   by SO_REUSEPORT if there are several; each accepts its clients and sends a
   byte.  Prints the port, the processes in a line, and "ready".  Commands on
   standard input, one a line:
       connect N   connect N clients, without waiting
       queue N     the same, with a wait of up to 10 ms for the byte of each: a
                   worker that accepts has no full queue
       count       print "served A reset B silent C" of all clients, after none
                   of the silent ones changed for 300 ms
       close       close all clients
   Ends with standard input, and the processes with it.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sonde.h"

enum { WORKERS = 16, CLIENTS = 4096, SILENCE = 300, PACE = 10 };

static struct pollfd clients[CLIENTS];
static int client_count, served, resets;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int make_listener(struct sonde_address *address, int backlog, int share)
{
    int one = 1;
    int fd = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
    if (fd < 0)
        die("socket");
#ifdef SO_REUSEPORT
    if (share && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one))
        die("SO_REUSEPORT");
#else
    if (share)
        die("no SO_REUSEPORT");
#endif
    if (bind(fd, (struct sockaddr *)&address->storage, address->length) ||
        listen(fd, backlog) || sonde_address_local(fd, address))
        die("listen");
    return fd;
}

/* Accept on LISTENER until killed.  The connections stay open.  */
static void work(int listener)
{
    sonde_parent_death_signal(SIGKILL);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && send(fd, "A", 1, 0) != 1)
            die("send");
    }
}

/* Wait up to PAUSE milliseconds for the byte of each client.  */
static void connect_clients(const struct sonde_address *address, int count,
                            int pause)
{
    while (count-- > 0 && client_count < CLIENTS) {
        int fd =
            sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC | SONDE_NONBLOCK);
        if (fd < 0 || (connect(fd, (const struct sockaddr *)&address->storage,
                               address->length) &&
                       errno != EINPROGRESS))
            die("connect");
        clients[client_count] = (struct pollfd){.fd = fd, .events = POLLIN};
        if (pause > 0)
            poll(&clients[client_count], 1, pause);
        client_count++;
    }
}

/* Clients that have an answer are no longer polled, but stay open.  */
static void count_clients(void)
{
    char byte;
    int silent = client_count - served - resets;
    while (silent > 0 && poll(clients, (nfds_t)client_count, SILENCE) > 0) {
        for (int i = 0; i < client_count; i++) {
            if (!clients[i].revents)
                continue;
            if (recv(clients[i].fd, &byte, 1, 0) == 1)
                served++;
            else
                resets++;
            clients[i].fd = ~clients[i].fd;
            silent--;
        }
    }
    printf("served %d reset %d silent %d\n", served, resets, silent);
}

static void close_clients(void)
{
    for (int i = 0; i < client_count; i++)
        close(clients[i].fd < 0 ? ~clients[i].fd : clients[i].fd);
    client_count = served = resets = 0;
}

int main(int argc, char **argv)
{
    pid_t processes[WORKERS];
    char line[64];
    struct sonde_address address;
    int count = argc == 3 ? atoi(argv[1]) : 0;
    if (count < 1 || count > WORKERS)
        return 2;
    if (sonde_address_parse(&address, "127.0.0.1", 0))
        die("address");
    for (int i = 0; i < count; i++) {
        int listener = make_listener(&address, atoi(argv[2]), count > 1);
        processes[i] = fork();
        if (processes[i] < 0)
            die("fork");
        if (processes[i] == 0)
            work(listener);
        close(listener);
    }
    printf("%d\n", sonde_address_port(&address));
    for (int i = 0; i < count; i++)
        printf("%s%ld", i > 0 ? " " : "", (long)processes[i]);
    puts("\nready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "connect ", 8))
            connect_clients(&address, atoi(line + 8), 0);
        else if (!strncmp(line, "queue ", 6))
            connect_clients(&address, atoi(line + 6), PACE);
        else if (!strncmp(line, "count", 5))
            count_clients();
        else if (!strncmp(line, "close", 5))
            close_clients();
        fflush(stdout);
    }
    for (int i = 0; i < count; i++)
        kill(processes[i], SIGKILL);
    for (int i = 0; i < count; i++)
        waitpid(processes[i], NULL, 0);
    return 0;
}
