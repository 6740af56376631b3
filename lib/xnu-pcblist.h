/* xnu-pcblist.h - read macOS's list of TCP sockets
   SPDX-License-Identifier: LGPL-2.1-or-later

   Apart from the leaf, so that the parser is tested on any host.  LIST is the
   value of net.inet.tcp.pcblist_n, of SIZE bytes.  */

#ifndef SONDE_XNU_PCBLIST_H
#define SONDE_XNU_PCBLIST_H 1

#include "private.h"

/* Call EACH with DATA for every listening socket in LIST, until EACH returns
   another value than 0.  Both families; uid and v6only are -1 (not known).
   Returns 0, or -1 with ECANCELED: EACH stopped the list; EPROTO: unknown
   layout, and EACH may have been called before.  */
int sonde__xnu_each(const void *list, size_t size, sonde_listener_each *each,
                    void *data);

/* Copy the queue of the listening socket bound to LOCAL to *QUEUE.  Returns 0,
   or -1 with ENOTSUP and *QUEUE unchanged: none, or several; or the list has an
   unknown layout.  */
int sonde__xnu_queue(const void *list, size_t size,
                     const struct sonde_address *local,
                     struct sonde_queue *queue);

#endif /* SONDE_XNU_PCBLIST_H */
