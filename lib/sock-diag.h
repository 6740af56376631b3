/* sock-diag.h - the messages of Linux's sock_diag about listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   Apart from the leaf, so that the parser is tested on any host.  */

#ifndef SONDE_SOCK_DIAG_H
#define SONDE_SOCK_DIAG_H 1

#include "private.h"

enum { sonde__diag_request_size = 72 };

/* Write to REQUEST, of sonde__diag_request_size bytes, the request for all
   listeners of FAMILY (AF_INET, AF_INET6: TCP; AF_UNIX), with the number
   SEQUENCE.  Returns the length used.  */
size_t sonde__diag_request(unsigned char *request, int family,
                           uint32_t sequence);

/* Read the SIZE bytes at REPLY, one datagram of the answer to SEQUENCE, and
   call EACH with DATA for every listener, until EACH returns another value than
   0.  Messages with another number or of an unknown kind are ignored.  Returns
   1 at the end of the answer; 0 if more datagrams follow, also for SIZE 0; or
   -1: the errno sent by the kernel; EPROTO: unknown layout; ECANCELED: EACH
   stopped the list.  EACH may have been called before a failure.  */
int sonde__diag_read(const void *reply, size_t size, uint32_t sequence,
                     sonde_listener_each *each, void *data);

#endif /* SONDE_SOCK_DIAG_H */
