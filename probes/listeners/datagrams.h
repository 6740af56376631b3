/* datagrams.h - the datagram sockets among the listeners
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_DATAGRAMS_H
#define PROBES_LISTENERS_DATAGRAMS_H 1

#include "probes/listeners/listeners.h"

/* Whether LISTENER is a datagram socket.  */
bool listener_is_datagram(const struct sonde_listener *listener);

/* If /proc was read in place of sock_diag, find out whether the system shows
   the queues of UDP there, as measured with a socket of its own on the loopback
   interface, and set DATAGRAMS_COUNTED; forget the figures that are not shown.
 */
void datagrams_check_proc(struct listeners *listeners);

/* Set LIMITS and DATAGRAMS, settings and counters; -1 if unknown, or without a
   request for datagram sockets; LIMITS also with PID.  */
void datagrams_read_host(struct listeners *listeners);

/* Whether ROW is a UDP socket that lost datagrams.  */
bool datagrams_is_dropping(const struct listener_row *row);

/* The counters of all UDP sockets whose drops ROW may have: an IPv6 socket may
   receive IPv4, too.  -1: unknown.  */
struct sonde_datagram_totals
datagrams_totals_of(const struct listeners *listeners,
                    const struct listener_row *row);

/* Append to TEXT the counters TOTALS by reason.  */
void datagrams_say_totals(struct sentence *text,
                          const struct sonde_datagram_totals *totals);

/* Append to TEXT, empty before, how many UDP sockets of the network namespace
   of LISTENERS lost datagrams, and which the most; nothing if none did, or if
   that is unknown.  At most TIMEOUT milliseconds.  */
void datagrams_say_drops(struct sentence *text,
                         const struct listeners *listeners, int timeout);

/* Append to TEXT why figures are missing, by DATAGRAMS_REDUCED, not 0.  */
void datagrams_say_reduced(struct sentence *text,
                           const struct listeners *listeners);

/* Write the datagram sockets of LISTENERS as a table of 80 columns, with
   notes.  */
void datagrams_text(FILE *out, const struct listeners *listeners);

/* Write all details of ROW, a datagram socket, and advice, as sentences.  */
void datagrams_explain(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row);

/* Write the metrics of the datagram sockets, but connected sockets: each new
   connection would be a new series.  */
void datagrams_prometheus(FILE *out, const struct listeners *listeners);

#endif /* PROBES_LISTENERS_DATAGRAMS_H */
