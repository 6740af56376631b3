/* tcp-table.h - the kernel's own view of a connection
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_TCP_TABLE_H
#define PROBES_BEHAVIOUR_TCP_TABLE_H 1

#include <netinet/in.h>

/* The state of the first IPv4 connection between the ports HERE and PEER, in
   network byte order, in the kernel's table (PEER 0: a listener at HERE).
   Addresses are not compared.  Returns the state by the name of RFC 9293, as in
   "SYN_RCVD"; "CLOSED" if there is no such connection; NULL if this system has
   no table, or on a read error.  The question is skipped if the table cannot be
   opened for lack of descriptors or memory.  If SECONDS is not NULL and the
   table was opened, *SECONDS is the remaining time of the connection's timer,
   or -1 if there is no such connection.  */
const char *tcp_table_state(in_port_t here, in_port_t peer, double *seconds);

#endif /* PROBES_BEHAVIOUR_TCP_TABLE_H */
