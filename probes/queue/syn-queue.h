/* syn-queue.h - what there is to know before the incomplete queue is filled
   SPDX-License-Identifier: GPL-3.0-or-later

   The incomplete queue holds handshakes under way.  A filling with "deferred"
   set (probes/queue/fill.h) holds them there: of its clients, those that accept
   does not return stand in the incomplete queue.  Linux bounds it by the
   backlog. Beyond that it sends SYN cookies, and who answers one goes past the
   queue; or with cookies switched off, it drops the SYN, and keeps the last
   quarter of net.ipv4.tcp_max_syn_backlog for peers it has met before.  */

#ifndef PROBES_QUEUE_SYN_QUEUE_H
#define PROBES_QUEUE_SYN_QUEUE_H 1

#include <stdbool.h>

#include "sonde.h"

/* The settings; -1 where there are none, or none is shown.  */
struct syn_settings {
    long cookies; /* net.ipv4.tcp_syncookies: 0 off, 1 when full, 2 always */
    long most;    /* net.ipv4.tcp_max_syn_backlog */
};

struct syn_settings syn_settings_read(void);

/* Whether a peer that was met before gets more, so that there are two
   figures.  */
bool syn_settings_know_peers(const struct syn_settings *settings);

/* Whether there are such peers in FAMILY: IPv6 has one in a network namespace
   of our OWN, to which it is added; elsewhere ::1 is the only one.  */
bool syn_has_strangers(int family, bool own);

/* Set *ADDRESS to one of FAMILY from which nobody has connected: for IPv4 one
   of the loopback network, as far as chance among 16 million can tell.  */
void syn_stranger(struct sonde_address *address, int family);

/* Set *ADDRESS to one of FAMILY that the kernel has met: of which one
   connection ended as it should, after which nothing is in TIME_WAIT.  Returns
   0, or -1 with errno.  */
int syn_acquaintance(struct sonde_address *address, int family);

/* Whether a handshake stays open when it is to, in FAMILY.  Returns 1, 0 if it
   does not, or -1 with errno.  Waits for at most REFERENCE_TIMEOUT.  */
int syn_defer_works(int family);

#endif /* PROBES_QUEUE_SYN_QUEUE_H */
