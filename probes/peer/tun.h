/* tun.h - a TUN interface, behind which this program plays all hosts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_PEER_TUN_H
#define PROBES_PEER_TUN_H 1

#include "probes/run/namespace.h"

/* The addresses (RFC 5737): of this host on the interface, in a /24 network; of
   another host in that network; and of a host beyond it, which is unreachable
   before tun_route.  */
#define TUN_HERE   "192.0.2.1"
#define TUN_PEER   "192.0.2.2"
#define TUN_BEHIND "198.51.100.7"

/* Make the interface in the current network namespace (see namespace_enter),
   and bring it up.  Each read from and write to the descriptor transfers one IP
   packet.  Returns the descriptor, or -1 with *TROUBLE filled in.  */
int tun_open(struct namespace_trouble *trouble);

/* Make the interface the default route.  Returns 0, or -1 with *TROUBLE filled
   in.  */
int tun_route(struct namespace_trouble *trouble);

#endif /* PROBES_PEER_TUN_H */
