/* proc-net.h - the lines of Linux's /proc/net about listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   Separate from the leaf that opens the files, so that the parser is tested on
   any host.  */

#ifndef SONDE_PROC_NET_H
#define SONDE_PROC_NET_H 1

#include "private.h"

/* Read LINE, of /proc/net/tcp (FAMILY AF_INET), tcp6 (AF_INET6) or unix
   (AF_UNIX), but not the first line of the file, into *LISTENER.  Returns 1; 0
   if the socket does not listen; or -1 if the line has another form.  errno is
   not set.  Unless 1 is returned, *LISTENER may be changed in part.  */
int sonde__proc_net_read(struct sonde_listener *listener, int family,
                         const char *line);

/* Read LINE, of udp, udp6 or unix, into *LISTENER, as sonde__proc_net_read, but
   of a datagram socket, for UNIX with a name.  The peer of a connected UDP
   socket is written to *PEER, to which LISTENER->peer refers then; otherwise
   LISTENER->peer is NULL.  Returns 1; 0: another socket; or -1: another form,
   and *LISTENER may be changed in part.  */
int sonde__proc_net_read_datagram(struct sonde_listener *listener,
                                  struct sonde_address *peer, int family,
                                  const char *line);

#endif /* SONDE_PROC_NET_H */
