/* proc-none.c - a system without Linux's /proc
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include "private.h"

/* Not known: on FreeBSD security.bsd.see_other_uids and jails hide processes,
   and a process cannot tell whether they do.  */
int sonde_owners_complete(void)
{
    return sonde__fail(ENOTSUP);
}

int sonde_owner_check(pid_t pid)
{
    return sonde__fail(ENOTSUP);
}

int sonde_owner_state(pid_t pid)
{
    return sonde__fail(ENOTSUP);
}

int sonde_listeners_proc(pid_t pid, int family, int timeout,
                         sonde_listener_each *each, void *data)
{
    return sonde__fail(family == AF_INET || family == AF_INET6 ||
                               family == AF_UNIX
                           ? ENOTSUP
                           : EAFNOSUPPORT);
}

int sonde_datagram_sockets(int family, int timeout, sonde_listener_each *each,
                           void *data)
{
    return sonde_listeners_proc(0, family, timeout, each, data);
}

int sonde_datagram_sockets_proc(pid_t pid, int family, int timeout,
                                sonde_listener_each *each, void *data)
{
    return sonde_listeners_proc(pid, family, timeout, each, data);
}

int sonde_datagram_limits(struct sonde_datagram_limits *limits)
{
    return sonde__fail(ENOTSUP);
}

int sonde_datagram_totals(int family, struct sonde_datagram_totals *totals)
{
    return sonde__fail(family == AF_INET || family == AF_INET6 ? ENOTSUP
                                                               : EAFNOSUPPORT);
}

int sonde_datagram_totals_proc(pid_t pid, int family,
                               struct sonde_datagram_totals *totals)
{
    return sonde_datagram_totals(family, totals);
}

int sonde_waiting(int family, int timeout, sonde_waiting_each *each, void *data)
{
    return sonde__fail(family == AF_INET || family == AF_INET6 ? ENOTSUP
                                                               : EAFNOSUPPORT);
}

int sonde_handshakes(int family, int timeout, sonde_handshake_each *each,
                     void *data)
{
    return sonde__fail(family == AF_INET || family == AF_INET6 ? ENOTSUP
                                                               : EAFNOSUPPORT);
}

int sonde_handshake_limits(struct sonde_handshake_limits *limits)
{
    return sonde__fail(ENOTSUP);
}

int sonde_listen_totals(struct sonde_listen_totals *totals)
{
    return sonde__fail(ENOTSUP);
}

int sonde_listen_totals_proc(pid_t pid, struct sonde_listen_totals *totals)
{
    return sonde__fail(ENOTSUP);
}
