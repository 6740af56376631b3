/* xnu-pcblist.h - read macOS's list of TCP sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   Apart from the leaf that asks for the list, so that it is tested on any
   host.  */

#ifndef SONDE_XNU_PCBLIST_H
#define SONDE_XNU_PCBLIST_H 1

#include "private.h"

/* Call EACH for every listening socket in the SIZE bytes at LIST, the answer of
   net.inet.tcp.pcblist_n.  Returns 0, or -1.  ECANCELED: EACH said to stop.
   EPROTO: it is not laid out as known.  */
int sonde__xnu_each(const void *list, size_t size, sonde_listener_each *each,
                    void *data);

/* Find, in the SIZE bytes at LIST, the answer of net.inet.tcp.pcblist_n, the
   listening socket bound to LOCAL.  Returns 0; ENOTSUP: none, or several; or
   the list is not laid out as known.  */
int sonde__xnu_queue(const void *list, size_t size,
                     const struct sonde_address *local,
                     struct sonde_queue *queue);

#endif /* SONDE_XNU_PCBLIST_H */
