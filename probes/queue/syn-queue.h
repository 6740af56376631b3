/* syn-queue.h - preparations for measuring the SYN queue
   SPDX-License-Identifier: GPL-3.0-or-later

   A queue test with "deferred" set (probes/queue/fill.h) keeps handshakes
   incomplete: clients that accept does not return are in the SYN queue.  Linux
   bounds the SYN queue by the backlog.  Beyond, Linux sends SYN cookies, which
   need no entry in the SYN queue.  With cookies off, Linux drops the SYN, and
   reserves the last quarter of net.ipv4.tcp_max_syn_backlog for known peers,
   with an entry in tcp_metrics.  */

#ifndef PROBES_QUEUE_SYN_QUEUE_H
#define PROBES_QUEUE_SYN_QUEUE_H 1

#include <stdbool.h>

#include "sonde.h"

/* The settings; -1 where the host has or shows none.  */
struct syn_settings {
    long cookies; /* net.ipv4.tcp_syncookies: 0 off, 1 when full, 2 always */
    long max_backlog; /* net.ipv4.tcp_max_syn_backlog */
    int error;        /* why one is -1: the errno; or 0 */
};

/* Returns the settings of the current network namespace, read now; if
   neither can be read, ERROR is that of COOKIES.  */
struct syn_settings syn_settings_read(void);

/* Why a setting of Linux was not read, as a text.  ERROR is the errno of
   namespace_read: ENOENT, and also 0, give a constant, that this host shows no
   such setting; others errno_name (ERROR), valid as that.  */
const char *syn_setting_why(int error);

/* Whether known peers get more entries than new peers, so that there are two
   figures: SYN cookies are off.  False if the setting is not known.  */
bool syn_settings_favor_known(const struct syn_settings *settings);

/* Whether FAMILY, AF_INET or AF_INET6, has new peers.  IPv4 has.  IPv6 has only
   ::1, except in a network namespace made for the measurement (OWN): there
   NAMESPACE_INET6 is added now (namespace_add_inet6, which waits up to about a
   second); false if that fails.  */
bool syn_has_new_peers(int family, bool own);

/* Set *ADDRESS to an address of FAMILY, AF_INET or AF_INET6, with port 0, that
   has not connected yet: for IPv4 a random one of 16 million in the loopback
   network, not checked; for IPv6 NAMESPACE_INET6, which syn_has_new_peers must
   have added.  Cannot fail.  */
void syn_new_peer(struct sonde_address *address, int family);

/* Set *ADDRESS to a known peer of FAMILY, with port 0: for AF_INET a random
   loopback address, for AF_INET6 ::1.  A connection from the address, which
   leaves no socket in TIME_WAIT, makes the peer known to the kernel.  Waits up
   to REFERENCE_TIMEOUT for each of its three steps.  Returns 0; or -1 with
   errno (ETIMEDOUT after a timeout): *ADDRESS is set, but the peer may not be
   known.  */
int syn_known_peer(struct sonde_address *address, int family);

/* Try, by one connection, whether FAMILY, AF_INET or AF_INET6, can keep a
   handshake incomplete (defer_handshakes).  Returns 1 if accept finds no
   connection although the client is connected, 0 if accept returns one, or -1
   with errno: ENOTSUP where no method is known; any errno of the calls.  Waits
   for the client, then for a reference connection, each for at most
   REFERENCE_TIMEOUT.  Nothing is left open.  */
int syn_defer_works(int family);

#endif /* PROBES_QUEUE_SYN_QUEUE_H */
