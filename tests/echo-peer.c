/* echo-peer.c - an echo or daytime server, honest or not, for tests
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: echo-peer MODE [NUMBER | TEXT] [PATH]

   over TCP, or a UNIX socket at PATH:
       echo       honest
       alter N    byte N comes back altered
       extra N    N bytes more come at the end
       first N    N bytes come before anything was sent
       close N    closes after N bytes
       reset N    resets after N bytes
       after N    falls silent after N bytes, and never closes
       stay 0     honest, but does not close when the client has
       full 0     never accepts, and its queue is full
       deaf N     never accepts, with room in its queue for N or one more
       say TEXT   says TEXT, a byte at a time, and closes
   over UDP:
       udp-echo, udp-alter N, udp-say TEXT
       udp-never  answers nothing
       udp-lose N answers all but every Nth datagram
       udp-twice  answers everything twice
       udp-other  answers from another port

   The port on 127.0.0.1 (on ::1 if INET6 is set) that the system chose is
   printed first.  It ends when its standard input does.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sonde.h"

enum { PIECE = 65536, PATIENCE = 20000 };

/* A client: what came and is not yet sent back.  */
struct peer {
    int fd;
    long count; /* bytes that came before */
    size_t start, end;
    bool ended;
    char bytes[PIECE];
};

static const char *mode, *text = "";
static long number;
static struct sonde_poller *poller;

static bool is_mode(const char *name)
{
    return !strcmp(mode, name);
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int say_port(int fd)
{
    struct sonde_address local;
    if (sonde_address_local(fd, &local))
        return -1;
    printf("%d\n", sonde_address_port(&local));
    return fflush(stdout);
}

static void drop(struct peer *peer)
{
    if (is_mode("reset")) {
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    sonde_poller_remove(poller, peer->fd);
    close(peer->fd);
    free(peer);
}

/* Put COUNT bytes on top of what is to be sent.  */
static void add(struct peer *peer, const char *bytes, long count)
{
    for (long i = 0; i < count && peer->end < sizeof peer->bytes; i++)
        peer->bytes[peer->end++] = bytes ? bytes[i] : 'x';
}

/* What is done to the COUNT bytes that just came.  Returns false if the client
   is to be dropped.  */
static bool tamper(struct peer *peer, size_t count)
{
    long before = peer->count, after = before + (long)count;
    peer->count = after;
    if (is_mode("alter") && number >= before && number < after)
        peer->bytes[peer->start + (size_t)(number - before)] ^= 1;
    if ((is_mode("close") || is_mode("reset")) && after >= number) {
        size_t done;
        if (number > before)
            sonde_write_all(peer->fd, peer->bytes + peer->start,
                            (size_t)(number - before), PATIENCE, &done);
        return false;
    }
    if (is_mode("after") && after > number)
        peer->end =
            peer->start + (number > before ? (size_t)(number - before) : 0);
    return true;
}

/* Serve PEER, which is ready.  Returns false if it is to be dropped.  */
static bool serve(struct peer *peer)
{
    if (peer->start == peer->end && !peer->ended) {
        ssize_t count = sonde_read(peer->fd, peer->bytes, PIECE, 0);
        if (count < 0)
            return errno == EAGAIN;
        peer->start = 0;
        peer->end = (size_t)count;
        peer->ended = count == 0;
        if (count > 0 && !tamper(peer, (size_t)count))
            return false;
        if (peer->ended && is_mode("extra"))
            add(peer, NULL, number);
    }
    while (peer->start < peer->end) {
        ssize_t count = sonde_write(peer->fd, peer->bytes + peer->start,
                                    peer->end - peer->start, 0);
        if (count < 0)
            return errno == EAGAIN;
        peer->start += (size_t)count;
    }
    if (peer->ended && (is_mode("stay") || is_mode("after")))
        return !sonde_poller_modify(poller, peer->fd, 0, peer);
    return !peer->ended;
}

static void greet(struct peer *peer)
{
    size_t done;
    if (is_mode("first"))
        add(peer, NULL, number);
    else if (is_mode("say"))
        for (const char *c = text; *c; c++)
            sonde_write_all(peer->fd, c, 1, PATIENCE, &done);
    peer->ended = is_mode("say");
}

static void accept_client(int listener)
{
    int fd = sonde_accept(listener, NULL, SONDE_NONBLOCK | SONDE_CLOEXEC);
    struct peer *peer = fd < 0 ? NULL : calloc(1, sizeof *peer);
    int on = 1;
    if (!peer)
        return;
    peer->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sonde_poller_add(poller, fd, SONDE_READABLE, peer);
    greet(peer);
    if ((peer->end > 0 || peer->ended) && !serve(peer))
        drop(peer);
}

/* Until standard input ends.  */
static int run(int listener)
{
    struct sonde_event event;
    poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (!poller || sonde_poller_add(poller, listener, SONDE_READABLE, NULL) ||
        sonde_poller_add(poller, STDIN_FILENO, SONDE_READABLE, NULL))
        return fail("poller");
    for (;;) {
        if (sonde_poller_wait(poller, -1) < 0)
            return fail("wait");
        while (sonde_poller_next(poller, &event)) {
            struct peer *peer = event.data;
            if (event.fd == STDIN_FILENO)
                return 0;
            if (event.fd == listener) {
                accept_client(listener);
                continue;
            }
            if (!serve(peer)) {
                drop(peer);
                continue;
            }
            if (!peer->ended)
                sonde_poller_modify(poller, peer->fd,
                                    peer->start < peer->end ? SONDE_WRITABLE
                                                            : SONDE_READABLE,
                                    peer);
        }
    }
}

/* Never accept from LISTENER, but wait for the end of standard input.  */
static int ignore(int listener)
{
    char byte;
    if (say_port(listener))
        return fail("port");
    return sonde_read(STDIN_FILENO, &byte, 1, -1) < 0;
}

/* Fill the queue of LISTENER, and ignore it.  It is full when two in a row do
   not get in: one may just have been slow.  */
static int fill(int listener)
{
    struct sonde_address address;
    if (sonde_address_local(listener, &address))
        return fail("address");
    for (int i = 0, failures = 0; i < 16 && failures < 2; i++)
        failures =
            sonde_connect(&address, 1, 200, NULL, NULL) < 0 ? failures + 1 : 0;
    return ignore(listener);
}

static void answer(int fd, int other, char *bytes, size_t size,
                   const struct sonde_datagram *ends)
{
    static long count;
    count++;
    if (is_mode("udp-never") || (is_mode("udp-lose") && count % number == 0))
        return;
    if (is_mode("udp-alter") && (size_t)number < size)
        bytes[number] ^= 1;
    if (is_mode("udp-say"))
        sonde_datagram_reply(fd, text, strlen(text), ends);
    else
        sonde_datagram_reply(is_mode("udp-other") ? other : fd, bytes, size,
                             ends);
    if (is_mode("udp-twice"))
        sonde_datagram_reply(fd, bytes, size, ends);
}

static int run_datagrams(int fd, int other)
{
    static char bytes[SONDE_DATAGRAM_MAX];
    struct sonde_datagram ends;
    struct sonde_event event;
    poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (!poller || sonde_poller_add(poller, fd, SONDE_READABLE, NULL) ||
        sonde_poller_add(poller, STDIN_FILENO, SONDE_READABLE, NULL))
        return fail("poller");
    for (;;) {
        if (sonde_poller_wait(poller, -1) < 0)
            return fail("wait");
        while (sonde_poller_next(poller, &event)) {
            if (event.fd == STDIN_FILENO)
                return 0;
            ssize_t length =
                sonde_datagram_receive_from(fd, bytes, sizeof bytes, 0, &ends);
            if (length >= 0)
                answer(fd, other, bytes, (size_t)length, &ends);
        }
    }
}

/* Where to listen: at PATH if there is one.  */
static int make_address(struct sonde_address *address, const char *path)
{
    return path ? sonde_address_unix(address, path)
                : sonde_address_loopback(
                      address, getenv("INET6") ? AF_INET6 : AF_INET, 0);
}

int main(int argc, char **argv)
{
    struct sonde_address address, other;
    if (argc < 2)
        return 2;
    mode = argv[1];
    if (argc > 2) {
        text = argv[2];
        number = strtol(text, NULL, 10);
    }
    if (is_mode("udp-lose") && number < 1) {
        fputs("echo-peer: udp-lose takes a number from 1 on\n", stderr);
        return 2;
    }
    if (make_address(&address, argc > 3 ? argv[3] : NULL) ||
        sonde_address_loopback(&other, AF_INET, 0))
        return fail("address");
    if (!strncmp(mode, "udp-", 4)) {
        int fd = sonde_datagram_bind(&address, SONDE_NONBLOCK);
        int second = sonde_datagram_bind(&other, SONDE_NONBLOCK);
        if (fd < 0 || second < 0 || say_port(fd))
            return fail("bind");
        return run_datagrams(fd, second);
    }
    int backlog = is_mode("full") ? 1 : is_mode("deaf") ? (int)number : 4096;
    int listener = sonde_listen(&address, backlog, SONDE_NONBLOCK, NULL);
    if (listener < 0)
        return fail("listen");
    if (is_mode("full"))
        return fill(listener);
    if (is_mode("deaf"))
        return ignore(listener);
    if (say_port(listener))
        return fail("port");
    return run(listener);
}
