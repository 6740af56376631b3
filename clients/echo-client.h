/* echo-client.h - send what comes in, verify and print what comes back
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_ECHO_CLIENT_H
#define CLIENTS_ECHO_CLIENT_H 1

#include "clients/client.h"

/* So many bytes are sent and not yet echoed at most; input is not read beyond
   that.  */
enum { ECHO_UNECHOED_MAX = 1 << 20 };

/* Send what comes from the descriptor INPUT over CLIENT, a stream, and write
   what comes back, as far as it is the same, to OUTPUT.  At the end of the
   input half-close, and read to the end.

   INPUT and OUTPUT may be anything that can be read and written; neither is
   changed.  The deadline of CLIENT does not run while all that was read has
   come back and more is waited for.

   Returns the end, in *RESULT too.  */
enum client_end echo_stream(struct client *client, int input, int output,
                            struct client_result *result);

/* The same over datagrams: each line, with its newline, is one, and so is each
   ECHO_DATAGRAM_MAX bytes of a longer one; the next goes when the echo of the
   last has come.  An empty input is one empty datagram, so that success always
   means an answer.  Nothing is sent twice.  */
enum { ECHO_DATAGRAM_MAX = 65507 };
enum client_end echo_datagrams(struct client *client, int input, int output,
                               struct client_result *result);

#endif /* CLIENTS_ECHO_CLIENT_H */
