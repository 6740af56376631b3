/* udp.c - datagrams: how large, and how a refusal is reported
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/names.h"
#include "probes/behaviour/loopback.h"

/* An unbound UDP socket; on failure the question is skipped.  */
static int udp_socket(struct probe *probe)
{
    return probe_check(probe, socket(AF_INET, SOCK_DGRAM, 0), "socket");
}

/* A UDP socket bound to an ephemeral port of 127.0.0.1; *ADDRESS is the local
   address.  On failure the question is skipped.  */
static int udp_bound(struct probe *probe, struct sockaddr_in *address)
{
    int fd = udp_socket(probe);
    *address = loopback_address(0);
    probe_check(probe, bind_to(fd, address), "bind");
    *address = local_address(probe, fd);
    return fd;
}

static char datagram[70000];

/* Send a datagram of SIZE bytes, at most 70000, to ADDRESS without waiting.
   Returns the size, or -1 with errno.  */
static int udp_send(int fd, long size, const struct sockaddr_in *address)
{
    const void *storage = address;
    ssize_t sent = sendto(fd, datagram, (size_t)size, MSG_DONTWAIT, storage,
                          sizeof *address);
    return resource_check((int)sent, "sendto");
}

/* The size in bytes of the largest datagram that FD sends to ADDRESS, below
   70000, found by sending; 0 if none is sent.  *ERROR is the errno of a larger
   datagram, or 0 if none failed.  */
static long udp_largest(int fd, const struct sockaddr_in *address, int *error)
{
    long low = 0, high = sizeof datagram;
    *error = 0;
    while (high - low > 1) {
        long middle = (low + high) / 2;
        if (udp_send(fd, middle, address) >= 0) {
            low = middle;
        } else {
            high = middle;
            *error = errno;
        }
    }
    return low;
}

/* Question udp.maxsize: the largest datagram and the errno beyond (the answer
   has both), and the size received; then the results of sending a datagram of
   the same size with SO_SNDBUF of 10000, and an empty datagram.  Skipped if no
   datagram can be sent.  */
static void udp_probe_maxsize(struct probe *probe)
{
    struct sockaddr_in address;
    int error;
    udp_bound(probe, &address);
    int fd = udp_socket(probe);
    long max = udp_largest(fd, &address, &error);
    if (max == 0)
        probe_skip(probe, "sendto: %s", errno_name(error));
    probe_report(probe, "answer", "%ld bytes; larger: %s", max,
                 error_text(error));
    int other = udp_bound(probe, &address);
    probe_check(probe, udp_send(fd, max, &address), "send");
    if (wait_input(other))
        probe_report_result(probe, "received",
                            recv(other, datagram, sizeof datagram, 0));
    else
        probe_report(probe, "received", "not received");
    probe_check(probe, set_int(fd, SOL_SOCKET, SO_SNDBUF, 10000), "SO_SNDBUF");
    probe_report_result(probe, "with-SO_SNDBUF-10000",
                        udp_send(fd, max, &address));
    probe_report_result(probe, "empty", udp_send(fd, 0, &address));
}

/* Question udp.refused: send to a closed port, then read, by a connected and by
   an unconnected socket (the answer has both reads); whether poll reports the
   connected socket within 0.5 s.  */
static void udp_probe_refused(struct probe *probe)
{
    struct sockaddr_in address;
    /* A closed port: its holder is connected and receives from one other port
       only.  */
    struct sockaddr_in only;
    udp_bound(probe, &only);
    int holder = udp_bound(probe, &address);
    probe_check(probe, connect_to(holder, &only), "connect");
    int fd = udp_socket(probe);
    probe_check(probe, connect_to(fd, &address), "connect");
    const char *first = result_text(send(fd, "x", 1, 0));
    bool reported = wait_for(fd, POLLIN, 500);
    if (!reported)
        settle(probe);
    const char *second = try_read(fd);
    probe_report(probe, "connected", "send: %s; read: %s", first, second);
    probe_report(probe, "connected-poll", "%s",
                 reported ? "ready" : "not ready");
    int other = udp_socket(probe);
    first = result_text(udp_send(other, 1, &address));
    settle(probe);
    const char *silent = try_read(other);
    probe_report(probe, "unconnected", "send: %s; read: %s", first, silent);
    probe_report(probe, "answer", "connected: %s; unconnected: %s", second,
                 !strcmp(silent, "EAGAIN") ? "no error" : silent);
}

QUESTIONS(udp){
    {
        .id = "udp.maxsize",
        .text = "the largest datagram, and the error beyond",
        .why =
            "A reply that fits on one system fails with EMSGSIZE on another; "
            "on the BSDs the send buffer limits the size.",
        .standard =
            "RFC 768: a length of 16 bits. POSIX.1-2024 send: EMSGSIZE. "
            "The notes: larger than the send buffer gives EMSGSIZE; "
            "not on Linux.",
        .cope = "sonde_connect with SOCK_DGRAM enlarges the buffers; "
                "sonde_datagram_send: EMSGSIZE",
        .probe = udp_probe_maxsize,
    },
    {
        .id = "udp.refused",
        .text = "does an ICMP port unreachable reach the socket",
        .why = "An unconnected client waits for its timeout although the error "
               "has already arrived.",
        .standard =
            "RFC 1122 4.1.3.3: must be passed to the application. The notes: "
            "only to a connected socket.",
        .cope = "sonde_datagram_receive: ECONNREFUSED, on connected sockets",
        .probe = udp_probe_refused,
    },
    END_OF_QUESTIONS,
};
