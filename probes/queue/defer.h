/* defer.h - a listener that keeps its handshakes open
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_DEFER_H
#define PROBES_QUEUE_DEFER_H 1

/* Have LISTENER leave each handshake in the incomplete queue, though its client
   is connected, until data comes or many seconds are over.  Returns 0, or -1
   with the errno of setsockopt; ENOTSUP where no way is known.  */
int defer_handshakes(int listener);

#endif /* PROBES_QUEUE_DEFER_H */
