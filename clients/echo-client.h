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

   INPUT and OUTPUT, two descriptors, may be of any file type; their modes stay.
   The deadline of CLIENT is extended while all input is echoed and more input
   is awaited, or OUTPUT is blocked.  Without a timeout in the target,
   CLIENT_TIMEOUT after the last progress applies to each reply.  No descriptor
   is closed.

   Returns CLIENT->end: CLIENT_DONE if all input was echoed and the server
   closed after the half-close; CLIENT_WRONG_REPLY for another byte, or a byte
   not sent; CLIENT_CLOSED_EARLY; CLIENT_TROUBLE if INPUT, OUTPUT or poll fails,
   or without memory; or by client_lost.  */
enum client_end echo_stream(struct client *client, int input, int output);

/* As echo_stream, over datagrams: each line with its newline is a datagram;
   longer lines are split after ECHO_DATAGRAM_MAX bytes.  The next datagram is
   sent after the echo of the last.  Empty input sends one empty datagram, so
   success always means a reply.  Nothing is retransmitted.  A reply is written
   as soon as verified.  Without a timeout in the target,
   CLIENT_DATAGRAM_TIMEOUT applies to each reply.  A further datagram that has
   arrived after the last echo is CLIENT_WRONG_REPLY.  */
enum { ECHO_DATAGRAM_MAX = 65507 };
enum client_end echo_datagrams(struct client *client, int input, int output);

#endif /* CLIENTS_ECHO_CLIENT_H */
