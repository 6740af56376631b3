/* write.h - write all bytes, also to a non-blocking descriptor
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_WRITE_H
#define BASE_WRITE_H 1

#include <stdbool.h>
#include <stddef.h>

/* Write the SIZE bytes at BYTES to FD.  If O_NONBLOCK is set, for instance by
   another process that shares the terminal, wait until FD is writable, without
   a deadline: a stalled reader is the user's choice.  The caller handles
   SIGPIPE.  Returns 0 with errno kept; or -1 with the errno of write or poll,
   after an unknown number of bytes.  EINTR: calls in a row were interrupted for
   a second (wait_retry).  EAGAIN: more than 400 writes in a row failed so, some
   eight seconds, though after each poll reported FD writable, or failed
   too.  */
int write_all(int fd, const void *bytes, size_t size);

/* Whether ERROR, of a write, means a closed reader: EPIPE or ECONNRESET.  */
bool write_has_no_reader(int error);

#endif /* BASE_WRITE_H */
