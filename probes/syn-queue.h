/* syn-queue.h - what there is to know before the incomplete queue is filled
   SPDX-License-Identifier: GPL-3.0-or-later

   The incomplete queue holds handshakes under way.  A filling with "deferred"
   set (probes/fill.h) holds them there: of its clients, those that accept does
   not return stand in the incomplete queue.  Linux bounds it by the backlog.
   Beyond that it sends SYN cookies, and who answers one goes past the queue; or
   with cookies switched off, it drops the SYN, and keeps the last quarter of
   net.ipv4.tcp_max_syn_backlog for peers it has met before.  */

#ifndef PROBES_SYN_QUEUE_H
#define PROBES_SYN_QUEUE_H 1

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

/* Set *ADDRESS to one of the loopback network from which nobody has connected,
   as far as chance can tell: one of 16 million.  */
void syn_stranger(struct sonde_address *address);

/* Let the kernel meet ADDRESS: one connection from it that ends as it should,
   after which nothing is in TIME_WAIT.  Returns 0, or -1 with errno.  */
int syn_introduce(const struct sonde_address *address);

/* Whether a handshake stays open when it is to, in FAMILY.  Returns 1, 0 if it
   does not, or -1 with errno.  Waits for at most CONTROL_PATIENCE.  */
int syn_defer_works(int family);

#endif /* PROBES_SYN_QUEUE_H */
