/* tun.h - an interface behind which this program plays all hosts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_PEER_TUN_H
#define PROBES_PEER_TUN_H 1

#include "probes/run/namespace.h"

/* The addresses: this host's on the interface, of a network of 24 bits, and
   those of another host there, of a host behind it, and of one to which there
   is no way until tun_route (RFC 5737).  */
#define TUN_HERE   "192.0.2.1"
#define TUN_PEER   "192.0.2.2"
#define TUN_BEHIND "198.51.100.7"

/* Make the interface, in the network namespace that was entered (see
   namespace_enter), and bring it up.  Packets of IP are read from and written
   to the descriptor, one at a time; what is not TUN_HERE's is the reader's.
   Returns it, or -1 with *TROUBLE filled in.  */
int tun_open(struct namespace_trouble *trouble);

/* Let the way to all other networks go through it.  Returns 0, or -1 with
 *TROUBLE filled in.  */
int tun_route(struct namespace_trouble *trouble);

#endif /* PROBES_PEER_TUN_H */
