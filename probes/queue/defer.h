/* defer.h - a listener that keeps handshakes incomplete
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_QUEUE_DEFER_H
#define PROBES_QUEUE_DEFER_H 1

/* Make LISTENER, of TCP, keep each later handshake in the SYN queue until data
   arrives or 60 seconds have passed, although the client is connected
   meanwhile.  Returns 0; or -1 with the errno of setsockopt, or ENOTSUP where
   no method is known.  */
int defer_handshakes(int listener);

#endif /* PROBES_QUEUE_DEFER_H */
