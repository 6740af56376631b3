/* xnu-pcblist.h - read macOS's list of TCP sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   Separate from the leaf that reads the sysctl, so that the parser is tested on
   any host.  */

#ifndef SONDE_XNU_PCBLIST_H
#define SONDE_XNU_PCBLIST_H 1

#include "private.h"

/* Call EACH for every listening socket in the SIZE bytes at LIST, the value of
   net.inet.tcp.pcblist_n.  Returns 0, or -1.  ECANCELED: EACH stopped the list.
   EPROTO: unknown layout.  */
int sonde__xnu_each(const void *list, size_t size, sonde_listener_each *each,
                    void *data);

/* Find the listening socket bound to LOCAL in the SIZE bytes at LIST, the value
   of net.inet.tcp.pcblist_n.  Returns 0; ENOTSUP: none, or several; or the list
   has an unknown layout.  */
int sonde__xnu_queue(const void *list, size_t size,
                     const struct sonde_address *local,
                     struct sonde_queue *queue);

#endif /* SONDE_XNU_PCBLIST_H */
