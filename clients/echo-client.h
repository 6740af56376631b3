/* echo-client.h - echo client: send input, verify and print replies
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_ECHO_CLIENT_H
#define CLIENTS_ECHO_CLIENT_H 1

#include "clients/client.h"

/* Max bytes sent and not yet echoed; no more input is read then.  */
enum { ECHO_UNECHOED_MAX = 1 << 20 };

/* Send the bytes of descriptor INPUT over CLIENT, a stream, and write verified
   replies to OUTPUT.  At the end of INPUT half-close, and read until the server
   closes.

   INPUT and OUTPUT may be of any file type; their modes stay.  The deadline of
   CLIENT is extended while all input is echoed and more input is awaited.

   Returns the end, also in *RESULT.  */
enum client_end echo_stream(struct client *client, int input, int output,
                            struct client_result *result);

/* The same over datagrams: each line with its newline is a datagram; longer
   lines are split after ECHO_DATAGRAM_MAX bytes.  The next datagram is sent
   after the echo of the last.  Empty input sends one empty datagram, so success
   always means a reply.  Nothing is retransmitted.  */
enum { ECHO_DATAGRAM_MAX = 65507 };
enum client_end echo_datagrams(struct client *client, int input, int output,
                               struct client_result *result);

#endif /* CLIENTS_ECHO_CLIENT_H */
