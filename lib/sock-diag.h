/* sock-diag.h - the messages of Linux's sock_diag about listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   Apart from the leaf, so that the parser is tested on any host.  */

#ifndef SONDE_SOCK_DIAG_H
#define SONDE_SOCK_DIAG_H 1

#include "private.h"

enum { sonde__diag_request_size = 72 };

/* Write to REQUEST, of sonde__diag_request_size bytes, the request with the
   number SEQUENCE for all listeners of FAMILY (AF_INET, AF_INET6: TCP;
   AF_UNIX).  If WAITING is not 0 (TCP only), the request is for all connections
   in ESTABLISHED or CLOSE-WAIT instead: those that wait for accept, and those
   accepted already.  Bytes after the request are 0.  Returns the length of the
   request.  */
size_t sonde__diag_request(unsigned char *request, int family, int waiting,
                           uint32_t sequence);

/* Write to REQUEST, as sonde__diag_request, the request for all datagram
   sockets of FAMILY (AF_INET, AF_INET6: UDP; AF_UNIX: the answer also has the
   sockets of other types that do not listen).  Returns the length of the
   request.  */
size_t sonde__diag_request_datagrams(unsigned char *request, int family,
                                     uint32_t sequence);

/* Write to REQUEST, as sonde__diag_request, the request for the TCP handshakes
   of FAMILY, AF_INET or AF_INET6.  Returns the length of the request.  */
size_t sonde__diag_request_handshakes(unsigned char *request, int family,
                                      uint32_t sequence);

/* Write to REQUEST, as sonde__diag_request, the request for one socket,
   LISTENER, of family AF_INET, AF_INET6 or AF_UNIX: by address, interface, type
   and cookie, or of UNIX by inode and cookie; a cookie of 0 matches any socket.
   The kernel answers with one message, or with ENOENT: no such socket.  Of
   several sockets that share an address (SO_REUSEPORT) the kernel chooses one
   by a hash of the address and the port CLIENT, in host order, of an imagined
   client.  If the socket found has another cookie, the answer is ENOENT for
   TCP, ESTALE for UDP and UNIX.  Returns the length of the request.  */
size_t sonde__diag_request_exact(unsigned char *request,
                                 const struct sonde_listener *listener,
                                 uint16_t client, uint32_t sequence);

/* Where the sockets of an answer go: one function is set, by the kind of the
   request; the others are NULL.  DATA is the second argument of the
   function.  */
struct sonde__diag_sink {
    sonde_listener_each *listener;
    sonde_listener_each *datagram;
    sonde_waiting_each *waiting;
    sonde_handshake_each *handshake;
    void *data;
    uint64_t count; /* sockets in the answer so far, also those not passed on */
};

/* Read the SIZE bytes at REPLY, one datagram of the answer to SEQUENCE, and
   call the function of SINK for every listener, bound datagram socket, waiting
   connection or handshake, until the function returns another value than 0.
   Every socket read is added to COUNT of SINK.  Messages with another sequence
   number or of an unknown kind are ignored.  Returns 1 at the end of the
   answer; 0 if no end was in the datagram: more follow, except to
   sonde__diag_request_exact, where COUNT of SINK tells that the answer has
   come; also 0 for SIZE 0; or -1: with the errno sent by the kernel; EPROTO:
   the datagram has an unknown layout; ECANCELED: the function stopped the list.
   The function may have been called before a failure.  */
int sonde__diag_read(const void *reply, size_t size, uint32_t sequence,
                     struct sonde__diag_sink *sink);

#endif /* SONDE_SOCK_DIAG_H */
