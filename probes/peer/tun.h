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

/* Make the interface, "sonde0", in the current network namespace (see
   namespace_enter), set its address to TUN_HERE, and bring it up.  A namespace
   has one such interface at most.  Each read takes one IP packet that the
   kernel sent; each write gives the kernel one.  Returns the descriptor,
   non-blocking and close-on-exec; closing the descriptor removes the interface.
   Or -1 with *TROUBLE filled in, and nothing is left open.  */
int tun_open(struct namespace_trouble *trouble);

/* Add to the current namespace a default route with TUN_PEER as the gateway,
   through the interface of tun_open.  Returns 0, or -1 with *TROUBLE filled in.
   On systems other than Linux tun_open and tun_route always fail.  */
int tun_route(struct namespace_trouble *trouble);

#endif /* PROBES_PEER_TUN_H */
