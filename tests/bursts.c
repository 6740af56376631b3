/* bursts.c - a listener with bursts of clients
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: bursts BACKLOG [MEMBERS]

   Listens on a port of 127.0.0.1 with BACKLOG, by MEMBERS sockets that share
   the port, prints the address, and takes lines from standard input: "burst
   COUNT MS" makes COUNT clients, and after MS milliseconds accepts and closes
   all; "close" closes the listeners; "open" listens again at the same port.
   After each line it prints "done".  Ends with standard input.  */

#include <config.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sonde.h"

enum { MEMBERS_MAX = 64, CLIENTS_MAX = 4000 };

static int members[MEMBERS_MAX], member_count = 1, backlog;
static struct sonde_address address;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void open_all(void)
{
    int on = 1;
    for (int i = 0; i < member_count; i++) {
        int fd = members[i] = sonde_socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
            die("socket");
#ifdef SO_REUSEPORT
        if (member_count > 1 &&
            setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on))
            die("SO_REUSEPORT");
#endif
        if (bind(fd, (struct sockaddr *)&address.storage, address.length) ||
            listen(fd, backlog) || sonde_address_local(fd, &address))
            die("listen");
    }
}

/* Reset, so that the port can be bound again.  */
static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

static void drain(int listener)
{
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    while (poll(&ready, 1, 0) > 0) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            break;
        close(fd);
    }
}

static void burst(int count, int milliseconds)
{
    static int clients[CLIENTS_MAX];
    for (int i = 0; i < count && i < CLIENTS_MAX; i++) {
        clients[i] = sonde_socket(AF_INET, SOCK_STREAM, 0);
        if (clients[i] < 0 ||
            connect(clients[i], (struct sockaddr *)&address.storage,
                    address.length))
            die("connect");
    }
    poll(NULL, 0, milliseconds);
    for (int i = 0; i < member_count; i++)
        drain(members[i]);
    for (int i = 0; i < count && i < CLIENTS_MAX; i++)
        reset(clients[i]);
}

static void close_all(void)
{
    for (int i = 0; i < member_count; i++)
        close(members[i]);
}

int main(int argc, char **argv)
{
    char line[80], text[SONDE_ADDRESS_TEXT];
    int count, milliseconds;
    if (argc < 2)
        return 2;
    backlog = atoi(argv[1]);
    if (argc > 2 && atoi(argv[2]) > 0 && atoi(argv[2]) <= MEMBERS_MAX)
        member_count = atoi(argv[2]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sonde_address_loopback(&address, AF_INET, 0);
    open_all();
    sonde_address_print(&address, text, sizeof text);
    puts(text);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "burst %d %d", &count, &milliseconds) == 2)
            burst(count, milliseconds);
        else if (!strcmp(line, "close\n"))
            close_all();
        else if (!strcmp(line, "open\n"))
            open_all();
        puts("done");
    }
    return 0;
}
