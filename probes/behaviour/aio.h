/* aio.h - whether a socket can be read asynchronously
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_AIO_H
#define PROBES_BEHAVIOUR_AIO_H 1

#include "probes/behaviour/question.h"

/* Begin to read a byte of a new connection by aio_read, then send the byte, and
   report the outcome as the finding "aio": "works", "reads no data", the name
   of an errno (EAGAIN: not complete after LOOPBACK_TIMEOUT), or "no aio_read"
   on a system without asynchronous reading.  Call at most once in a process.
   The question is skipped if there is no connection, if the byte cannot be
   sent, or if aio_read fails with EAGAIN, for lack of a thread.  Returns the
   reported text, which is static.  */
const char *aio_report(struct probe *probe);

#endif /* PROBES_BEHAVIOUR_AIO_H */
