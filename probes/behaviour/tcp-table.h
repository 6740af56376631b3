/* tcp-table.h - the kernel's own view of a connection
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_TCP_TABLE_H
#define PROBES_BEHAVIOUR_TCP_TABLE_H 1

#include <netinet/in.h>

/* The state of the IPv4 connection between the ports HERE and PEER, in network
   order (PEER 0: a listener), by the name of RFC 9293; "CLOSED" if the
   connection is not in the kernel's table; NULL if this system has no such
   table, or on a read error. If SECONDS is not NULL, the remaining time of the
   connection's timer, or -1.  */
const char *tcp_table_state(in_port_t here, in_port_t peer, double *seconds);

#endif /* PROBES_BEHAVIOUR_TCP_TABLE_H */
