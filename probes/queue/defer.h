/* defer.h - a listener that keeps handshakes incomplete
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_DEFER_H
#define PROBES_QUEUE_DEFER_H 1

/* Make LISTENER keep each handshake in the SYN queue, while its client is
   connected, until data arrives or 60 seconds have passed.  Returns 0, or -1
   with the errno of setsockopt; ENOTSUP where no method is known.  */
int defer_handshakes(int listener);

#endif /* PROBES_QUEUE_DEFER_H */
