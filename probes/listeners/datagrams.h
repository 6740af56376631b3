/* datagrams.h - the datagram sockets among the listeners
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_DATAGRAMS_H
#define PROBES_LISTENERS_DATAGRAMS_H 1

#include "probes/listeners/listeners.h"

/* Whether LISTENER is a datagram socket.  */
bool listener_is_datagram(const struct sonde_listener *listener);

/* If /proc was read in place of sock_diag (DATAGRAMS_REDUCED; otherwise do
   nothing), set DATAGRAMS_COUNTED: whether the system shows the queues of UDP
   there; true if only UNIX sockets are from /proc.  If false, set QUEUED, DROPS
   and PENDING of the UDP sockets from /proc to -1.  Measured with a socket of
   its own on the loopback interface, once in a process; a failed measurement
   counts as "not shown".  */
void datagrams_check_proc(struct listeners *listeners);

/* Set LIMITS and DATAGRAMS, settings and counters, of this process's network
   namespace or of that of PID.  All are -1 without a request for datagram
   sockets (WANTED), unknown figures always, and LIMITS with PID.  */
void datagrams_read_host(struct listeners *listeners);

/* Whether ROW is a UDP socket that lost datagrams.  */
bool datagrams_is_dropping(const struct listener_row *row);

/* The UDP counters that include the drops of ROW, a UDP socket.  An IPv6 socket
   may receive IPv4, too: unless IPV6_V6ONLY is known to be on, each counter is
   the sum of both families, -1 if one is unknown.  -1: unknown.  */
struct sonde_datagram_totals
datagrams_totals_of(const struct listeners *listeners,
                    const struct listener_row *row);

/* Append to TEXT the counters TOTALS by reason.  ERRORS and FULL must be known;
   MEMORY and CHECKSUM are left out if unknown.  The rest of ERRORS, at least 0,
   is the last reason, "another reason".  */
void datagrams_say_totals(struct sentence *text,
                          const struct sonde_datagram_totals *totals);

/* Append to TEXT how many UDP sockets of the network namespace of LISTENERS
   lost datagrams, which the most, and the commands that list and explain;
   nothing if none did, or if the sockets of IPv4 or IPv6 cannot be read.  At
   most TIMEOUT milliseconds for each of the two families.  */
void datagrams_say_drops(struct sentence *text,
                         const struct listeners *listeners, int timeout);

/* Append to TEXT that datagram sockets are from /proc, and which figures are
   missing: limits, and queues unless DATAGRAMS_COUNTED.  The reason is
   DATAGRAMS_REDUCED, which must not be 0; with PID the process is named
   instead.  */
void datagrams_say_reduced(struct sentence *text,
                           const struct listeners *listeners);

/* Write the datagram sockets of LISTENERS as a table of 80 columns, or a line
   that there is none; then the notes that apply, on missing figures, drops and
   UNIX sockets.  */
void datagrams_text(FILE *out, const struct listeners *listeners);

/* Write all details of ROW, a datagram socket, and advice, as sentences.  */
void datagrams_explain(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row);

/* Write the metrics of the UDP sockets, but connected sockets: each new
   connection would be a new series; and the UDP counters of each network
   namespace.  UNIX datagram sockets have no metrics here.  */
void datagrams_prometheus(FILE *out, const struct listeners *listeners);

#endif /* PROBES_LISTENERS_DATAGRAMS_H */
