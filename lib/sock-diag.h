/* sock-diag.h - ask Linux for its listening sockets, and read what it says
   SPDX-License-Identifier: LGPL-2.1-or-later

   Apart from the leaf that talks to the kernel, so that it is tested on any
   host.  */

#ifndef SONDE_SOCK_DIAG_H
#define SONDE_SOCK_DIAG_H 1

#include "private.h"

/* The longest request.  */
enum { sonde__diag_request_size = 72 };

/* Write to REQUEST, of that size, the question for all listeners of FAMILY
   (AF_INET, AF_INET6: TCP; AF_UNIX), numbered SEQUENCE.  Returns its length. */
size_t sonde__diag_request(unsigned char *request, int family,
                           uint32_t sequence);

/* Read the SIZE bytes at REPLY, one datagram of the answer to SEQUENCE, and
   call EACH for every listener in it.  Returns 1 if the answer ends there, 0
   if more is to come; or -1: with the errno that the kernel gives as its
   answer; EPROTO: the datagram is not laid out as known; ECANCELED: EACH said
   to stop.  */
int sonde__diag_read(const void *reply, size_t size, uint32_t sequence,
                     sonde_listener_each *each, void *data);

#endif /* SONDE_SOCK_DIAG_H */
