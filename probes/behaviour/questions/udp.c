/* udp.c - datagrams: how large, and how a refusal is told
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "base/names.h"

static int udp_socket(struct asking *ask)
{
    return must(ask, socket(AF_INET, SOCK_DGRAM, 0), "socket");
}

static int udp_bound(struct asking *ask, struct sockaddr_in *address)
{
    int fd = udp_socket(ask);
    *address = loopback_address(0);
    must(ask, bind_to(fd, address), "bind");
    *address = local_address(ask, fd);
    return fd;
}

static char datagram[70000];

static ssize_t send_to(int fd, long size, const struct sockaddr_in *address)
{
    const void *storage = address;
    ssize_t sent = sendto(fd, datagram, (size_t)size, MSG_DONTWAIT, storage,
                          sizeof *address);
    return attempt((int)sent, "sendto");
}

/* The largest that FD sends, and the errno of what is larger.  */
static long largest(int fd, const struct sockaddr_in *address, int *error)
{
    long low = 0, high = sizeof datagram;
    *error = 0;
    while (high - low > 1) {
        long middle = (low + high) / 2;
        if (send_to(fd, middle, address) >= 0) {
            low = middle;
        } else {
            high = middle;
            *error = errno;
        }
    }
    return low;
}

static void ask_maxsize(struct asking *ask)
{
    struct sockaddr_in address;
    int error;
    int receiver = udp_bound(ask, &address);
    int fd = udp_socket(ask);
    long most = largest(fd, &address, &error);
    if (most == 0)
        give_up(ask, "send: %s", errno_name(error));
    tell(ask, "answer", "%ld bytes; beyond: %s", most, said_error(error));
    int other = udp_bound(ask, &address);
    must(ask, (int)send_to(fd, most, &address), "send");
    if (wait_for(other, POLLIN, PATIENCE))
        tell(ask, "received", "%s",
             said(recv(other, datagram, sizeof datagram, 0)));
    else
        tell(ask, "received", "it does not arrive");
    must(ask, set_int(fd, SOL_SOCKET, SO_SNDBUF, 10000), "SO_SNDBUF");
    ssize_t sent = send_to(fd, most, &address);
    tell(ask, "with-SO_SNDBUF-10000", "%s", said((long)sent));
    ssize_t empty = send_to(fd, 0, &address);
    tell(ask, "empty", "%s", said((long)empty));
    close(receiver);
}

static void ask_refused(struct asking *ask)
{
    struct sockaddr_in address;
    char byte;
    /* Nobody is there: who has the port hears but one other.  */
    int only = udp_bound(ask, &address);
    struct sockaddr_in only_address = address;
    int holder = udp_bound(ask, &address);
    must(ask, connect_to(holder, &only_address), "connect");
    int fd = udp_socket(ask);
    must(ask, connect_to(fd, &address), "connect");
    const char *first = said(send(fd, "x", 1, 0));
    bool told = wait_for(fd, POLLIN, 500);
    const char *second = said(recv(fd, &byte, 1, MSG_DONTWAIT));
    tell(ask, "connected", "send %s, then read %s", first, second);
    tell(ask, "connected-poll", "%s", told ? "says so" : "says nothing");
    int other = udp_socket(ask);
    first = said(send_to(other, 1, &address));
    settle(ask);
    const char *silent = said(recv(other, &byte, 1, MSG_DONTWAIT));
    tell(ask, "unconnected", "send %s, then read %s", first, silent);
    tell(ask, "answer", "connected: %s; unconnected: %s", second,
         !strcmp(silent, "EAGAIN") ? "never" : silent);
    close(holder);
    close(only);
}

QUESTIONS(udp){
    {
        .id = "udp.maxsize",
        .text = "the largest datagram, and what is said beyond it",
        .why = "A reply that fits on one system is EMSGSIZE on another; a "
               "small send buffer bounds it on the BSDs.",
        .standard =
            "RFC 768: a length of 16 bits. POSIX.1-2024 send: EMSGSIZE. "
            "The notes: larger than the send buffer gives EMSGSIZE; "
            "not on Linux.",
        .cope = "sonde_connect with SOCK_DGRAM enlarges the buffers; "
                "sonde_datagram_send: EMSGSIZE",
        .ask = ask_maxsize,
    },
    {
        .id = "udp.refused",
        .text = "does an ICMP port unreachable reach the socket",
        .why = "A client that is not connected waits for its timeout where "
               "the answer was there at once.",
        .standard = "RFC 1122 4.1.3.3: must be passed to the application. The "
                    "notes: only to a connected socket.",
        .cope = "sonde_datagram_receive: ECONNREFUSED, on connected sockets",
        .ask = ask_refused,
    },
    END_OF_QUESTIONS,
};
