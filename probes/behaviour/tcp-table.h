/* tcp-table.h - the kernel's own view of a connection
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_TCP_TABLE_H
#define PROBES_BEHAVIOUR_TCP_TABLE_H 1

#include <netinet/in.h>

/* The state of the first IPv4 connection between the ports HERE and PEER, in
   network byte order, in the kernel's table (PEER 0: a listener at HERE).
   Addresses are not compared.  Returns the state by the name of RFC 9293, as in
   "SYN_RCVD"; "CLOSED" if there is no such connection, or its state is unknown;
   NULL if this system has no table, or on a read error.  A lack of descriptors
   or memory skips the question.  Unless SECONDS is NULL, or the table was not
   opened, *SECONDS is the remaining time of the connection's timer, -1 without
   such a connection.  */
const char *tcp_table_state(in_port_t here, in_port_t peer, double *seconds);

#endif /* PROBES_BEHAVIOUR_TCP_TABLE_H */
