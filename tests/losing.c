/* losing.c - datagram sockets that lose datagrams
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: losing KIND:BUFFER:LOST[:NAME]...

   Makes a socket for each, with SO_RCVBUF set to BUFFER (0: not set), and sends
   datagrams until LOST of them found no room; the queue stays full.  KIND is
   inet, inet6, connected (IPv4), filtered (IPv4; a filter rejects LOST
   datagrams, the queue is empty) or unix (LOST datagrams wait; NAME is a path,
   or with @ in front abstract).  NAME is otherwise a port.  LOST below 0 fills
   no queue: -3 lets 3 datagrams wait.  Prints the address of each and "ready".
   After a byte on standard input all queues are emptied, and "ADDRESS SENT
   RECEIVED" is printed for each, and "done".  Ends with standard input.  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef __has_include
#if __has_include(<linux/filter.h>)
#include <linux/filter.h>
#define HAS_FILTER 1
#endif
#endif

#include "sonde.h"

enum { SOCKETS = 64, PIECE = 50, ARRIVAL_MS = 10000 };

/* A socket, and the number of datagrams sent there.  */
static struct losing {
    struct sonde_address address;
    int fd, sender;
    long sent;
} sockets[SOCKETS];
static int socket_count;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int make_bound(struct sonde_address *address, int buffer)
{
    int fd = sonde_socket(address->storage.ss_family, SOCK_DGRAM,
                          SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd < 0 ||
        (buffer > 0 &&
         setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer)) ||
        bind(fd, (struct sockaddr *)&address->storage, address->length))
        die("bind");
    if (sonde_address_local(fd, address))
        die("getsockname");
    return fd;
}

static void send_one(const struct losing *to)
{
    if (sendto(to->sender, "x", 1, 0,
               (const struct sockaddr *)&to->address.storage,
               to->address.length) != 1)
        die("sendto");
}

/* Datagrams arrive in order: when one sent later to a socket of its own has
   arrived, all others have.  */
static void await_arrival(const struct losing *other)
{
    static struct losing mark[2];
    char byte;
    int is_ipv6 = other->address.storage.ss_family != AF_INET;
    struct losing *own = &mark[is_ipv6];
    if (!own->sender) {
        sonde_address_loopback(&own->address, other->address.storage.ss_family,
                               0);
        own->fd = make_bound(&own->address, 0);
        own->sender = own->fd;
    }
    send_one(own);
    struct pollfd ready = {.fd = own->fd, .events = POLLIN};
    if (poll(&ready, 1, ARRIVAL_MS) != 1 || recv(own->fd, &byte, 1, 0) != 1)
        die("no datagram arrived");
}

/* Send COUNT datagrams, in pieces that the queue of the loopback interface
   holds.  */
static void send_many(struct losing *to, long count)
{
    for (long i = 1; i <= count; i++) {
        send_one(to);
        if (i % PIECE == 0 || i == count)
            await_arrival(to);
    }
    to->sent += count;
}

static long empty(const struct losing *from)
{
    char byte;
    long count = 0;
    while (recv(from->fd, &byte, 1, 0) >= 0)
        count++;
    if (errno != EAGAIN)
        die("recv");
    return count;
}

/* How many datagrams fit, tried with another socket.  */
static long count_room(int family, int buffer)
{
    struct losing other = {.sent = 0};
    int force = 0;
    socklen_t size = sizeof force;
    sonde_address_loopback(&other.address, family, 0);
    other.fd = make_bound(&other.address, buffer);
    other.sender = sonde_socket(family, SOCK_DGRAM, SONDE_CLOEXEC);
    if (other.sender < 0 ||
        getsockopt(other.fd, SOL_SOCKET, SO_RCVBUF, &force, &size))
        die("SO_RCVBUF");
    /* No datagram takes less than 256 bytes.  */
    send_many(&other, force / 256 + 2);
    long count = empty(&other);
    close(other.fd);
    close(other.sender);
    return count;
}

static void reject_all(int fd)
{
#ifdef HAS_FILTER
    struct sock_filter reject = {.code = BPF_RET | BPF_K};
    struct sock_fprog filter = {.len = 1, .filter = &reject};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter))
        die("SO_ATTACH_FILTER");
#else
    (void)fd;
    die("SO_ATTACH_FILTER");
#endif
}

static void make_inet(struct losing *to, const char *kind, int buffer,
                      long lost, const char *port)
{
    int family = strcmp(kind, "inet6") ? AF_INET : AF_INET6;
    int filtered = !strcmp(kind, "filtered");
    struct sonde_address from;
    sonde_address_loopback(&to->address, family,
                           (uint16_t)(port ? atoi(port) : 0));
    to->fd = make_bound(&to->address, buffer);
    sonde_address_loopback(&from, family, 0);
    to->sender = make_bound(&from, 0);
    if (!strcmp(kind, "connected") &&
        connect(to->fd, (struct sockaddr *)&from.storage, from.length))
        die("connect");
    if (filtered)
        reject_all(to->fd);
    send_many(to, lost < 0    ? -lost
                  : filtered  ? lost
                  : lost == 0 ? 0
                              : lost + count_room(family, buffer));
}

static void make_unix(struct losing *to, long count, const char *name)
{
    if (sonde_address_unix(&to->address, name))
        die(name);
    if (*name == '@') {
        ((char *)&to->address.storage)[offsetof(struct sockaddr_un, sun_path)] =
            0;
        to->address.length--; /* no NUL at the end of an abstract name */
    }
    to->fd = make_bound(&to->address, 0);
    to->sender = sonde_socket(AF_UNIX, SOCK_DGRAM, SONDE_NONBLOCK);
    if (to->sender < 0)
        die("socket");
    while (to->sent < count) {
        send_one(to);
        to->sent++;
    }
}

static void take_word(char *word)
{
    char *state = NULL;
    const char *kind = strtok_r(word, ":", &state);
    const char *buffer = strtok_r(NULL, ":", &state);
    const char *lost = strtok_r(NULL, ":", &state);
    const char *name = strtok_r(NULL, "", &state);
    if (!lost || socket_count == SOCKETS) {
        fprintf(stderr, "losing: KIND:BUFFER:LOST[:NAME]\n");
        exit(1);
    }
    struct losing *to = &sockets[socket_count++];
    if (!strcmp(kind, "unix"))
        make_unix(to, atol(lost), name ? name : "@");
    else
        make_inet(to, kind, atoi(buffer), atol(lost), name);
}

static void print_all(int counts)
{
    char text[SONDE_ADDRESS_TEXT];
    for (int i = 0; i < socket_count; i++) {
        sonde_address_print(&sockets[i].address, text, sizeof text);
        printf("%s", text);
        if (counts)
            printf(" %ld %ld", sockets[i].sent, empty(&sockets[i]));
        putchar('\n');
    }
    puts(counts ? "done" : "ready");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char byte;
    for (int i = 1; i < argc; i++)
        take_word(argv[i]);
    print_all(0);
    if (read(STDIN_FILENO, &byte, 1) == 1)
        print_all(1);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}
